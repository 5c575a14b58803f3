import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CommitSha } from '../../../lib/identifiers.ts';
import type { Tag } from '../../src/history/history.ts';
import {
  findPreviousTag,
  MAX_LINES,
  mayStartAtWrongTag,
  previousTagCandidates,
} from '../../src/history/previous-tag.ts';
import { parseTagVersion, type TagVersion } from '../../src/history/tag-version.ts';
import { compareCommits, type Graph, sha } from '../fake-history.ts';

const createTags = (...names: string[]): Tag[] =>
  names.map((name, index) => ({ name, commit: `c${index}` as CommitSha }));
const candidatesFor = (tag: string, tags: readonly Tag[], prefix?: string) =>
  previousTagCandidates({ tag, release: parseTagVersion(tag, prefix), prefix }, tags);
const namesFor = (tag: string, names: readonly string[], prefix?: string) =>
  candidatesFor(tag, createTags(...names), prefix).map(({ name }) => name);

describe('previousTagCandidates', () => {
  it.each<[string, string[], string[]]>([
    ['v1.0.10', ['v1.0.9', 'v2.0.0', 'v1.0.2'], ['v1.0.9', 'v1.0.2']],
    ['v8.5.21', ['v9.4.1', 'v8.5.20', 'v8.5.9'], ['v8.5.20', 'v8.5.9']],
    ['v1.1.0', ['v1.1.0-rc.2', 'v1.1.0-rc.1', 'v1.0.0'], ['v1.0.0']],
    ['v1.1.0-rc.2', ['v1.1.0-rc.1', 'v1.0.0', 'v1.1.0'], ['v1.1.0-rc.1', 'v1.0.0']],
    ['v1.1.0-rc.10', ['v1.1.0-rc.2', 'v1.1.0-rc.9', 'v1.0.0'], ['v1.1.0-rc.9', 'v1.1.0-rc.2', 'v1.0.0']],
    ['v1.1.0', ['1.0.0', 'v1.0.0', 'nightly', 'v1', 'v1.1.0'], ['v1.0.0', '1.0.0']],
    ['1.1.0', ['v1.0.0', '1.0.0'], ['1.0.0', 'v1.0.0']],
    ['v1.0.0', ['v1.0.0+other', 'v2.0.0'], []],
    ['1.0.0+2', ['1.0.0+1', '1.0.0+3', '1.0.0'], ['1.0.0+1', '1.0.0']],
    ['1.2.3.4', ['1.2.3.3', '1.2.3.5', '1.2.2.9', '1.2.2'], ['1.2.3.3', '1.2.2.9', '1.2.2']],
    ['v1.2', ['v1.1', 'v1.0', 'v1'], ['v1.1', 'v1.0']],
    ['v1.2.0', ['v1.1', 'v1.1.0'], ['v1.1.0', 'v1.1']],
    ['v1.1.1', ['v1.0.9', 'v1.1', 'v1.2'], ['v1.1', 'v1.0.9']],
    ['2024.02.01', ['2024.01.31', '2023.12.01', '2024.10.01'], ['2024.01.31', '2023.12.01']],
    ['web-v1.1.0', ['web-v1.0.0', 'api-v1.0.5', 'v1.0.9'], ['web-v1.0.0']],
    ['v1.1.0', ['web-v1.0.0', 'v1.0.0'], ['v1.0.0']],
    ['@acme/pkg@2.0.0', ['@acme/pkg@1.9.0', '@acme/other@1.9.5'], ['@acme/pkg@1.9.0']],
  ])('for %s among %j', (tag, names, expected) => expect(namesFor(tag, names)).toEqual(expected));

  it.each<[string, string, string[], string[]]>([
    ['web_1.2.0', 'web_', ['web_1.1.0', 'api_1.1.9', '1.1.5'], ['web_1.1.0']],
    ['web-v1.2', 'web-', ['web-v1.1', 'web-v1'], ['web-v1.1']],
    ['web-nightly', 'web-', ['web-v1.1.0', 'web-v1.2.0-rc.1', 'v1.9.0', 'web-v1.0.0'], ['web-v1.1.0', 'web-v1.0.0']],
  ])('for %s with the prefix %s among %j', (tag, prefix, names, expected) => {
    expect(namesFor(tag, names, prefix)).toEqual(expected);
  });

  it('for a tag that is not a version are all stable versions', () => {
    expect(namesFor('nightly', ['v1.0.0', 'v2.0.0-rc.1', 'v1.1.0', 'web-v3.0.0'])).toEqual(['v1.1.0', 'v1.0.0']);
  });
});

