import { OUTPUTS_STEP } from './job-outputs.ts';

/** act's `--json` log: one object a line. Only what the runner shows of it is typed. */
interface ActLine {
  msg?: string;
  level?: string;
  job?: string;
  jobID?: string;
  matrix?: Record<string, unknown>;
  step?: string;
  stepID?: string[];
  stage?: string;
  raw_output?: boolean;
  stepResult?: string;
  jobResult?: string;
  /** A workflow command and its value, in which act hides no secrets. */
  command?: string;
  arg?: string;
}

/** What a line of act's log says of the run. */
export interface ActEvent {
  /** The job as GitHub shows it, with its matrix values: `build`, `scan (web)`; `undefined` for a line about the whole run. */
  job: string | undefined;
  /** A line for the log; `undefined` when act only repeats itself. */
  text: string | undefined;
  step?: { name: string; result?: 'success' | 'failure' | 'skipped' };
  jobResult?: 'success' | 'failure' | 'skipped';
  /** What a step masks: `::add-mask::`. */
  mask?: string;
  /** The job asks which outputs it may set: see job-outputs.ts. */
  question?: string;
}

const result = (text: string): 'success' | 'failure' | 'skipped' =>
  text === 'success' || text === 'skipped' ? text : 'failure';

/** A line that is not JSON is passed on as it is: act prints its own fatal errors so. */
export function readActLine(line: string): ActEvent | undefined {
  if (line.trim() === '') return undefined;
  let entry: ActLine;
  try {
    entry = JSON.parse(line) as ActLine;
  } catch {
    return { job: undefined, text: line };
  }
  if (entry.command === OUTPUTS_STEP) return { job: jobName(entry), text: undefined, question: entry.arg ?? '' };
  // The lab's own step is none of the job.
  const isStep = entry.step !== undefined && entry.stage === 'Main' && entry.stepID?.[0] !== OUTPUTS_STEP;
  // Lines in between, and some after the end, name their step too.
  const isTurn = isStep && (entry.stepResult !== undefined || entry.msg?.startsWith('⭐') === true);
  return {
    job: entry.job === undefined ? undefined : jobName(entry),
    text: logText(entry),
    ...(isTurn
      ? {
          step: {
            name: entry.step as string,
            ...(entry.stepResult === undefined ? {} : { result: result(entry.stepResult) }),
          },
        }
      : {}),
    ...(entry.jobResult === undefined ? {} : { jobResult: result(entry.jobResult) }),
    ...(entry.command === 'add-mask' ? { mask: entry.arg ?? '' } : {}),
  };
}

function jobName({ job = '', jobID, matrix = {} }: ActLine): string {
  // act puts the workflow's name before the job's, and numbers the jobs of a matrix.
  const full = job.slice(job.indexOf('/') + 1).trim();
  const values = Object.values(matrix).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  if (values.length === 0) return full;
  const name = full.replace(/-\d+$/, '');
  // GitHub adds the values where the job has no name of its own.
  return name === jobID ? `${name} (${values.join(', ')})` : name;
}

function logText({ msg = '', raw_output, level }: ActLine): string | undefined {
  const text = msg.replace(/\n$/, '');
  if (raw_output) return text;
  // Where act found an action is its own business; in the lab that is always a local directory.
  if (text.startsWith('LocalRepositoryCache') || text.includes('valid docker connection')) return undefined;
  return level === 'error' || level === 'warning' ? `${level}: ${text}` : text;
}
