import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partitionTags } from '../../src/tags/partition-tags.ts';
import { NO_AFFIXES, planTags } from '../../src/tags/tag-rules.ts';
import { release, sha } from './releases.ts';

describe('floating tags', () => {
  const partition = (version: string, existing: string[], affixes = NO_AFFIXES) => {
    const current = release(version);
    const result = partitionTags(
      planTags([{ kind: 'semver' }, { kind: 'semver-minor' }, { kind: 'semver-major' }, { kind: 'latest' }], {
        sha,
        branch: undefined,
        defaultBranch: 'main',
        release: current,
      }).tags,
      current,
      { existing, affixes },
    );
    return {
      movable: result.movable.map(({ name }) => String(name)),
      blocked: result.blocked.map(({ name, newerVersion }) => `${name}<${newerVersion}`),
      newerTags: [...new Set(result.blocked.map(({ newerTag }) => newerTag))],
    };
  };

  it.each<[string, string[], string[], string[]]>([
    ['1.4.2', [], ['1.4.2', '1.4', '1', 'latest'], []],
    ['1.4.2', ['1.4.1', '1.4.2', 'latest', 'sha-0123456789ab', '1'], ['1.4.2', '1.4', '1', 'latest'], []],
    ['1.4.2', ['1.4.3'], ['1.4.2'], ['1.4<1.4.3', '1<1.4.3', 'latest<1.4.3']],
    ['1.4.2', ['1.5.0'], ['1.4.2', '1.4'], ['1<1.5.0', 'latest<1.5.0']],
    ['1.4.2', ['2.0.0', '1.10.0'], ['1.4.2', '1.4'], ['1<1.10.0', 'latest<2.0.0']],
    ['8.5.21', ['9.4.1'], ['8.5.21', '8.5', '8'], ['latest<9.4.1']],
    ['1.0.10', ['1.0.9'], ['1.0.10', '1.0', '1', 'latest'], []],
    ['1.4.2', ['1.5.0-rc.1', 'v2'], ['1.4.2', '1.4', '1', 'latest'], []],
    ['1.4.2', ['v1.4.3'], ['1.4.2'], ['1.4<1.4.3', '1<1.4.3', 'latest<1.4.3']],
    ['1.4.2', ['1.4.2_b7'], ['1.4.2', '1.4', '1', 'latest'], []],
  ])('of %s when the registry has %j', (version, existing, movable, blocked) => {
    expect(partition(version, existing)).toMatchObject({ movable, blocked });
  });

  it('report the blocking tag as the repository writes it', () => {
    expect(partition('1.4.2', ['v1.4.3', '2.0.0_b7']).newerTags).toEqual(['v1.4.3', '2.0.0_b7']);
  });

  it.each<[string, string, string[], string[]]>([
    ['-debug', '1.4.2', ['1.5.0', '2.0.0'], []],
    ['-debug', '1.4.2', ['1.5.0-debug', '1.6.0-rc.1-debug'], ['1<1.5.0', 'latest<1.5.0']],
    ['', '1.4.2', ['1.5.0-debug', '2.0.0-slim'], []],
  ])(
    'with the suffix %j only meet versions of their own variant: %s beside %j',
    (tagSuffix, version, existing, blocked) => {
      expect(partition(version, existing, { tagPrefix: '', tagSuffix }).blocked).toEqual(blocked);
    },
  );

  it('end at the highest version for any order of releases', () => {
    const versions = fc.uniqueArray(
      fc.tuple(fc.nat(2), fc.nat(3), fc.nat(3)).map((parts) => parts.join('.')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(versions, (order) => {
        const tags = new Map<string, string>();
        for (const version of order)
          for (const name of partition(version, [...tags.keys()]).movable) tags.set(name, version);
        const sorted = [...order].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
        expect(tags.get('latest')).toBe(sorted.at(-1));
        expect(tags.get('1')).toBe(sorted.findLast((version) => version.startsWith('1.')));
        expect(tags.get('1.2')).toBe(sorted.findLast((version) => version.startsWith('1.2.')));
      }),
      { numRuns: 50 },
    );
  });
});
