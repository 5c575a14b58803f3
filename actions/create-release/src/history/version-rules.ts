import { isStable } from '../../../lib/versions.ts';
import type { Tag } from './history.ts';
import { isHighestOfSeries, parseTagVersion, type TagVersion } from './tag-version.ts';

/** The versions of the tags that have one, by their names. */
export function versionsOf(names: Iterable<string>, prefix: string | undefined): TagVersion[] {
  return [...names].flatMap((name) => parseTagVersion(name, prefix) ?? parseTagVersion(name) ?? []);
}

/**
 * The tags without those that move: a tag of two numbers with the commit of a longer version of its line, such as `v1.1` on `v1.1.3`. Otherwise
 * it is the version 1.1.0, which 1.1.1 follows.
 */
export function withoutMovingTags(tags: readonly Tag[], prefix: string | undefined): Tag[] {
  const place = ({ commit }: Tag, { prefix, version }: TagVersion): string =>
    `${prefix}${version.major}.${version.minor} ${commit}`;
  const versions = tags.flatMap((tag) => versionsOf([tag.name], prefix).map((release) => ({ tag, release })));
  const longer = new Set(
    versions.filter(({ release }) => release.numbers > 2).map(({ tag, release }) => place(tag, release)),
  );
  const moving = new Set(
    versions
      .filter(({ tag, release }) => release.numbers === 2 && longer.has(place(tag, release)))
      .map(({ tag }) => tag.name),
  );
  return tags.filter(({ name }) => !moving.has(name));
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
