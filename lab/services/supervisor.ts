import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import { logSize, tailLog } from './logs.ts';
import {
  findGroup,
  findMarked,
  findProcess,
  isRunning,
  MARKER,
  type ProcessIdentity,
  sendSignal,
} from './processes.ts';
import type { LabState, ServiceRecord } from './state.ts';

export interface ServiceSpec {
  name: string;
  command: string;
  args: readonly string[];
  /** Added to this process' environment. */
  env?: Record<string, string>;
  cwd?: string;
  port?: number;
  /** Resolves when the service does its work, rejects while it does not; called again and again. */
  ready: () => Promise<void>;
  /** Milliseconds from the start until it must be ready. */
  readyWithin?: number;
  /** Milliseconds in which one that runs already must answer to be kept; a busy machine may let a check or two run out of time. */
  answersWithin?: number;
  /** Milliseconds from SIGTERM until SIGKILL. */
  stopWithin?: number;
  /** What it reads at its start beside its arguments (a config file's text): a change means a new start. */
  config?: string;
}

/** Generous: one that dies is noticed at once, and a busy machine makes the others slow. */
const READY_WITHIN = 120_000;
const ANSWERS_WITHIN = 10_000;
const STOP_WITHIN = 10_000;

/** Longest time that a killed process may take to go, waiting for a disk, say. */
const GONE_WITHIN = 15_000;

/** Starts, finds again and stops the services of one lab. They outlive the process that started them. */
export class Supervisor {
  readonly #state: LabState;
  readonly #signal: AbortSignal | undefined;
  readonly #started: string[] = [];

  constructor(state: LabState, signal?: AbortSignal) {
    this.#state = state;
    this.#signal = signal;
  }

  /** Names of the services that this supervisor itself started, in order. */
  get started(): readonly string[] {
    return this.#started;
  }

  /** Forgets services that no longer run (what they left running is stopped) and returns those that do. */
  async adopt(): Promise<readonly ServiceRecord[]> {
    for (const record of this.#state.services) {
      if (!isRunning(record)) await this.stop(record.name);
    }
    return this.#state.services;
  }

