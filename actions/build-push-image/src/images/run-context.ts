import { realpath } from 'node:fs/promises';
import type { CommitSha } from '../../../lib/identifiers.ts';
import type { Context } from '../../../lib/runner/context.ts';
import { Checkout } from '../commits/checkout.ts';
import { readCommitTime } from '../commits/commit-time.ts';
import { createGit, type GitTools } from '../commits/git.ts';
import { resolveCommit } from '../commits/resolve-commit.ts';
import type { Settings } from '../inputs/inputs.ts';
import { isPromotionOnly } from '../inputs/promotion-input.ts';
import { createLaterCommits, type LaterCommits } from '../tags/later-commits.ts';
import { eventForImage, type PushEvent, type ReleaseVersion, readPushEvent } from '../tags/push-event.ts';
import { branchTag, planTags } from '../tags/tag-rules.ts';

/** The run that the images are built in, beyond the step's inputs. */
export interface RunContext {
  context: Context;
  release: ReleaseVersion | undefined;
  event: PushEvent;
  laterCommits: LaterCommits;
  /** For the label `created`; `undefined` without `commit-labels`. */
  created: Date | undefined;
  checkout: Checkout;
  /** The branch as a tag, for the placeholder of caches: the one that was pushed, of a pull request the base, otherwise the default branch. */
  cacheBranch: string;
  notices: string[];
}

/** @throws {ActionError} when the time of the commit is needed for a label and unknown */
export async function loadRunContext(
  settings: Settings,
  { context: original, event }: { context: Context; event: Record<string, unknown> },
  tools: GitTools,
): Promise<RunContext> {
  // Paths of images contain no links, so the workspace that they are relative to must not either.
  const workspace = await realpath(original.workspace);
  const git = createGit(workspace, tools);
  const { sha, notice } = await resolveCommit(settings, { sha: original.sha, workspace }, git);
  const context = { ...original, workspace, sha };
  const pushEvent = await readPushEvent(context, event);
  const notices = [...explainSkipped(settings, pushEvent), ...(notice === undefined ? [] : [notice])];
  const checkout = new Checkout(git);
  const hasLabels = settings.commitLabels && !isPromotionOnly(settings.promotion);
  return {
    ...{ context, notices, event: pushEvent, release: pushEvent.release, checkout },
    laterCommits: createLaterCommits(git, sha),
    created: hasLabels ? await readCreated(settings, { context, event, checkout }) : undefined,
    cacheBranch: findCacheBranch(pushEvent, event),
  };
}

function findCacheBranch({ branch, defaultBranch }: PushEvent, event: Record<string, unknown>): string {
  const base = (event.pull_request as { base?: { ref?: string } } | undefined)?.base?.ref;
  return branchTag(branch ?? base ?? defaultBranch ?? 'main') ?? 'main';
}

/** A reproducible image names its commit's time, another one that of its build. */
async function readCreated(
  { reproducible }: Settings,
  { context, event, checkout }: { context: Context; event: Record<string, unknown>; checkout: Checkout },
): Promise<Date> {
  return reproducible ? readCommitTime(context, event, checkout) : new Date();
}

/** A sentence for each rule that gives no tag; one that is the same for several images is said once. */
function explainSkipped({ images }: Settings, event: PushEvent): string[] {
  const sentences = images.flatMap(({ name, tags, affixes }) => {
    const own = eventForImage(event, name);
    const plan = planTags(tags, { ...own, sha: '0'.repeat(40) as CommitSha }, affixes);
    if (plan.tags.length === 0 && own.component !== undefined)
      return [`${name} is left out: the pushed tag is a version of ${own.component}.`];
    const image = own.component === undefined ? '' : ` for ${name}`;
    return plan.skipped.map(({ rule, reason }) => `The rule ${rule} gives no tag in this run${image}: ${reason}.`);
  });
  return [...new Set(sentences)];
}
