import { describe, expect, it } from '@jest/globals';
import { readNotesConfig } from '../../src/notes/notes-config.ts';
import type { NotesConfig } from '../../src/notes/sections.ts';
import { line, notesOf, sha } from './helpers.ts';

const config = (text: string): NotesConfig => {
  const parsed = readNotesConfig(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.value;
};

describe('readNotesConfig', () => {
  it('reads sections with titles, types, scopes and labels', () => {
    expect(
      config(
        'sections:\n  - { title: New, types: [Feat] }\n  - { title: Deps, types: [chore], scopes: [deps], labels: [Big], hidden: true }',
      ),
    ).toEqual({
      sections: [
        { title: 'New', types: ['feat'], scopes: [], labels: [], hidden: false },
        { title: 'Deps', types: ['chore'], scopes: ['deps'], labels: ['big'], hidden: true },
      ],
    });
  });

  it.each([
    ['', 'is not a mapping with the key `sections`'],
    ['[]', 'is not a mapping with the key `sections`'],
    ['sections: [', 'is not YAML: '],
    ['a: *b', 'is invalid: Unresolved alias'],
    ['{}', '`sections` is missing'],
    ['sections: x', '`sections` is not a list'],
    ['sections: []', '`sections` is empty'],
    ['section: []', '`section` is unknown (did you mean sections?); `sections` is missing'],
    ['changelog: {}\nsections: [{ title: a, types: [b] }]', '`changelog` is unknown (the keys are sections)'],
    ['sections: [x]', '`sections[0]` is not a mapping with the keys title, types, scopes, labels, hidden'],
    ['sections: [{ types: [feat] }]', '`sections[0].title` is missing'],
    ['sections: [{ title: 7, types: [feat] }]', '`sections[0].title` is not one line of text'],
    ['sections: [{ title: "a\\nb", types: [feat] }]', '`sections[0].title` is not one line of text'],
    ['sections: [{ title: a, type: [feat] }]', '`sections[0].type` is unknown (did you mean types?)'],
    ['sections: [{ title: a, types: feat }]', '`sections[0].types` is not a list'],
    [
      'sections: [{ title: a, types: [1, ""] }]',
      '`sections[0].types[0]` is not text; `sections[0].types[1]` is not text',
    ],
    ['sections: [{ title: a, types: [x], hidden: maybe }]', '`sections[0].hidden` is not true or false'],
    ['sections: [{ title: a }]', '`sections[0]` has neither types nor scopes nor labels'],
    [
      'sections: [{ title: a, types: [x] }, { title: b, types: [y, X] }]',
      '`sections[1].types` has "x", which `sections[0].types` has too',
    ],
    [`sections: ${'['.repeat(20_000)}`, 'is nested too deeply'],
    [
      `a: &a [${'x,'.repeat(10)}]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(10)}]`).join('\n')}`,
      'is invalid: Excessive alias count',
    ],
  ])('reports %j', (text, problem) =>
    expect(readNotesConfig(text)).toEqual({ problem: expect.stringContaining(problem) }),
  );
});

describe('sections from a file', () => {
  const commits = line('feat(web): a', 'chore(deps): b', 'chore: c', 'feat(api, docs): d', 'e', 'deps: f', 'fix!: g');

  it('have the titles and the order of the file, and everything else under other changes', async () => {
    const notes = await notesOf(
      commits,
      config('sections: [{ title: Chores, types: [chore] }, { title: "What is new", types: [feat, deps] }]'),
    );
    expect(notes).toEqual({
      Breaking: ['g'],
      Chores: ['deps: b', 'c'],
      'What is new': ['web: a', 'api, docs: d', 'f'],
      'Other changes': ['e', 'g'],
    });
    expect(Object.keys(notes)).toEqual(['Breaking', 'Chores', 'What is new', 'Other changes']);
  });

  it('get a change by its scope before its type, wherever they are in the file', async () => {
    const notes = await notesOf(
      commits,
      config(
        'sections: [{ title: Chores, types: [chore] }, { title: Deps, types: [chore], scopes: [deps] }, { title: API, scopes: [api] }, { title: Rest, types: ["*"] }]',
      ),
    );
    expect(notes).toEqual({
      Breaking: ['g'],
      Chores: ['c'],
      Deps: ['deps: b'],
      API: ['api, docs: d'],
      Rest: ['web: a', 'e', 'f', 'g'],
    });
  });

  it('can be hidden, but not what breaks', async () => {
    const notes = await notesOf(
      commits,
      config('sections: [{ title: New, types: [feat] }, { title: Rest, types: ["*"], hidden: true }]'),
    );
    expect(notes).toEqual({ Breaking: ['g'], New: ['web: a', 'api, docs: d'] });
  });

  it('keep a section for reverts, unless they name one', async () => {
    const rest = '{ title: Rest, types: ["*"], hidden: true }';
    expect(await notesOf(line('Revert "feat: x"'), config(`sections: [${rest}]`))).toEqual({ Reverted: ['x'] });
    const named = config(`sections: [{ title: Gone, types: [revert] }, ${rest}]`);
    expect(await notesOf(line('Revert "feat: x"'), named)).toEqual({ Gone: ['x'] });
  });

  it('get a change by a label of its pull request first, and request labels once, for the listed commits', async () => {
    const requests: (readonly string[])[] = [];
    const labelsOf = async (shas: readonly string[]) => {
      requests.push(shas);
      return new Map([
        [sha('c0'), ['Security']],
        [sha('c2'), ['skip-notes', 'security']],
      ]);
    };
    const notes = await notesOf(
      line('feat: a', 'feat: b', 'feat: c', 'fix: d', 'Revert "fix: d"'),
      config(
        'sections: [{ title: New, types: [feat] }, { title: Hidden, labels: [Skip-Notes], hidden: true }, { title: Security, labels: [security] }]',
      ),
      labelsOf,
    );
    expect(notes).toEqual({ New: ['b'], Security: ['a'] });
    expect(requests).toEqual([['c0', 'c1', 'c2'].map(sha)]);
  });

  it('decide which types are conventional', async () => {
    const squash = line('Work (#1)\n\n* deps: update\n\n* wip: try');
    expect(await notesOf(squash)).toEqual({ 'Other changes': ['Work #1'] });
    expect(await notesOf(squash, config('sections: [{ title: Deps, types: [deps] }]'))).toEqual({
      Deps: ['update #1'],
    });
  });
});
