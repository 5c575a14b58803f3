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
  version: Version;
}

/**
 * Parse the tag of a component: `web-v1.4.2`, `web/v1.4.2`, `web@1.4.2` or `@acme/web@1.4.2`, as release-please, Lerna and changesets write them.
 * `undefined` for any other tag, also for a plain version.
 */
export function parseComponentTag(tag: string): ComponentTag | undefined {
  if (versionOfTag(tag) !== undefined) return undefined;
  const [, component, text] = /^@?([A-Za-z0-9][\w./-]*?)[-/@](v?\d+\.\d+\.\d+\S*)$/.exec(tag) ?? [];
  const version = versionOfTag(text ?? '');
  return component === undefined || version === undefined ? undefined : { component, version };
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
