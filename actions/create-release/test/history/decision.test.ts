import { describe, expect, it } from '@jest/globals';
import { higherRelease, makeDecision, nearbyNames } from '../../src/history/decision.ts';
import type { Tag } from '../../src/history/history.ts';
import { MAX_LINES } from '../../src/history/previous-tag.ts';
import { serverError } from '../fake-calls.ts';
import { FakeHistory, linearTags, sha } from '../fake-history.ts';
import { FakeReleases } from '../fake-releases.ts';
import { failure } from '../publishing.ts';
import { settings } from './settings.ts';

const decide = async (inputs: Record<string, string>, history: FakeHistory | Tag[], env?: Record<string, string>) =>
  makeDecision(await settings(inputs, env), Array.isArray(history) ? new FakeHistory(history) : history);

describe('a decision', () => {
  it('has the commit, the previous tag, pre-release and latest from the tags', async () => {
    expect(await decide({}, linearTags('v1.0.0', 'v1.1.0-rc.1', 'v1.1.0', 'v2.0.0'))).toMatchObject({
      commit: sha('c'),
      target: undefined,
      tagged: sha('c'),
      release: { prefix: '', numbers: 3 },
      previous: { name: 'v1.0.0' },
      prerelease: false,
      latest: false,
      warnings: [],
      notices: [],
    });
  });

  it('takes two requests, and one more if the highest lower version is not at the same commit', async () => {
    const history = new FakeHistory(linearTags('v1.0.0', 'v1.1.0'));
    await decide({}, history);
    expect(history.calls.calls).toEqual(['overview', 'compare']);
  });

  it('looks up a tag by its name when the lists do not contain it yet', async () => {
    const history = new FakeHistory(linearTags('v1.0.0', 'v1.1.0'));
    history.hidden.add('v1.1.0');
    expect(await decide({}, history)).toMatchObject({ commit: sha('b'), previous: { name: 'v1.0.0' }, latest: true });
  });

  it('has no previous tag, and says so, when no compared tag shares history', async () => {
    const tags = Array.from({ length: MAX_LINES + 2 }, (_, minor) => ({ name: `v0.${minor}.0`, commit: sha('o') }));
    const graph = { a: '', o: '' };
    const history = new FakeHistory([...tags, { name: 'v1.1.0', commit: sha('a') }], { graph });
    const { previous, warnings } = await decide({}, history);
    expect(previous).toBeUndefined();
    expect(warnings).toEqual([
      expect.stringContaining(`None of the highest version of ${MAX_LINES} lines below v1.1.0`),
    ]);
  });

  it.each<[Record<string, string>, Tag[], string]>([
    [{}, linearTags('v1.0.0'), 'the tag v1.1.0 does not exist'],
    [{ target: 'nowhere' }, linearTags('v1.0.0'), 'the target nowhere does not exist'],
    [{ target: sha('a') }, linearTags('v1.0.0', 'v1.1.0'), 'the tag v1.1.0 already points to another commit'],
    [{ 'previous-tag': 'v0.9.0' }, linearTags('v1.1.0'), 'the previous tag v0.9.0 does not exist'],
  ])('is refused for %j', async (inputs, tags, what) => {
    const error = await failure(decide(inputs, tags));
    expect(error.what).toBe(what);
    expect(error.next).not.toBe('');
  });

  it.each(['overview', 'resolveTag', 'compare', 'resolveCommit'] as const)('names what failed: %s', async (failed) => {
    const history = new FakeHistory(linearTags('v1.0.0', 'v1.1.0'));
    if (failed !== 'compare') history.hidden.add('v1.1.0');
    history.calls.injectFailure = (method) => (method === failed ? serverError(403, 'no') : undefined);
    const error = await failure(decide(failed === 'resolveCommit' ? { target: 'main' } : {}, history));
    expect(error.what).toMatch(/^(?:reading the tags|looking up the t|comparing v1\.1\.0 with v1\.0\.0)/);
  });
});

