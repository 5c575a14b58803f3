import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActRun, runAct } from './act.ts';
import { checkOutCommit, fetchAction, readCommitMessage, readWorkflows, writePreparedWorkflow } from './checkout.ts';
import { JobOutputs, OUTPUTS_ACTION, OUTPUTS_DIRECTORY_VARIABLE } from './job-outputs.ts';
import { type Conclusion, Recorder, type RunnerStore } from './recorder.ts';
import { findStandIn, isBuiltIntoAct, parseUses } from './third-party.ts';
import { hasSkipMarker, matchesTrigger } from './triggers.ts';
import type { Workflow } from './workflow.ts';

/** An event of the hub, with the fields that the runner uses. */
export interface RunnerEvent {
  name: string;
  /** `OWNER/REPO` */
  repository: string;
  ref: string;
  sha: string;
  actor: string;
  payload: object;
}

/** The server whose workflows the runner runs. */
export interface RunnerHost {
  serverUrl: string;
  apiUrl: string;
  graphqlUrl: string;
  runs: RunnerStore;
  /** The directory of the bare repository; `undefined` if it does not exist. */
  bareRepository(name: string): string | undefined;
  secrets(repository: string): Record<string, string>;
  variables(repository: string): Record<string, string>;
  /** A token for one run, with only the permissions of its jobs. */
  issueToken(repository: string, permissions: Record<string, 'read' | 'write'>): string;
  revokeToken(token: string): void;
}

export interface RunnerOptions {
  host: RunnerHost;
  /** The act program. */
  act: string;
  /** A directory for the runner's files. */
  directory: string;
  /** The environment that steps inherit: the path with the tools, the builder. */
  hostEnv: Record<string, string>;
  /**
   * The jobs to run, by path of the workflow, if not all of them work in the lab; `[]` runs none.
   * All jobs of other workflows run.
   */
  jobs?: Readonly<Record<string, readonly string[]>>;
}

interface QueuedRun {
  event: RunnerEvent;
  workflow: Workflow;
  runId: number;
  runNumber: number;
  job: string | undefined;
}

const SKIPPABLE_EVENTS = ['push', 'pull_request'];

