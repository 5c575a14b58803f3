import { readdirSync, readFileSync } from 'node:fs';

/** Set in the environment of everything a lab starts and inherited by what that starts: `<lab directory>#<service>`. */
export const MARKER = 'GITOPS_LAB_SERVICE';

/** A process that can be told from a later one with the same id. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks from boot to its start, after the boot's id: field 22 of /proc/PID/stat, see proc(5). */
  started: string;
}

export interface ProcessInfo extends ProcessIdentity {
  /** One letter, `Z` for one that has ended but is not yet reaped. */
  state: string;
  group: number;
}

const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** The content of a file below /proc, or undefined when the process ended meanwhile or belongs to somebody else. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The parts of a line of /proc/PID/stat; the command in brackets may hold spaces and brackets itself. */
export function parseStat(text: string): { state: string; group: number; ticks: string } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group = ''] = fields;
  return { state, group: Number(group), ticks: fields[19] ?? '' };
}

/** Other threads of a process may still be ending, and hold its ports and files, when its first one has: proc(5), `task`. */
function hasThreadsLeft(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

/** The process with this id if it runs (one that has ended as a whole but is not yet reaped does not). */
export function findProcess(pid: number): ProcessInfo | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  if (!text) return undefined;
  const { state, group, ticks } = parseStat(text);
  const ended = state === 'X' || (state === 'Z' && !hasThreadsLeft(pid));
  return ended ? undefined : { pid, state, group, started: `${bootId()}/${ticks}` };
}

/** Is it the very process that `identity` was taken from, and does it run? */
export function isRunning(identity: ProcessIdentity): boolean {
  return findProcess(identity.pid)?.started === identity.started;
}

function allProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => findProcess(Number(name)) ?? []);
}

/** Every running process but this one for whose id `matches` is true. */
export function findProcessesWhere(matches: (pid: number) => boolean): ProcessInfo[] {
  return allProcesses().filter(({ pid }) => matches(pid));
}

/** The mounts a process sees, a line each as in proc(5); empty when it has ended. */
export function readMounts(pid: number): string[] {
  return readProc(`/proc/${pid}/mountinfo`)?.split('\n') ?? [];
}

/** Every running process whose environment carries the lab's mark; with `service`, that service's alone. */
export function findMarked(labDir: string, service?: string): ProcessInfo[] {
  const mark = `\0${MARKER}=${labDir}#${service === undefined ? '' : `${service}\0`}`;
  return allProcesses().filter(({ pid }) => `\0${readProc(`/proc/${pid}/environ`) ?? ''}`.includes(mark));
}

/** Every running member of the process group that `leader` leads. */
export function findGroup(leader: ProcessIdentity): ProcessInfo[] {
  return isRunning(leader) ? allProcesses().filter(({ group }) => group === leader.pid) : [];
}

/** Sends `signal` unless the process has ended since it was looked at. */
export function sendSignal(target: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
