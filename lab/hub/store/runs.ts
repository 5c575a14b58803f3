import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Collection } from './database.ts';
import { GLOBAL, now, type Store } from './store.ts';

export type RunStatus = 'queued' | 'in_progress' | 'completed';
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped' | 'timed_out' | 'neutral';

export interface Run {
  id: number;
  number: number;
  /** `OWNER/REPO` */
  repository: string;
  event: string;
  /** The full ref, `refs/heads/main`. */
  ref: string;
  sha: string;
  /** What GitHub calls the run's head: the head of the branch for a pull request, otherwise `sha`. */
  headSha: string;
  headBranch: string;
  /** The workflow file, `.github/workflows/build.yml`. */
  path: string;
  name: string;
  title: string;
  actor: string;
  status: RunStatus;
  conclusion: Conclusion | null;
  createdAt: string;
  updatedAt: string;
  startedAt: string;
  completedAt: string | null;
}

export interface Step {
  name: string;
  number: number;
  status: RunStatus;
  conclusion: Conclusion | null;
  startedAt?: string;
  completedAt?: string;
}

export interface Job {
  id: number;
  runId: number;
  name: string;
  status: RunStatus;
  conclusion: Conclusion | null;
  createdAt: string;
  startedAt: string;
  completedAt: string | null;
  steps: Step[];
}

export interface NewRun {
  repository: string;
  event: string;
  ref: string;
  sha: string;
  path: string;
  name: string;
  actor: string;
  title?: string;
}

/** Workflow runs, written by the runner in the same process and read over the API. Logs are plain files. */
export class RunStore {
  readonly #store: Store;
  readonly #runs: Collection<Run>;
  readonly #jobs: Collection<Job>;
  readonly #directory: string;
  readonly #onJobEnd: (run: Run) => void;

  /** @param onJobEnd called with a run when one of its jobs has ended */
  constructor(store: Store, dataDir: string, onJobEnd: (run: Run) => void) {
    this.#onJobEnd = onJobEnd;
    this.#store = store;
    this.#runs = store.database.collection('runs');
    this.#jobs = store.database.collection('jobs');
    this.#directory = join(dataDir, 'logs');
    mkdirSync(this.#directory, { recursive: true });
  }

  /** Creates a run. Its number counts the runs of a workflow in a repository, as GitHub's run number does. */
  createRun(run: NewRun): Run {
    const time = now();
    const id = this.#store.nextId();
    return this.#runs.put(GLOBAL, id, {
      ...run,
      ...this.#findHead(run),
      id,
      number: this.#store.database.next(`run:${run.repository.toLowerCase()}:${run.path}`),
      title: run.title ?? run.name,
      status: 'queued',
      conclusion: null,
      createdAt: time,
      updatedAt: time,
      startedAt: time,
      completedAt: null,
    });
  }

  #findHead({ repository, ref, sha }: NewRun): Pick<Run, 'headSha' | 'headBranch'> {
    const number = /^refs\/pull\/(\d+)\//.exec(ref)?.[1];
    const [owner = '', name = ''] = repository.split('/');
    const found = this.#store.repository(owner, name);
    const pull = number !== undefined && found ? this.#store.pulls.get(found.id, number) : undefined;
    if (pull) return { headSha: pull.headSha, headBranch: pull.headRef };
    return { headSha: sha, headBranch: ref.replace(/^refs\/(heads|tags)\//, '') };
  }

  updateRun(id: number, change: { status?: RunStatus; conclusion?: Conclusion | null; startedAt?: string }): Run {
    const run = this.run(id);
    const next: Run = { ...run, ...change, updatedAt: now() };
    if (next.status === 'completed') next.completedAt ??= now();
    return this.#runs.put(GLOBAL, id, next);
  }

  createJob(runId: number, name: string): Job {
    const time = now();
    const id = this.#store.nextId();
    const job: Job = {
      id,
      runId,
      name,
      status: 'queued',
      conclusion: null,
      createdAt: time,
      startedAt: time,
      completedAt: null,
      steps: [],
    };
    return this.#jobs.put(runId, id, job);
  }

  updateJob(
    runId: number,
    id: number,
    change: Partial<Pick<Job, 'status' | 'conclusion' | 'startedAt' | 'completedAt' | 'steps'>>,
  ): Job {
    const job = this.#jobs.get(runId, id);
    if (!job) throw new Error(`the run ${runId} has no job ${id}`);
    const next: Job = { ...job, ...change };
    if (next.status === 'completed') next.completedAt ??= now();
    this.#jobs.put(runId, id, next);
    if (next.status === 'completed') this.#onJobEnd(this.run(runId));
    return next;
  }

  /** @throws when the run does not exist */
  run(id: number): Run {
    const run = this.find(id);
    if (!run) throw new Error(`the run ${id} does not exist`);
    return run;
  }

  find(id: number): Run | undefined {
    return this.#runs.get(GLOBAL, id);
  }

  /** The runs of a repository, or all, newest first. */
  list(repository?: string): Run[] {
    const runs = this.#runs.all().reverse();
    return repository === undefined ? runs : runs.filter((run) => equalsIgnoreCase(run.repository, repository));
  }

  jobs(runId: number): Job[] {
    return this.#jobs.list(runId);
  }

  findJob(id: number): Job | undefined {
    return this.#jobs.all().find((job) => job.id === id);
  }

  /** Appends to the log of a run or job. */
  appendLog(id: number, text: string): void {
    appendFileSync(this.#logFile(id), text);
  }

  log(id: number): string {
    const file = this.#logFile(id);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  #logFile(id: number): string {
    if (!Number.isSafeInteger(id)) throw new Error(`not a run or job: ${id}`);
    return join(this.#directory, `${id}.log`);
  }
}

export function equalsIgnoreCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
