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

/** A tag of one component of a repository. */
export interface ComponentTag {
  /** `web`, or `acme/web` of `@acme/web`. */
  component: string;
  /** Everything before the version: `web-`, `web/` or `@acme/web@`. */
  prefix: string;
  version: Version;
}

/**
 * Parse the tag of a component: `web-v1.4.2`, `web/v1.4.2`, `web@1.4.2` or `@acme/web@1.4.2`, as release-please, Lerna and changesets write them.
 * `undefined` for any other tag, also for a plain version.
 */
export function parseComponentTag(tag: string): ComponentTag | undefined {
  if (versionOfTag(tag) !== undefined) return undefined;
  const [, prefix, component, text] = /^(@?([A-Za-z0-9][\w./-]*?)[-/@])(v?\d+\.\d+\.\d+\S*)$/.exec(tag) ?? [];
  const version = versionOfTag(text ?? '');
  return prefix === undefined || component === undefined || version === undefined
    ? undefined
    : { component, prefix, version };
}

/**
 * The version after a prefix that the user gives: `web/` for `web/v1.4.2`, `release_` for `release_1.4.2`. A prefix without its separator
 * (`web`) is enough. `undefined` for a tag with another prefix or without a version.
 */
export function versionAfterPrefix(tag: string, prefix: string): Version | undefined {
  if (!tag.startsWith(prefix)) return undefined;
  const text = tag.slice(prefix.length);
  return versionOfTag(/[-/@]$/.test(prefix) ? text : text.replace(/^[-/@]/, ''));
}

export type VersionLevel = 'major' | 'minor' | 'patch' | 'prerelease';

/**
 * The next version at a level, with the build metadata of the current one. `patch` of `1.5.0-rc.1` is `1.5.0`; `prerelease` is `1.5.0-rc.2`, and
 * `1.5.0-rc2` of `1.5.0-rc1`. `undefined` for the next pre-release of a stable version, which has no name yet, and where the next
 * number would have a lower precedence (`rc10` sorts before `rc9`).
 */
export function incrementVersion(version: Version, level: VersionLevel): Version | undefined {
  const next = level === 'prerelease' ? nextPrerelease(version) : semver.inc(version, level);
  const parsed = next === null || next === undefined ? null : semver.parse(next);
  if (parsed === null || semver.lte(parsed, version)) return undefined;
  parsed.build = version.build;
  return parsed;
}

function nextPrerelease(version: Version): string | null | undefined {
  if (isStable(version)) return undefined;
  const last = version.prerelease.at(-1);
  const [, name, number] = (typeof last === 'string' && /^(.*?)(\d+)$/.exec(last)) || [];
  if (name === undefined) return semver.inc(version, 'prerelease');
  const identifiers = [...version.prerelease.slice(0, -1), `${name}${Number(number) + 1}`];
  return `${version.major}.${version.minor}.${version.patch}-${identifiers.join('.')}`;
}

/** The level at which two versions differ; `patch` also for versions that differ in their pre-release only. */
export function differenceLevel(a: Version, b: Version): 'major' | 'minor' | 'patch' {
  if (a.major !== b.major) return 'major';
  return a.minor === b.minor ? 'patch' : 'minor';
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
