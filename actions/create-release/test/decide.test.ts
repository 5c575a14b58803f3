import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
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
const refused = (): Promise<never> => Promise.reject(new Error('not to be asked'));

/** A straight line of commits: `a` is the ancestor of `b`, and so on. */
class FakeHistory implements History {
  readonly points: [string, string, boolean][] = [];
  readonly known: Tag[];
  readonly rest: Partial<History>;

  constructor(known: Tag[], rest: Partial<History> = {}) {
    this.known = known;
    this.rest = rest;
  }

  tags = async () => this.known;
  commitOfTag: History['commitOfTag'] = (tag) => this.rest.commitOfTag?.(tag) ?? Promise.resolve(undefined);
  commitOf: History['commitOf'] = (text) => this.rest.commitOf?.(text) ?? refused();
  commitsNotIn = async (head: CommitSha, other: CommitSha) => new Set(other > head ? [other] : []);
  commits = async () => ({ commits: [{ sha: sha('b'), message: 'feat: it, @octocat', merge: false }], complete: true });
  setTag: History['setTag'] = async (...point) => {
    this.points.push(point);
    await this.rest.setTag?.(...point);
  };
}

const line = (...names: string[]): Tag[] => names.map((name, index) => ({ name, commit: sha('abcdef'[index] ?? 'f') }));
const settings = (inputs: Record<string, string> = {}) =>
  readSettings({
    INPUT_TAG: 'v1.1.0',
    INPUT_TOKEN: 't',
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  });
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error) => error,
  );

