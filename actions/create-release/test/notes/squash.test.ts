import { describe, expect, it } from '@jest/globals';
import { line, notesOf } from './helpers.ts';

describe('a commit message', () => {
  it.each<[string, Record<string, string[]>]>([
    ['feat: add', { Features: ['add'] }],
    ['feat: add (#12)', { Features: ['add #12'] }],
    ['Fix(api)!: drop v1', { Breaking: ['api: drop v1'], 'Bug fixes': ['api: drop v1'] }],
    ['plain subject', { 'Other changes': ['plain subject'] }],
    ['feat:no space', { 'Other changes': ['feat:no space'] }],
    ['https://x.test: not a type', { 'Other changes': ['https://x.test: not a type'] }],
    ['', { 'Other changes': ['(no subject)'] }],
    ['\n\nfix: after blank lines', { 'Bug fixes': ['after blank lines'] }],
    ['fix: see (#1) and (#2)', { 'Bug fixes': ['see (#1) and #2'] }],
  ])('%j', async (message, expected) => expect(await notesOf(line(message))).toEqual(expected));
});

describe('a breaking change', () => {
  const breaking = async (message: string) => (await notesOf(line(message))).Breaking;

  it.each<[string, string, string[]]>([
    ['a line', 'BREAKING CHANGE: the port', ['the port']],
    ['the form with a hyphen', 'BREAKING-CHANGE: the port', ['the port']],
    ['a footer with a number sign', 'BREAKING CHANGE #the port', ['the port']],
    ['several lines', 'BREAKING CHANGE: the port\nmoved\nRefs: 1', ['the port moved']],
    ['several paragraphs', 'BREAKING CHANGE: the port\nmoved\n\nUse 8080.\nRefs: 1', ['the port moved Use 8080.']],
    ['several footers', 'BREAKING CHANGE: the port\nBREAKING-CHANGE: the host\n\nRefs #1', ['the port', 'the host']],
    ['text before it', 'Some words.\n\nBREAKING CHANGE: the port', ['the port']],
    ['authors after it', 'BREAKING CHANGE: the port\n\nCo-authored-by: A <a@b.test>', ['the port']],
    ["GitHub's line before authors", 'BREAKING CHANGE: the port\n\n---------\n\nthanks', ['the port']],
    ['a heading after it', 'BREAKING CHANGE: the port\n\n## Tests\n\nall pass', ['the port']],
    ['a list', 'BREAKING CHANGE: these are gone:\n\n* the port\n* the host', ['these are gone: * the port * the host']],
    ['carriage returns', 'BREAKING CHANGE: the port\r\nmoved\r\n', ['the port moved']],
    ['the same footer twice', 'BREAKING CHANGE: the port\n\nBREAKING CHANGE: the port', ['the port']],
  ])('is read from a footer with %s', async (_, body, expected) =>
    expect(await breaking(`feat: x\n\n${body}`)).toEqual(expected),
  );

  it.each([
    'feat: x\n\nbreaking change: no',
    'feat: x\n\nThis has no BREAKING CHANGE: really',
    'feat: BREAKING CHANGE',
  ])('is not in %j', async (message) => expect(await breaking(message)).toBeUndefined());

  it('is described by its footer rather than by its title', async () =>
    expect(await breaking('feat!: x\n\nBREAKING CHANGE: the port')).toEqual(['the port']));
});

describe('a squashed commit', () => {
  it.each<[string, string, Record<string, string[]>]>([
    [
      'with a plain title lists the conventional commits of its body',
      'Checkout (#21)\n\n* feat: pay by card\n\n* wip\n\n* fix(api): rounding\n\nwith more words',
      { Features: ['pay by card #21'], 'Bug fixes': ['api: rounding #21'] },
    ],
    [
      'with a plain title names what a listed commit breaks',
      'Checkout (#21)\n\n* feat: pay by card\n\n* feat!: drop the basket',
      { Breaking: ['drop the basket #21'], Features: ['pay by card #21', 'drop the basket #21'] },
    ],
    [
      'with a conventional title is that change',
      'feat: checkout (#21)\n\n* feat: pay by card\n\n* fix: rounding',
      { Features: ['checkout #21'] },
    ],
    [
      'with a conventional title names what a listed commit breaks',
      'feat: checkout (#21)\n\n* feat: pay by card\n\n* feat(web)!: drop the basket',
      { Breaking: ['web: drop the basket #21'], Features: ['checkout #21'] },
    ],
    [
      'with a conventional title names what a footer of a listed commit breaks',
      'feat: checkout (#21)\n\n* feat: pay by card\n\nBREAKING CHANGE: no cash\n\n* wip',
      { Breaking: ['no cash #21'], Features: ['checkout #21'] },
    ],
    [
      'names a breaking change once',
      'feat!: drop the basket (#21)\n\n* feat!: drop the basket\n\n* fix: rounding',
      { Breaking: ['drop the basket #21'], Features: ['drop the basket #21'] },
    ],
    [
      'is breaking by the footer of a listed commit rather than by its own title',
      'feat!: checkout (#21)\n\n* feat: pay\n\nBREAKING CHANGE: no cash',
      { Breaking: ['no cash #21'], Features: ['checkout #21'] },
    ],
    [
      'with a plain title and a plain list is its title',
      'Checkout (#21)\n\n* pay by card\n\n* rounding',
      { 'Other changes': ['Checkout #21'] },
    ],
    [
      'with a plain title and plain steps names what the steps break',
      'Checkout (#21)\n\n* pay by card\n\nBREAKING CHANGE: no cash\n\n* rounding',
      { Breaking: ['no cash #21'], 'Other changes': ['Checkout #21'] },
    ],
    [
      'names what a plain step breaks beside conventional ones',
      'Checkout (#21)\n\n* feat: pay\n\n* wip\n\nBREAKING CHANGE: no cash',
      { Breaking: ['no cash #21'], Features: ['pay #21'] },
    ],
    [
      'omits a listed commit and its revert',
      'Checkout (#21)\n\n* feat: pay\n\n* Revert "feat: pay"\n\nThis reverts commit abcdef1.\n\n* fix: rounding',
      { 'Bug fixes': ['rounding #21'] },
    ],
    [
      'omits what a reverted listed commit breaks',
      'feat: checkout (#21)\n\n* feat!: drop cash\n\n* Revert "feat!: drop cash"',
      { Features: ['checkout #21'] },
    ],
    [
      'keeps the number of a listed pull request',
      'Release train (#30)\n\n* feat: pay (#21)\n* fix: rounding (#22)',
      { Features: ['pay #21'], 'Bug fixes': ['rounding #22'] },
    ],
  ])('%s', async (_, message, expected) => expect(await notesOf(line(message))).toEqual(expected));

  it('is read quickly when its body is long', async () => {
    const message = `Big (#1)\n\n${'* feat: x\n\nBREAKING CHANGE: y\n\n'.repeat(20_000)}`;
    expect((await notesOf(line(message))).Features).toHaveLength(20_000);
  });
});
