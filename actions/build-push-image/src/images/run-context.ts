import { realpath } from 'node:fs/promises';
import type { Context } from '../../../lib/runner/context.ts';
import type { Settings } from '../inputs/inputs.ts';
import { isPromotionOnly } from '../inputs/promotion-input.ts';
import { type PushEvent, type ReleaseVersion, readPushEvent } from '../tags/push-event.ts';
import { branchTag, planTags, type TagPlan } from '../tags/tag-rules.ts';
import { Checkout, type GitTools } from './checkout.ts';
import { readCommitTime } from './commit-time.ts';

/** The run that the images are built in, beyond the step's inputs. */
export interface RunContext {
  context: Context;
  release: ReleaseVersion | undefined;
  tags: TagPlan;
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
  const context = { ...original, workspace: await realpath(original.workspace) };
  const pushEvent = await readPushEvent(context, event);
  const { release } = pushEvent;
  const tags = planTags(settings.tags, { sha: context.sha, ...pushEvent });
  const cacheBranch = findCacheBranch(pushEvent, event);
  const notices = tags.skipped.map(({ rule, reason }) => `The rule ${rule} gives no tag in this run: ${reason}.`);
  const checkout = new Checkout(context.workspace, tools);
  const head = isPromotionOnly(settings.promotion) ? undefined : await checkout.head();
  if (head !== undefined && head !== context.sha)
    notices.push(
      `The checkout is at ${head}, but the run is for ${context.sha}, which the image's tag names. Check out the commit of the run.`,
    );
  const hasLabels = settings.commitLabels && !isPromotionOnly(settings.promotion);
  const created = hasLabels ? await readCreated(settings, { context, event, checkout }) : undefined;
  return { context, release, tags, created, checkout, cacheBranch, notices };
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
