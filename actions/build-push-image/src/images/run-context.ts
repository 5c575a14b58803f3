import { realpath } from 'node:fs/promises';
import type { Context } from '../../../lib/runner/context.ts';
import type { Settings } from '../inputs/inputs.ts';
import { isPromotionOnly } from '../inputs/promotion-input.ts';
import { type PushEvent, type ReleaseVersion, readPushEvent } from '../tags/push-event.ts';
import { branchTag, planTags, type TagPlan } from '../tags/tag-rules.ts';
import { type GitTools, readCommitTime } from './commit-time.ts';

/** The run that the images are built in, beyond the step's inputs. */
export interface RunContext {
  context: Context;
  release: ReleaseVersion | undefined;
  tags: TagPlan;
  /** The commit's time in seconds since 1970; `undefined` for a build that is not reproducible. */
  epoch: number | undefined;
  created: Date;
  /** The branch as a tag, for the placeholder of caches: the one that was pushed, of a pull request the base, otherwise the default branch. */
  cacheBranch: string;
  notices: string[];
}

/** @throws {ActionError} when the time of the commit is required and unknown */
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
  if (!settings.reproducible || isPromotionOnly(settings.promotion))
    return { context, release, tags, cacheBranch, epoch: undefined, created: new Date(), notices };
  const { epoch, checkedOutSha } = await readCommitTime(context, event, tools);
  if (checkedOutSha !== undefined)
    notices.push(
      `The checkout is at ${checkedOutSha}, but the run is for ${context.sha}: the image's tag and labels contain the run's commit. Check out the commit of the run.`,
    );
  return { context, release, tags, cacheBranch, epoch, created: new Date(epoch * 1000), notices };
}

function findCacheBranch({ branch, defaultBranch }: PushEvent, event: Record<string, unknown>): string {
  const base = (event.pull_request as { base?: { ref?: string } } | undefined)?.base?.ref;
  return branchTag(branch ?? base ?? defaultBranch ?? 'main') ?? 'main';
}
