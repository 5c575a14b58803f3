import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { type Exception, type Found, findIdentifiers, findInPath, findPhrases } from './words.ts';

const root = join(import.meta.dirname, '..', '..');

const TEXT = /(?:\.(?:ts|mjs|md|ya?ml|tf|hcl|tfvars|tpl|go|sh|toml|txt)|Dockerfile|\.ci\/run|CODEOWNERS)$/;
const TYPESCRIPT = /\.(?:ts|mjs)$/;

const exceptions: readonly Exception[] = [
  { path: /(^|\/)dist\//, reason: 'built from the sources' },
  { path: /(^|\/)generated\//, reason: 'generated from files that are searched' },
  { path: /(^|\/)fixtures\//, reason: 'captured from other programs' },
  { path: /^\.github\/requirements\//, reason: 'made by pip' },
  { path: /^scripts\/test\/words\b/, reason: 'lists the words' },
];

async function findAll(): Promise<Found[]> {
  const { stdout } = await execa('git', ['ls-files'], { cwd: root });
  const paths = stdout
    .split('\n')
    .filter((path) => !exceptions.some(({ path: excepted, word }) => !word && excepted.test(path)));
  const found: Found[] = [];
  for (const path of paths) {
    found.push(...findInPath(path));
    if (!TEXT.test(path)) continue;
    const text = await readFile(join(root, path), 'utf8').catch(() => '');
    const inFile = findPhrases(path, text);
    if (TYPESCRIPT.test(path)) inFile.push(...(await findIdentifiers(path, text)));
    found.push(
      ...inFile.filter(
        ({ text }) =>
          !exceptions.some(({ path: excepted, word }) => word === text.toLowerCase() && excepted.test(path)),
      ),
    );
  }
  return found;
}

describe('the words of this repository', () => {
  it('are those of docs/glossary.md', async () => {
    const found = await findAll();
    expect(found.map(({ where, text, better }) => `${where}: "${text}"; better: ${better}`)).toEqual([]);
  });
});

describe('a phrase', () => {
  const texts = (text: string): string[] => findPhrases('a.md', text).map((found) => found.text);

  it('is found with its line and a better one', () => {
    expect(findPhrases('a.md', 'Names,\none a line.')).toEqual([
      { where: 'a.md:2', text: 'one a line', better: 'one per line' },
    ]);
  });

  it('is found across the lines of a comment', () => {
    expect(texts('/**\n * It is\n * no text.\n */')).toEqual(['is no']);
    expect(texts('// is told\n// of it')).toEqual(['told of']);
  });

  it.each(['There is no image.', 'It is no longer there.', 'is-no', 'lester', 'marshall', 'no-folder'])(
    'is not found in %s',
    (text) => {
      expect(texts(text)).toEqual([]);
    },
  );
});

describe('an identifier', () => {
  it('is found as a part of a name, at its line', async () => {
    const source =
      '#!/usr/bin/env node\n// é\nconst { openWorkshop } = { openWorkshop: 1 };\nclass A {\n  #wishes = 1;\n}\n';
    expect((await findIdentifiers('a.ts', source)).map(({ where, text }) => `${where} ${text}`)).toEqual([
      'a.ts:3 openWorkshop',
      'a.ts:5 wishes',
    ]);
  });

  it('is not found in comments, strings and other words', async () => {
    expect(
      await findIdentifiers('a.ts', "// wish\nconst outstanding = 'wish', plantation = 1, takeover = 2;\n"),
    ).toEqual([]);
  });

  it('is found in the name of a file', () => {
    expect(findInPath('actions/a/src/following-tags.ts')).toHaveLength(1);
    expect(findInPath('actions/a/src/workshop.ts')).toHaveLength(1);
    expect(findInPath('docs/adopt.md')).toEqual([]);
  });
});
