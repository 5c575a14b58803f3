import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clearTemporary, exclusively, linkTo, makeDirectory, requireSpace } from '../cache.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-cache-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('makeDirectory', () => {
  it('leaves nothing behind when filling fails, and keeps what was there', async () => {
    const target = join(dir, 'act');
    await makeDirectory(target, async (directory) => writeFileSync(join(directory, 'act'), 'good'));
    const failing = makeDirectory(target, async (directory) => {
      writeFileSync(join(directory, 'act'), 'half');
      throw new Error('disk');
    });
    await expect(failing).rejects.toThrow('disk');
    expect(readdirSync(dir)).toEqual(['act']);
    expect(readFileSync(join(target, 'act'), 'utf8')).toBe('good');
  });
});

describe('clearTemporary', () => {
  it('deletes what a crashed build left, and nothing finished', async () => {
    for (const name of ['act', 'helm.0a1b.tmp']) mkdirSync(join(dir, name));
    await clearTemporary(dir);
    expect(readdirSync(dir)).toEqual(['act']);
  });
});

describe('linkTo', () => {
  it('moves a link from one version to the next, and mends one that leads nowhere', async () => {
    const link = join(dir, 'bin', 'act');
    for (const version of ['one', 'two']) {
      writeFileSync(join(dir, version), version);
      await linkTo(link, join(dir, version));
      expect(readFileSync(link, 'utf8')).toBe(version);
      rmSync(join(dir, version));
    }
    expect(readdirSync(join(dir, 'bin'))).toEqual(['act']);
  });
});

describe('requireSpace', () => {
  it('says how much is needed and how much is there', async () => {
    await requireSpace(dir, 1);
    await expect(requireSpace(dir, 1e18)).rejects.toThrow(
      /needs about 1000000000\.0 GB of disk; .* has [\d.]+ GB free/,
    );
  });
});

describe('exclusively', () => {
  it('lets one at a time in and tells the others that they wait', async () => {
    let inside = 0;
    const waits: number[] = [];
    const work = async () => {
      inside += 1;
      expect(inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => exclusively(dir, (seconds) => waits.push(seconds), undefined, work)));
    expect(waits.length).toBeGreaterThan(0);
  });

  it('gives way to an abort while it waits', async () => {
    const controller = new AbortController();
    const waiter = () =>
      exclusively(
        dir,
        () => controller.abort(new Error('enough')),
        controller.signal,
        async () => 'done',
      );
    await exclusively(
      dir,
      () => {},
      undefined,
      async () => {
        await expect(waiter()).rejects.toThrow('enough');
      },
    );
  });
});