describe('the commit of a release', () => {
  const withMain = (...names: string[]) => {
    const history = new FakeHistory(linearTags(...names));
    history.branches.set('main', sha('d'));
    return history;
  };

  it('is the target if the tag does not exist', async () => {
    const expected = { commit: sha('d'), target: sha('d'), tagged: undefined, warnings: [] };
    expect(await decide({ target: 'main' }, withMain('v1.0.0'))).toMatchObject(expected);
    expect(await decide({ target: sha('d') }, withMain('v1.0.0'))).toMatchObject(expected);
  });

  it('is that of a tag that exists, with a warning when the target is another commit', async () => {
    const { commit, target, warnings } = await decide({ target: 'main' }, withMain('v1.0.0', 'v1.1.0'));
    expect({ commit, target }).toEqual({ commit: sha('b'), target: undefined });
    expect(warnings).toEqual([
      `The tag v1.1.0 exists at ${sha('b')} and stays there, although the target main is at ${sha('d')}: this is a release of ${sha('b')}. Set move-tag: true for a tag that moves.`,
    ]);
  });

  it('has no warning when the tag is at the target', async () => {
    expect((await decide({ target: 'main' }, withMain('a', 'b', 'c', 'v1.1.0'))).warnings).toEqual([]);
    expect((await decide({ target: sha('d') }, withMain('a', 'b', 'c', 'v1.1.0'))).warnings).toEqual([]);
  });

  it('is the target for a tag that moves, which the decision knows where it was', async () => {
    const inputs = { tag: 'nightly', 'move-tag': 'true', target: 'main' };
    expect(await decide(inputs, withMain('nightly'))).toMatchObject({
      commit: sha('d'),
      target: undefined,
      tagged: sha('a'),
      warnings: [],
      notices: [],
    });
    expect((await decide(inputs, withMain('v1.0.0'))).tagged).toBeUndefined();
    const byCommit = { tag: 'nightly', 'move-tag': 'true' };
    expect((await decide(byCommit, withMain('nightly'), { GITHUB_SHA: sha('c') })).commit).toBe(sha('c'));
  });

  it('does not exist if neither branch nor commit is the target of a tag that moves', async () => {
    const inputs = { tag: 'nightly', 'move-tag': 'true', target: 'nowhere' };
    expect((await failure(decide(inputs, linearTags('nightly')))).what).toBe('the target nowhere does not exist');
  });
});

describe('a tag that is not a version', () => {
  it('is text, without a previous tag and not the latest, which is a notice', async () => {
    const tag = 'v1.0.0$(id)';
    const decision = await decide({ tag }, linearTags('v1.0.0', tag));
    expect(decision).toMatchObject({ release: undefined, previous: undefined, prerelease: false, latest: false });
    expect(decision.notices).toEqual([
      `The tag ${tag} does not name a version, so the release is not marked as the latest, and GitHub chooses where its notes start. Set make-latest or previous-tag to choose.`,
    ]);
  });

  it.each<[Record<string, string>]>([
    [{ 'make-latest': 'true' }],
    [{ 'make-latest': 'false' }],
    [{ 'make-latest': 'auto' }],
    [{ prerelease: 'true' }],
    [{ 'move-tag': 'true', target: sha('b') }],
  ])('is not a reason for a notice with %j', async (inputs) => {
    expect((await decide({ tag: 'nightly', ...inputs }, linearTags('v1.0.0', 'nightly'))).notices).toEqual([]);
  });

  it('has the previous tag and the badge that the step asks for', async () => {
    const inputs = { tag: 'nightly', 'previous-tag': 'v1.0.0', 'make-latest': 'true' };
    expect(await decide(inputs, linearTags('v1.0.0', 'nightly'))).toMatchObject({
      previous: { name: 'v1.0.0', commit: sha('a') },
      latest: true,
    });
  });

  it('starts at the last version if it moves or has a prefix: GitHub could choose the tag itself', async () => {
    const moving = { tag: 'nightly', 'move-tag': 'true', target: sha('c') };
    expect((await decide(moving, linearTags('v1.0.0', 'nightly'))).previous?.name).toBe('v1.0.0');
    const prefixed = { tag: 'web-nightly', 'tag-prefix': 'web-' };
    const tags = linearTags('web-v1.0.0', 'v1.9.0', 'web-nightly');
    expect((await decide(prefixed, tags)).previous?.name).toBe('web-v1.0.0');
  });
});

