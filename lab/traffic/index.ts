import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { checkConfig, type TrafficConfig } from './config.ts';
import type { TrafficReport } from './report.ts';

export type { TrafficReport } from './report.ts';

/** Where traffic goes, and from where it is sent. */
export interface TrafficTarget {
  /** `http://127.0.0.1:PORT/`. */
  url: string;
  /** Beginning of the command line that the recorder runs behind, to be in another network, say. */
  inside?: { command: string; args: readonly string[] } | undefined;
}

export interface TrafficOptions {
  /** Requests a second. */
  rate?: number;
  /** When it stops by itself. */
  seconds?: number;
  /** Of the files that it writes. */
  name: string;
  directory: string;
}

/** Traffic on its way. */
export interface Traffic {
  /** Notes that something happened now. */
  mark(label: string): void;
  /** Stops it, waits for the last answers and returns what came of all. Calling it again returns the same. */
  stop(): Promise<TrafficReport>;
}

export const DEFAULT_RATE = 200;
const DEFAULT_SECONDS = 600;

/**
 * Starts a recorder as a process of its own, so that nothing which this process does delays a request. Resolves when the
 * first request is due.
 */
export async function startTraffic(target: TrafficTarget, options: TrafficOptions): Promise<Traffic> {
  const { rate = DEFAULT_RATE, seconds = DEFAULT_SECONDS, name, directory } = options;
  await mkdir(directory, { recursive: true });
  const file = (suffix: string) => join(directory, `${name}${suffix}`);
  const config: TrafficConfig = checkConfig({
    url: target.url,
    rate,
    seconds,
    recordFile: file('.jsonl'),
    reportFile: file('.report.json'),
  });
  await writeFile(file('.config.json'), `${JSON.stringify(config)}\n`);

  const { command, args } = target.inside ?? { command: process.execPath, args: [] };
  const program = target.inside === undefined ? [] : [process.execPath];
  const recorder = execa(command, [...args, ...program, join(import.meta.dirname, 'record.ts'), file('.config.json')], {
    stdin: 'pipe',
    stdout: 'pipe',
    reject: false,
    // A session of its own: Ctrl-C does not reach it, and it can have a priority of its own.
    detached: true,
  });
  const failure = (what: string, { stderr, shortMessage }: { stderr: string; shortMessage?: string | undefined }) =>
    new LabError(`The traffic could not be ${what}: ${stderr || shortMessage}`, `See ${file('.config.json')}.`);
  const early = await Promise.race([once(recorder.stdout, 'data').then(() => undefined), recorder]);
  if (early !== undefined) throw failure('started', early);
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
