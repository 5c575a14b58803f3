import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockLab } from '../lock.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('lockLab', () => {
  it('fails immediately while a running process holds the lock, and names that process', async () => {
    const release = await lockLab(dir, () => {});
    await expect(lockLab(dir, () => {})).rejects.toThrow(
      `Another command is changing this lab (process ${process.pid})`,
    );
    await release();
    await (await lockLab(dir, () => {}))();
  });

  it('makes the directory and holder.json private, including an existing directory that is not', async () => {
    const mode = (path: string): number => statSync(path).mode & 0o777;
    chmodSync(dir, 0o755);
    for (const directory of [dir, join(dir, 'nested', 'directory')]) {
      const release = await lockLab(directory, () => {});
      expect([mode(directory), mode(join(directory, 'holder.json'))]).toEqual([0o700, 0o600]);
      await release();
    }
  });

  it('takes over the lock of a process that died, and reports it', async () => {
    const deadPid = spawnSync('true').pid;
    mkdirSync(join(dir, 'lock'));
    writeFileSync(join(dir, 'holder.json'), JSON.stringify({ pid: deadPid, started: 'x/1' }));
    const recently = Date.now() / 1000 - 2;
    utimesSync(join(dir, 'lock'), recently, recently);
    const lines: string[] = [];
    const release = await lockLab(dir, (line) => lines.push(line));
    expect(lines).toContain('taking over the lock of a command that died');
    await release();
  });
});
