import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { findSecrets } from '../secrets.ts';

const project = join(import.meta.dirname, '..', '..');

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'secrets-'));
  await git('init', '--quiet');
  for (const name of ['.gitleaks.toml', '.gitattributes', '.gitignore'])
    await copyFile(join(project, name), join(root, name));
  await commit();
});
afterEach(() => rm(root, { recursive: true }));

const git = (...args: string[]) =>
  execa('git', ['-C', root, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args]);

async function commit(): Promise<void> {
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'x');
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** Generated in the form of real tokens, so that this file contains none. */
const generated: Record<string, () => string> = {
  'a token of GitHub': () => `ghp_${randomBytes(27).toString('base64url').replaceAll(/[-_]/g, 'x')}`,
  'a private key': () => {
    const body = randomBytes(96).toString('base64');
    return `-----BEGIN ${'PRIVATE'} KEY-----\n${body}\n-----END ${'PRIVATE'} KEY-----`;
  },
};

describe('npm run check', () => {
  it('finds no secret if there is none', async () => {
    await write('a.ts', 'export const a = 1;\n');
    await commit();
    await expect(findSecrets(root)).resolves.toBeUndefined();
  });

  it.each(
    Object.keys(generated).flatMap((kind) =>
      ['config.ts', 'helm/shop/values.yaml', 'actions/x/dist/index.js'].map((path) => ({ kind, path })),
    ),
  )('finds $kind in $path, and does not print it', async ({ kind, path }) => {
    const secret = generated[kind]?.() ?? '';
    await write(path, `const x = \`${secret}\`;\n`);
    const error = await findSecrets(root).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).toContain(path);
    expect(error?.message).not.toContain(secret.split('\n').at(-2) ?? secret);
    await commit();
    await expect(findSecrets(root)).rejects.toThrow(path);
  });

  it('finds a secret that a later commit removed', async () => {
    await write('config.ts', `const x = '${generated['a token of GitHub']?.()}';\n`);
    await commit();
    await write('config.ts', 'const x = process.env.TOKEN;\n');
    await commit();
    await expect(findSecrets(root)).rejects.toThrow('config.ts');
  });

  it.each(['node_modules/a/index.js', '.lab/state.json'])('ignores files that Git does not track: %s', async (path) => {
    await write(path, `const x = '${generated['a token of GitHub']?.()}';\n`);
    await expect(findSecrets(root)).resolves.toBeUndefined();
  });
});
