import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { findStale, generate as generateFiles } from '../generate.ts';

const root = join(import.meta.dirname, '..', '..');

describe('a stale file', () => {
  it('differs from the generated one or does not exist, and comes with its current content', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'stale-'));
    try {
      await writeFile(join(directory, 'same'), 'a');
      await writeFile(join(directory, 'changed'), 'b');
      const files = ['same', 'changed', 'new'].map((path) => ({ path, content: 'a' }));
      expect(await findStale(directory, files)).toEqual([
        { path: 'changed', content: 'a', current: 'b' },
        { path: 'new', content: 'a', current: '' },
      ]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('does not exist in this repository; if one does, run `npm run generate`', async () => {
    const stale = await findStale(root, await generateFiles(root));
    expect(stale.map(({ path }) => path)).toEqual([]);
  });
});

describe('npm run generate', () => {
  let copy: string;
  const generate = (...args: string[]) => execa('node', ['scripts/generate.ts', ...args], { cwd: copy, reject: false });

  beforeEach(async () => {
    copy = await mkdtemp(join(tmpdir(), 'generate-'));
    for (const directory of [
      'actions',
      'argocd',
      'helm',
      'scripts',
      'terraform',
      'workflows-src',
      '.github',
      'package.json',
      'versions.ts',
    ])
      await cp(join(root, directory), join(copy, directory), { recursive: true });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    await generate();
  });
  afterEach(() => rm(copy, { recursive: true, force: true }));

  it('leaves nothing stale', async () => {
    expect(await generate('--check')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('prints with --check what was changed by hand, writes nothing, and fails', async () => {
    const path = join(copy, '.github/workflows/ci.yml');
    const changed = (await readFile(path, 'utf8')).replace('timeout-minutes: 15', 'timeout-minutes: 99');
    await writeFile(path, changed);
    const { exitCode, stderr } = await generate('--check');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('-    timeout-minutes: 99\n+    timeout-minutes: 15\n');
    expect(stderr).toContain('Run `npm run generate` and commit:\n  .github/workflows/ci.yml');
    expect(await readFile(path, 'utf8')).toBe(changed);
  });

  it('writes a new input of an action.yml into the README and the types', async () => {
    const path = join(copy, 'actions/create-release/action.yml');
    const yaml = await readFile(path, 'utf8');
    await writeFile(path, yaml.replace(/^inputs:\n/m, 'inputs:\n  extra-input:\n    description: Something more.\n'));
    const { stdout } = await generate();
    expect(stdout.split('\n').sort()).toEqual([
      'wrote actions/create-release/README.md',
      'wrote workflows-src/generated/actions.ts',
    ]);
    expect(await readFile(join(copy, 'actions/create-release/README.md'), 'utf8')).toContain(
      '| `extra-input` | | Something more. |',
    );
  });

  it('writes the title of a rule into the README', async () => {
    const rule = join(copy, 'actions/helm-lint-scan/src/rules/security/security-context.ts');
    const source = await readFile(rule, 'utf8');
    await writeFile(rule, source.replace("title: '", "title: 'Renamed. "));
    const { exitCode, stderr } = await generate('--check');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Run `npm run generate` and commit:\n  actions/helm-lint-scan/README.md');
    expect((await generate()).stdout).toBe('wrote actions/helm-lint-scan/README.md');
    expect(await readFile(join(copy, 'actions/helm-lint-scan/README.md'), 'utf8')).toContain('| Renamed. ');
  });
});
