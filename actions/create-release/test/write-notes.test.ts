import { describe, expect, it } from '@jest/globals';
import { makeDecision } from '../src/history/decision.ts';
import type { Tag } from '../src/history/history.ts';
import { MAX_LINES } from '../src/history/previous-tag.ts';
import { writeNotes } from '../src/notes/write-notes.ts';
import { FakeHistory, linearTags, sha } from './fake-history.ts';
import { FakeReleases } from './fake-releases.ts';
import { settings } from './history/settings.ts';

const writeAll = async (inputs: Record<string, string>, tags: Tag[], graph?: Record<string, string>) => {
  const history = new FakeHistory(tags, graph === undefined ? {} : { graph });
  const releases = new FakeReleases();
  const given = await settings(inputs);
  const decision = await makeDecision(given, history);
  const notes = await writeNotes(given, decision, {
    releases,
    history,
    labelsOf: async () => new Map(),
    repositoryUrl: 'https://hub.test/o/r',
  });
  return { ...notes, generated: releases.count('generateNotes') === 1 };
};
const write = async (...args: Parameters<typeof writeAll>) => (await writeAll(...args)).text;

describe('writeNotes', () => {
  it('requests generated notes from the previous tag', async () => {
    expect(await write({}, linearTags('v1.0.0', 'v1.1.0'))).toContain('compare/v1.0.0...v1.1.0');
  });

  it('requests generated notes from a previous tag that is beside the trunk, without a warning', async () => {
    const tags = [
      { name: 'v1.0.0', commit: sha('x') },
      { name: 'v1.1.0', commit: sha('c') },
    ];
    const { text, warnings } = await writeAll({}, tags, { a: '', b: 'a', c: 'b', x: 'a' });
    expect(text).toContain('compare/v1.0.0...v1.1.0');
    expect(warnings).toEqual([]);
  });

  it('requests generated notes of a component from its previous tag', async () => {
    const tags = linearTags('web-v1.0.0', 'api-v1.0.5', 'web-v1.1.0');
    expect(await write({ tag: 'web-v1.1.0' }, tags)).toContain('compare/web-v1.0.0...web-v1.1.0');
  });

  const UNRELATED = { a: '', b: 'a', o: '' };
  it.each<[string, Record<string, string>, Tag[]]>([
    [
      'no lower version shares history',
      { tag: 'v0.9.1' },
      [...linearTags('v0.9.1'), { name: 'v0.9.0', commit: sha('o') }],
    ],
    ['all other versions are higher', { tag: 'v0.9.1' }, linearTags('v0.9.1', 'v1.0.0')],
    ['another tag is not a version', {}, linearTags('nightly', 'v1.1.0')],
    ['the major tag already points to another commit', {}, linearTags('v1', 'v1.1.0')],
    [
      'too many tags were compared',
      { tag: 'v2.0.0' },
      [
        ...linearTags('v2.0.0'),
        ...Array.from({ length: MAX_LINES + 2 }, (_, minor) => ({ name: `v1.${minor}.0`, commit: sha('o') })),
      ],
    ],
  ])('lists the commits when %s, because GitHub could start at the wrong tag', async (_title, inputs, tags) => {
    const { text, warnings, generated } = await writeAll(inputs, tags, UNRELATED);
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
