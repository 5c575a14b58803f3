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
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  cwd?: string;
  port?: number;
  /** Resolves if the service is ready and rejects otherwise. Called repeatedly. */
  ready: () => Promise<void>;
  /** Time from the start until it must be ready. */
  readyTimeoutMs?: number;
  /** Time in which a service that is already running must respond to be kept; on a busy machine a check or two may time out. */
  responseTimeoutMs?: number;
  /** Time from SIGTERM until SIGKILL. */
  stopTimeoutMs?: number;
  /** Input that it reads at start apart from its arguments, such as a configuration file. A change restarts it. */
  config?: string;
}

/** Generous: a service that exits is noticed immediately, and a busy machine slows the others down. */
const READY_TIMEOUT_MS = 120_000;
const RESPONSE_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 10_000;

/** How long a killed process may take to end, for example because it waits for a disk. */
const KILL_TIMEOUT_MS = 15_000;

/** Starts, finds and stops the services of one lab. They outlive the process that started them. */
export class Supervisor {
  readonly #state: LabState;
  readonly #signal: AbortSignal | undefined;
  readonly #started: string[] = [];

  constructor(state: LabState, signal?: AbortSignal) {
    this.#state = state;
    this.#signal = signal;
  }

  /** Names of the services that this supervisor started, in order. */
  get started(): readonly string[] {
    return this.#started;
  }

  /** Removes the records of services that no longer run, stops their remaining processes, and returns the running services. */
  async reconcile(): Promise<readonly ServiceRecord[]> {
    for (const record of this.#state.services) {
      if (!isRunning(record)) await this.stop(record.name);
    }
    return this.#state.services;
  }

  /**
   * Ensures that the service is running and ready. A service that already runs with the same settings and responds is kept;
   * any other service of that name is stopped first.
   *
   * @throws LabError with the last lines of its log if it exits or is not ready in time; it is then stopped
   */
  async start(spec: ServiceSpec): Promise<ServiceRecord> {
    this.#signal?.throwIfAborted();
    const fingerprint = computeFingerprint(spec);
    const previous = this.#state.service(spec.name);
    if (
      previous &&
      isRunning(previous) &&
      previous.fingerprint === fingerprint &&
      (await respondsInTime(spec, previous))
    )
      return previous;
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
    // Before the next await, so that `down` always finds the process.
    this.#state.setService(record);
    this.#started.push(spec.name);
    try {
      await this.#waitUntilReady(spec, record, logStart);
    } catch (error) {
      await this.stop(spec.name, spec.stopTimeoutMs);
      throw error;
    }
    return record;
  }

  async #waitUntilReady(spec: ServiceSpec, record: ServiceRecord, logStart: number): Promise<void> {
    const limit = spec.readyTimeoutMs ?? READY_TIMEOUT_MS;
    const deadline = Date.now() + limit;
    const failure = (what: string, cause?: unknown) => {
      const tail = tailLog(record.log, 20, logStart).replace(/^(?=.)/gm, '  | ');
      return new LabError(
        `${spec.name} ${what}.${tail ? ` Its log ends with:\n${tail}` : ' Its log is empty.'}`,
        `See \`npm run lab -- logs ${spec.name}\`; fix the cause and run the same command again.`,
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
          throw failure(`did not become ready within ${limit / 1000} s (${toMessage(cause)})`, cause);
      }
      if (!isRunning(record)) throw failure('exited right after it started');
      await sleep(50);
    }
  }

  /** Stops the service and all its processes: SIGTERM first, SIGKILL after `timeoutMs`. */
  async stop(name: string, timeoutMs = STOP_TIMEOUT_MS): Promise<void> {
    const record = this.#state.service(name);
    await stopProcesses(() => findMembers(this.#state.dir, name, record), timeoutMs);
    if (record) this.#state.removeService(name);
  }

  /** Stops the services that this supervisor started, in reverse order. */
  async stopStarted(timeoutMs?: number): Promise<void> {
    for (const name of this.#started.toReversed()) await this.stop(name, timeoutMs);
  }

  /** Kills the services that this supervisor started, without waiting. The records remain so that `down` can clean up. */
  killStarted(): void {
    for (const name of this.#started) {
      for (const member of findMembers(this.#state.dir, name, this.#state.service(name))) sendSignal(member, 'SIGKILL');
    }
  }

  /** Stops every service of the lab in reverse order, then every other process with the lab's marker. */
  async stopAll(): Promise<void> {
    for (const { name } of this.#state.services.toReversed()) await this.stop(name);
    await stopProcesses(() => findMarked(this.#state.dir), STOP_TIMEOUT_MS);
  }
}

/**
 * All running processes of a service: the process group while its leader runs, and every process with its marker. The marker
 * also finds children that left the group or outlived the leader.
 */
function findMembers(labDir: string, name: string, record: ServiceRecord | undefined): ProcessIdentity[] {
  const members = [...(record ? findGroup(record) : []), ...findMarked(labDir, name)];
  return [...new Map(members.map((member) => [member.pid, member])).values()];
}

async function stopProcesses(find: () => ProcessIdentity[], timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  // The main process gets the signal first, so that it can stop its children in the right order.
  for (const member of find().sort((a, b) => a.pid - b.pid)) sendSignal(member, 'SIGTERM');
  for (let remaining = find(); remaining.length > 0; remaining = find()) {
    if (Date.now() > deadline + KILL_TIMEOUT_MS) {
      throw new LabError(
        `These processes were killed but have not ended: ${remaining.map(({ pid }) => pid).join(', ')}.`,
        'Find out what they wait for with `ps -o pid,stat,wchan,args -p PID`, then run `npm run lab -- down`.',
      );
    }
    if (Date.now() > deadline) for (const member of remaining) sendSignal(member, 'SIGKILL');
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
    // A process that has already exited has no entry; 'ended' never equals a real start time.
    return { pid: child.pid ?? 0, started: found?.started ?? 'ended' };
  } catch (cause) {
    throw new LabError(
      `${spec.name} could not be started: ${toMessage(cause)}.`,
      'Run `npm run lab -- tools` to install missing programs.',
      { cause },
    );
  } finally {
    closeSync(output);
  }
}

async function respondsInTime(spec: ServiceSpec, previous: ServiceRecord): Promise<boolean> {
  const deadline = Date.now() + (spec.responseTimeoutMs ?? RESPONSE_TIMEOUT_MS);
  for (;;) {
    const ready = await spec.ready().then(
      () => true,
      () => false,
    );
    if (ready || Date.now() > deadline || !isRunning(previous)) return ready;
    await sleep(100);
  }
}

/** Programs are links to versioned directories, so the link's target changes when a program is updated. */
function computeFingerprint(spec: ServiceSpec): string {
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

const toMessage = (error: unknown) => (error instanceof Error ? error.message : String(error));
