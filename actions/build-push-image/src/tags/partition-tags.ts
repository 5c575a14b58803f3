import semver from 'semver';
import type { ImageTag } from '../../../lib/identifiers.ts';
import { isStable, parseVersion, versionOfTag } from '../../../lib/versions.ts';
import type { ReleaseVersion } from './push-event.ts';
import { type Affixes, type PlannedTag, type VersionRange, withoutAffixes } from './tag-rules.ts';

/** A tag that must not move, because the repository has a newer version. */
export interface BlockedTag {
  name: ImageTag;
  newerVersion: string;
  /** The tag of that version, as the repository writes it. */
  newerTag: string;
}

/**
 * Divide the tags into those that may move and those that must not, because the repository has a higher stable version in their range.
 * @param existing the tags of the repository; only those with the same prefix and suffix count
 */
export function partitionTags(
  tags: readonly PlannedTag[],
  release: ReleaseVersion,
  { existing, affixes }: { existing: readonly string[]; affixes: Affixes },
): { movable: PlannedTag[]; blocked: BlockedTag[] } {
  const current = parseVersion(release.text);
  if ('problem' in current) throw new Error(`${release.text} ${current.problem}`);
  const newer = existing
    .flatMap((tag) => {
      const version = versionOfTag(withoutAffixes(tag, affixes)?.replace('_', '+') ?? '');
      return version !== undefined && isStable(version) && semver.compare(version, current.value) > 0
        ? [{ tag, version }]
        : [];
    })
    .sort((a, b) => semver.compare(b.version, a.version));
  const newest = (range: VersionRange) =>
    newer.find(
      ({ version: { major, minor } }) =>
        range === 'all' || (major === release.major && (range === 'major' || minor === release.minor)),
    );
  const movable: PlannedTag[] = [];
  const blocked: BlockedTag[] = [];
  for (const tag of tags) {
    const found = tag.range === undefined ? undefined : newest(tag.range);
    if (found === undefined) movable.push(tag);
    else blocked.push({ name: tag.name, newerVersion: found.version.version, newerTag: found.tag });
  }
  return { movable, blocked };
}
