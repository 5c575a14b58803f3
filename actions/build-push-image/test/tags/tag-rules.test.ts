import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CommitSha, parseImageTag } from '../../../lib/identifiers.ts';
import type { Release } from '../../src/tags/push-event.ts';
import { branchTag, holdBack, parseTagRule, planTags, type TagFacts } from '../../src/tags/tag-rules.ts';

const sha = '0123456789abcdef0123456789abcdef01234567' as CommitSha;
const release = (text: string, stable = true): Release => {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return { text, major, minor, stable };
};
const ALL = ['sha', 'semver', 'semver-minor', 'semver-major', 'branch', 'latest', 'raw:edge'];
const plan = (rules: string[], facts: Partial<TagFacts>) =>
  planTags(
    rules.flatMap((rule) => {
      const parsed = parseTagRule(rule);
      return 'value' in parsed ? [parsed.value] : [];
    }),
    { sha, branch: undefined, defaultBranch: 'main', release: undefined, ...facts },
  );
const names = (rules: string[], facts: Partial<TagFacts>) => plan(rules, facts).tags.map(({ name }) => String(name));

describe('a rule for tags', () => {
  it.each(ALL)('may be %s', (rule) => {
    expect(parseTagRule(rule)).toHaveProperty('value');
  });

  it.each(['semver-patch', 'SHA', 'raw:', 'raw:-x', 'raw:a b', 'raw:a/b', 'type=sha', ''])('may not be %j', (rule) => {
    expect(parseTagRule(rule)).toHaveProperty('problem');
  });
});

describe('the tags of a run', () => {
  it.each<[string, Partial<TagFacts>, string[]]>([
    ['a push to main', { branch: 'main' }, ['sha-0123456789ab', 'main', 'latest', 'edge']],
    ['a push to another branch', { branch: 'Feature/X' }, ['sha-0123456789ab', 'Feature-X', 'edge']],
    [
      'a push where the default branch is unknown',
      { branch: 'trunk', defaultBranch: undefined },
      ['sha-0123456789ab', 'trunk', 'latest', 'edge'],
    ],
    ['a release', { release: release('1.4.2') }, ['sha-0123456789ab', '1.4.2', '1.4', '1', 'latest', 'edge']],
    ['a pre-release', { release: release('1.5.0-rc.1', false) }, ['sha-0123456789ab', '1.5.0-rc.1', 'edge']],
    [
      'a release with build metadata',
      { release: release('1.4.2+b7') },
      ['sha-0123456789ab', '1.4.2_b7', '1.4', '1', 'latest', 'edge'],
    ],
    ['a pull request', {}, ['sha-0123456789ab', 'edge']],
  ])('of %s', (_title, facts, expected) => {
    expect(names(ALL, facts)).toEqual(expected);
  });

  it('names a reason for every rule that gives none', () => {
    expect(plan(ALL, { release: release('1.5.0-rc.1', false) }).skipped).toEqual([
      { rule: 'semver-minor', reason: '1.5.0-rc.1 is a pre-release' },
      { rule: 'semver-major', reason: '1.5.0-rc.1 is a pre-release' },
      { rule: 'branch', reason: 'no branch was pushed' },
      { rule: 'latest', reason: '1.5.0-rc.1 is a pre-release' },
    ]);
  });

  it('are none of a version that is longer than a tag may be', () => {
    expect(plan(['semver'], { release: release(`1.0.0-${'b'.repeat(140)}`, false) })).toEqual({
      tags: [],
      skipped: [{ rule: 'semver', reason: 'the version has 146 characters, and a tag has at most 128' }],
    });
  });

  it('are each there once', () => {
    expect(names(['latest', 'raw:latest', 'sha', 'sha'], { branch: 'main' })).toEqual(['latest', 'sha-0123456789ab']);
  });

  it('of a branch are valid or none, whatever its name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (branch) => {
        const tag = branchTag(branch);
        return tag === undefined || 'value' in parseImageTag(tag);
      }),
    );
  });
});

describe('tags that follow the highest version', () => {
  const held = async (version: string, released: string[]) => {
    const own = release(version);
    const result = await holdBack(
      planTags([{ kind: 'semver' }, { kind: 'semver-minor' }, { kind: 'semver-major' }, { kind: 'latest' }], {
        sha,
        branch: undefined,
        defaultBranch: 'main',
        release: own,
      }).tags,
      own,
      released,
    );
    return {
      free: result.free.map(({ name }) => String(name)),
      held: result.held.map(({ name, by }) => `${name}<${by}`),
      holders: [...new Set(result.held.map(({ holder }) => holder))],
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
  ])('%s where the registry has %j', async (version, released, free, kept) => {
    expect(await held(version, released)).toMatchObject({ free, held: kept });
  });

  it('are held by a tag of the repository as it is written there', async () => {
    expect((await held('1.4.2', ['v1.4.3', '2.0.0_b7'])).holders).toEqual(['v1.4.3', '2.0.0_b7']);
  });

  it('end at the highest version, in whatever order releases come', async () => {
    const versions = fc.uniqueArray(
      fc.tuple(fc.nat(2), fc.nat(3), fc.nat(3)).map((parts) => parts.join('.')),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(versions, async (order) => {
        const tags = new Map<string, string>();
        for (const version of order)
          for (const name of (await held(version, [...tags.keys()])).free) tags.set(name, version);
        const sorted = [...order].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
        expect(tags.get('latest')).toBe(sorted.at(-1));
        expect(tags.get('1')).toBe(sorted.findLast((version) => version.startsWith('1.')));
        expect(tags.get('1.2')).toBe(sorted.findLast((version) => version.startsWith('1.2.')));
      }),
      { numRuns: 50 },
    );
  });
});
