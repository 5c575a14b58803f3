import { realpath } from 'node:fs/promises';
import type { Context } from '../../../lib/context.ts';
import type { Settings } from '../inputs/inputs.ts';
import { type Release, readPushed } from '../tags/push-event.ts';
import { planTags, type TagPlan } from '../tags/tag-rules.ts';
import { commitTime, type GitTools } from './commit-time.ts';

/** What the run is about, beyond the step's inputs. */
export interface RunFacts {
  context: Context;
  release: Release | undefined;
  tags: TagPlan;
  /** Seconds since 1970 of the commit; `undefined` for a build that need not be reproducible. */
  epoch: number | undefined;
  created: Date;
  notices: string[];
}

/** @throws {ActionError} when the time of the commit is needed and unknown */
export async function readRun(
  settings: Settings,
  given: Context,
  event: Record<string, unknown>,
  tools: GitTools,
): Promise<RunFacts> {
  // Paths of images are without links; so must be what they are relative to.
  const context = { ...given, workspace: await realpath(given.workspace) };
  const pushed = await readPushed(context, event);
  const { release } = pushed;
  const tags = planTags(settings.tags, { sha: context.sha, ...pushed });
  const notices = tags.skipped.map(({ rule, reason }) => `The rule ${rule} gives no tag in this run: ${reason}.`);
  if (!settings.reproducible) return { context, release, tags, epoch: undefined, created: new Date(), notices };
  const { epoch, otherHead } = await commitTime(context, event, tools);
  if (otherHead !== undefined)
    notices.push(
      `The checkout is at ${otherHead}, but the run is for ${context.sha}: the image's tag and labels name the latter. Check out the commit of the run.`,
    );
  return { context, release, tags, epoch, created: new Date(epoch * 1000), notices };
}