/** The previous tag of a commit, and the names of the tags that were compared. */
const find = async (graph: Graph, head: string, tag: string, tags: Record<string, string>) => {
  const all = Object.entries(tags).map(([name, letter]) => ({ name, commit: sha(letter) }));
  const compared: string[] = [];
  const found = await findPreviousTag(candidatesFor(tag, all), sha(head), async (other) => {
    compared.push(other.name);
    return compareCommits(graph, other.commit[0] ?? '', head);
  });
  return { name: found.tag?.name, limitReached: found.limitReached, compared };
};

describe('findPreviousTag', () => {
  const LINE: Graph = { a: '', b: 'a', c: 'b', d: 'c' };

  it('takes the highest candidate that is an ancestor, with one comparison', async () => {
    const found = await find(LINE, 'd', 'v1.2.0', { 'v1.1.0': 'c', 'v1.0.0': 'b', 'v0.9.0': 'a' });
    expect(found).toEqual({ name: 'v1.1.0', limitReached: false, compared: ['v1.1.0'] });
  });

  it('takes a candidate at the same commit, without a comparison', async () => {
    expect(await find(LINE, 'd', 'v1.2.0', { 'v1.1.0': 'd' })).toMatchObject({ name: 'v1.1.0', compared: [] });
  });

  it('is nothing without candidates', async () => {
    expect(await find(LINE, 'd', 'v1.2.0', { 'v2.0.0': 'a' })).toMatchObject({ name: undefined, compared: [] });
  });

  // The trunk is a-b-c-d-e; x, y and z are beside it.
  const BESIDE: Graph = { a: '', b: 'a', c: 'b', d: 'c', e: 'd', x: 'a', y: 'c', z: 'd' };

  it.each<[string, Record<string, string>, string]>([
    ['a branch for each line', { 'v1.2.0': 'y', 'v1.1.0': 'x' }, 'v1.2.0'],
    ['a commit for each tag', { 'v1.2.1': 'z', 'v1.2.0': 'y', 'v1.1.0': 'x' }, 'v1.2.1'],
    ['a higher version that branched off earlier', { 'v1.2.0': 'x', 'v1.1.0': 'y' }, 'v1.1.0'],
    ['an ancestor that is nearer than the branch', { 'v1.2.0': 'x', 'v1.1.0': 'c' }, 'v1.1.0'],
    ['an ancestor that is farther than the branch', { 'v1.2.0': 'y', 'v1.1.0': 'a' }, 'v1.2.0'],
    ['a tie, where the ancestor is preferred', { 'v1.2.0': 'y', 'v1.1.0': 'c' }, 'v1.1.0'],
    ['a lower tag of the same line at the merge base', { 'v1.2.1': 'y', 'v1.2.0': 'c' }, 'v1.2.0'],
  ])('takes the nearest of tags beside the trunk: %s', async (_, tags, expected) => {
    expect(await find(BESIDE, 'e', 'v1.3.0', tags)).toMatchObject({ name: expected, limitReached: false });
  });

  it('prefers an ancestor to a tag beside the trunk that is as near, in merged branches', async () => {
    const graph: Graph = { a: '', b: 'a', x: 'a', y: 'x', h: 'bx' };
    expect((await find(graph, 'h', 'v1.3.0', { 'v1.2.0': 'y', 'v1.1.0': 'b' })).name).toBe('v1.1.0');
  });

  it('prefers the tag at the merge base, although it was not compared', async () => {
    const found = await find(BESIDE, 'e', 'v1.3.0', { 'v1.2.2': 'y', 'v1.2.1': 'x', 'v1.2.0': 'c' });
    expect(found).toMatchObject({ name: 'v1.2.0', compared: ['v1.2.2', 'v1.2.1'] });
  });

  it('ignores a tag of an unrelated history', async () => {
    const graph: Graph = { ...BESIDE, o: '' };
    expect((await find(graph, 'e', 'v1.3.0', { 'v1.2.0': 'o', 'v1.1.0': 'b' })).name).toBe('v1.1.0');
    const orphans = await find(graph, 'e', 'v1.3.0', { 'v1.2.0': 'o', 'v1.1.0': 'o' });
    expect(orphans).toMatchObject({ name: undefined, limitReached: false });
  });

  it('compares one tag of each line, and needs two comparisons for a side branch with many tags', async () => {
    const branch = Object.fromEntries(Array.from({ length: 40 }, (_, patch) => [`v1.9.${patch}`, 'x']));
    const { name, compared } = await find(BESIDE, 'e', 'v2.0.0', { ...branch, 'v1.8.0': 'd' });
    expect(name).toBe('v1.8.0');
    expect(compared).toEqual(['v1.9.39', 'v1.9.38', 'v1.8.0']);
  });

  it('stops at the limit when no compared tag shares history', async () => {
    const graph: Graph = { ...BESIDE, o: '' };
    const lines = Array.from({ length: MAX_LINES + 5 }, (_, minor) => [`v1.${minor}.0`, 'o'] as const);
    const found = await find(graph, 'e', 'v2.0.0', { ...Object.fromEntries(lines), 'v0.1.0': 'd' });
    expect(found).toMatchObject({ name: undefined, limitReached: true });
    expect(found.compared).toHaveLength(MAX_LINES + 1);
  });

  it('fails when a comparison fails', async () => {
    const candidates = candidatesFor('v1.2.0', createTags('v1.1.0', 'v1.0.0'));
    const compare = (tag: Tag) =>
      tag.name === 'v1.0.0'
        ? Promise.reject(new Error('no'))
        : Promise.resolve({ ahead: 1, behind: 1, mergeBase: sha('a') });
    await expect(findPreviousTag(candidates, sha('e'), compare)).rejects.toThrow('no');
  });

  it('is an ancestor if the highest candidate is one, and otherwise has no nearer candidate, in any history', async () => {
    const letters = 'abcdefghijkl';
    const anyHistory = fc.array(fc.tuple(fc.nat(), fc.option(fc.nat())), { minLength: 1, maxLength: 12 });
    const anyTags = fc.uniqueArray(fc.tuple(fc.nat(9), fc.nat()), { selector: ([minor]) => minor, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(anyHistory, anyTags, fc.nat(), async (links, tagged, at) => {
        const letter = (index: number): string => letters[index % links.length] ?? 'a';
        const graph: Record<string, string> = {};
        for (const [index, [first, second]] of links.entries())
          graph[letter(index)] =
            index === 0 ? '' : [first, ...(second === null ? [] : [second])].map((n) => letters[n % index]).join('');
        const head = letter(at);
        const tags = Object.fromEntries(tagged.map(([minor, index]) => [`v1.${minor}.0`, letter(index)]));
        const { name } = await find(graph, head, 'v2.0.0', tags);
        const ahead = (tag: string) => compareCommits(graph, tags[tag] ?? '', head)?.ahead ?? Number.POSITIVE_INFINITY;
        const [highest] = Object.keys(tags).sort().reverse();
        if (highest === undefined) return expect(name).toBeUndefined();
        if (compareCommits(graph, tags[highest] ?? '', head)?.behind === 0) return expect(name).toBe(highest);
        const nearest = Math.min(...Object.keys(tags).map(ahead));
        if (name === undefined) return expect(nearest).toBe(Number.POSITIVE_INFINITY);
        // Where branches were merged both ways, the tag at one of the merge bases can be farther.
        const bases = Object.keys(tags)
          .filter((tag) => ahead(tag) === nearest)
          .map((tag) => compareCommits(graph, tags[tag] ?? '', head)?.mergeBase);
        expect(ahead(name) === nearest || bases.includes(sha(tags[name] ?? ''))).toBe(true);
      }),
    );
  });
});

describe('mayStartAtWrongTag', () => {
  const release = parseTagVersion('v1.1.0') as TagVersion;
  it.each<[string, Tag[], boolean]>([
    ['there is no other tag', [], false],
    ['the only other tag is the major tag of this release', [{ name: 'v1', commit: sha('a') }], false],
    ['the major tag points to another commit', [{ name: 'v1', commit: sha('b') }], true],
    ['there is another tag', [{ name: 'nightly', commit: sha('a') }], true],
  ])('when %s', (_, others, expected) => {
    const tags = [{ name: 'v1.1.0', commit: sha('a') }, ...others];
    expect(mayStartAtWrongTag('v1.1.0', { release, commit: sha('a'), tags })).toBe(expected);
  });
});
