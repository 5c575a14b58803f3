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
  it('refuses at once while a living process holds it, naming that process', async () => {
    const release = await lockLab(dir, () => {});
    await expect(lockLab(dir, () => {})).rejects.toThrow(
      `Another command is changing this lab (process ${process.pid})`,
    );
    await release();
    await (await lockLab(dir, () => {}))();
  });

  it('closes the directory and its note to other users, also a directory that was open to them', async () => {
    const mode = (path: string): number => statSync(path).mode & 0o777;
    chmodSync(dir, 0o755);
    for (const directory of [dir, join(dir, 'one', 'below')]) {
      const release = await lockLab(directory, () => {});
      expect([mode(directory), mode(join(directory, 'holder.json'))]).toEqual([0o700, 0o600]);
      await release();
    }
  });

  it('takes over from a holder that died, saying so', async () => {
    const died = spawnSync('true').pid;
    mkdirSync(join(dir, 'lock'));
    writeFileSync(join(dir, 'holder.json'), JSON.stringify({ pid: died, started: 'x/1' }));
    const lately = Date.now() / 1000 - 2;
    utimesSync(join(dir, 'lock'), lately, lately);
    const lines: string[] = [];
    const release = await lockLab(dir, (line) => lines.push(line));
    expect(lines).toContain('taking over from a command that died');
    await release();
  });
});