describe('decide', () => {
  it('finds commit, previous tag and marks from the tags', async () => {
    const decision = await makeDecision(
      await settings(),
      new FakeHistory(line('v1.0.0', 'v1.1.0-rc.1', 'v1.1.0', 'v2.0.0')),
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

  it('asks for the tag by name when the list lags behind', async () => {
    const history = new FakeHistory(line('v1.0.0'), { commitOfTag: async () => sha('b') });
    expect(await makeDecision(await settings(), history)).toMatchObject({ commit: sha('b'), latest: true });
  });

  it('resolves the target of a tag that does not exist, and leaves an existing tag where it is', async () => {
    const history = new FakeHistory(line('v1.0.0'), { commitOf: async () => sha('d') });
    expect(await makeDecision(await settings({ target: 'main' }), history)).toMatchObject({
      commit: sha('d'),
      target: sha('d'),
    });
    const tagged = new FakeHistory(line('v1.0.0', 'v1.1.0'));
    expect(await makeDecision(await settings({ target: 'main' }), tagged)).toMatchObject({
      commit: sha('b'),
      target: undefined,
    });
  });

  it('takes a tag that is not a version as plain text, with safe marks and no previous tag', async () => {
    const tag = 'v1.0.0$(id)';
    const history = new FakeHistory(line('v1.0.0', tag));
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
    [{}, line('v1.0.0'), 'the tag v1.1.0 does not exist'],
    [{ target: 'nowhere' }, line('v1.0.0'), 'the target nowhere does not exist'],
    [{ target: sha('a') }, line('v1.0.0', 'v1.1.0'), 'the tag v1.1.0 already points to another commit'],
    [{ 'previous-tag': 'v0.9.0' }, line('v1.1.0'), 'the previous tag v0.9.0 does not exist'],
  ])('refuses %j', async (inputs, tags, what) => {
    const error = await failure(
      makeDecision(await settings(inputs), new FakeHistory(tags, { commitOf: async () => undefined })),
    );
    expect(error.what).toBe(what);
    expect(error.next).not.toBe('');
  });
});

describe('isStillLatest', () => {
  it('counts the tags again, unless the user said it', async () => {
    const own = await settings();
    const history = new FakeHistory(line('v1.0.0', 'v1.1.0'));
    const decision = await makeDecision(own, history);
    expect(await isStillLatest(own, decision, history)).toBe(true);
    history.known.push(...line('v1.2.0'));
    expect(await isStillLatest(own, decision, history)).toBe(false);
    expect(await isStillLatest({ ...own, makeLatest: true }, decision, history)).toBe(true);
  });
});

describe('writeNotes', () => {
  const writeAll = async (inputs: Record<string, string>, tags: Tag[]) => {
    const history = new FakeHistory(tags);
    const releases = new FakeReleases();
    const own = await settings(inputs);
    const decision = await makeDecision(own, history);
    const notes = await writeNotes(own, decision, { releases, history, repositoryUrl: 'https://hub.test/o/r' });
    return { ...notes, generated: releases.count('generateNotes') === 1 };
  };
  const write = async (...args: Parameters<typeof writeAll>) => (await writeAll(...args)).text;

  it('asks for generated notes from the previous tag', async () => {
    expect(await write({}, line('v1.0.0', 'v1.1.0'))).toContain('compare/v1.0.0...v1.1.0');
  });
  it.each<[string, Record<string, string>, Tag[]]>([
    ['no lower version is an ancestor', { tag: 'v0.9.1' }, line('v0.9.1', 'v0.9.0', 'v1.0.0')],
    ['all others are higher', { tag: 'v0.9.1' }, line('v0.9.1', 'v1.0.0')],
    ['another tag is not a version', {}, line('nightly', 'v1.1.0')],
    ['the major tag already points to another commit', {}, line('v1', 'v1.1.0')],
    [
      'none was found among too many',
      { tag: 'v1.0.99' },
      [...line('v1.0.99'), ...Array.from({ length: 40 }, (_, at) => ({ name: `v1.0.${at}`, commit: sha('z') }))].map(
        (tag, at) => ({ ...tag, commit: at === 0 ? tag.commit : (`${'f'.repeat(38)}${at + 10}` as CommitSha) }),
      ),
    ],
  ])('never lets GitHub choose where they start: when %s, they are of the commits', async (_title, inputs, tags) => {
    const { text, warnings, generated } = await writeAll(inputs, tags);
    expect(generated).toBe(false);
    expect(text).toContain('### Features');
    expect(text).toContain(`https://hub.test/o/r/commits/${inputs.tag ?? 'v1.1.0'}`);
    expect(warnings).toEqual([expect.stringMatching(/GitHub would choose.*Set previous-tag/)]);
  });
  it.each<[string, Record<string, string>, Tag[]]>([
    ['there is no other tag', {}, line('v1.1.0')],
    ['there is only the major tag of this very release', {}, [...line('v1.1.0'), { name: 'v1', commit: sha('a') }]],
    ['the tag is not a version', { tag: 'nightly' }, line('nightly', 'v1.0.0')],
  ])('leave the start to GitHub when %s', async (_title, inputs, tags) => {
    expect(await writeAll(inputs, tags)).toMatchObject({ generated: true, warnings: [] });
  });
  it('groups commits, notifies nobody and links to the comparison', async () => {
    const text = await write({ notes: 'commits', body: 'Words' }, line('v1.0.0', 'v1.1.0'));
    expect(text).toMatch(/^Words\n\n### Features\n\n- it, @&#8203;octocat \(/);
    expect(text).toContain('**Full Changelog**: https://hub.test/o/r/compare/v1.0.0...v1.1.0');
  });
  it('links to all commits when there is no previous tag', async () => {
    expect(await write({ notes: 'commits' }, line('v1.1.0'))).toContain('https://hub.test/o/r/commits/v1.1.0');
  });
  it('writes nothing when nothing is asked for', async () => {
    expect(await write({ notes: 'none' }, line('v1.1.0'))).toBe('');
  });
});

describe('moveMajorTag', () => {
  const move = async (tag: string, at: string, tags: Tag[], inputs: Record<string, string> = {}) => {
    const history = new FakeHistory(tags);
    const decision: Decision = await makeDecision(await settings({ tag, ...inputs }), history);
    const major = await moveMajorTag(tag, { ...decision, commit: sha(at) }, history);
    return { major, points: history.points };
  };
  it('stays when the release is said to be a pre-release, whatever its tag', async () => {
    const tags = line('v1', 'v1.1.0');
    expect(await move('v1.1.0', 'b', tags, { prerelease: 'true' })).toEqual({ major: undefined, points: [] });
  });
  it('makes it, moves it, or leaves it when it is there already', async () => {
    expect(await move('v1.1.0', 'a', line('v1.1.0'))).toEqual({ major: 'v1', points: [['v1', sha('a'), false]] });
    expect(await move('v1.1.0', 'b', line('v1', 'v1.1.0'))).toEqual({ major: 'v1', points: [['v1', sha('b'), true]] });
    expect(await move('v1.1.0', 'a', line('v1', 'v1.1.0'))).toEqual({ major: 'v1', points: [] });
  });
  it.each([
    ['at the same commit', 'a', [['v1', sha('a'), false]]],
    [
      'elsewhere',
      'f',
      [
        ['v1', sha('a'), false],
        ['v1', sha('a'), true],
      ],
    ],
  ])('takes it as it is when another run makes it first, %s', async (_where, theirs, points) => {
    let made = false;
    const history = new FakeHistory(line('v1.1.0'), {
      commitOfTag: async () => (made ? sha(theirs) : undefined),
      setTag: async (_name, _commit, exists) => {
        if (exists) return;
        made = true;
        throw serverError(422, 'Reference already exists');
      },
    });
    expect(await moveMajorTag('v1.1.0', await makeDecision(await settings(), history), history)).toBe('v1');
    expect(history.points).toEqual(points);
  });
  it('does not try forever', async () => {
    const history = new FakeHistory(line('v1.1.0'), {
      setTag: async () => {
        throw serverError(422, 'Reference already exists');
      },
    });
    const decision = await makeDecision(await settings(), history);
    expect(await failure(moveMajorTag('v1.1.0', decision, history))).toMatchObject({
      what: 'moving the tag v1 failed',
    });
    expect(history.points).toHaveLength(5);
  });
  it('never moves it back or to a pre-release', async () => {
    expect(await move('v1.1.0', 'a', line('v1.1.0', 'v1.2.0', 'v1'))).toEqual({ major: undefined, points: [] });
    expect(await move('v1.1.0-rc.1', 'a', line('v1.1.0-rc.1', 'v1'))).toEqual({ major: undefined, points: [] });
  });
});