  /**
   * Makes sure that the service runs and is ready. One that runs already with the same settings and answers is kept;
   * any other of that name is stopped first.
   *
   * @throws LabError with the last lines of its log when it ends or is not ready in time; it is stopped then
   */
  async start(spec: ServiceSpec): Promise<ServiceRecord> {
    this.#signal?.throwIfAborted();
    const fingerprint = fingerprintOf(spec);
    const known = this.#state.service(spec.name);
    if (known && isRunning(known) && known.fingerprint === fingerprint && (await answers(spec, known))) return known;
    await this.stop(spec.name);

    const log = join(this.#state.dir, 'logs', `${spec.name}.log`);
    mkdirSync(join(this.#state.dir, 'logs'), { recursive: true });
    const logStart = logSize(log);
    const identity = await launch(spec, log, this.#state.dir);
    const record: ServiceRecord = {
      ...identity,
      name: spec.name,
      command: [spec.command, ...spec.args],
      log,
      ...(spec.port === undefined ? {} : { port: spec.port }),
      fingerprint,
      since: new Date().toISOString(),
    };
    // Before anything is awaited: whatever happens now, `down` finds the process.
    this.#state.setService(record);
    this.#started.push(spec.name);
    try {
      await this.#waitUntilReady(spec, record, logStart);
    } catch (error) {
      await this.stop(spec.name, spec.stopWithin);
      throw error;
    }
    return record;
  }

  async #waitUntilReady(spec: ServiceSpec, record: ServiceRecord, logStart: number): Promise<void> {
    const limit = spec.readyWithin ?? READY_WITHIN;
    const deadline = Date.now() + limit;
    const fail = (what: string, cause?: unknown) => {
      const tail = tailLog(record.log, 20, logStart).replace(/^(?=.)/gm, '  | ');
      return new LabError(
        `${spec.name} ${what}.${tail ? ` Its log ends:\n${tail}` : ' It logged nothing.'}`,
        `See \`npm run lab -- logs ${spec.name}\`; after mending the cause run the same command again.`,
        { cause },
      );
    };
    for (;;) {
      this.#signal?.throwIfAborted();
      try {
        await spec.ready();
        if (isRunning(record)) return;
      } catch (cause) {
        if (Date.now() > deadline)
          throw fail(`did not become ready within ${limit / 1000} s (${messageOf(cause)})`, cause);
      }
      if (!isRunning(record)) throw fail('ended right after its start');
      await sleep(50);
    }
  }

  /** Stops the service and everything it started: SIGTERM, then SIGKILL for what is left after `within` milliseconds. */
  async stop(name: string, within = STOP_WITHIN): Promise<void> {
    const record = this.#state.service(name);
    await stopProcesses(() => membersOf(this.#state.dir, name, record), within);
    if (record) this.#state.removeService(name);
  }

  /** Stops what this supervisor started, the last first. */
  async stopStarted(within?: number): Promise<void> {
    for (const name of this.#started.toReversed()) await this.stop(name, within);
  }

  /** Kills what this supervisor started, waiting for nothing. The records stay, so that `down` can clear up behind it. */
  killStarted(): void {
    for (const name of this.#started) {
      for (const member of membersOf(this.#state.dir, name, this.#state.service(name))) sendSignal(member, 'SIGKILL');
    }
  }

  /** Stops every service of the lab, the last started first, and whatever else carries the lab's mark. */
  async stopAll(): Promise<void> {
    for (const { name } of this.#state.services.toReversed()) await this.stop(name);
    await stopProcesses(() => findMarked(this.#state.dir), STOP_WITHIN);
  }
}

/**
 * Everything of a service that runs: its process group while its first process lives, and what carries its mark, which
 * also finds children that left the group or outlived that process.
 */
function membersOf(labDir: string, name: string, record: ServiceRecord | undefined): ProcessIdentity[] {
  const members = [...(record ? findGroup(record) : []), ...findMarked(labDir, name)];
  return [...new Map(members.map((member) => [member.pid, member])).values()];
}

async function stopProcesses(find: () => ProcessIdentity[], within: number): Promise<void> {
  const deadline = Date.now() + within;
  // The first process is told first, so that it can end its children in its own order.
  for (const member of find().sort((a, b) => a.pid - b.pid)) sendSignal(member, 'SIGTERM');
  for (let left = find(); left.length > 0; left = find()) {
    if (Date.now() > deadline + GONE_WITHIN) {
      throw new LabError(
        `These processes do not end although they were killed: ${left.map(({ pid }) => pid).join(', ')}.`,
        'See with `ps -o pid,stat,wchan,args -p PID` what they wait for, then run `npm run lab -- down`.',
      );
    }
    if (Date.now() > deadline) for (const member of left) sendSignal(member, 'SIGKILL');
    await sleep(20);
  }
}

async function launch(spec: ServiceSpec, log: string, labDir: string): Promise<ProcessIdentity> {
  const output = openSync(log, 'a', 0o600);
  try {
    const child = spawn(spec.command, spec.args, {
      detached: true,
      stdio: ['ignore', output, output],
      cwd: spec.cwd ?? labDir,
      env: { ...process.env, ...spec.env, [MARKER]: `${labDir}#${spec.name}` },
    });
    await once(child, 'spawn');
    child.unref();
    const found = child.pid === undefined ? undefined : findProcess(child.pid);
    // A process that ended at once has no entry any more; an impossible start time stands for it.
    return { pid: child.pid ?? 0, started: found?.started ?? 'ended' };
  } catch (cause) {
    throw new LabError(
      `${spec.name} could not be started: ${messageOf(cause)}.`,
      'Run `npm run lab -- tools` to bring missing programs.',
      {
        cause,
      },
    );
  } finally {
    closeSync(output);
  }
}

async function answers(spec: ServiceSpec, known: ServiceRecord): Promise<boolean> {
  const deadline = Date.now() + (spec.answersWithin ?? ANSWERS_WITHIN);
  for (;;) {
    const ready = await spec.ready().then(
      () => true,
      () => false,
    );
    if (ready || Date.now() > deadline || !isRunning(known)) return ready;
    await sleep(100);
  }
}

/** Programs are links to versioned directories, so the link's target tells an updated program. */
function fingerprintOf(spec: ServiceSpec): string {
  const parts = [
    realpathSync(spec.command),
    spec.args,
    spec.env ?? {},
    spec.cwd ?? '',
    spec.port ?? 0,
    spec.config ?? '',
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
