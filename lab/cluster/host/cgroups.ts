import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../errors.ts';
import { findProcess, sendSignal } from '../../services/processes.ts';

/** A cgroup mount: one per controller in version 1, a single one in version 2. */
export interface CgroupMount {
  path: string;
  version: 1 | 2;
}

/** Finds the cgroup mounts in the content of a file such as /proc/self/mounts: proc(5). */
export function parseCgroupMounts(mounts: string): CgroupMount[] {
  return mounts.split('\n').flatMap((line): CgroupMount[] => {
    const [, path = '', type] = line.split(' ');
    if (type === 'cgroup') return [{ path, version: 1 }];
    return type === 'cgroup2' ? [{ path, version: 2 }] : [];
  });
}

const readCgroupMounts = () => parseCgroupMounts(readFileSync('/proc/self/mounts', 'utf8'));

const CONTROLLERS = ['cpuset', 'cpu', 'io', 'memory', 'pids'];

/**
 * The cgroup's share of a contended CPU, in both units of the kernel: as much as eight busy processes. Every process of this
 * machine that is not in a cgroup has the same share as a new cgroup; without this, a build with ten processes would leave
 * only an eleventh of the CPU to all pods together.
 */
const CPU_SHARE = { 1: ['cpu.shares', String(8 * 1024)], 2: ['cpu.weight', String(8 * 100)] } as const;

/** Creates the cgroup `name` at the root of every cgroup mount and enables its children. */
export async function ensureCgroup(name: string): Promise<void> {
  for (const { path, version } of readCgroupMounts()) {
    const directory = join(path, name);
    await mkdir(directory, { recursive: true });
    if (version === 2) {
      const available = (await readFile(join(path, 'cgroup.controllers'), 'utf8')).trim().split(' ');
      const enable = CONTROLLERS.filter((name) => available.includes(name)).map((name) => `+${name}`);
      for (const parent of [path, directory]) await writeFile(join(parent, 'cgroup.subtree_control'), enable.join(' '));
    } else if (existsSync(join(directory, 'cpuset.cpus'))) {
      // A new cpuset is empty, so that no process could run in it: cpuset(7).
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        await writeFile(join(directory, file), await readFile(join(path, file), 'utf8'));
      }
    }
    const [file, share] = CPU_SHARE[version];
    if (existsSync(join(directory, file))) await writeFile(join(directory, file), share);
  }
}

/** The directory of a cgroup and those of its descendants, innermost first. */
async function findCgroupDirectories(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!entries) return [];
  const children = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => findCgroupDirectories(join(directory, name)));
  return [...(await Promise.all(children)).flat(), directory];
}

async function readProcessIds(directories: readonly string[]): Promise<number[]> {
  const lists = directories.map((directory) => readFile(join(directory, 'cgroup.procs'), 'utf8').catch(() => ''));
  return (await Promise.all(lists)).flatMap((text) => text.split('\n').filter(Boolean).map(Number));
}

/** How long killed processes may take to end. */
const KILL_TIMEOUT_MS = 15_000;

/** Kills every process in the cgroup `name` and its descendants. */
export async function killCgroup(name: string): Promise<void> {
  const deadline = Date.now() + KILL_TIMEOUT_MS;
  const roots = readCgroupMounts().map(({ path }) => join(path, name));
  for (;;) {
    const directories = (await Promise.all(roots.map(findCgroupDirectories))).flat();
    const remaining = [...new Set(await readProcessIds(directories))].flatMap((pid) => findProcess(pid) ?? []);
    if (remaining.length === 0) return;
    if (Date.now() > deadline) {
      throw new LabError(
        `These processes of pods were killed but have not ended: ${remaining.map(({ pid }) => pid).join(', ')}.`,
        'Find out what they wait for with `ps -o pid,stat,wchan,args -p PID`, then run `npm run lab -- down`.',
      );
    }
    for (const member of remaining) sendSignal(member, 'SIGKILL');
    await sleep(20);
  }
}

/** Removes the cgroup `name` and its descendants, in which no process may run. */
export async function removeCgroup(name: string): Promise<void> {
  for (const { path } of readCgroupMounts()) {
    for (const directory of await findCgroupDirectories(join(path, name))) await removeCgroupDirectory(directory);
  }
}

/** Removes the directory of a cgroup, which stays busy for a moment after its last process has ended. */
async function removeCgroupDirectory(directory: string): Promise<void> {
  const deadline = Date.now() + KILL_TIMEOUT_MS;
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
