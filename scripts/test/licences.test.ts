import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { actionNames } from '../build.ts';
import { licences, licensedData, packageDirectories } from '../licences.ts';

const root = join(import.meta.dirname, '..', '..');

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'licences-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** A package with these files; returns its directory. */
async function install(name: string, files: Record<string, string>, version = '1.0.0'): Promise<string> {
  const directory = join(dir, name.replace('/', '-'));
  await mkdir(directory);
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name, version, license: 'MIT' }));
  for (const [file, text] of Object.entries(files)) await writeFile(join(directory, file), text);
  return directory;
}

describe('the packages of a bundle', () => {
  it('are those of its modules, including merged ones, each copy once', () => {
    const directories = packageDirectories({
      modules: [
        { nameForCondition: '/p/node_modules/.build/actions/x/src/index.js' },
        { nameForCondition: null },
        { nameForCondition: '/p/node_modules/yaml/dist/a.js' },
        {
          nameForCondition: '/p/node_modules/yaml/dist/b.js',
          modules: [{ nameForCondition: '/p/node_modules/@actions/core/lib/core.js' }],
        },
        { nameForCondition: '/p/node_modules/a/node_modules/yaml/index.js' },
      ],
    });
    expect(directories).toEqual([
      '/p/node_modules/@actions/core',
      '/p/node_modules/a/node_modules/yaml',
      '/p/node_modules/yaml',
    ]);
  });
});

describe('the licences of a bundle', () => {
  it.each(['LICENSE', 'LICENSE.md', 'license.txt', 'LICENCE', 'COPYING'])('are read from %s', async (file) => {
    const text = await licences([await install('one', { [file]: '\n  May be used.\r\nBy all.\n\n' })], new Map());
    expect(text).toBe('one 1.0.0 (MIT)\n---------------\n\n  May be used.\nBy all.\n');
  });

  it('include the notices, sorted by package', async () => {
    const two = await install('two', { LICENSE: 'Licence of two.', NOTICE: 'Made by two.' });
    const one = await install('@one/x', { LICENSE: 'Licence of one.' });
    const text = await licences([two, one], new Map());
    expect(text.match(/^.*(?:one|two).*$/gm)).toEqual([
      '@one/x 1.0.0 (MIT)',
      'Licence of one.',
      'two 1.0.0 (MIT)',
      'Licence of two.',
      'Made by two.',
    ]);
  });

  it.each([
    ['no file', {}],
    ['an empty file', { LICENSE: ' \n' }],
    ['only a file of another purpose', { 'LICENSES.spdx': 'MIT' }],
  ])('are required for a bundle: %s', async (_, files) => {
    const directory = await install('silent', files as Record<string, string>);
    await expect(licences([directory], new Map())).rejects.toThrow('silent 1.0.0 (MIT) has no licence text');
  });
});

const actions = await actionNames();

describe('the committed bundles', () => {
  it.each(actions)('of %s have a text for each package and for third-party data', async (action) => {
    const text = await readFile(join(root, 'actions', action, 'dist', 'licenses.txt'), 'utf8');
    const [before, ...parts] = text.split(/^(\S.*)\n-+\n$/m);
    expect(before).toBe('');
    const titles = parts.filter((_, index) => index % 2 === 0).map((title) => title.split(' ')[0]);
    expect(titles).toEqual(expect.arrayContaining(['semver', 'yaml']));
    expect(titles).toEqual(expect.arrayContaining([...(await licensedData(join(root, 'actions', action))).keys()]));
    const contents = parts.filter((_, index) => index % 2 === 1);
    expect(contents).toHaveLength(titles.length);
    for (const content of contents) expect(content).toMatch(/copyright|permission|licen[cs]e/i);
  });

  it('of helm-lint-scan include the licence of the Kubernetes schemas', async () => {
    expect([...(await licensedData(join(root, 'actions', 'helm-lint-scan'))).keys()]).toEqual([
      'custom-resources/',
      'schemas/',
    ]);
    const text = await readFile(join(root, 'actions', 'helm-lint-scan', 'dist', 'licenses.txt'), 'utf8');
    expect(text.slice(text.indexOf('\nschemas/\n'))).toMatch(
      /Apache License\s+Version 2\.0, January 2004[\s\S]+END OF TERMS/,
    );
  });

  it('of helm-lint-scan include the licence and the notice of the custom resources', async () => {
    const data = await licensedData(join(root, 'actions', 'helm-lint-scan'));
    const text = await licences([], data);
    expect(text.slice(text.indexOf('custom-resources/'), text.indexOf('\nschemas/\n'))).toMatch(
      /Apache License\s+Version 2\.0, January 2004[\s\S]+END OF TERMS[\s\S]+This product includes software developed at CoreOS/,
    );
  });
});
