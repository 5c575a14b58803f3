import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActRun, runAct } from './act.ts';
import { checkOut, fetchAction, messageOf, playedWorkflow, workflowsAt } from './checkout.ts';
import { JobOutputs, OUTPUTS_ACTION, OUTPUTS_DIRECTORY } from './job-outputs.ts';
import { type Conclusion, Recorder, type RunStore } from './recorder.ts';
import { isDoneByAct, parseUses, standInFor } from './third-party.ts';
import { asksToSkip, startsOn } from './triggers.ts';
import type { Workflow } from './workflow.ts';

/** An event of the hub, as far as the runner cares. */
export interface RunnerEvent {
  name: string;
  /** `OWNER/REPO` */
  repository: string;
  ref: string;
  sha: string;
  actor: string;
  payload: object;
}

/** The server that the runner works for. */
export interface RunnerHost {
  serverUrl: string;
  apiUrl: string;
  graphqlUrl: string;
  runs: RunStore;
  /** The bare repository's directory; `undefined` when there is none. */
  bareRepository(name: string): string | undefined;
  secrets(repository: string): Record<string, string>;
  variables(repository: string): Record<string, string>;
  /** A token for one run, with what its jobs ask for and no more. */
  issueToken(repository: string, permissions: Record<string, 'read' | 'write'>): string;
  revokeToken(token: string): void;
}

export interface RunnerOptions {
  host: RunnerHost;
  /** The act program. */
  act: string;
  /** A directory of the runner's own. */
  directory: string;
  /** The environment that steps inherit: paths of the tools, the builder. */
  hostEnv: Record<string, string>;
  /**
   * Jobs to run of a workflow, by its path, when not all of them make sense here; `[]` runs none.
   * A workflow that is not named runs whole.
   */
  jobs?: Readonly<Record<string, readonly string[]>>;
}

interface Work {
  event: RunnerEvent;
  workflow: Workflow;
  runId: number;
  runNumber: number;
  job: string | undefined;
}

const SKIPPED_EVENTS = ['push', 'pull_request'];

/** Runs the workflow files of the hub's repositories on the hub's events, one run after the other. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #stopping = new AbortController();
  #queue: Promise<void> = Promise.resolve();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Queue the runs that an event starts. */
  handle(event: RunnerEvent): void {
    this.#enqueue(() => this.#start(event));
  }

  /** Run the workflow of a finished run again on the same commit. */
  rerun(event: RunnerEvent, path: string): void {
    this.#enqueue(() => this.#start(event, path));
  }

  /** Resolves when everything queued so far has run. */
  idle(): Promise<void> {
    return this.#queue;
  }

  /** Stop the run that is under way and forget what is queued. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#queue;
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#stopping.signal.aborted) return;
      await work().catch((error: Error) => console.error(`runner: ${error.stack ?? error.message}`));
    });
  }

  async #start(event: RunnerEvent, only?: string): Promise<void> {
    const { host } = this.#options;
    const bare = host.bareRepository(event.repository);
    // A deleted branch or tag has no commit and starts nothing.
    if (bare === undefined || /^0*$/.test(event.sha)) return;
    const action = (event.payload as { action?: string }).action;
    const base = (event.payload as { pull_request?: { base?: { ref?: string } } }).pull_request?.base?.ref;
    const trigger = { event: event.name, action, ref: base === undefined ? event.ref : `refs/heads/${base}` };
    const skipped = SKIPPED_EVENTS.includes(event.name) && asksToSkip(await messageOf(bare, event.sha));
    for (const workflow of await workflowsAt(bare, event.sha)) {
      if ('problem' in workflow) {
        this.#recordUnreadable(event, workflow);
        continue;
      }
      if (only === undefined ? skipped || !startsOn(workflow.on, trigger) : workflow.path !== only) continue;
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

  #recordUnreadable(event: RunnerEvent, { path, problem }: { path: string; problem: string }): void {
    const { runs } = this.#options.host;
    const { id } = runs.createRun({ ...event, path, name: path, event: event.name });
    runs.appendLog(id, `The workflow is not valid. ${problem}\n`);
    runs.updateRun(id, { status: 'completed', conclusion: 'failure' });
  }

  async #run(work: Work, bare: string): Promise<void> {
    const { host, directory } = this.#options;
    const { event, workflow, runId } = work;
    const recorder = new Recorder(host.runs, runId);
    const scratch = join(directory, `run-${runId}`);
    const token = host.issueToken(event.repository, workflow.permissions);
    let conclusion: Conclusion = 'failure';
    try {
      host.runs.updateRun(runId, { status: 'in_progress' });
      for (const each of ['played', 'outputs']) await mkdir(join(scratch, each), { recursive: true, mode: 0o700 });
      const remote = `${host.serverUrl}/${event.repository}.git`;
      await checkOut(bare, remote, event.ref, event.sha, join(scratch, 'checkout'));
      const run = await this.#actRun(work, scratch, token);
      const outputs = new JobOutputs(join(scratch, 'outputs'), Object.values(run.secrets));
      const ended = await runAct(run, (each) => {
        outputs.handle(each);
        recorder.record(each);
      });
      conclusion = ended ? 'success' : this.#stopping.signal.aborted ? 'cancelled' : 'failure';
    } catch (error) {
      recorder.record({ job: undefined, text: `The run could not be started: ${(error as Error).message}` });
    } finally {
      recorder.finish(conclusion);
      host.revokeToken(token);
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async #actRun(work: Work, scratch: string, token: string): Promise<ActRun> {
    const { host, act, hostEnv } = this.#options;
    const { event, workflow, runId, runNumber, job } = work;
    return {
      act,
      scratch,
      directory: join(scratch, 'checkout'),
      workflow: await playedWorkflow(join(scratch, 'checkout'), workflow.path, join(scratch, 'played')),
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
        [OUTPUTS_DIRECTORY]: join(scratch, 'outputs'),
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

  /** Where each `uses:` is found: published on the hub, or a local stand-in. Anything else fails here, before a step runs. */
  async #resolveActions(uses: readonly string[]): Promise<Record<string, string>> {
    const { host, directory } = this.#options;
    const actions: Record<string, string> = { ...OUTPUTS_ACTION };
    for (const each of uses) {
      const reference = parseUses(each);
      if (reference === undefined || isDoneByAct(reference)) continue;
      const { repository, ref } = reference;
      const bare = host.bareRepository(repository);
      const found =
        bare === undefined ? standInFor(reference) : await fetchAction(bare, ref, join(directory, 'actions'));
      if (found === undefined) {
        throw new Error(`${each} is neither published on this hub nor has a stand-in (lab/runner/third-party.ts)`);
      }
      actions[`${repository}@${ref}`] = found;
    }
    return actions;
  }
}
