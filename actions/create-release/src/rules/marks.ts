import { isHighestStable, isStable, type Version, versionOfTag } from '../../../lib/versions.ts';
import type { Tag } from '../history.ts';

/** Whether a version is a pre-release; a tag that is no version is none. */
export function isPrerelease(version: Version | undefined, asked: boolean | undefined): boolean {
  return asked ?? (version !== undefined && !isStable(version));
}

/**
 * Whether the release is to be the repository's latest: as asked, else only the highest stable version of all tags.
 * A tag that is no version never takes the mark by itself.
 */
export function isLatest(
  version: Version | undefined,
  prerelease: boolean,
  tags: readonly Tag[],
  asked: boolean | undefined,
): boolean {
  if (asked !== undefined) return asked;
  return version !== undefined && !prerelease && isHighestStable(version, versions(tags));
}

/** The major tag that follows this release: `v1` for `v1.4.2`, `1` for `1.4.2`; none for a pre-release or when a higher version of that major exists. */
export function majorTagOf(tag: string, version: Version, tags: readonly Tag[]): string | undefined {
  const sameMajor = versions(tags).filter(({ major }) => major === version.major);
  if (!isHighestStable(version, sameMajor)) return undefined;
  return `${tag.startsWith('v') ? 'v' : ''}${version.major}`;
}

function versions(tags: readonly Tag[]): Version[] {
  return tags.flatMap(({ name }) => versionOfTag(name) ?? []);
}
