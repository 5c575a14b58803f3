import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { toInputEnv } from '../../../scripts/test-support/bundle.ts';
import type { CommitSha } from '../../lib/identifiers.ts';
import { type Decision, isStillLatest, makeDecision } from '../src/history/decision.ts';
import type { History, Tag } from '../src/history/history.ts';
import { moveMajorTag } from '../src/history/move-major-tag.ts';
import { readSettings } from '../src/inputs/inputs.ts';
import { writeNotes } from '../src/notes/write-notes.ts';
import { FakeReleases, serverError } from './fake-releases.ts';

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  jest.restoreAllMocks();
});

const sha = (letter: string): CommitSha => letter.repeat(40) as CommitSha;
const failIfCalled = (): Promise<never> => Promise.reject(new Error('unexpected call'));

/** A straight line of commits: `a` is the ancestor of `b`, and so on. */
class FakeHistory implements History {
  readonly setTagCalls: [string, string, boolean][] = [];
  readonly knownTags: Tag[];
  readonly overrides: Partial<History>;

  constructor(knownTags: Tag[], overrides: Partial<History> = {}) {
    this.knownTags = knownTags;
    this.overrides = overrides;
  }

  tags = async () => this.knownTags;
  resolveTag: History['resolveTag'] = (tag) => this.overrides.resolveTag?.(tag) ?? Promise.resolve(undefined);
  resolveCommit: History['resolveCommit'] = (text) => this.overrides.resolveCommit?.(text) ?? failIfCalled();
  commitsNotIn = async (head: CommitSha, other: CommitSha) => new Set(other > head ? [other] : []);
  commits = async () => ({ commits: [{ sha: sha('b'), message: 'feat: it, @octocat', merge: false }], complete: true });
  setTag: History['setTag'] = async (...call) => {
    this.setTagCalls.push(call);
    await this.overrides.setTag?.(...call);
  };
}

const linearTags = (...names: string[]): Tag[] =>
  names.map((name, index) => ({ name, commit: sha('abcdef'[index] ?? 'f') }));
const settings = (inputs: Record<string, string> = {}) =>
  readSettings({
    ...toInputEnv({ tag: 'v1.1.0', token: 't', ...inputs }),
  });
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error) => error,
  );

describe('makeDecision', () => {
  it('determines commit, previous tag, pre-release and latest from the tags', async () => {
    const decision = await makeDecision(
      await settings(),
      new FakeHistory(linearTags('v1.0.0', 'v1.1.0-rc.1', 'v1.1.0', 'v2.0.0')),
    );
    expect(decision).toMatchObject({
      commit: sha('c'),
      target: undefined,
      previous: { name: 'v1.0.0' },
      prerelease: false,
      latest: false,
      warnings: [],
    });
  });

  it('looks up the tag by name when the list does not contain it yet', async () => {
    const history = new FakeHistory(linearTags('v1.0.0'), { resolveTag: async () => sha('b') });
    expect(await makeDecision(await settings(), history)).toMatchObject({ commit: sha('b'), latest: true });
  });

  it('resolves the target of a tag that does not exist, and does not move an existing tag', async () => {
    const history = new FakeHistory(linearTags('v1.0.0'), { resolveCommit: async () => sha('d') });
    expect(await makeDecision(await settings({ target: 'main' }), history)).toMatchObject({
      commit: sha('d'),
      target: sha('d'),
    });
    const tagged = new FakeHistory(linearTags('v1.0.0', 'v1.1.0'));
    expect(await makeDecision(await settings({ target: 'main' }), tagged)).toMatchObject({
      commit: sha('b'),
      target: undefined,
    });
  });

  it('treats a tag that is not a version as text, without a previous tag and not as the latest', async () => {
    const tag = 'v1.0.0$(id)';
    const history = new FakeHistory(linearTags('v1.0.0', tag));
    expect(await makeDecision(await settings({ tag }), history)).toMatchObject({
      previous: undefined,
      prerelease: false,
      latest: false,
    });
    expect(
      await makeDecision(await settings({ tag, 'previous-tag': 'v1.0.0', 'make-latest': 'true' }), history),
    ).toMatchObject({ previous: { name: 'v1.0.0' }, latest: true });
  });

  it.each([
    [{}, linearTags('v1.0.0'), 'the tag v1.1.0 does not exist'],
    [{ target: 'nowhere' }, linearTags('v1.0.0'), 'the target nowhere does not exist'],
    [{ target: sha('a') }, linearTags('v1.0.0', 'v1.1.0'), 'the tag v1.1.0 already points to another commit'],
    [{ 'previous-tag': 'v0.9.0' }, linearTags('v1.1.0'), 'the previous tag v0.9.0 does not exist'],
  ])('rejects %j', async (inputs, tags, what) => {
    const error = await failure(
      makeDecision(await settings(inputs), new FakeHistory(tags, { resolveCommit: async () => undefined })),
    );
    expect(error.what).toBe(what);
    expect(error.next).not.toBe('');
  });
});

