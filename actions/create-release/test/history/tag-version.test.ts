import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import semver from 'semver';
import { versionText } from '../../../lib/versions.ts';
import { compareVersions, isHighestOfSeries, isSameSeries, parseTagVersion } from '../../src/history/tag-version.ts';
import { isPrereleaseVersion, majorTag, versionsOf, withoutMovingTags } from '../../src/history/version-rules.ts';
import { sha } from '../fake-history.ts';

const parse = (tag: string, prefix?: string) => {
  const parsed = parseTagVersion(tag, prefix);
  if (parsed === undefined) throw new Error(`${tag} names no version`);
  return parsed;
};

describe('the version that a tag names', () => {
  it.each<[string, string | undefined, string, string, number]>([
    ['v1.4.2', undefined, '', '1.4.2', 3],
    ['1.4.2', undefined, '', '1.4.2', 3],
    ['v1.5.0-rc.1', undefined, '', '1.5.0-rc.1', 3],
    ['v1.1', undefined, '', '1.1.0', 2],
    ['v1.1-rc.1', undefined, '', '1.1.0-rc.1', 2],
    ['2024.01.05', undefined, '', '2024.1.5', 3],
    ['2024.10', undefined, '', '2024.10.0', 2],
    ['1.2.3.4', undefined, '', '1.2.3+4', 4],
    ['1.2.3.4-rc.1', undefined, '', '1.2.3-rc.1+4', 4],
    ['1.0.0+2', undefined, '', '1.0.0+2', 3],
    ['api-v1.1.0', undefined, 'api-', '1.1.0', 3],
    ['release/1.1.0', undefined, 'release/', '1.1.0', 3],
    ['@acme/pkg@2.0.0', undefined, '@acme/pkg@', '2.0.0', 3],
    ['web-2024.01.05', undefined, 'web-', '2024.1.5', 3],
    ['web_1.2.0', 'web_', 'web_', '1.2.0', 3],
    ['web-v1.1', 'web-', 'web-', '1.1.0', 2],
    ['ubuntu-22.04', 'ubuntu-', 'ubuntu-', '22.4.0', 2],
    ['@acme/pkg@2.0.0-rc.1', '@acme/pkg@', '@acme/pkg@', '2.0.0-rc.1', 3],
  ])('%s with the prefix %s', (tag, given, prefix, version, numbers) => {
    const parsed = parse(tag, given);
    expect([parsed.prefix, versionText(parsed.version), parsed.numbers]).toEqual([prefix, version, numbers]);
  });

  it.each<[string, string | undefined]>([
    ['v1', undefined],
    ['1', undefined],
    ['nightly', undefined],
    ['latest', undefined],
    ['ubuntu-22.04', undefined],
    ['web-v1.1', undefined],
    ['web_1.2.0', undefined],
    ['1.2.3.4.5', undefined],
    ['1.2.3.4+build', undefined],
    ['v1.0.0$(id)', undefined],
    ['v1.0.0 ', undefined],
    ['vv1.0.0', undefined],
    ['1..0', undefined],
    ['', undefined],
    ['web-v1.1.0', 'api-'],
    ['v1.1.0', 'web-'],
    ['web-v1', 'web-'],
    ['web-', 'web-'],
  ])('does not exist in %j with the prefix %s', (tag, prefix) => {
    expect(parseTagVersion(tag, prefix)).toBeUndefined();
  });

  it('is found or not in any text, without an error', () => {
    const part = fc.constantFrom('v', '0', '1', '01', '22', '.', '-', '+', '/', '@', '_', 'rc', 'web', '9'.repeat(20));
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (tag, prefix) => {
        const parsed = parseTagVersion(tag, prefix);
        if (parsed === undefined) return;
        expect(tag.startsWith(parsed.prefix)).toBe(true);
        expect(semver.valid(versionText(parsed.version))).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});

describe('the order of versions', () => {
  it.each([
    ['v1.1', 'v1.2'],
    ['2024.01.05', '2024.01.10'],
    ['2024.9', '2024.10'],
    ['1.2.3.4', '1.2.3.10'],
    ['1.0.0+1', '1.0.0+2'],
    ['1.0.0', '1.0.0+1'],
    ['1.1.0-rc.9', '1.1.0-rc.10'],
    ['1.1.0-rc.1', '1.1.0'],
  ])('%s precedes %s', (lower, higher) => {
    expect(Math.sign(compareVersions(parse(lower).version, parse(higher).version))).toBe(-1);
    expect(Math.sign(compareVersions(parse(higher).version, parse(lower).version))).toBe(1);
  });

  it.each([
    ['v1.0.0', 'v1.1.0', true],
    ['v1.1', 'v1.1.0', true],
    ['v1.1.0', 'v1.1', true],
    ['v1.1.0', '1.2.3.4', true],
    ['1.2.3.4', '1.2.3', true],
    ['v1.0.0', 'web-v1.1.0', false],
    ['web-v1.0.0', 'web-1.1.0', true],
  ])('beside %s, the tag %s belongs to the same series: %s', (tag, other, expected) => {
    expect(isSameSeries(parse(other), parse(tag))).toBe(expected);
  });
});

describe('the tags without those that move', () => {
  it.each([
    [{ 'v1.1': 'a', 'v1.1.0': 'a', v1: 'a' }, undefined, ['v1.1.0', 'v1']],
    [{ 'v1.1': 'b', 'v1.1.0': 'a', 'v1.1.1': 'b' }, undefined, ['v1.1.0', 'v1.1.1']],
    [{ 'v1.1': 'a', 'v1.1.1': 'b' }, undefined, ['v1.1', 'v1.1.1']],
    [{ 'v1.1': 'a', 'v1.0.0': 'a' }, undefined, ['v1.1', 'v1.0.0']],
    [{ 'v1.1': 'a', 'web-v1.1.0': 'a' }, undefined, ['v1.1', 'web-v1.1.0']],
    [{ 'web_1.1': 'a', 'web_1.1.0': 'a' }, 'web_', ['web_1.1.0']],
  ])('%j', (commits, prefix, expected) => {
    const tags = Object.entries(commits).map(([name, letter]) => ({ name, commit: sha(letter) }));
    expect(withoutMovingTags(tags, prefix).map(({ name }) => name)).toEqual(expected);
  });
});

describe('the highest version of a series', () => {
  const isHighest = (tag: string, names: readonly string[]) =>
    isHighestOfSeries(parse(tag), versionsOf(names, undefined));

  it.each<[string, string[], boolean]>([
    ['v1.0.10', ['v1.0.9'], true],
    ['v8.5.21', ['v9.4.1', 'v8.5.20'], false],
    ['v2.0.0', ['v2.0.0', 'v2.1.0-rc.1'], true],
    ['v2.1.0-rc.1', ['v2.0.0'], false],
    ['v1.0.0', ['nightly', 'v2', 'web-v3.0.0'], true],
    ['web-v1.0.0', ['v2.0.0', 'api-v3.0.0', 'web-v0.9.0'], true],
    ['v1.1.1', ['v1.2', 'v2'], false],
    ['v1.1.1', ['v1.1', 'v1', 'v2'], true],
    ['v1.1', ['v1.2'], false],
    ['1.2.3.1', ['1.2.3', '2.0.0'], false],
    ['1.2.3.1', ['1.2.3'], true],
  ])('%s among %j: %s', (tag, names, expected) => expect(isHighest(tag, names)).toBe(expected));

  it('is one version, for any set of tags', () => {
    const anyVersion = fc
      .tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.constantFrom('', '-rc.1', '-rc.2'))
      .map(([major, minor, patch, pre]) => `v${major}.${minor}.${patch}${pre}`);
    fc.assert(
      fc.property(fc.uniqueArray(anyVersion, { minLength: 1 }), (names) => {
        const highest = names.filter((name) => isHighest(name, names));
        const stable = names.filter((name) => !name.includes('-')).sort((a, b) => semver.rcompare(a, b));
        expect(highest).toEqual(stable.slice(0, 1));
      }),
    );
  });
});

describe('version rules', () => {
  it.each([
    ['v1.0.0', false],
    ['v1.0.0-rc.1', true],
    ['v1.1-rc.1', true],
    ['1.2.3.4', false],
    ['nightly', false],
  ])('%s is a pre-release: %s', (tag, expected) => expect(isPrereleaseVersion(parseTagVersion(tag))).toBe(expected));

  it.each<[string, string[], string | undefined]>([
    ['v1.4.2', ['v1.4.1', 'v2.0.0'], 'v1'],
    ['1.4.2', ['1.4.1'], '1'],
    ['v1.4.2', ['v1.5.0'], undefined],
    ['v2.0.0-rc.1', [], undefined],
    ['v0.3.0', ['v0.2.0'], 'v0'],
    ['v1.4.2', ['v1.5.0-rc.1', 'v1'], 'v1'],
    ['web-v1.4.2', ['web-v1.4.1', 'api-v1.5.0', 'v1.9.0'], 'web-v1'],
    ['@acme/pkg@1.4.2', [], '@acme/pkg@1'],
  ])('the major tag of %s among %j is %s', (tag, names, expected) => {
    expect(majorTag(tag, parse(tag), names)).toBe(expected);
  });
});
