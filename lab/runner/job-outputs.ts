import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { SecretMatcher } from './secret-matcher.ts';

/**
 * GitHub drops a job output that contains a secret, with a warning (actions/runner, JobExtension.cs). act keeps it. Therefore each job with
 * outputs gets a last step that requests the outputs to drop from the lab's runner and sets the others. A file of secrets would not be enough:
 * only the runner knows what the job's steps have masked, because it reads their commands in act's log before the step's request.
 */
export const OUTPUTS_STEP = 'lab-job-outputs';
const ACTION = 'lab/job-outputs@v1';

/** For act's `--local-repository`. */
export const OUTPUTS_ACTION: Readonly<Record<string, string>> = { [ACTION]: join(import.meta.dirname, 'job-outputs') };

/** Environment variable with the directory of requests and responses. */
export const OUTPUTS_DIRECTORY_VARIABLE = 'LAB_JOB_OUTPUTS';

/** Adds the step to every job with outputs in a workflow file. Invalid YAML is returned unchanged, because act reports it. */
export function checkJobOutputs(text: string): string {
  const document = parseDocument(text);
  const jobs = document.get('jobs');
  if (document.errors.length > 0 || !isMap(jobs)) return text;
  for (const { value: job } of jobs.items) {
    const outputs = isMap(job) ? job.get('outputs') : undefined;
    const steps = isMap(job) ? job.get('steps') : undefined;
    if (!isMap(outputs) || !isSeq(steps)) continue;
    const env = Object.fromEntries(
      outputs.items.map(({ key, value }) => [`LAB_OUTPUT_${key}`, isScalar(value) ? value.value : value]),
    );
    for (const { key } of outputs.items) outputs.set(key, `\${{ steps.${OUTPUTS_STEP}.outputs['${key}'] }}`);
    const step = { id: OUTPUTS_STEP, name: 'Evaluate and set job outputs', if: 'always()', uses: ACTION, env };
    steps.add(document.createNode(step));
  }
  return document.toString({ lineWidth: 0 });
}

/** A message of a job to the runner in act's log. */
export interface JobMessage {
  /** The job's name on GitHub, with its matrix values: `build`, `scan (web)`; `undefined` for a line about the whole run. */
  job: string | undefined;
  /** A value that a step masks with `::add-mask::`. */
  mask?: string;
  /** The id of a request of the job's last step. */
  outputsRequest?: string;
}

/** Responds to the requests of one run's jobs. */
export class JobOutputs {
  readonly #directory: string;
  readonly #secrets: readonly string[];
  readonly #matchers = new Map<string, SecretMatcher>();

  /** @param secrets the values of all secrets of the run's jobs */
  constructor(directory: string, secrets: readonly string[]) {
    this.#directory = directory;
    this.#secrets = secrets;
  }

  /** Records what a job masks, and responds to its requests. Masks apply to one job, because GitHub runs each job on a separate machine. */
  handle({ job = '', mask, outputsRequest }: JobMessage): void {
    if (mask !== undefined) this.#getMatcher(job).add(mask);
    if (outputsRequest !== undefined) this.#respond(this.#getMatcher(job), outputsRequest);
  }

  #getMatcher(job: string): SecretMatcher {
    const matcher = this.#matchers.get(job) ?? new SecretMatcher(this.#secrets);
    this.#matchers.set(job, matcher);
    return matcher;
  }

  #respond(matcher: SecretMatcher, requestId: string): void {
    const path = join(this.#directory, requestId);
    const outputs = JSON.parse(readFileSync(`${path}.request`, 'utf8')) as Record<string, string>;
    const dropped = Object.keys(outputs).filter((name) => matcher.occursIn(outputs[name] ?? ''));
    writeFileSync(`${path}.partial`, JSON.stringify(dropped), { mode: 0o600 });
    renameSync(`${path}.partial`, `${path}.response`);
  }
}
