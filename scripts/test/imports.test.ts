import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkImports } from '../imports.ts';

describe('the imports of this repository', () => {
  it('follow the rules of .dependency-cruiser.mjs', () => checkImports(join(import.meta.dirname, '..', '..')));
});

describe('an import', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'imports-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  /** @param files the path of each file, and what it imports */
  async function check(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, source] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), source);
    }
    await checkImports(root, [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))]);
  }

  const EMPTY = 'export {};\n';

  it.each([
    [
      'closes a cycle',
      'no-cycles',
      { 'lab/a.ts': "import './b.ts';\n", 'lab/b.ts': "import './c.ts';\n", 'lab/c.ts': "import './a.ts';\n" },
    ],
    [
      'closes a cycle with a type',
      'no-cycles',
      {
        'lab/a.ts': "import type { B } from './b.ts';\nexport type A = B;\n",
        'lab/b.ts': "import { type A } from './a.ts';\nexport type B = A;\n",
      },
    ],
    [
      'closes a cycle when it is loaded',
      'no-cycles',
      { 'lab/a.ts': "await import('./b.ts');\n", 'lab/b.ts': "export * from './a.ts';\n" },
    ],
    [
      'leads from one action to another',
      'actions-are-independent',
      { 'actions/one/src/a.ts': "import '../../two/src/b.ts';\n", 'actions/two/src/b.ts': EMPTY },
    ],
    [
      'leads from actions/lib to an action',
      'lib-knows-no-action',
      { 'actions/lib/a.ts': "import '../one/src/b.ts';\n", 'actions/one/src/b.ts': EMPTY },
    ],
    [
      'leads from an action to the lab',
      'product-knows-no-tooling',
      { 'actions/one/src/a.ts': "import '../../../lab/b.ts';\n", 'lab/b.ts': EMPTY },
    ],
    [
      'leads from the workflows to the scripts',
      'workflows-know-action-metadata-alone',
      { 'workflows-src/a.ts': "import '../scripts/b.ts';\n", 'scripts/b.ts': EMPTY },
    ],
    [
      'leads from a source to a test',
      'sources-know-no-tests',
      { 'lab/a.ts': "import './test/b.ts';\n", 'lab/test/b.ts': EMPTY },
    ],
  ])('that %s is rejected', async (_, rule, files) => {
    await expect(check(files)).rejects.toThrow(`error ${rule}:`);
  });

  it('of actions/lib in an action, and of the lab in a test, is accepted', async () => {
    await check({
      'actions/one/src/a.ts': "import '../../lib/b.ts';\nimport 'node:fs';\n",
      'actions/one/test/a.test.ts': "import '../src/a.ts';\nimport '../../../lab/c.ts';\n",
      'actions/lib/b.ts': EMPTY,
      'lab/c.ts': EMPTY,
    });
  });
});
