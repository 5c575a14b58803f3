import type { Job, NewRun, Run } from '../hub/index.ts';
import type { ActEvent } from './act-output.ts';

export type Conclusion = NonNullable<Run['conclusion']>;

/** The part of the hub's store of runs that the runner writes. */
export interface RunnerStore {
  createRun(run: NewRun): Pick<Run, 'id' | 'number'>;
  updateRun(id: number, change: Partial<Pick<Run, 'status' | 'conclusion'>>): unknown;
  createJob(runId: number, name: string): Pick<Job, 'id'>;
  updateJob(runId: number, id: number, change: Partial<Pick<Job, 'status' | 'conclusion' | 'steps'>>): unknown;
  appendLog(id: number, text: string): void;
}

type RecordedJob = Pick<Job, 'id' | 'steps'>;

/** Records act's events as the jobs, steps and logs of one run. */
export class Recorder {
  readonly #store: RunnerStore;
  readonly #runId: number;
  readonly #jobs = new Map<string, RecordedJob>();
  readonly #failed = new Set<string>();

  constructor(store: RunnerStore, runId: number) {
    this.#store = store;
    this.#runId = runId;
  }

  record({ job: name, text, step, jobResult }: ActEvent): void {
    if (text !== undefined) this.#store.appendLog(this.#runId, `${name === undefined ? '' : `[${name}] `}${text}\n`);
    if (name === undefined) return;
    const job = this.#ensureJob(name);
    if (text !== undefined) this.#store.appendLog(job.id, `${text}\n`);
    if (step !== undefined) this.#recordStep(job, step.name, step.result);
    if (jobResult !== undefined) {
      if (jobResult === 'failure') this.#failed.add(name);
      this.#store.updateJob(this.#runId, job.id, { status: 'completed', conclusion: jobResult, steps: job.steps });
    }
  }

  /** Completes the remaining steps and jobs, and the run. */
  finish(conclusion: Conclusion): void {
    for (const job of this.#jobs.values()) {
      const remaining = job.steps.filter((step) => step.status !== 'completed');
      if (remaining.length === 0) continue;
      for (const step of remaining) Object.assign(step, { status: 'completed', conclusion });
      this.#store.updateJob(this.#runId, job.id, { status: 'completed', conclusion, steps: job.steps });
    }
    this.#store.updateRun(this.#runId, { status: 'completed', conclusion });
  }

  #ensureJob(name: string): RecordedJob {
    const existing = this.#jobs.get(name);
    if (existing !== undefined) return existing;
    const job = { id: this.#store.createJob(this.#runId, name).id, steps: [] };
    this.#store.updateJob(this.#runId, job.id, { status: 'in_progress' });
    this.#jobs.set(name, job);
    return job;
  }

  #recordStep(job: RecordedJob, name: string, result: Conclusion | undefined): void {
    const now = new Date().toISOString();
    let step = job.steps.findLast((recorded) => recorded.name === name && recorded.status !== 'completed');
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