/** Runs the workflows of the hub's repositories for the hub's events, one run at a time. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #stopping = new AbortController();
  #queue: Promise<void> = Promise.resolve();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Queues the runs that an event starts. */
  handle(event: RunnerEvent): void {
    this.#enqueue(() => this.#start(event));
  }

  /** Queues another run of a workflow on the same commit. */
  rerun(event: RunnerEvent, path: string): void {
    this.#enqueue(() => this.#start(event, path));
  }

  /** Resolves when all queued runs have ended. */
  idle(): Promise<void> {
    return this.#queue;
  }

  /** Stops the current run and discards the queue. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#queue;
  }

  #enqueue(task: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#stopping.signal.aborted) return;
      await task().catch((error: Error) => console.error(`runner: ${error.stack ?? error.message}`));
    });
  }

  async #start(event: RunnerEvent, only?: string): Promise<void> {
    const { host } = this.#options;
    const bare = host.bareRepository(event.repository);
    // A deleted branch or tag has no commit and starts no run.
    if (bare === undefined || /^0*$/.test(event.sha)) return;
    const action = (event.payload as { action?: string }).action;
    const base = (event.payload as { pull_request?: { base?: { ref?: string } } }).pull_request?.base?.ref;
    const trigger = { event: event.name, action, ref: base === undefined ? event.ref : `refs/heads/${base}` };
    const skipped = SKIPPABLE_EVENTS.includes(event.name) && hasSkipMarker(await readCommitMessage(bare, event.sha));
    for (const workflow of await readWorkflows(bare, event.sha)) {
      if ('problem' in workflow) {
        this.#recordInvalid(event, workflow);
        continue;
      }
      if (only === undefined ? skipped || !matchesTrigger(workflow.on, trigger) : workflow.path !== only) continue;
      const jobs = this.#options.jobs?.[workflow.path];
      for (const job of jobs ?? [undefined]) {
        const { id, number } = host.runs.createRun({
          repository: event.repository,
          event: event.name,
          ref: event.ref,
          sha: event.sha,
          path: workflow.path,
          name: workflow.name,
          actor: event.actor,
        });
        await this.#run({ event, workflow, runId: id, runNumber: number, job }, bare);
      }
    }
  }

  #recordInvalid(event: RunnerEvent, { path, problem }: { path: string; problem: string }): void {
    const { runs } = this.#options.host;
    const { id } = runs.createRun({ ...event, path, name: path, event: event.name });
    runs.appendLog(id, `The workflow is not valid. ${problem}\n`);
    runs.updateRun(id, { status: 'completed', conclusion: 'failure' });
  }

  async #run(queued: QueuedRun, bare: string): Promise<void> {
    const { host, directory } = this.#options;
    const { event, workflow, runId } = queued;
    const recorder = new Recorder(host.runs, runId);
    const scratch = join(directory, `run-${runId}`);
    const token = host.issueToken(event.repository, workflow.permissions);
    let conclusion: Conclusion = 'failure';
    try {
      host.runs.updateRun(runId, { status: 'in_progress' });
      for (const name of ['workflow', 'outputs']) await mkdir(join(scratch, name), { recursive: true, mode: 0o700 });
      const remote = `${host.serverUrl}/${event.repository}.git`;
      const { ref, sha } = event;
      await checkOutCommit({ bare, remote, ref, sha, directory: join(scratch, 'checkout') });
      const run = await this.#createActRun(queued, scratch, token);
      const outputs = new JobOutputs(join(scratch, 'outputs'), Object.values(run.secrets));
      const succeeded = await runAct(run, (actEvent) => {
        outputs.handle(actEvent);
        recorder.record(actEvent);
      });
      conclusion = succeeded ? 'success' : this.#stopping.signal.aborted ? 'cancelled' : 'failure';
    } catch (error) {
      recorder.record({ job: undefined, text: `The run could not be started: ${(error as Error).message}` });
    } finally {
      recorder.finish(conclusion);
      host.revokeToken(token);
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async #createActRun(queued: QueuedRun, scratch: string, token: string): Promise<ActRun> {
    const { host, act, hostEnv } = this.#options;
    const { event, workflow, runId, runNumber, job } = queued;
    return {
      act,
      scratch,
      directory: join(scratch, 'checkout'),
      workflow: await writePreparedWorkflow(join(scratch, 'checkout'), workflow.path, join(scratch, 'workflow')),
      job,
      event: event.name,
      payload: event.payload,
      actor: event.actor,
      env: {
        GITHUB_REPOSITORY: event.repository,
        GITHUB_SHA: event.sha,
        GITHUB_REF: event.ref,
        GITHUB_RUN_ID: String(runId),
        GITHUB_RUN_NUMBER: String(runNumber),
        GITHUB_SERVER_URL: host.serverUrl,
        GITHUB_API_URL: host.apiUrl,
        GITHUB_GRAPHQL_URL: host.graphqlUrl,
        [OUTPUTS_DIRECTORY_VARIABLE]: join(scratch, 'outputs'),
      },
      secrets: { ...host.secrets(event.repository), GITHUB_TOKEN: token },
      variables: host.variables(event.repository),
      actions: await this.#resolveActions(
        job === undefined ? Object.values(workflow.uses).flat() : (workflow.uses[job] ?? []),
      ),
      hostEnv,
      signal: this.#stopping.signal,
    };
  }

  /** The directory of each `uses:`: an action on the hub, or a local stand-in. Any other action fails the run before a step starts. */
  async #resolveActions(uses: readonly string[]): Promise<Record<string, string>> {
    const { host, directory } = this.#options;
    const actions: Record<string, string> = { ...OUTPUTS_ACTION };
    for (const value of uses) {
      const reference = parseUses(value);
      if (reference === undefined || isBuiltIntoAct(reference)) continue;
      const { repository, ref } = reference;
      const bare = host.bareRepository(repository);
      const actionDirectory =
        bare === undefined ? findStandIn(reference) : await fetchAction(bare, ref, join(directory, 'actions'));
      if (actionDirectory === undefined) {
        throw new Error(`${value} is not published on this hub and has no stand-in (lab/runner/third-party.ts)`);
      }
      actions[`${repository}@${ref}`] = actionDirectory;
    }
    return actions;
  }
}
