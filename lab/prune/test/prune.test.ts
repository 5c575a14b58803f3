import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { linkExisting, withLock } from '../../tools/cache.ts';
import { CHECKOUT_LINK, hashCheckout } from '../../tools/checkouts.ts';
import { joinBytes } from '../disk-usage.ts';
import { type PruneOptions, pruneCache } from '../prune.ts';

let dir = '';
let cache = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-prune-'));
  cache = join(dir, 'cache');
  for (const kind of ['tools', 'images', 'bin']) mkdirSync(join(cache, kind), { recursive: true });
  addTool('used');
  addTool('unused');
  writeFileSync(join(cache, 'images', 'used.tar'), 'x');
  writeFileSync(join(cache, 'images', 'unused.tar'), 'x'.repeat(150_000));
});
afterEach(() => rmSync(dir, { recursive: true }));

const checkout = () => join(dir, 'checkout');

function addTool(name: string): string {
  const file = join(cache, 'tools', name, 'bin', 'program');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'program');
  return file;
}

/** Adds a checkout with links, by name, and returns its directory of links. */
function addCheckout(name: string, links: Record<string, string>): string {
  mkdirSync(join(dir, name, 'lab'), { recursive: true });
  writeFileSync(join(dir, name, 'lab', 'cli.ts'), '');
  const bin = join(cache, 'bin', hashCheckout(join(dir, name)));
  mkdirSync(bin);
  for (const [link, target] of Object.entries(links)) symlinkSync(target, join(bin, link));
  return bin;
}

async function prune(change: Partial<PruneOptions> = {}): Promise<string[]> {
  const lines: string[] = [];
  await pruneCache({
    cache,
    checkout: checkout(),
    used: new Set(['tools/used', 'images/used.tar']),
    dryRun: false,
    report: (line) => lines.push(line),
    ...change,
  });
  return lines;
}

const list = (kind: string) => readdirSync(join(cache, kind)).toSorted();

