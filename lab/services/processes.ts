import { readdirSync, readFileSync } from 'node:fs';

/** Environment variable of every process that a lab starts, inherited by its children: `<lab directory>#<service>`. */
export const MARKER = 'GITOPS_LAB_SERVICE';

/** Identifies a process, also when its id is reused later. */
export interface ProcessIdentity {
  pid: number;
  /** The boot id, then the clock ticks from boot to the start of the process: field 22 of /proc/PID/stat, see proc(5). */
  started: string;
}

export interface ProcessInfo extends ProcessIdentity {
  /** One letter; `Z` is a process that has ended but has not been reaped. */
  state: string;
  group: number;
}

const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** The content of a file in /proc; undefined if the process has ended or belongs to another user. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Parses /proc/PID/stat. The command in parentheses may itself contain spaces and parentheses. */
export function parseStat(text: string): { state: string; group: number; ticks: string } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group = ''] = fields;
  return { state, group: Number(group), ticks: fields[19] ?? '' };
}

/** When the main thread has ended, other threads may still be ending and keep ports and files open: proc(5), `task`. */
function hasThreadsLeft(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

/** The running process with this id. A process whose threads have all ended is not running, even if it has not been reaped. */
export function findProcess(pid: number): ProcessInfo | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  if (!text) return undefined;
  const { state, group, ticks } = parseStat(text);
  const ended = state === 'X' || (state === 'Z' && !hasThreadsLeft(pid));
  return ended ? undefined : { pid, state, group, started: `${bootId()}/${ticks}` };
}

/** Whether the process that `identity` describes is still running; false for another process with the same id. */
export function isRunning(identity: ProcessIdentity): boolean {
  return findProcess(identity.pid)?.started === identity.started;
}

function allProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => findProcess(Number(name)) ?? []);
}

/** Every running process, except this one, whose id satisfies `matches`. */
export function findProcessesWhere(matches: (pid: number) => boolean): ProcessInfo[] {
  return allProcesses().filter(({ pid }) => matches(pid));
}

/** The mounts that a process sees, one per line as in proc(5); empty if it has ended. */
export function readMounts(pid: number): string[] {
  return readProc(`/proc/${pid}/mountinfo`)?.split('\n') ?? [];
}

/** Every running process whose environment has the lab's marker; with `service`, only that service's processes. */
export function findMarked(labDir: string, service?: string): ProcessInfo[] {
  const marker = `\0${MARKER}=${labDir}#${service === undefined ? '' : `${service}\0`}`;
  return allProcesses().filter(({ pid }) => `\0${readProc(`/proc/${pid}/environ`) ?? ''}`.includes(marker));
}

/** Every running member of the process group of `leader`. */
export function findGroup(leader: ProcessIdentity): ProcessInfo[] {
  return isRunning(leader) ? allProcesses().filter(({ group }) => group === leader.pid) : [];
}

/** Sends `signal` unless the process has already ended. */
export function sendSignal(target: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
