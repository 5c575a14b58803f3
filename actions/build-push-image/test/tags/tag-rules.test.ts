import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseImageTag } from '../../../lib/identifiers.ts';
import { parseTagRule } from '../../src/tags/rule-syntax.ts';
import { type Affixes, branchTag, NO_AFFIXES, planTags, type TagContext } from '../../src/tags/tag-rules.ts';
import { release, sha } from './releases.ts';

const ALL = ['sha', 'semver', 'semver-minor', 'semver-major', 'branch', 'latest', 'raw:edge'];
const MORE = ['sha-long', 'semver-major-zero', 'pr', 'schedule', 'schedule:weekly', 'moving:1.0.0', 'match:^x$'];
const plan = (rules: string[], context: Partial<TagContext>, affixes: Affixes = NO_AFFIXES) =>
  planTags(
    rules.flatMap((rule) => {
      const parsed = parseTagRule(rule);
      return 'value' in parsed && parsed.value.kind !== 'match' ? [parsed.value] : [];
    }),
    { sha, branch: undefined, defaultBranch: 'main', release: undefined, ...context },
    affixes,
  );
const names = (rules: string[], context: Partial<TagContext>, affixes?: Affixes) =>
  plan(rules, context, affixes).tags.map(({ name }) => String(name));

describe('a rule for tags', () => {
  it.each([...ALL, ...MORE])('may be %s', (rule) => {
    expect(parseTagRule(rule)).toHaveProperty('value');
  });

  it.each([
    'semver-patch',
    'SHA',
    'raw:',
    'moving:',
    'match:',
    'schedule:',
    'sha:x',
    'raw:-x',
    'raw:a b',
    'raw:a/b',
    'type=sha',
    '',
  ])('may not be %j', (rule) => {
    expect(parseTagRule(rule)).toHaveProperty('problem');
  });
});

describe('the tags of a run', () => {
  it.each<[string, Partial<TagContext>, string[]]>([
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
  ])('of %s', (_title, context, expected) => {
    expect(names(ALL, context)).toEqual(expected);
  });

  it.each<[string[], Partial<TagContext>, string[]]>([
    [['sha-long'], {}, [`sha-${sha}`]],
    [['pr'], { pullRequest: 123 }, ['pr-123']],
    [['pr'], {}, []],
    [['schedule', 'schedule:weekly'], { scheduled: true }, ['nightly', 'weekly']],
    [['schedule'], {}, []],
    [['semver-major'], { release: release('0.3.1') }, []],
    [['semver-major-zero'], { release: release('0.3.1') }, ['0']],
    [['semver-major-zero'], { release: release('1.3.1') }, ['1']],
    [['sha', 'semver', 'latest'], { component: 'api' }, ['sha-0123456789ab']],
  ])('by %j with %j are %j', (rules, context, expected) => {
    expect(names(rules, context)).toEqual(expected);
  });

  it('have the prefix and the suffix of the image, whatever rule gives them', () => {
    const context = { branch: undefined, release: release('1.4.2') };
    const affixes = { tagPrefix: 'web-', tagSuffix: '-debug' };
    expect(names([...ALL, 'semver-major-zero'], context, affixes)).toEqual(
      ['sha-0123456789ab', '1.4.2', '1.4', '1', 'latest', 'edge'].map((tag) => `web-${tag}-debug`),
    );
    expect(names(['branch'], { branch: 'x'.repeat(200) }, affixes)).toEqual([`web-${'x'.repeat(118)}-debug`]);
  });

  it('only stay where they are when they name one version or one commit', () => {
    const rules = ['sha', 'sha-long', 'semver', 'raw:1.0.0-slim', 'raw:edge', 'moving:2.0.0', 'latest'];
    const { tags } = plan(rules, { release: release('1.4.2') });
    expect(tags.filter(({ moving }) => !moving).map(({ name }) => String(name))).toEqual([
      'sha-0123456789ab',
      `sha-${sha}`,
      '1.4.2',
      '1.0.0-slim',
    ]);
  });

  it('gives a reason for every rule without a tag', () => {
    expect(plan(ALL, { release: release('1.5.0-rc.1', false) }).skipped).toEqual([
      { rule: 'semver-minor', reason: '1.5.0-rc.1 is a pre-release' },
      { rule: 'semver-major', reason: '1.5.0-rc.1 is a pre-release' },
      { rule: 'branch', reason: 'no branch was pushed' },
      { rule: 'latest', reason: '1.5.0-rc.1 is a pre-release' },
    ]);
  });

  it('do not contain a version that is too long for a tag', () => {
    expect(plan(['semver'], { release: release(`1.0.0-${'b'.repeat(140)}`, false) })).toEqual({
      tags: [],
      skipped: [{ rule: 'semver', reason: 'its tag would have 146 characters, and a tag has at most 128' }],
    });
  });

  it('contain each tag once', () => {
    expect(names(['latest', 'raw:latest', 'sha', 'sha'], { branch: 'main' })).toEqual(['latest', 'sha-0123456789ab']);
  });

  it('of a branch are valid or empty for any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (branch) => {
        const tag = branchTag(branch);
        return tag === undefined || 'value' in parseImageTag(tag);
      }),
    );
  });
});
