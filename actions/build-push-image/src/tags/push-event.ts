import type { Context } from '../../../lib/context.ts';

/** A version, as text and in parts. */
export interface Release {
  text: string;
  major: number;
  minor: number;
  stable: boolean;
}

/** What the run's push says about tags: the branch, or the version of the tag. */
export interface Pushed {
  /** The branch that was pushed. */
  branch: string | undefined;
  defaultBranch: string | undefined;
  /** The version of the tag that was pushed; `undefined` for a branch or another tag. */
  release: Release | undefined;
}

/** @param event the payload that started the run */
export async function readPushed(
  { branch, tag }: Pick<Context, 'branch' | 'tag'>,
  event: Record<string, unknown>,
): Promise<Pushed> {
  return {
    // `pull_request_target` runs on the ref of the base branch, but the pull request's author may have made what is built.
    branch: event.pull_request === undefined ? branch : undefined,
    defaultBranch: (event.repository as { default_branch?: string } | undefined)?.default_branch,
    release: tag === undefined ? undefined : await readRelease(tag),
  };
}

async function readRelease(tag: string): Promise<Release | undefined> {
  const { isStable, versionOfTag, versionText } = await import('../../../lib/versions.ts');
  const version = versionOfTag(tag);
  if (version === undefined) return undefined;
  return { text: versionText(version), major: version.major, minor: version.minor, stable: isStable(version) };
}
