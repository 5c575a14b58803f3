import semver from 'semver';
import type { Parsed } from './runner/inputs.ts';

/** A version by https://semver.org, without a leading `v`. */
export type Version = semver.SemVer;

/** Parse `1.4.2`, `v1.4.2` or `1.5.0-rc.1+build`, as in tags. Looser forms are invalid. */
export function parseVersion(text: string): Parsed<Version> {
  const version = semver.parse(text.replace(/^v(?=\d)/, ''), { loose: false });
  return version === null || text.trim() !== text
    ? { problem: 'is not a semantic version (1.4.2, v1.4.2, 1.5.0-rc.1)' }
    : { value: version };
}

/** The version of a tag, or `undefined` when it is not a version. */
export function versionOfTag(tag: string): Version | undefined {
  const parsed = parseVersion(tag);
  return 'value' in parsed ? parsed.value : undefined;
}

/** The version as text, with its build metadata: `1.4.2+build`. */
export function versionText(version: Version): string {
  return version.build.length > 0 ? `${version.version}+${version.build.join('.')}` : version.version;
}

export const isStable = (version: Version): boolean => version.prerelease.length === 0;

/** Whether `version` is stable and no stable version among `others` is higher: only then can `latest` point to it. */
export function isHighestStable(version: Version, others: Iterable<Version>): boolean {
  if (!isStable(version)) return false;
  for (const other of others) if (isStable(other) && semver.gt(other, version)) return false;
  return true;
}