describe('isStillLatest', () => {
  it('reads the tags again, unless make-latest is set', async () => {
    const given = await settings();
    const history = new FakeHistory(linearTags('v1.0.0', 'v1.1.0'));
    const decision = await makeDecision(given, history);
    expect(await isStillLatest(given, decision, history)).toBe(true);
    history.knownTags.push(...linearTags('v1.2.0'));
    expect(await isStillLatest(given, decision, history)).toBe(false);
    expect(await isStillLatest({ ...given, makeLatest: true }, decision, history)).toBe(true);
  });
});

describe('writeNotes', () => {
  const writeAll = async (inputs: Record<string, string>, tags: Tag[]) => {
    const history = new FakeHistory(tags);
    const releases = new FakeReleases();
    const given = await settings(inputs);
    const decision = await makeDecision(given, history);
    const notes = await writeNotes(given, decision, { releases, history, repositoryUrl: 'https://hub.test/o/r' });
    return { ...notes, generated: releases.count('generateNotes') === 1 };
  };
  const write = async (...args: Parameters<typeof writeAll>) => (await writeAll(...args)).text;

  it('requests generated notes from the previous tag', async () => {
    expect(await write({}, linearTags('v1.0.0', 'v1.1.0'))).toContain('compare/v1.0.0...v1.1.0');
  });
  it.each<[string, Record<string, string>, Tag[]]>([
    ['no lower version is an ancestor', { tag: 'v0.9.1' }, linearTags('v0.9.1', 'v0.9.0', 'v1.0.0')],
    ['all other versions are higher', { tag: 'v0.9.1' }, linearTags('v0.9.1', 'v1.0.0')],
    ['another tag is not a version', {}, linearTags('nightly', 'v1.1.0')],
    ['the major tag already points to another commit', {}, linearTags('v1', 'v1.1.0')],
    [
      'too many tags were compared',
      { tag: 'v1.0.99' },
      [
        ...linearTags('v1.0.99'),
        ...Array.from({ length: 40 }, (_, patch) => ({ name: `v1.0.${patch}`, commit: sha('z') })),
      ].map((tag, index) => ({
        ...tag,
        commit: index === 0 ? tag.commit : (`${'f'.repeat(38)}${index + 10}` as CommitSha),
      })),
    ],
  ])('lists the commits when %s, because GitHub could start at the wrong tag', async (_title, inputs, tags) => {
    const { text, warnings, generated } = await writeAll(inputs, tags);
    expect(generated).toBe(false);
    expect(text).toContain('### Features');
    expect(text).toContain(`https://hub.test/o/r/commits/${inputs.tag ?? 'v1.1.0'}`);
    expect(warnings).toEqual([expect.stringMatching(/GitHub would choose.*Set previous-tag/)]);
  });
  it.each<[string, Record<string, string>, Tag[]]>([
    ['there is no other tag', {}, linearTags('v1.1.0')],
    [
      'the only other tag is the major tag of this release',
      {},
      [...linearTags('v1.1.0'), { name: 'v1', commit: sha('a') }],
    ],
    ['the tag is not a version', { tag: 'nightly' }, linearTags('nightly', 'v1.0.0')],
  ])('lets GitHub choose the start when %s', async (_title, inputs, tags) => {
    expect(await writeAll(inputs, tags)).toMatchObject({ generated: true, warnings: [] });
  });
  it('groups commits, mentions no user and links to the comparison', async () => {
    const text = await write({ notes: 'commits', body: 'Words' }, linearTags('v1.0.0', 'v1.1.0'));
    expect(text).toMatch(/^Words\n\n### Features\n\n- it, @&#8203;octocat \(/);
    expect(text).toContain('**Full Changelog**: https://hub.test/o/r/compare/v1.0.0...v1.1.0');
  });
  it('links to all commits when there is no previous tag', async () => {
    expect(await write({ notes: 'commits' }, linearTags('v1.1.0'))).toContain('https://hub.test/o/r/commits/v1.1.0');
  });
  it('writes nothing with notes: none', async () => {
    expect(await write({ notes: 'none' }, linearTags('v1.1.0'))).toBe('');
  });
});

describe('moveMajorTag', () => {
  const move = async (tag: string, commit: string, tags: Tag[], inputs: Record<string, string> = {}) => {
    const history = new FakeHistory(tags);
    const decision: Decision = await makeDecision(await settings({ tag, ...inputs }), history);
    const major = await moveMajorTag(tag, { ...decision, commit: sha(commit) }, history);
    return { major, setTagCalls: history.setTagCalls };
  };
  it('does not move the tag with prerelease: true, whatever the tag', async () => {
    const tags = linearTags('v1', 'v1.1.0');
    expect(await move('v1.1.0', 'b', tags, { prerelease: 'true' })).toEqual({ major: undefined, setTagCalls: [] });
  });
  it('creates the tag, moves it, or does nothing if it already points to the release', async () => {
    expect(await move('v1.1.0', 'a', linearTags('v1.1.0'))).toEqual({
      major: 'v1',
      setTagCalls: [['v1', sha('a'), false]],
    });
    expect(await move('v1.1.0', 'b', linearTags('v1', 'v1.1.0'))).toEqual({
      major: 'v1',
      setTagCalls: [['v1', sha('b'), true]],
    });
    expect(await move('v1.1.0', 'a', linearTags('v1', 'v1.1.0'))).toEqual({ major: 'v1', setTagCalls: [] });
  });
  it.each([
    ['at the same commit', 'a', [['v1', sha('a'), false]]],
    [
      'at another commit',
      'f',
      [
        ['v1', sha('a'), false],
        ['v1', sha('a'), true],
      ],
    ],
  ])('accepts a tag that a concurrent run created first, %s', async (_title, otherCommit, setTagCalls) => {
    let created = false;
    const history = new FakeHistory(linearTags('v1.1.0'), {
      resolveTag: async () => (created ? sha(otherCommit) : undefined),
      setTag: async (_name, _commit, exists) => {
        if (exists) return;
        created = true;
        throw serverError(422, 'Reference already exists');
      },
    });
    expect(await moveMajorTag('v1.1.0', await makeDecision(await settings(), history), history)).toBe('v1');
    expect(history.setTagCalls).toEqual(setTagCalls);
  });
  it('gives up after five attempts', async () => {
    const history = new FakeHistory(linearTags('v1.1.0'), {
      setTag: async () => {
        throw serverError(422, 'Reference already exists');
      },
    });
    const decision = await makeDecision(await settings(), history);
    expect(await failure(moveMajorTag('v1.1.0', decision, history))).toMatchObject({
      what: 'moving the tag v1 failed',
    });
    expect(history.setTagCalls).toHaveLength(5);
  });
  it('never moves the tag back or to a pre-release', async () => {
    expect(await move('v1.1.0', 'a', linearTags('v1.1.0', 'v1.2.0', 'v1'))).toEqual({
      major: undefined,
      setTagCalls: [],
    });
    expect(await move('v1.1.0-rc.1', 'a', linearTags('v1.1.0-rc.1', 'v1'))).toEqual({
      major: undefined,
      setTagCalls: [],
    });
  });
});
