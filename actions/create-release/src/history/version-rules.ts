import { isStable } from '../../../lib/versions.ts';
import { isHighestOfSeries, parseTagVersion, type TagVersion } from './tag-version.ts';

/** The versions of the tags that have one, by their names. */
export function versionsOf(names: Iterable<string>, prefix: string | undefined): TagVersion[] {
  return [...names].flatMap((name) => parseTagVersion(name, prefix) ?? parseTagVersion(name) ?? []);
}

/** Whether the version is a pre-release. A tag that is not a version is not. */
export const isPrereleaseVersion = (release: TagVersion | undefined): boolean =>
  release !== undefined && !isStable(release.version);

/**
 * The major tag that moves to this release: `v1` for `v1.4.2`, `web-v1` for `web-v1.4.2`; `undefined` for a pre-release, and when a higher
 * version of that major exists.
 */
export function majorTag(tag: string, release: TagVersion, names: Iterable<string>): string | undefined {
  const { prefix, version } = release;
  const sameMajor = versionsOf(names, prefix).filter((other) => other.version.major === version.major);
  return isHighestOfSeries(release, sameMajor) ? majorTagName(tag, release) : undefined;
}

export const majorTagName = (tag: string, { prefix, version }: TagVersion): string =>
  `${prefix}${tag.slice(prefix.length).startsWith('v') ? 'v' : ''}${version.major}`;
