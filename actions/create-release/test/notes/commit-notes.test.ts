import { describe, expect, it } from '@jest/globals';
import { listChanges } from '../../src/notes/changes.ts';
import { formatChanges } from '../../src/notes/commit-notes.ts';
import { DEFAULT_CONFIG, groupChanges, knownTypes } from '../../src/notes/sections.ts';
import { type CommitOptions, commit, line, sha } from './helpers.ts';

const URL = 'https://hub.test/octo/shop';
const id = sha('a');
const LINK = `[\`${id.slice(0, 7)}\`](${URL}/commit/${id.slice(0, 12)})`;

async function format(commits: Parameters<typeof listChanges>[0]): Promise<string> {
  const changes = listChanges(commits, knownTypes(DEFAULT_CONFIG));
  return formatChanges(changes, await groupChanges(changes, DEFAULT_CONFIG, async () => new Map()), URL);
}

describe('the notes of commits', () => {
  it.each<[string, CommitOptions, string]>([
    ['feat: add', {}, `- add (${LINK})`],
    ['feat(web): add (#12)', {}, `- **web:** add ([#12](${URL}/pull/12), ${LINK})`],
    ['feat: add', { author: 'Mona', login: 'mona' }, `- add (${LINK}) by [mona](https://hub.test/mona)`],
    ['feat: add', { author: 'Mona @lisa <b>' }, `- add (${LINK}) by Mona @&#8203;lisa &lt;b&gt;`],
    ['feat: add', { login: 'renovate[bot]' }, `- add (${LINK}) by [renovate\\[bot\\]](https://hub.test/apps/renovate)`],
    ['feat: add', { login: 'a)](x' }, `- add (${LINK}) by [a)\\](x](https://hub.test/a%29%5D%28x)`],
    ['feat(*web*): add', {}, `- **\\*web\\*:** add (${LINK})`],
  ])('have the line %j %j', async (message, options, expected) => {
    expect(await format([commit('a', message, options)])).toBe(`### Features\n\n${expected}`);
  });

  it('have breaking changes first, with the link and the scope of the change', async () => {
    const notes = await format([commit('a', 'feat(web): add (#12)\n\nBREAKING CHANGE: the <b>port</b>')]);
    const links = `([#12](${URL}/pull/12), ${LINK})`;
    expect(notes).toBe(
      `### Breaking changes\n\n- **web:** the &lt;b&gt;port&lt;/b&gt; ${links}\n\n### Features\n\n- **web:** add ${links}`,
    );
  });

  it('have the types in a fixed order, then the rest', async () => {
    const notes = await format(
      line('chore: c', 'docs: d', 'fix: f', 'feat(web)!: b', 'something', 'perf: p', 'deps: x'),
    );
    expect(notes.match(/^### .*$/gm)).toEqual([
      '### Breaking changes',
      '### Features',
      '### Bug fixes',
      '### Performance',
      '### Documentation',
      '### Build, tests and maintenance',
      '### Other changes',
    ]);
  });

  it('are empty when there is no commit', async () => expect(await format([])).toBe(''));
});
