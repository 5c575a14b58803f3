import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDirectoryAtomically, removeTemporary, requireSpace, updateSymlink, withLock } from '../cache.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-cache-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('makeDirectory', () => {
  it('keeps the existing directory and leaves nothing behind when filling fails', async () => {
    const target = join(dir, 'act');
    await createDirectoryAtomically(target, async (directory) => writeFileSync(join(directory, 'act'), 'good'));
    const failing = createDirectoryAtomically(target, async (directory) => {
      writeFileSync(join(directory, 'act'), 'half');
      throw new Error('disk');
    });
    await expect(failing).rejects.toThrow('disk');
    expect(readdirSync(dir)).toEqual(['act']);
    expect(readFileSync(join(target, 'act'), 'utf8')).toBe('good');
  });
});

describe('clearTemporary', () => {
  it('deletes the directories of crashed builds and keeps finished ones', async () => {
    for (const name of ['act', 'helm.0a1b.tmp']) mkdirSync(join(dir, name));
    await removeTemporary(dir);
    expect(readdirSync(dir)).toEqual(['act']);
  });
});

describe('linkTo', () => {
  it('moves a link from one version to the next, and repairs a dangling link', async () => {
    const link = join(dir, 'bin', 'act');
    for (const version of ['one', 'two']) {
      writeFileSync(join(dir, version), version);
      await updateSymlink(link, join(dir, version));
      expect(readFileSync(link, 'utf8')).toBe(version);
      rmSync(join(dir, version));
    }
    expect(readdirSync(join(dir, 'bin'))).toEqual(['act']);
  });
});

describe('requireSpace', () => {
  it('reports the required and the free space', async () => {
    await requireSpace(dir, 1);
    await expect(requireSpace(dir, 1e18)).rejects.toThrow(
      /requires about 1000000000\.0 GB of disk space; .* has [\d.]+ GB free/,
    );
  });
});

describe('exclusively', () => {
  it('runs one at a time and reports to the others that they wait', async () => {
    let inside = 0;
    const waits: number[] = [];
    const work = async () => {
      inside += 1;
      expect(inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(dir, { onWait: (seconds) => waits.push(seconds) }, work)));
    expect(waits.length).toBeGreaterThan(0);
  });

  it('can be aborted while it waits', async () => {
    const controller = new AbortController();
    const onWait = () => controller.abort(new Error('enough'));
    const waiter = () => withLock(dir, { onWait, signal: controller.signal }, async () => 'done');
    await withLock(dir, { onWait: () => {} }, async () => {
      await expect(waiter()).rejects.toThrow('enough');
    });
  });
});
