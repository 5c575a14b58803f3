import semver from 'semver';
import { publishedReleases } from '../lag.ts';
import type { RepositoryScope } from '../repository-call.ts';
import type { Release } from '../store/types.ts';

/**
 * The release that was marked as the latest last. When none is marked, the newest by the date of its commit and, on the same
 * date, the one with the higher version, whatever its `make_latest` was:
 * https://docs.github.com/rest/releases/releases#get-the-latest-release
 */
export function latestRelease(scope: RepositoryScope): Release | undefined {
  const published = publishedReleases(scope).filter((release) => !release.prerelease);
  const pinned = published.filter((release) => release.pinned > 0);
  if (pinned.length > 0) return pinned.sort((a, b) => a.pinned - b.pinned).at(-1);
  return published.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || compareTags(a, b)).at(-1);
}

function compareTags(a: Release, b: Release): number {
  const [left, right] = [semver.parse(a.tag), semver.parse(b.tag)];
  return (left && right ? semver.compare(left, right) : 0) || a.id - b.id;
}
