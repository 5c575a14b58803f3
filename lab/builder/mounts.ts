import { readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { execa } from 'execa';
import { findProcessesWhere, type ProcessIdentity, readMounts, sendSignal } from '../services/processes.ts';

/** A mount point and the type of its file system. */
export interface Mount {
  path: string;
  type: string;
}

/** Parses the content of a mountinfo file: proc(5). */
export function parseMounts(mountinfo: string): Mount[] {
  const lines = mountinfo.split('\n').filter(Boolean);
  return lines.map((line) => {
    const [mount = '', source = ''] = line.split(' - ');
    const path = (mount.split(' ')[4] ?? '').replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    return { path, type: source.split(' ')[0] ?? '' };
  });
}

/** The mount points in `dir`, innermost first, from the content of a mountinfo file. */
export function findMountsUnder(dir: string, mountinfo: string): string[] {
  return parseMounts(mountinfo)
    .map(({ path }) => path)
    .filter((path) => path.startsWith(dir + sep))
    .reverse();
}

/**
 * Kills the build steps and removes the mounts that a killed BuildKit left in `dir`. Otherwise its files could not be
 * deleted.
 */
export async function removeStaleBuilds(dir: string): Promise<void> {
  for (const step of findBuildStepProcesses(dir)) sendSignal(step, 'SIGKILL');
  for (const path of findMountsUnder(dir, readFileSync('/proc/self/mountinfo', 'utf8'))) {
    await execa('umount', ['--lazy', path]);
  }
}

/**
 * Processes of build steps whose root file system is in `dir`. They share neither the process group nor the environment
 * of BuildKit, and outlive it when it is killed.
 */
export function findBuildStepProcesses(dir: string): ProcessIdentity[] {
  return findProcessesWhere((pid) =>
    readMounts(pid).some((line) => line.split(' ')[4] === '/' && line.includes(`upperdir=${dir}${sep}`)),
  );
}
