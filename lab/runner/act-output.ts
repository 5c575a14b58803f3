import { type JobMessage, OUTPUTS_STEP } from './job-outputs.ts';

/** act's `--json` log, one object per line, with the fields that the runner uses. */
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
  /** A workflow command and its value, in which act does not mask secrets. */
  command?: string;
  arg?: string;
}

/** An event of the run, from one line of act's log. */
export interface ActEvent extends JobMessage {
  /** A line for the log; `undefined` if it has no information for users. */
  text: string | undefined;
  step?: { name: string; result?: 'success' | 'failure' | 'skipped' };
  jobResult?: 'success' | 'failure' | 'skipped';
}

const toResult = (text: string): 'success' | 'failure' | 'skipped' =>
  text === 'success' || text === 'skipped' ? text : 'failure';

/** A line that is not JSON is passed through unchanged: act prints its fatal errors that way. */
export function parseActLine(line: string): ActEvent | undefined {
  if (line.trim() === '') return undefined;
  let entry: ActLine;
  try {
    entry = JSON.parse(line) as ActLine;
  } catch {
    return { job: undefined, text: line };
  }
  if (entry.command === OUTPUTS_STEP)
    return { job: formatJobName(entry), text: undefined, outputsRequest: entry.arg ?? '' };
  // The step that the lab adds is not part of the job.
  const isStep = entry.step !== undefined && entry.stage === 'Main' && entry.stepID?.[0] !== OUTPUTS_STEP;
  // Lines within a step, and some after its end, also name it.
  const isStartOrEnd = isStep && (entry.stepResult !== undefined || entry.msg?.startsWith('⭐') === true);
  return {
    job: entry.job === undefined ? undefined : formatJobName(entry),
    text: formatLogText(entry),
    ...(isStartOrEnd
      ? {
          step: {
            name: entry.step as string,
            ...(entry.stepResult === undefined ? {} : { result: toResult(entry.stepResult) }),
          },
        }
      : {}),
    ...(entry.jobResult === undefined ? {} : { jobResult: toResult(entry.jobResult) }),
    ...(entry.command === 'add-mask' ? { mask: entry.arg ?? '' } : {}),
  };
}

function formatJobName({ job = '', jobID, matrix = {} }: ActLine): string {
  // act prefixes the job's name with the workflow's, and numbers the jobs of a matrix.
  const full = job.slice(job.indexOf('/') + 1).trim();
  const values = Object.values(matrix).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  if (values.length === 0) return full;
  const name = full.replace(/-\d+$/, '');
  // GitHub appends the values if the job has no name.
  return name === jobID ? `${name} (${values.join(', ')})` : name;
}

function formatLogText({ msg = '', raw_output, level }: ActLine): string | undefined {
  const text = msg.replace(/\n$/, '');
  if (raw_output) return text;
  // The location of an action is not of interest: in the lab it is always a local directory.
  if (text.startsWith('LocalRepositoryCache') || text.includes('valid docker connection')) return undefined;
  return level === 'error' || level === 'warning' ? `${level}: ${text}` : text;
}
