import { readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { execa } from 'execa';
import { findProcessesWhere, type ProcessIdentity, readMounts, sendSignal } from '../services/processes.ts';

/** A mount: where it is, and the type of its file system. */
export interface Mount {
  path: string;
  type: string;
}

/** The mounts in `table`, the text of a mountinfo file, in its order: proc(5). */
export function parseMounts(table: string): Mount[] {
  const lines = table.split('\n').filter(Boolean);
  return lines.map((line) => {
    const [place = '', source = ''] = line.split(' - ');
    const path = (place.split(' ')[4] ?? '').replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    return { path, type: source.split(' ')[0] ?? '' };
  });
}

/** The places below `dir` where something is mounted, the innermost first. `table` is the text of a mountinfo file, proc(5). */
export function mountsBelow(dir: string, table: string): string[] {
  return parseMounts(table)
    .map(({ path }) => path)
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
