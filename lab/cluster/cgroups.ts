import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import { findProcess, sendSignal } from '../services/processes.ts';

/** A place where cgroups are mounted: one for each controller in version 1, one in all in version 2. */
export interface Hierarchy {
  path: string;
  version: 1 | 2;
}

/** The hierarchies in `table`, the text of a file like /proc/self/mounts: proc(5). */
export function parseHierarchies(table: string): Hierarchy[] {
  return table.split('\n').flatMap((line): Hierarchy[] => {
    const [, path = '', type] = line.split(' ');
    if (type === 'cgroup') return [{ path, version: 1 }];
    return type === 'cgroup2' ? [{ path, version: 2 }] : [];
  });
}

const hierarchies = () => parseHierarchies(readFileSync('/proc/self/mounts', 'utf8'));

const CONTROLLERS = ['cpuset', 'cpu', 'io', 'memory', 'pids'];

/**
 * How much CPU the cgroup gets when there is too little, in both units of the kernel: as much as eight busy processes. It
 * stands beside every process of this machine that is in no cgroup, each of which counts as much as a new cgroup does; so
 * a build with ten processes would leave all pods together the eleventh part of a machine that in truth is their own.
 */
const CPU_SHARE = { 1: ['cpu.shares', String(8 * 1024)], 2: ['cpu.weight', String(8 * 100)] } as const;

/** Makes the cgroup `name` at the top of every hierarchy, ready for cgroups below it. */
export async function ensureCgroup(name: string): Promise<void> {
  for (const { path, version } of hierarchies()) {
    const directory = join(path, name);
    await mkdir(directory, { recursive: true });
    if (version === 2) {
      const known = (await readFile(join(path, 'cgroup.controllers'), 'utf8')).trim().split(' ');
      const wanted = CONTROLLERS.filter((controller) => known.includes(controller)).map((each) => `+${each}`);
      for (const each of [path, directory]) await writeFile(join(each, 'cgroup.subtree_control'), wanted.join(' '));
    } else if (existsSync(join(directory, 'cpuset.cpus'))) {
      // A new cpuset is empty, and so nothing could run in it: cpuset(7).
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        await writeFile(join(directory, file), await readFile(join(path, file), 'utf8'));
      }
    }
    const [file, share] = CPU_SHARE[version];
    if (existsSync(join(directory, file))) await writeFile(join(directory, file), share);
  }
}

/** The cgroup `name` of one hierarchy and those below it, the innermost first. */
async function directoriesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!entries) return [];
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => directoriesBelow(join(directory, name)));
  return [...(await Promise.all(below)).flat(), directory];
}

async function processesIn(directories: readonly string[]): Promise<number[]> {
  const lists = directories.map((directory) => readFile(join(directory, 'cgroup.procs'), 'utf8').catch(() => ''));
  return (await Promise.all(lists)).flatMap((text) => text.split('\n').filter(Boolean).map(Number));
}

/** Longest time that killed processes may take to go. */
const GONE_WITHIN = 15_000;

/** Kills every process in the cgroup `name` and those below it. */
export async function killCgroup(name: string): Promise<void> {
  const deadline = Date.now() + GONE_WITHIN;
  const roots = hierarchies().map(({ path }) => join(path, name));
  for (;;) {
    const directories = (await Promise.all(roots.map(directoriesBelow))).flat();
    const left = [...new Set(await processesIn(directories))].flatMap((pid) => findProcess(pid) ?? []);
    if (left.length === 0) return;
    if (Date.now() > deadline) {
      throw new LabError(
        `These processes of pods do not end although they were killed: ${left.map(({ pid }) => pid).join(', ')}.`,
        'See with `ps -o pid,stat,wchan,args -p PID` what they wait for, then run `npm run lab -- down`.',
      );
    }
    for (const each of left) sendSignal(each, 'SIGKILL');
    await sleep(20);
  }
}

/** Removes the cgroup `name` and those below it; nothing may run in them. */
export async function removeCgroup(name: string): Promise<void> {
  for (const { path } of hierarchies()) {
    for (const directory of await directoriesBelow(join(path, name))) await removeDirectory(directory);
  }
}

/** A cgroup stays busy for a moment after its last process has gone. */
async function removeDirectory(directory: string): Promise<void> {
  const deadline = Date.now() + GONE_WITHIN;
  for (;;) {
    try {
      return await rmdir(directory);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || Date.now() > deadline) throw error;
      await sleep(20);
    }
  }
}
