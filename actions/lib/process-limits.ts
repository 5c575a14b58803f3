import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** The most that a process may take; what is left out has no limit. */
export interface ProcessLimits {
  seconds?: number;
  /** Of standard output and standard error together, in MiB. */
  output?: number;
  /** Resident, in MiB; looked at on Linux only. */
  memory?: number;
}

/** How often the memory of a process is looked at. */
const POLL_INTERVAL_MS = 100;

/** Watches one process. */
export class ProcessMonitor {
  readonly #limits: ProcessLimits;
  readonly #end: () => void;
  #timers: NodeJS.Timeout[] = [];
  #bytes = 0;
  /** The first limit that was met, in words: `more than 120 seconds`. */
  exceeded: string | undefined;

  /** @param end ends the process at once */
  constructor(limits: ProcessLimits, end: () => void) {
    this.#limits = limits;
    this.#end = end;
  }

  start(child: () => ChildProcess | undefined): void {
    const { seconds, memory } = this.#limits;
    if (seconds !== undefined)
      this.#timers.push(setTimeout(() => this.#meet(`more than ${seconds} seconds`), seconds * 1000));
    if (memory !== undefined && process.platform === 'linux')
      this.#timers.push(setInterval(() => void this.#look(child()?.pid, memory), POLL_INTERVAL_MS));
  }

  /** Count what the process printed. */
  printed(bytes: number): void {
    const { output } = this.#limits;
    this.#bytes += bytes;
    if (output !== undefined && this.#bytes > output * 1024 ** 2) this.#meet(`more than ${output} MiB of output`);
  }

  stop(): void {
    this.#timers.forEach(clearTimeout);
  }

  /** Source: `VmRSS` in https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
  async #look(pid: number | undefined, memory: number): Promise<void> {
    // A process that has just ended has no such file.
    const status = pid === undefined ? '' : await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    if (kibibytes > memory * 1024) this.#meet(`more than ${memory} MiB of memory`);
  }

  #meet(what: string): void {
    if (this.exceeded !== undefined) return;
    this.exceeded = what;
    this.#end();
  }
}
