import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { type TrafficConfig, validateConfig } from './config.ts';
import type { TrafficReport } from './report.ts';

export type { TrafficReport } from './report.ts';

/** The target of the traffic, and where it is sent from. */
export interface TrafficTarget {
  /** `http://127.0.0.1:PORT/`. */
  url: string;
  /** Beginning of the recorder's command line, for example to run it in another network. */
  inside?: { command: string; args: readonly string[] } | undefined;
}

export interface TrafficOptions {
  /** Requests per second. */
  rate?: number;
  /** Duration after which it stops automatically. */
  seconds?: number;
  /** Base name of the files that it writes. */
  name: string;
  directory: string;
}

/** Traffic that is being sent. */
export interface Traffic {
  /** Records that something happened now. */
  mark(label: string): void;
  /** Stops the traffic, waits for the last responses and returns the report. Later calls return the same report. */
  stop(): Promise<TrafficReport>;
}

export const DEFAULT_RATE = 200;
const DEFAULT_SECONDS = 600;

/**
 * Starts a recorder in a separate process, so that this process cannot delay a request. Resolves when the first request is
 * due.
 */
export async function startTraffic(target: TrafficTarget, options: TrafficOptions): Promise<Traffic> {
  const { rate = DEFAULT_RATE, seconds = DEFAULT_SECONDS, name, directory } = options;
  await mkdir(directory, { recursive: true });
  const file = (suffix: string) => join(directory, `${name}${suffix}`);
  const config: TrafficConfig = validateConfig({
    url: target.url,
    rate,
    seconds,
    recordFile: file('.jsonl'),
    reportFile: file('.report.json'),
  });
  await writeFile(file('.config.json'), `${JSON.stringify(config)}\n`);

  const { command, args } = target.inside ?? { command: process.execPath, args: [] };
  const program = target.inside === undefined ? [] : [process.execPath];
  const recorder = execa(command, [...args, ...program, join(import.meta.dirname, 'main.ts'), file('.config.json')], {
    stdin: 'pipe',
    stdout: 'pipe',
    reject: false,
    // A separate session, so that Ctrl-C does not reach it and it can have its own priority.
    detached: true,
  });
  const failure = (what: string, { stderr, shortMessage }: { stderr: string; shortMessage?: string | undefined }) =>
    new LabError(`The traffic could not be ${what}: ${stderr || shortMessage}`, `See ${file('.config.json')}.`);
  const exited = await Promise.race([once(recorder.stdout, 'data').then(() => undefined), recorder]);
  if (exited !== undefined) throw failure('started', exited);
  const marks: { label: string; time: number }[] = [];
  const finish = async (): Promise<TrafficReport> => {
    recorder.stdin.end();
    const result = await recorder;
    if (result.failed) throw failure('recorded', result);
    const report = JSON.parse(await readFile(config.reportFile, 'utf8')) as TrafficReport;
    const start = Date.parse(report.startedAt);
    return { ...report, marks: marks.map(({ label, time }) => ({ label, at: (time - start) / 1000 })) };
  };
  let finished: Promise<TrafficReport> | undefined;
  return {
    mark: (label) => void marks.push({ label, time: Date.now() }),
    stop() {
      finished ??= finish();
      return finished;
    },
  };
}
