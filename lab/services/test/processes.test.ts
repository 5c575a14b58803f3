import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findMarked, findProcess, isRunning, MARKER, parseStat, sendSignal } from '../processes.ts';

describe('parseStat', () => {
  it('parses any command name, including parentheses and spaces', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), (command, group, ticks) => {
        const rest = `S 1 ${group} ${Array.from({ length: 16 }, () => 0).join(' ')} ${ticks} 0 0`;
        expect(parseStat(`7 (${command}) ${rest}`)).toEqual({ state: 'S', group, ticks: String(ticks) });
      }),
    );
  });
});

describe('processes', () => {
  const start = async (env: Record<string, string> = {}) => {
    const child = spawn('sleep', ['60'], { env: { ...process.env, ...env }, stdio: 'ignore' });
    await once(child, 'spawn');
    const found = findProcess(child.pid ?? 0);
    if (!found) throw new Error('sleep did not start');
    return { child, found };
  };

  it('a process that has ended is not running, and the same id with another start time is another process', async () => {
    const { child, found } = await start();
    expect(isRunning(found)).toBe(true);
    expect(isRunning({ ...found, started: `${found.started}0` })).toBe(false);
    sendSignal({ ...found, started: `${found.started}0` }, 'SIGKILL');
    expect(isRunning(found)).toBe(true);
    sendSignal(found, 'SIGKILL');
    await once(child, 'exit');
    expect(isRunning(found)).toBe(false);
    sendSignal(found, 'SIGKILL');
  });

  it('finds a marked process by lab and by service, but not that of a lab whose path has the same prefix', async () => {
    // Unique, so that no other process on this machine has the same marker.
    const lab = `/tmp/lab-${randomUUID()}`;
    const { child, found } = await start({ [MARKER]: `${lab}#hub` });
    const ids = (processes: { pid: number }[]) => processes.map(({ pid }) => pid);
    expect(ids(findMarked(lab))).toEqual([found.pid]);
    expect(ids(findMarked(lab, 'hub'))).toEqual([found.pid]);
    expect(findMarked(lab, 'hu')).toEqual([]);
    expect(findMarked(lab.slice(0, -1))).toEqual([]);
    sendSignal(found, 'SIGKILL');
    await once(child, 'exit');
  });
});
