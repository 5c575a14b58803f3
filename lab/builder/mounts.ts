import { readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { execa } from 'execa';
import { findProcessesWhere, type ProcessIdentity, readMounts, sendSignal } from '../services/processes.ts';

/** The places below `dir` where something is mounted, the innermost first. `table` is the text of a mountinfo file, proc(5). */
export function mountsBelow(dir: string, table: string): string[] {
  return table
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((path) =>
      path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((path) => path.startsWith(dir + sep))
    .reverse();
}

/**
 * Ends the build steps and takes away the mounts that a BuildKit which was killed left behind below `dir`; its files
 * could not be deleted otherwise.
 */
export async function clearLeftovers(dir: string): Promise<void> {
  for (const step of findStepProcesses(dir)) sendSignal(step, 'SIGKILL');
  for (const path of mountsBelow(dir, readFileSync('/proc/self/mountinfo', 'utf8'))) {
    await execa('umount', ['--lazy', path]);
  }
}

/**
 * Processes of build steps that run in a root file system kept below `dir`. They share no process group and no
 * environment with BuildKit, and outlive one that was killed.
 */
export function findStepProcesses(dir: string): ProcessIdentity[] {
  return findProcessesWhere((pid) =>
    readMounts(pid).some((line) => line.split(' ')[4] === '/' && line.includes(`upperdir=${dir}${sep}`)),
  );
}
