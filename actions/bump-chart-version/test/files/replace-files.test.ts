import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { replaceFiles } from '../../src/files/replace-files.ts';
import { bytes } from '../helpers.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'replace-'));
  for (const name of ['a', 'b', 'c']) await writeFile(join(directory, name), `old ${name}`);
});
afterEach(() => rm(directory, { recursive: true }));

const files = (...names: string[]) =>
  names.map((name) => ({ path: join(directory, name), bytes: bytes(`new ${name}`) }));

async function contents(): Promise<Record<string, string>> {
  const names = (await readdir(directory)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const)),
  );
}

const OLD = { a: 'old a', b: 'old b', c: 'old c' };

/** A rename that fails for these targets, after this number of successful ones. */
const refusing = (passes: number, ...names: string[]) => {
  let count = 0;
  return async (from: string, to: string): Promise<void> => {
    if (++count > passes && names.some((name) => to === join(directory, name))) throw new Error(`no ${to}`);
    await rename(from, to);
  };
};

describe('replacing files', () => {
  it('keeps their modes and leaves no other files', async () => {
    await chmod(join(directory, 'b'), 0o750);
    await replaceFiles(files('a', 'b'));
    expect(await contents()).toEqual({ a: 'new a', b: 'new b', c: 'old c' });
    expect((await stat(join(directory, 'b'))).mode & 0o777).toBe(0o750);
  });

  it('changes no file when one of them cannot be written', async () => {
    await expect(replaceFiles(files('a', 'missing/b'))).rejects.toThrow('ENOENT');
    expect(await contents()).toEqual(OLD);
  });

  it('restores the others when one of them cannot be moved', async () => {
    await chmod(join(directory, 'a'), 0o750);
    await expect(replaceFiles(files('a', 'b', 'c'), refusing(0, 'c'))).rejects.toThrow(`no ${join(directory, 'c')}`);
    expect(await contents()).toEqual(OLD);
    expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o750);
  });

  it('reports a file that cannot be restored, and keeps its old content beside it', async () => {
    const failure = await replaceFiles(files('a', 'b', 'c'), refusing(1, 'a', 'c')).catch((error: unknown) => error);
    expect(failure).toMatchObject({ what: 'only some of the files were changed' });
    const { a, b, c, ...rest } = await contents();
    expect({ a, b, c }).toEqual({ ...OLD, a: 'new a' });
    expect(Object.values(rest)).toEqual(['old a']);
    const [name = ''] = Object.keys(rest);
    expect((failure as { next: string }).next).toContain(join(directory, name));
  });
});
