import { describe, expect, it } from '@jest/globals';
import { parseRevert } from '../../src/notes/reverts.ts';
import { commit, line, notesOf, sha } from './helpers.ts';

const reverts = (name: string, length = 40): string => `This reverts commit ${sha(name).slice(0, length)}.`;

describe('parseRevert', () => {
  it.each([
    ['Revert "feat: a"', { title: 'feat: a', shas: [] }],
    ['Revert "feat: a (#12)" (#13)', { title: 'feat: a' }],
    ['Reapply "feat: a"', { title: 'Revert "feat: a"' }],
    ['revert: feat: a', { title: 'feat: a' }],
    ['revert: a\n\nThis reverts commits abcdef1, 1234567 and 89abcde.', { shas: ['abcdef1', '1234567', '89abcde'] }],
    ['revert: a\n\nRefs: 676104e, a215868', { shas: ['676104e', 'a215868'] }],
    ['Revert "x"\n\nThis reverts commit abcdef1234, reversing\nchanges made to 1234567890.', { shas: ['abcdef1234'] }],
    ['Revert "x" (#13)\n\nReverts octo/shop#12', { pullRequest: 12 }],
  ])('%j', (message, expected) => expect(parseRevert(message)).toMatchObject(expected));

  it.each(['feat: a\n\nThis reverts commit abcdef1.', 'Revert the port', 'Reverted "x"'])(
    'is not a revert: %j',
    (message) => expect(parseRevert(message)).toBeUndefined(),
  );
});

describe('a revert', () => {
  it.each<[string, string[], Record<string, string[]>]>([
    ['names the commit by its id', ['feat: a', `Revert "feat: a"\n\n${reverts('c0')}`], {}],
    ['names the commit by an abbreviated id', ['feat: a', `Revert "feat: a"\n\n${reverts('c0', 7)}`], {}],
    ['names the commit by an id from before a rebase', ['feat: a', `Revert "feat: a"\n\n${reverts('gone')}`], {}],
    [
      'names a commit of an earlier release',
      ['feat: a', `Revert "feat: b"\n\n${reverts('gone')}`],
      { Features: ['a'], Reverted: ['b'] },
    ],
    ['names the commit by its subject', ['feat: a', 'Revert "feat: a"'], {}],
    ['ignores the numbers of pull requests', ['feat: a (#12)', 'Revert "feat: a (#12)" (#13)'], {}],
    ['is conventional, with an id', ['feat: a', `revert: take a back\n\n${reverts('c0')}`], {}],
    ['is conventional, with a subject', ['feat: a', 'revert: feat: a'], {}],
    ['is conventional, with a subject without its type', ['feat: a', 'revert: a'], {}],
    ['names the pull request', ['feat: a (#12)', 'Revert "Some title" (#13)\n\nReverts octo/shop#12'], {}],
    [
      'by its subject means the newest earlier commit',
      ['fix: a', 'fix: b', 'fix: a', 'Revert "fix: a"'],
      { 'Bug fixes': ['a', 'b'] },
    ],
    [
      'by an id means exactly that commit',
      ['fix(old): a', 'fix: a', `Revert "fix: a"\n\n${reverts('c0')}`],
      { 'Bug fixes': ['a'] },
    ],
    [
      'is reverted itself, which restores the change',
      ['feat: a', `Revert "feat: a"\n\n${reverts('c0')}`, `Revert "Revert "feat: a""\n\n${reverts('c1')}`],
      { Features: ['a'] },
    ],
    [
      'is reverted by the newer words of Git',
      ['feat: a', 'Revert "feat: a"', 'Reapply "feat: a"'],
      { Features: ['a'] },
    ],
    [
      'is reverted, each in a pull request',
      ['feat: a (#7)', 'Revert "feat: a (#7)" (#8)', 'Revert "Revert "feat: a (#7)" (#8)" (#9)'],
      { Features: ['a #7'] },
    ],
    [
      'is reverted by the newer words of Git, each in a pull request',
      ['feat: a (#7)', 'Revert "feat: a (#7)" (#8)', 'Reapply "feat: a (#7)" (#9)'],
      { Features: ['a #7'] },
    ],
    ['is reverted and repeated', ['feat: a', 'Revert "feat: a"', 'Revert "Revert "feat: a""', 'Revert "feat: a"'], {}],
    [
      'of an earlier release is listed',
      [`Revert "feat(web): a (#12)" (#13)\n\n${reverts('released')}`, 'revert: fix: b'],
      { Reverted: ['web: a #13', 'b'] },
    ],
    [
      'of an earlier release that is reverted too is not',
      [`Revert "feat: a"\n\n${reverts('released')}`, `Revert "Revert "feat: a""\n\n${reverts('c0')}`],
      {},
    ],
    [
      'of a later commit with that subject is listed',
      ['Revert "feat: a"', 'feat: a'],
      { Reverted: ['a'], Features: ['a'] },
    ],
    ['takes what the commit breaks with it', ['feat!: a', 'Revert "feat!: a"'], {}],
  ])('%s', async (_, messages, expected) => expect(await notesOf(line(...messages))).toEqual(expected));

  const merged = (...more: ReturnType<typeof commit>[]) => [
    commit('base', 'docs: begin'),
    commit('b', 'feat: a', { parents: ['base'] }),
    commit('m', 'Merge pull request #12 from octo/a\n\nAdd a', { parents: ['base', 'b'] }),
    ...more,
  ];

  it('of a merge takes back everything that it merged', async () => {
    const message = `Revert "Add a (#12)"\n\nThis reverts commit ${sha('m')}, reversing\nchanges made to ${sha('base')}.`;
    expect(await notesOf(merged(commit('r', message, { parents: ['m'] })))).toEqual({ Documentation: ['begin'] });
  });

  it('that is merged is not repeated by the title of its pull request', async () => {
    const commits = merged(
      commit('r', `Revert "feat: a"\n\n${reverts('b')}`, { parents: ['m'] }),
      commit('rm', 'Merge pull request #13 from octo/revert-12-a\n\nRevert "feat: a"', { parents: ['m', 'r'] }),
    );
    expect(await notesOf(commits)).toEqual({ Documentation: ['begin'] });
  });

  it('can be the title of a merge', async () => {
    const commits = merged(
      commit('r', 'take it back', { parents: ['m'] }),
      commit('rm', 'Revert "Add a" (#13)', { parents: ['m', 'r'] }),
    );
    expect(await notesOf(commits)).toEqual({ Documentation: ['begin'] });
  });

  it('in a merged branch of a commit of the trunk works like on the trunk', async () => {
    const commits = [
      commit('base', 'feat: a'),
      commit('r', `Revert "feat: a"\n\n${reverts('base')}`, { parents: ['base'] }),
      commit('b', 'fix: b', { parents: ['r'] }),
      commit('m', 'Back to normal (#13)', { parents: ['base', 'b'] }),
    ];
    expect(await notesOf(commits)).toEqual({ 'Bug fixes': ['b #13'] });
  });

  it('is matched quickly among 100,000 commits', async () => {
    const messages = Array.from({ length: 100_000 }, (_, index) => (index % 2 === 0 ? 'feat: a' : 'Revert "feat: a"'));
    expect(await notesOf(line(...messages))).toEqual({});
  });
});
