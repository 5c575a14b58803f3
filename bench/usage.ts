/** What programs use: the CPU time of all processes and the peak memory of one, of bash scripts that run them. Linux only. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Usage {
  /** Of the processes and their children, in seconds. */
  cpu: number;
  /** The largest of the processes, in MiB. */
  memory: number;
  /** In milliseconds. */
  wall: number;
}

/** The peak memory of the descendants of a process, in KiB. */
function peakMemory(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean);
    const peaks = children.map((child) =>
      Math.max(
        Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1] ?? 0),
        peakMemory(Number(child)),
      ),
    );
    return Math.max(0, ...peaks);
  } catch {
    // It has just ended.
    return 0;
  }
}

const seconds = (text: string): number => {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  if (rest === undefined) throw new Error(`bash printed ${JSON.stringify(text)} as a time`);
  return Number(minutes) * 60 + Number(rest);
};

/** Runs a script of bash, whose `times` counts what its processes used. */
export async function measure(
  script: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<Usage> {
  const started = performance.now();
  const child = spawn('bash', ['--norc', '-c', `set -e\n${script}\ntimes`, 'bash', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.pipe(process.stderr);
  let memory = 0;
  const timer = setInterval(() => {
    memory = Math.max(memory, peakMemory(child.pid ?? 0));
  }, 2);
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  if (exitCode !== 0) throw new Error(`${script} failed:\n${output}`);
  const wall = performance.now() - started;
  const [user = '', system = ''] = output.trimEnd().split('\n').at(-1)?.split(' ') ?? [];
  return { cpu: seconds(user) + seconds(system), memory: memory / 1024, wall };
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export const medianUsage = (usages: readonly Usage[]): Usage => ({
  cpu: median(usages.map(({ cpu }) => cpu)),
  memory: median(usages.map(({ memory }) => memory)),
  wall: median(usages.map(({ wall }) => wall)),
});
