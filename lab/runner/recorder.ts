import type { ActEvent } from './act-output.ts';

export type RunStatus = 'queued' | 'in_progress' | 'completed';
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

export interface RecordedStep {
  name: string;
  number: number;
  status: RunStatus;
  conclusion: Conclusion | null;
  startedAt?: string;
  completedAt?: string;
}

/** Where runs are kept: the hub's store, which shows them over GitHub's API. */
export interface RunStore {
  createRun(run: {
    repository: string;
    event: string;
    ref: string;
    sha: string;
    path: string;
    name: string;
    actor: string;
    title?: string;
  }): { id: number; number: number };
  updateRun(id: number, change: { status?: RunStatus; conclusion?: Conclusion | null }): unknown;
  createJob(runId: number, name: string): { id: number };
  updateJob(
    runId: number,
    id: number,
    change: { status?: RunStatus; conclusion?: Conclusion | null; steps?: RecordedStep[] },
  ): unknown;
  appendLog(id: number, text: string): void;
}

interface OpenJob {
  id: number;
  steps: RecordedStep[];
}

/** Turns act's events into the jobs, steps and logs of one run. */
export class Recorder {
  readonly #store: RunStore;
  readonly #runId: number;
  readonly #jobs = new Map<string, OpenJob>();
  readonly #failed = new Set<string>();

  constructor(store: RunStore, runId: number) {
    this.#store = store;
    this.#runId = runId;
  }

  record({ job: name, text, step, jobResult }: ActEvent): void {
    if (text !== undefined) this.#store.appendLog(this.#runId, `${name === undefined ? '' : `[${name}] `}${text}\n`);
    if (name === undefined) return;
    const job = this.#job(name);
    if (text !== undefined) this.#store.appendLog(job.id, `${text}\n`);
    if (step !== undefined) this.#step(job, step.name, step.result);
    if (jobResult !== undefined) {
      if (jobResult === 'failure') this.#failed.add(name);
      this.#store.updateJob(this.#runId, job.id, { status: 'completed', conclusion: jobResult, steps: job.steps });
    }
  }

  /** Close what is still open and the run itself. */
  finish(conclusion: Conclusion): void {
    for (const job of this.#jobs.values()) {
      const open = job.steps.filter((step) => step.status !== 'completed');
      if (open.length === 0) continue;
      for (const step of open) Object.assign(step, { status: 'completed', conclusion });
      this.#store.updateJob(this.#runId, job.id, { status: 'completed', conclusion, steps: job.steps });
    }
    this.#store.updateRun(this.#runId, { status: 'completed', conclusion });
  }

  #job(name: string): OpenJob {
    const known = this.#jobs.get(name);
    if (known !== undefined) return known;
    const job = { id: this.#store.createJob(this.#runId, name).id, steps: [] };
    this.#store.updateJob(this.#runId, job.id, { status: 'in_progress' });
    this.#jobs.set(name, job);
    return job;
  }

  #step(job: OpenJob, name: string, result: Conclusion | undefined): void {
    const now = new Date().toISOString();
    let step = job.steps.findLast((each) => each.name === name && each.status !== 'completed');
    if (step === undefined) {
      step = { name, number: job.steps.length + 1, status: 'in_progress', conclusion: null, startedAt: now };
      job.steps.push(step);
      this.#store.updateJob(this.#runId, job.id, { steps: job.steps });
    }
    if (result === undefined) return;
    Object.assign(step, { status: 'completed', conclusion: result, completedAt: now });
    this.#store.updateJob(this.#runId, job.id, { steps: job.steps });
  }
}
