import type { Context } from '../../../lib/runner/context.ts';

/** The branch or the version that was pushed. */
export interface PushEvent {
  /** The branch that was pushed. */
  branch: string | undefined;
  defaultBranch: string | undefined;
  /** The version of the pushed tag; `undefined` for a branch or another tag. */
  release: ReleaseVersion | undefined;
}

/** A version, as a string and in parts. */
export interface ReleaseVersion {
  text: string;
  major: number;
  minor: number;
  stable: boolean;
}

/** @param event the payload that started the run */
export async function readPushEvent(
  { branch, tag }: Pick<Context, 'branch' | 'tag'>,
  event: Record<string, unknown>,
): Promise<PushEvent> {
  return {
    // `pull_request_target` runs on the ref of the base branch, but what is built may come from the author of the pull request.
    branch: event.pull_request === undefined ? branch : undefined,
    defaultBranch: (event.repository as { default_branch?: string } | undefined)?.default_branch,
    release: tag === undefined ? undefined : await parseRelease(tag),
  };
}

async function parseRelease(tag: string): Promise<ReleaseVersion | undefined> {
  // Only tags need `semver`; most runs start without it.
  const { isStable, versionOfTag, versionText } = await import('../../../lib/versions.ts');
  const version = versionOfTag(tag);
  if (version === undefined) return undefined;
  return { text: versionText(version), major: version.major, minor: version.minor, stable: isStable(version) };
}
