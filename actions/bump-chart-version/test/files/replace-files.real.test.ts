import { chmod, chown, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { replaceFiles } from '../../src/files/replace-files.ts';
import { bytes } from '../helpers.ts';

/** Only root may give files to other users, as in a container job. */
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'owners-'));
  for (const name of ['a', 'b']) await writeFile(join(directory, name), `old ${name}`);
  await chown(join(directory, 'a'), 1001, 1002);
  await chmod(join(directory, 'a'), 0o2750);
});
afterEach(() => rm(directory, { recursive: true }));

const files = () => ['a', 'b'].map((name) => ({ path: join(directory, name), bytes: bytes(`new ${name}`) }));

/** User, group, mode and content of the file that is not root's, and those of the other. */
const state = () =>
  Promise.all(
    ['a', 'b'].map(async (name) => {
      const { uid, gid, mode } = await stat(join(directory, name));
      return [uid, gid, mode & 0o7777, await readFile(join(directory, name), 'utf8')];
    }),
  );

it('files that are replaced keep their owners', async () => {
  const [, [, , mode] = []] = await state();
  await replaceFiles(files());
  expect(await state()).toEqual([
    [1001, 1002, 0o2750, 'new a'],
    [0, 0, mode, 'new b'],
  ]);
});

it('files that are restored keep their owners', async () => {
  const before = await state();
  const refuse = async (from: string, to: string): Promise<void> => {
    if (to === join(directory, 'b')) throw new Error('no b');
    await rename(from, to);
  };
  await expect(replaceFiles(files(), refuse)).rejects.toThrow('no b');
  expect(await state()).toEqual(before);
});
