import semver from 'semver';
import { isStable, parseComponentTag, parseVersion, type Version } from '../../../lib/versions.ts';

/** A tag that names a version. */
export interface TagVersion {
  /** What precedes the version: `web-` in `web-v1.4.2`, `release/`, `@acme/web@`; empty for a plain version. */
  prefix: string;
  version: Version;
  /** How many numbers the tag has: 2 in `v1.1`, 4 in `1.2.3.4`. */
  numbers: number;
}

const NUMBERS = /^(v?)(\d+(?:\.\d+){1,3})((?:[-+].*)?)$/;

/**
 * The version that a tag names. Besides semantic versions: `v1.1` (the same as 1.1.0), `2024.01.05` (zeros at the start of a number do not count) and
 * `1.2.3.4` (the fourth number is a build number). One number, such as `v1`, is a moving tag and not a version.
 * @param prefix what precedes the version; by default it is found, if the version has three numbers: `api-v1.1.0`, `release/1.1.0`, `@acme/pkg@2.0.0`
 */
export function parseTagVersion(tag: string, prefix?: string): TagVersion | undefined {
  if (prefix !== undefined) return tag.startsWith(prefix) ? parseNumbers(prefix, tag.slice(prefix.length)) : undefined;
  const plain = parseNumbers('', tag);
  if (plain !== undefined) return plain;
  const component = parseComponentTag(withoutLeadingZeros(tag));
  return component === undefined ? undefined : parseNumbers(component.prefix, tag.slice(component.prefix.length));
}

function parseNumbers(prefix: string, text: string): TagVersion | undefined {
  const [, , digits, rest = ''] = NUMBERS.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const all = digits.split('.');
  const [major, minor, patch = '0', build] = all.map((digit) => digit.replace(/^0+(?=\d)/, ''));
  if (build !== undefined && rest.includes('+')) return undefined;
  const parsed = parseVersion(`${major}.${minor}.${patch}${rest}${build === undefined ? '' : `+${build}`}`);
  return 'value' in parsed ? { prefix, version: parsed.value, numbers: all.length } : undefined;
}

const withoutLeadingZeros = (tag: string): string => tag.replaceAll(/(?<=(?:^|[-/@v.]))0+(?=\d+\.|\d+$)/g, '');

/** The order of two versions; build numbers count, as in `1.0.0+2` after `1.0.0+1`. */
export const compareVersions = (a: Version, b: Version): number => semver.compareBuild(a, b);

/** Whether two tags name versions of one series: those with the same prefix. */
export const isSameSeries = (other: Pick<TagVersion, 'prefix'>, { prefix }: Pick<TagVersion, 'prefix'>): boolean =>
  other.prefix === prefix;

/** Whether a version is stable, and no stable version of its series is higher. */
export function isHighestOfSeries(release: TagVersion, others: Iterable<TagVersion>): boolean {
  if (!isStable(release.version)) return false;
  for (const other of others)
    if (isSameSeries(other, release) && isStable(other.version) && compareVersions(other.version, release.version) > 0)
      return false;
  return true;
}
