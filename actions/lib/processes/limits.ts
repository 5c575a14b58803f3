import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** The resources that a process may use; an omitted one is not limited. */
export interface ProcessLimits {
  seconds?: number;
  /** Of standard output and standard error together, in MiB. */
  output?: number;
  /** Resident, in MiB; measured on Linux only. */
  memory?: number;
}

/** How often the memory of a process is measured. */
const POLL_INTERVAL_MS = 100;

/** Kills a process that exceeds its limits. */
export class ProcessMonitor {
  readonly #limits: ProcessLimits;
  readonly #kill: () => void;
  #timers: NodeJS.Timeout[] = [];
  #bytes = 0;
  /** The first limit that was exceeded, in words: `more than 120 seconds`. */
  exceeded: string | undefined;

  /** @param kill ends the process immediately */
  constructor(limits: ProcessLimits, kill: () => void) {
    this.#limits = limits;
    this.#kill = kill;
  }

  start(child: () => ChildProcess | undefined): void {
    const { seconds, memory } = this.#limits;
    if (seconds !== undefined)
      this.#timers.push(setTimeout(() => this.#exceed(`more than ${seconds} seconds`), seconds * 1000));
    if (memory !== undefined && process.platform === 'linux')
      this.#timers.push(setInterval(() => void this.#measure(child()?.pid, memory), POLL_INTERVAL_MS));
  }

  /** Count the output of the process. */
  countOutput(bytes: number): void {
    const { output } = this.#limits;
    this.#bytes += bytes;
    if (output !== undefined && this.#bytes > output * 1024 ** 2) this.#exceed(`more than ${output} MiB of output`);
  }

  stop(): void {
    this.#timers.forEach(clearTimeout);
  }

  /** Source: `VmRSS` in https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
  async #measure(pid: number | undefined, memory: number): Promise<void> {
    // A process that has just exited has no such file.
    const status = pid === undefined ? '' : await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    if (kibibytes > memory * 1024) this.#exceed(`more than ${memory} MiB of memory`);
  }

  #exceed(limit: string): void {
    if (this.exceeded !== undefined) return;
    this.exceeded = limit;
    this.#kill();
  }
}
