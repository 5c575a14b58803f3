import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { ActEvent } from './act-output.ts';
import { KnownSecrets } from './known-secrets.ts';

/**
 * GitHub drops a job's output that contains the text of a secret, with a warning (actions/runner, JobExtension.cs). act keeps it. So each
 * job with outputs gets a last step, which asks the lab's runner, and sets what it may. The runner answers, and no file of secrets,
 * because only it knows what the job's steps have masked: it reads their commands in act's log, before the step's question.
 */
export const OUTPUTS_STEP = 'lab-job-outputs';
const ACTION = 'lab/job-outputs@v1';

/** For act's `--local-repository`. */
export const OUTPUTS_ACTION: Readonly<Record<string, string>> = { [ACTION]: join(import.meta.dirname, 'job-outputs') };

/** The directory of questions and answers, for the step. */
export const OUTPUTS_DIRECTORY = 'LAB_JOB_OUTPUTS';

/** A workflow file in which every job's outputs go through the step. A text that is not YAML is left to act, which says what is wrong. */
export function withCheckedOutputs(text: string): string {
  const document = parseDocument(text);
  const jobs = document.get('jobs');
  if (document.errors.length > 0 || !isMap(jobs)) return text;
  for (const { value: job } of jobs.items) {
    const outputs = isMap(job) ? job.get('outputs') : undefined;
    const steps = isMap(job) ? job.get('steps') : undefined;
    if (!isMap(outputs) || !isSeq(steps)) continue;
    const asked = Object.fromEntries(
      outputs.items.map(({ key, value }) => [`LAB_OUTPUT_${key}`, isScalar(value) ? value.value : value]),
    );
    for (const { key } of outputs.items) outputs.set(key, `\${{ steps.${OUTPUTS_STEP}.outputs['${key}'] }}`);
    const step = { id: OUTPUTS_STEP, name: 'Evaluate and set job outputs', if: 'always()', uses: ACTION, env: asked };
    steps.add(document.createNode(step));
  }
  return document.toString({ lineWidth: 0 });
}

/** Answers the jobs of one run. */
export class JobOutputs {
  readonly #directory: string;
  readonly #secrets: readonly string[];
  readonly #known = new Map<string, KnownSecrets>();

  /** @param secrets the values of all secrets that the run's jobs are given */
  constructor(directory: string, secrets: readonly string[]) {
    this.#directory = directory;
    this.#secrets = secrets;
  }

  /** Takes note of what a job masks, and answers what it asks. A mask is the job's own: GitHub runs each on a machine of its own. */
  handle({ job = '', mask, question }: ActEvent): void {
    if (mask !== undefined) this.#of(job).add(mask);
    if (question !== undefined) this.#answer(this.#of(job), question);
  }

  #of(job: string): KnownSecrets {
    const known = this.#known.get(job) ?? new KnownSecrets(this.#secrets);
    this.#known.set(job, known);
    return known;
  }

  #answer(known: KnownSecrets, question: string): void {
    const path = join(this.#directory, question);
    const outputs = JSON.parse(readFileSync(`${path}.question`, 'utf8')) as Record<string, string>;
    const dropped = Object.keys(outputs).filter((name) => known.isIn(outputs[name] ?? ''));
    writeFileSync(`${path}.partial`, JSON.stringify(dropped), { mode: 0o600 });
    renameSync(`${path}.partial`, `${path}.answer`);
  }
}
