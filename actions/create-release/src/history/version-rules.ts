import { isHighestStable, isStable, type Version, versionOfTag } from '../../../lib/versions.ts';
import type { Tag } from './history.ts';

/** Whether the release is a pre-release: as requested, otherwise by its version. A tag that is not a version is not a pre-release. */
export function isPrerelease(version: Version | undefined, requested: boolean | undefined): boolean {
  return requested ?? (version !== undefined && !isStable(version));
}

/**
 * Whether the release should be the repository's latest: only the highest stable version of all tags.
 * A tag that is not a version is never the latest.
 */
export function isLatest(version: Version | undefined, prerelease: boolean, tags: readonly Tag[]): boolean {
  return version !== undefined && !prerelease && isHighestStable(version, versions(tags));
}

/** The major tag that moves to this release: `v1` for `v1.4.2`, `1` for `1.4.2`; `undefined` for a pre-release, and when a higher version of that major exists. */
export function majorTag(tag: string, version: Version, tags: readonly Tag[]): string | undefined {
  const sameMajor = versions(tags).filter(({ major }) => major === version.major);
  if (!isHighestStable(version, sameMajor)) return undefined;
  return `${tag.startsWith('v') ? 'v' : ''}${version.major}`;
}

function versions(tags: readonly Tag[]): Version[] {
  return tags.flatMap(({ name }) => versionOfTag(name) ?? []);
}