describe('pruneCache', () => {
  it('deletes what this checkout does not use, and says what it was and how much space that freed', async () => {
    const lines = await prune();
    expect(list('tools')).toEqual(['used']);
    expect(list('images')).toEqual(['used.tar']);
    expect(lines).toEqual([
      expect.stringMatching(/^deleted tool unused \(\d+ kB\)$/),
      expect.stringMatching(/^deleted root file system unused\.tar \(15\d kB\)$/),
      expect.stringMatching(/^Deleted 2 unused entries, 1\d\d kB; \d+ kB stay in .*cache\.$/),
    ]);
    expect(await prune()).toEqual([expect.stringMatching(/^Nothing in .* is unused \(\d+ kB\)\.$/)]);
  });

  it('lists the same and deletes nothing in a dry run', async () => {
    const listed = await prune({ dryRun: true });
    expect([...list('tools'), ...list('images')]).toEqual(['unused', 'used', 'unused.tar', 'used.tar']);
    const entries = (lines: string[]) => lines.map((line) => line.replace(/^(would delete|deleted) /, '')).slice(0, -1);
    const summary = listed.at(-1);
    expect(summary).toMatch(/^Would delete 2 unused entries, \d+ kB; \d+ kB would stay in .* Nothing was deleted\.$/);
    const deleted = await prune();
    expect(entries(listed)).toEqual(entries(deleted));
    const sizes = (line = '') => line.match(/\d+ kB/g);
    expect(sizes(summary)).toEqual(sizes(deleted.at(-1)));
  });

  it('deletes nothing that another checkout links to, and not its links', async () => {
    const other = addCheckout('other', {
      [CHECKOUT_LINK]: join(dir, 'other'),
      program: addTool('of-another'),
      'build.tar': join(cache, 'images', 'unused.tar'),
    });
    await prune();
    expect(list('tools')).toEqual(['of-another', 'used']);
    expect(list('images')).toEqual(['unused.tar', 'used.tar']);
    expect(existsSync(join(other, 'program'))).toBe(true);
  });

  it('keeps a tool whose program is a link to a place outside of the cache', async () => {
    const program = addTool('of-another');
    rmSync(program);
    symlinkSync('/bin/sh', program);
    addCheckout('other', { [CHECKOUT_LINK]: join(dir, 'other'), program });
    expect((await prune({ dryRun: true })).join()).not.toContain('of-another');
    await prune();
    expect(list('tools')).toEqual(['of-another', 'used']);
  });

  it('recognizes links through another path to the cache', async () => {
    symlinkSync(dir, join(dir, 'alias'));
    const program = addTool('of-another').replace(dir, join(dir, 'alias'));
    addCheckout('other', { [CHECKOUT_LINK]: join(dir, 'other'), program });
    await prune();
    expect(list('tools')).toEqual(['of-another', 'used']);
  });

  it('does not keep what only the links of this checkout lead to', async () => {
    addCheckout('checkout', { [CHECKOUT_LINK]: checkout(), old: join(cache, 'tools', 'unused', 'bin', 'program') });
    await prune();
    expect(list('tools')).toEqual(['used']);
    expect(list('bin')).toEqual([hashCheckout(checkout())]);
  });

  it.each([
    ['a link to it', (gone: string) => ({ [CHECKOUT_LINK]: gone })],
    [
      'links of an older version into it',
      (gone: string) => ({ node: join(gone, 'node_modules', 'node', 'bin', 'node') }),
    ],
  ])('deletes the links of a checkout that no longer exists, recognized by %s, and its tools', async (_, links) => {
    const gone = join(dir, 'gone');
    addCheckout('gone', { ...links(gone), program: addTool('of-gone') });
    rmSync(gone, { recursive: true });
    const lines = await prune();
    expect(list('bin')).toEqual([]);
    expect(list('tools')).toEqual(['used']);
    expect(lines).toContainEqual(expect.stringContaining(`deleted links ${hashCheckout(gone)} (`));
  });

  it('keeps links whose checkout is unknown, and what they lead to, and says so', async () => {
    addCheckout('gone', { program: addTool('of-unknown') });
    rmSync(join(dir, 'gone'), { recursive: true });
    const lines = await prune();
    expect(list('bin')).toHaveLength(1);
    expect(list('tools')).toEqual(['of-unknown', 'used']);
    expect(lines[0]).toMatch(/^kept bin\/[0-9a-f]{10} and what it links to: /);
  });

  it('deletes what killed commands left', async () => {
    for (const kind of ['tools', 'images', 'bin']) mkdirSync(join(cache, kind, '0a1b.tmp'));
    await prune();
    expect([...list('tools'), ...list('images'), ...list('bin')]).toEqual(['used', 'used.tar']);
  });

  it('deletes entries with unusual names, and prints them without control characters', async () => {
    for (const name of [' ', '-rf', 'new\nline', '\u001b[31mred', 'ü', '..x']) mkdirSync(join(cache, 'tools', name));
    mkdirSync(joinBytes(join(cache, 'tools'), Buffer.from([0xff, 0xfe])));
    writeFileSync(joinBytes(join(cache, 'tools', 'unused'), Buffer.from([0xff])), 'x'.repeat(300_000));
    const lines = await prune();
    expect(list('tools')).toEqual(['used']);
    expect(lines.join('')).toMatch(/^[ -~]+$/);
    expect(lines).toContainEqual(expect.stringMatching(/^deleted tool unused \(3\d\d kB\)$/));
    expect(lines).toContainEqual(expect.stringMatching(/^deleted tool "new\\nline" /));
  });

  it('deletes a link in the cache, and never what it leads to', async () => {
    mkdirSync(join(dir, 'outside'));
    writeFileSync(join(dir, 'outside', 'file'), 'x'.repeat(1_000_000));
    symlinkSync(join(dir, 'outside'), join(cache, 'tools', 'unused', 'link'));
    for (const kind of ['tools', 'images', 'bin']) symlinkSync(join(dir, 'outside'), join(cache, kind, 'link'));
    const lines = await prune();
    expect([...list('tools'), ...list('images'), ...list('bin')]).toEqual(['used', 'used.tar']);
    expect(readdirSync(join(dir, 'outside'))).toEqual(['file']);
    expect(lines.at(-1)).toMatch(/Deleted 5 unused entries, \d{3} kB/);
  });

  it.each(['.', 'tools', 'images', 'bin'])('deletes nothing if %s is a symbolic link', async (name) => {
    renameSync(join(cache, name), join(dir, 'elsewhere'));
    symlinkSync(join(dir, 'elsewhere'), join(cache, name));
    const before = readdirSync(join(dir, 'elsewhere'));
    await expect(prune()).rejects.toThrow('is a symbolic link. Nothing was deleted.');
    expect(readdirSync(join(dir, 'elsewhere'))).toEqual(before);
    if (name !== 'tools' && name !== '.') expect(list('tools')).toEqual(['unused', 'used']);
  });

  it('reports an empty cache and creates nothing', async () => {
    rmSync(cache, { recursive: true });
    expect(await prune()).toEqual([`There is nothing in ${cache}.`]);
    expect(existsSync(cache)).toBe(false);
  });

  it.each(['tools', 'images'])('waits while another process changes %s, and can be stopped then', async (kind) => {
    const controller = new AbortController();
    const report = () => controller.abort(new Error('stopped'));
    await withLock(join(cache, kind), { onWait: () => {} }, async () => {
      await expect(prune({ report, signal: controller.signal })).rejects.toThrow('stopped');
      expect(list('tools')).toContain('unused');
    });
    await prune();
    expect(list('tools')).toEqual(['used']);
  });

  it('stops between two entries, and leaves the others complete', async () => {
    const controller = new AbortController();
    const report = () => controller.abort(new Error('stopped'));
    await expect(prune({ report, signal: controller.signal })).rejects.toThrow('stopped');
    expect(list('tools')).toEqual(['used']);
    expect(list('images')).toEqual(['unused.tar', 'used.tar']);
  });

  it('keeps a tool that another checkout begins to use while it is deleted', async () => {
    const other = addCheckout('other', { [CHECKOUT_LINK]: join(dir, 'other') });
    const program = join(cache, 'tools', 'used-later', 'bin', 'program');
    const unused = addTool('a-first');
    addTool('used-later');
    // The first line is reported after what is unused has been determined.
    const report = (line: string) => {
      if (line.startsWith('deleted tool a-first ')) symlinkSync(program, join(other, 'program'));
    };
    await prune({ report });
    expect(existsSync(unused)).toBe(false);
    expect(readFileSync(join(other, 'program'), 'utf8')).toBe('program');
  });

  describe('with another process', () => {
    let child: ChildProcess | undefined;
    afterEach(() => {
      child?.kill('SIGKILL');
    });

    it('leaves no incomplete tool under its name when it is killed', async () => {
      const count = 20_000;
      for (let index = 0; index < count; index += 1) writeFileSync(join(cache, 'tools', 'unused', String(index)), '');
      const script = `import { pruneCache } from ${JSON.stringify(join(import.meta.dirname, '..', 'prune.ts'))};
        await pruneCache({ cache: ${JSON.stringify(cache)}, checkout: '/', used: new Set(['tools/used']), dryRun: false, report() {} });`;
      child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
      while (list('tools').includes('unused') && child.exitCode === null) await sleep(1);
      child.kill('SIGKILL');
      await once(child, 'close');
      const [aside = ''] = list('tools').filter((name) => name.endsWith('.tmp'));
      expect(readdirSync(join(cache, 'tools', aside)).length).toBeGreaterThan(0);
      expect(list('tools')).toEqual([aside, 'lock', 'used'].toSorted());
      // As if ten seconds had passed, after which the lock of a dead process is ignored.
      for (const kind of ['tools', 'images']) rmSync(join(cache, kind, 'lock'), { recursive: true });
      await prune();
      expect(list('tools')).toEqual(['used']);
    });

    it('keeps it and says so', async () => {
      const program = addTool('running');
      rmSync(program);
      copyFileSync('/bin/sleep', program);
      child = spawn(program, ['60']);
      while (!readlinkSync(`/proc/${child.pid}/exe`).startsWith(cache)) await sleep(5);
      const lines = await prune();
      expect(list('tools')).toEqual(['running', 'used']);
      expect(lines).toContain('kept tools/running: a process runs it');
    });
  });
});

describe('linkExisting', () => {
  it('links to a file that exists, and reports one that does not', async () => {
    const target = addTool('act');
    const link = join(dir, 'act');
    expect(await linkExisting(link, target)).toBe(true);
    expect(readlinkSync(link)).toBe(target);
    rmSync(target);
    expect(await linkExisting(link, target)).toBe(false);
  });
});
