import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Commit } from '../../src/history/history.ts';
import { listChanges } from '../../src/notes/changes.ts';
import { mergeTree } from '../../src/notes/merges.ts';
import { commit, line, notesOf, sha } from './helpers.ts';

/** A branch of commits from `base`, merged into it with a message. */
const merge = (message: string, ...branch: string[]): Commit[] => [
  commit('base', 'chore: begin'),
  ...branch.map((text, index) => commit(`b${index}`, text, { parents: [index === 0 ? 'base' : `b${index - 1}`] })),
  commit('merge', message, { parents: ['base', `b${branch.length - 1}`] }),
];
const BEGIN = { 'Build, tests and maintenance': ['begin'] };

describe('a merge', () => {
  it.each<[string, Commit[], Record<string, string[]>]>([
    [
      'with the title of its pull request lists its commits once',
      merge('feat: add x (#12)', 'feat: add x'),
      { Features: ['add x #12'] },
    ],
    [
      'with the message of the merge button lists its commits with the number',
      merge('Merge pull request #12 from octo/x\n\nAdd x', 'feat: add x', 'fix: y'),
      { Features: ['add x #12'], 'Bug fixes': ['y #12'] },
    ],
    [
      'stands for commits that are not conventional',
      merge('Merge pull request #12 from octo/x\n\nfeat: add x', 'wip', 'more'),
      { Features: ['add x #12'] },
    ],
    ['stands for them with a plain title too', merge('Add x (#12)', 'wip', 'more'), { 'Other changes': ['Add x #12'] }],
    [
      'stands for commits with types that nobody knows',
      merge('feat: add x (#12)', 'wip: try', 'review: rename'),
      { Features: ['add x #12'] },
    ],
    [
      'omits single steps beside conventional commits',
      merge('Merge pull request #12 from octo/x\n\nAdd x', 'wip', 'feat: add x'),
      { Features: ['add x #12'] },
    ],
    [
      'without a title lists its commits, conventional or not',
      merge("Merge branch 'x'", 'wip', 'feat: add x'),
      { Features: ['add x'], 'Other changes': ['wip'] },
    ],
    [
      'that names its branches in other words lists its commits',
      merge('Merge x into main', 'feat: add x'),
      { Features: ['add x'] },
    ],
    [
      'of a pull request without a title lists its commits with the number',
      merge('Merge pull request #12 from octo/x', 'Add x'),
      { 'Other changes': ['Add x #12'] },
    ],
    [
      'keeps the number of a commit that has its own',
      merge('Merge pull request #12 from octo/x\n\nAdd x', 'feat: add x (#9)', 'fix: y'),
      { Features: ['add x #9'], 'Bug fixes': ['y #12'] },
    ],
    [
      'adds what only its message breaks',
      merge('feat: add x (#12)\n\nBREAKING CHANGE: y is gone', 'feat: add x'),
      { Breaking: ['y is gone #12'], Features: ['add x #12'] },
    ],
    [
      'adds what only its title breaks',
      merge('feat!: add x (#12)', 'feat: add x'),
      { Breaking: ['add x #12'], Features: ['add x #12'] },
    ],
    [
      'does not repeat what its commits break',
      merge('feat!: replace y (#12)\n\nBREAKING CHANGE: y is gone', 'feat: add x\n\nBREAKING CHANGE: y is gone'),
      { Breaking: ['y is gone #12'], Features: ['add x #12'] },
    ],
    [
      'never loses what an omitted commit breaks',
      merge('feat: add x (#12)', 'wip\n\nBREAKING CHANGE: y is gone', 'wip'),
      { Breaking: ['y is gone #12'], Features: ['add x #12'] },
    ],
  ])('%s', async (_, commits, expected) => {
    const { 'Build, tests and maintenance': begin, ...notes } = await notesOf(commits);
    expect(begin).toEqual(BEGIN['Build, tests and maintenance']);
    expect(notes).toEqual(expected);
  });

  it('of the trunk into a branch is never listed, and its commits are listed where they were made', async () => {
    const commits = [
      commit('base', 'chore: begin'),
      commit('b0', 'wip', { parents: ['base'] }),
      commit('t1', 'fix: on the trunk (#3)', { parents: ['base'] }),
      commit('update', "Merge branch 'main' into x", { parents: ['b0', 't1'] }),
      commit('b1', 'wip', { parents: ['update'] }),
      commit('m', 'Merge pull request #4 from octo/x\n\nfeat: add x', { parents: ['t1', 'b1'] }),
    ];
    expect(await notesOf(commits)).toEqual({
      ...BEGIN,
      'Bug fixes': ['on the trunk #3'],
      Features: ['add x #4'],
    });
  });

  it('of the upstream branch by git pull lists the pull requests that it brought in', async () => {
    const commits = [
      commit('base', 'chore: begin'),
      commit('p', 'wip', { parents: ['base'] }),
      commit('u', 'Merge pull request #5 from octo/p\n\nfeat: add p', { parents: ['base', 'p'] }),
      commit('l', 'fix: local', { parents: ['base'] }),
      commit('pull', "Merge branch 'main' of github.com:octo/shop", { parents: ['l', 'u'] }),
    ];
    expect(await notesOf(commits)).toEqual({ ...BEGIN, 'Bug fixes': ['local'], Features: ['add p #5'] });
  });

  it('into a merged branch lists each commit once, with the number of its own pull request', async () => {
    const commits = [
      commit('base', 'chore: begin'),
      commit('n', 'feat: nested', { parents: ['base'] }),
      commit('b0', 'fix: own', { parents: ['base'] }),
      commit('inner', 'Merge pull request #19 from octo/n\n\nNested', { parents: ['b0', 'n'] }),
      commit('outer', 'Merge pull request #20 from octo/b\n\nfeat: big', { parents: ['base', 'inner'] }),
    ];
    expect(await notesOf(commits)).toEqual({ ...BEGIN, Features: ['nested #19'], 'Bug fixes': ['own #20'] });
  });

  it('into a merged branch can stand for its commits', async () => {
    const commits = [
      commit('base', 'chore: begin'),
      commit('n', 'wip', { parents: ['base'] }),
      commit('inner', 'Merge pull request #19 from octo/n\n\nfeat: nested', { parents: ['base', 'n'] }),
      commit('outer', 'Merge pull request #20 from octo/b\n\nBig', { parents: ['base', 'inner'] }),
    ];
    expect(await notesOf(commits)).toEqual({ ...BEGIN, Features: ['nested #19'] });
  });

  it('is by the author of its commits, who may not have merged it', () => {
    const commits = [
      commit('base', 'chore: begin'),
      commit('b', 'wip', { parents: ['base'], login: 'author' }),
      commit('m', 'feat: add x (#12)', { parents: ['base', 'b'], login: 'merger' }),
    ];
    const [, change] = listChanges(commits, () => true);
    expect(change).toMatchObject({ subject: 'add x', commit: { sha: sha('m') }, author: { login: 'author' } });
  });

  it('of several branches at once lists the commits of all', async () => {
    const commits = [
      commit('base', 'chore: begin'),
      commit('x', 'feat: x', { parents: ['base'] }),
      commit('y', 'feat: y', { parents: ['base'] }),
      commit('m', "Merge branches 'x' and 'y'", { parents: ['base', 'x', 'y'] }),
    ];
    expect(await notesOf(commits)).toEqual({ ...BEGIN, Features: ['x', 'y'] });
  });

  it('whose commits are in the previous release already is listed by its title', async () => {
    expect(await notesOf([commit('m', 'feat: add x (#12)', { parents: ['old', 'older'] })])).toEqual({
      Features: ['add x #12'],
    });
  });
});

