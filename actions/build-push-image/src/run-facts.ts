import { realpath } from 'node:fs/promises';
import type { Context } from '../../lib/context.ts';
import { ActionError } from '../../lib/errors.ts';
import type { Exec } from '../../lib/exec.ts';
import { commitTime } from './commit-time.ts';
import type { Settings } from './inputs.ts';
import { planTags, type Release, type TagPlan } from './tags.ts';

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

/** @throws {ActionError} when the rules for tags do not fit the run, or the time of the commit is needed and unknown */
export async function readRun(
  settings: Settings,
  given: Context,
  event: Record<string, unknown>,
  exec: Exec,
): Promise<RunFacts> {
  // Paths of images are without links; so must be what they are relative to.
  const context = { ...given, workspace: await realpath(given.workspace) };
  const release = await readRelease(settings, context.tag);
  const tags = planTags(settings.tags, {
    sha: context.sha,
    branch: context.branch,
    defaultBranch: (event.repository as { default_branch?: string } | undefined)?.default_branch,
    release,
  });
  if (settings.push && tags.tags.length === 0) throw noTag(tags, context);
  const notices = tags.skipped.map(({ rule, reason }) => `The rule ${rule} gives no tag in this run: ${reason}.`);
  if (!settings.reproducible) return { context, release, tags, epoch: undefined, created: new Date(), notices };
  const { epoch, otherHead } = await commitTime(context, event, exec);
  if (otherHead !== undefined)
    notices.push(
      `The checkout is at ${otherHead}, but the run is for ${context.sha}: the image's tag and labels name the latter. Check out the commit of the run.`,
    );
  return { context, release, tags, epoch, created: new Date(epoch * 1000), notices };
}

/**
 * The version of the pushed tag. A tag that is none is an error when a rule counts on it: `sha` alone would leave a release without its version.
 */
async function readRelease(settings: Settings, tag: string | undefined): Promise<Release | undefined> {
  if (tag === undefined) return undefined;
  const { isStable, parseVersion, versionText } = await import('../../lib/versions.ts');
  const parsed = parseVersion(tag);
  if ('value' in parsed) {
    const { major, minor } = parsed.value;
    return { text: versionText(parsed.value), major, minor, stable: isStable(parsed.value) };
  }
  const rule = settings.tags.find(({ kind }) => kind.startsWith('semver'));
  if (rule === undefined) return undefined;
  throw new ActionError({
    what: 'the pushed tag is not a version',
    why: `${JSON.stringify(tag)} ${parsed.problem}, and the rule \`${rule.kind}\` of \`tags\` takes the version from it`,
    next: 'Start this workflow only for tags such as v1.4.2 (`on: { push: { tags: ["v*.*.*"] } }`), or use the rule `sha`.',
  });
}

function noTag({ skipped }: TagPlan, { ref }: Context): ActionError {
  return new ActionError({
    what: 'no rule of `tags` gives a tag in this run',
    why: `the run is for ${ref}; ${skipped.map(({ rule, reason }) => `${rule}: ${reason}`).join('; ')}`,
    next: 'Add the rule `sha`, which every run has, or set `push: false` to build without pushing.',
  });
}
