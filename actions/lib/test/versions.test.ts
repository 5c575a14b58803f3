import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import semver from 'semver';
import {
  differenceLevel,
  incrementVersion,
  isHighestStable,
  parseComponentTag,
  parseVersion,
  type Version,
  versionAfterPrefix,
  versionOfTag,
  versionText,
} from '../versions.ts';

const versions = (...texts: string[]): Version[] => texts.map((text) => versionOfTag(text) as Version);

describe('parseVersion', () => {
  it.each([
    ['1.4.2', '1.4.2'],
    ['v1.4.2', '1.4.2'],
    ['1.5.0-rc.1', '1.5.0-rc.1'],
    ['1.5.0+build.7', '1.5.0+build.7'],
  ])('reads %s', (text, expected) => {
    const parsed = parseVersion(text);
    expect('value' in parsed && versionText(parsed.value)).toBe(expected);
  });
  it.each(['', 'v', '1.4', '01.4.2', 'vv1.4.2', ' 1.4.2', '1.4.2\n', 'v1.0.0$(touch pwned)', 'V1.0.0', '=1.0.0'])(
    'rejects %j',
    (text) => {
      expect(parseVersion(text)).toHaveProperty('problem');
    },
  );
});

describe('parseComponentTag', () => {
  it.each([
    ['web-v1.4.2', 'web', '1.4.2'],
    ['web/v1.4.2', 'web', '1.4.2'],
    ['web@1.4.2', 'web', '1.4.2'],
    ['@acme/web@1.4.2', 'acme/web', '1.4.2'],
    ['my-web-1.5.0-rc.1', 'my-web', '1.5.0-rc.1'],
    ['apps/web/v1.4.2', 'apps/web', '1.4.2'],
  ])('reads %s', (tag, component, version) => {
    const parsed = parseComponentTag(tag);
    expect([parsed?.component, parsed?.version.version]).toEqual([component, version]);
    expect(versionAfterPrefix(tag, parsed?.prefix ?? '')?.version).toBe(version);
  });

  it.each(['v1.4.2', '1.0.0-web-1.4.2', 'web', 'web-v1.4', 'web1.4.2', '-1.4.2', 'web-v01.4.2', 'web-v1.0.0$(x)'])(
    'finds none in %s',
    (tag) => {
      expect(parseComponentTag(tag)).toBeUndefined();
    },
  );
});

describe('isHighestStable', () => {
  it.each([
    ['9.4.1', ['8.5.21', '1.0.0'], true],
    ['8.5.21', ['9.4.1'], false],
    ['1.0.10', ['1.0.9'], true],
    ['2.0.0-rc.1', ['1.0.0'], false],
    ['1.0.0', ['2.0.0-rc.1'], true],
    ['1.0.0', [], true],
    ['1.0.0', ['1.0.0'], true],
  ])('%s among %j: %s', (version, others, expected) => {
    expect(isHighestStable(versions(version)[0] as Version, versions(...others))).toBe(expected);
  });
});

describe('incrementVersion', () => {
  const number = fc.nat({ max: 99 });
  const identifiers = fc.array(fc.oneof(number.map(String), fc.constantFrom('rc', 'rc1', 'beta9', 'x-7')), {
    maxLength: 3,
  });
  const version = fc
    .tuple(number, number, number, identifiers, identifiers)
    .map(([major, minor, patch, pre, build]) => {
      const core = `${major}.${minor}.${patch}${pre.length > 0 ? `-${pre.join('.')}` : ''}`;
      return versionOfTag(build.length > 0 ? `${core}+${build.join('.')}` : core) as Version;
    });

  it('is always higher, and keeps the build metadata', () => {
    fc.assert(
      fc.property(version, fc.constantFrom('major', 'minor', 'patch', 'prerelease'), (current, level) => {
        const before = versionText(current);
        const next = incrementVersion(current, level);
        expect(versionText(current)).toBe(before);
        if (next === undefined) expect(level).toBe('prerelease');
        else {
          expect(semver.gt(next, current)).toBe(true);
          expect(next.build).toEqual(current.build);
          expect(versionOfTag(versionText(next))?.compare(next)).toBe(0);
        }
      }),
    );
  });
});

it.each([
  ['1.4.1', '1.4.2', 'patch'],
  ['1.4.1', '1.5.0-rc.1', 'minor'],
  ['1.5.0-rc.1', '1.5.0', 'patch'],
  ['2.0.0', '1.9.9', 'major'],
  ['1.4.1', '1.4.1+b', 'patch'],
])('%s and %s differ at the level %s', (a, b, level) => {
  const [first, second] = versions(a, b) as [Version, Version];
  expect(differenceLevel(first, second)).toBe(level);
});