describe('any history', () => {
  const history = fc
    .array(fc.tuple(fc.nat(), fc.option(fc.nat()), fc.constantFrom('feat: x', 'wip', "Merge branch 'main' into x")), {
      minLength: 1,
      maxLength: 30,
    })
    .map((links) =>
      links.map(([first, second, message], index) => {
        const parents = index === 0 ? [] : [first % index, ...(second === null ? [] : [second % index])];
        return commit(`c${index}`, message, { parents: [...new Set(parents)].map((parent) => `c${parent}`) });
      }),
    );

  it('has each commit in the tree once, below the first merge on the trunk that reaches it', () => {
    fc.assert(
      fc.property(history, (commits) => {
        const { nodes } = mergeTree(commits);
        expect(nodes.map((node) => node.commit.sha).sort()).toEqual(commits.map((one) => one.sha).sort());
      }),
    );
  });

  it('lists each conventional commit exactly once', () => {
    fc.assert(
      fc.property(history, (commits) => {
        const single = commits.filter(({ message, parents }) => message === 'feat: x' && parents.length < 2);
        const listed = listChanges(commits, (type) => type === 'feat');
        const shas = listed.map((change) => change.commit.sha);
        expect(new Set(shas).size).toBe(shas.length);
        for (const one of single) expect(shas).toContain(one.sha);
      }),
    );
  });

  it('is listed oldest first', () => {
    const commits = line('feat: a', 'fix: b', 'feat: c');
    const listed = listChanges(commits, () => true).map((change) => change.commit.sha);
    expect(listed).toEqual(['c0', 'c1', 'c2'].map(sha));
  });

  it('can have 100,000 merges into merges', () => {
    const count = 100_000;
    const commits = Array.from({ length: count }, (_, index) =>
      commit(`c${index}`, "Merge branch 'main'", { parents: index < 2 ? [] : [`c${index - 2}`, `c${index - 1}`] }),
    );
    expect(mergeTree(commits).nodes).toHaveLength(count);
  });
});