describe('the latest release', () => {
  it.each<[string, Record<string, string>, string[], boolean]>([
    ['the highest version', {}, ['v1.0.0', 'v1.1.0'], true],
    ['not the highest version', {}, ['v1.1.0', 'v1.2.0'], false],
    ['the highest stable version', {}, ['v1.1.0', 'v1.2.0-rc.1'], true],
    ['a pre-release', { tag: 'v1.2.0-rc.1' }, ['v1.2.0-rc.1'], false],
    ['marked as a pre-release', { prerelease: 'true' }, ['v1.1.0'], false],
    ['a pre-release that is marked as none', { tag: 'v1.2.0-rc.1', prerelease: 'false' }, ['v1.2.0-rc.1'], false],
    ['a version of two numbers', { tag: 'v1.2' }, ['v1.1', 'v1.2', 'v1'], true],
    ['a date', { tag: '2024.01.05' }, ['2023.12.31', '2024.01.05'], true],
    ['an older date', { tag: '2024.01.05' }, ['2024.01.05', '2024.01.10'], false],
    ['the highest version of its component', { tag: 'web-v1.1.0' }, ['web-v1.1.0', 'web-v1.0.0', 'v2.0.0'], true],
    ['a version after a prefix', { tag: 'web_1.1.0', 'tag-prefix': 'web_' }, ['web_1.1.0', 'web_1.0.0', '9.0.0'], true],
    ['not the highest of its prefix', { tag: 'web_1.1.0', 'tag-prefix': 'web_' }, ['web_1.1.0', 'web_1.2.0'], false],
    ['another one, but make-latest: true', { 'make-latest': 'true' }, ['v1.1.0', 'v1.2.0'], true],
    ['the highest version, but make-latest: false', { 'make-latest': 'false' }, ['v1.1.0'], false],
  ])('is decided for a tag that is %s', async (_, inputs, names, latest) => {
    expect((await decide(inputs, linearTags(...names))).latest).toBe(latest);
  });

  /** The tags of two components, of which `current` has the latest release. */
  const withLatest = (current: string, ...names: string[]) => {
    const releases = new FakeReleases();
    releases.latest = releases.add({ tag: current, draft: false }).id;
    return new FakeHistory(linearTags(...names), { releases });
  };

  it('stays that of another component, which is a notice unless make-latest is given', async () => {
    const history = withLatest('api-v3.0.0', 'web-v1.1.0', 'api-v3.0.0');
    const inputs = { tag: 'web-v1.1.0' };
    expect(await decide(inputs, history)).toMatchObject({
      latest: false,
      notices: ['api-v3.0.0, of another component, remains the latest release. Set make-latest: true to change that.'],
    });
    const auto = await decide({ ...inputs, 'make-latest': 'auto' }, history);
    expect(auto).toMatchObject({ latest: false, notices: [] });
    const forced = await decide({ ...inputs, 'make-latest': 'true' }, history);
    expect(forced).toMatchObject({ latest: true, notices: [] });
  });

  it('stays that of another component also for a tag whose prefix is given', async () => {
    const history = withLatest('api-v3.0.0', 'web_1.1.0', 'api-v3.0.0');
    const { latest, notices } = await decide({ tag: 'web_1.1.0', 'tag-prefix': 'web_' }, history);
    expect({ latest, notices }).toEqual({ latest: false, notices: [expect.stringContaining('of another component')] });
    const same = withLatest('web_1.0.0', 'web_1.0.0', 'web_1.1.0');
    expect((await decide({ tag: 'web_1.1.0', 'tag-prefix': 'web_' }, same)).latest).toBe(true);
  });

  it('moves within a component, and away from a tag that is not a version', async () => {
    const tags = ['web-v1.0.0', 'web-v1.1.0', 'api-v3.0.0'];
    expect((await decide({ tag: 'web-v1.1.0' }, withLatest('web-v1.0.0', ...tags))).latest).toBe(true);
    expect((await decide({ tag: 'web-v1.1.0' }, withLatest('nightly', ...tags))).latest).toBe(true);
  });

  it('stays a higher version whose tag was not read', async () => {
    expect((await decide({}, withLatest('v1.2.0', 'v1.1.0'))).latest).toBe(false);
  });

  it('can be that of a concurrent run: the published release with a higher stable version of the series', async () => {
    const decision = await decide({}, linearTags('v1.1.0'));
    const release = (tag: string, change = {}) => ({ id: 1, tag, draft: false, prerelease: false, ...change });
    const higher = (...newest: ReturnType<typeof release>[]) =>
      higherRelease(decision, { ofTag: [], newest, latest: undefined }, undefined)?.tag;
    expect(higher(release('v1.0.0'), release('v1.2.0'))).toBe('v1.2.0');
    expect(higher(release('v1.2.0', { draft: true }), release('v1.2.0', { prerelease: true }))).toBeUndefined();
    expect(higher(release('v1.2.0-rc.1'), release('web-v2.0.0'), release('nightly'))).toBeUndefined();
    expect(
      higherRelease(
        { ...decision, release: undefined },
        { ofTag: [], newest: [release('v9.0.0')], latest: undefined },
        undefined,
      ),
    ).toBeUndefined();
  });
});

describe('nearbyNames', () => {
  it.each<[string, string | undefined, string[]]>([
    ['v1.4.2', undefined, ['v1.4.', 'v1.', 'v0.']],
    ['0.3.1', undefined, ['0.3.', '0.']],
    ['web-v1.4.2', undefined, ['web-', 'web-v1.4.', 'web-v1.', 'web-v0.']],
    ['web_2.0.0', 'web_', ['web_', 'web_2.0.', 'web_2.', 'web_1.']],
    ['nightly', undefined, []],
    ['web-nightly', 'web-', ['web-']],
  ])('of %s with the prefix %s are %j', (tag, prefix, names) => expect(nearbyNames(tag, prefix)).toEqual(names));

  it('keep the zeros of dates', () => {
    expect(nearbyNames('2024.01.05', undefined)).toEqual(expect.arrayContaining(['2024.01.', '2024.', '2023.']));
  });
});
