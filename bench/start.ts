/**
 * Measures the start of each action without inputs, which ends with an error: the time until the process exits, and its peak memory,
 * compared with Node that runs nothing.
 *
 *   npm run bench:start [-- RUNS]
 *
 * Runs are interleaved, so that a slow moment of the machine affects all actions alike. Quote the ratio to bare Node: it is the same on
 * other machines.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionNames, root } from '../scripts/build.ts';

interface Subject {
  name: string;
  args: string[];
  bytes: number;
  milliseconds: number[];
  mebibytes: number[];
}

/** The size of a bundle's code: everything that Node may load, without data and licences. */
async function codeBytes(directory: string): Promise<number> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.js'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** One start. The child process reports its peak memory at exit, on a separate file descriptor. */
async function measure(subject: Subject): Promise<void> {
  const report = "process.on('exit', () => require('fs').writeSync(3, String(process.resourceUsage().maxRSS)))";
  const preload = `data:text/javascript,import { createRequire } from 'module'; const require = createRequire('${import.meta.url}'); ${report}`;
  const timed = await start(subject.args);
  subject.milliseconds.push(timed.milliseconds);
  const { channel } = await start(['--import', preload, ...subject.args]);
  subject.mebibytes.push(Number(channel) / 1024);
}

function start(args: readonly string[]): Promise<{ milliseconds: number; channel: string }> {
  const env = { PATH: process.env.PATH ?? '' };
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    env,
    cwd: emptyDirectory,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  let channel = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    channel += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve({ milliseconds: performance.now() - started, channel }));
  });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const runs = Number(process.argv[2] ?? 15);
if (!Number.isInteger(runs) || runs < 1 || runs > 200)
  throw new Error('usage: npm run bench:start [-- RUNS], 1 to 200');
// Like the workspace of a job without a checkout.
const emptyDirectory = await mkdtemp(join(tmpdir(), 'bench-'));
const bare: Subject = { name: 'bare node -e 0', args: ['-e', '0'], bytes: 0, milliseconds: [], mebibytes: [] };
const subjects = [bare];
for (const name of await actionNames()) {
  const dist = join(root, 'actions', name, 'dist');
  subjects.push({
    name,
    args: [join(dist, 'index.js')],
    bytes: await codeBytes(dist),
    milliseconds: [],
    mebibytes: [],
  });
}
for (const subject of subjects) await start(subject.args);
for (let run = 0; run < runs; run++) for (const subject of subjects) await measure(subject);

const row = (...cells: string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(20) : cell.padStart(12))).join('');
console.log(`start to first error and peak memory, medians of ${runs}; Node ${process.version}, ${process.platform}`);
console.log(row('', 'code', 'start', 'to bare', 'memory'));
for (const { name, bytes, milliseconds, mebibytes } of subjects) {
  const time = median(milliseconds);
  console.log(
    row(
      name,
      bytes === 0 ? '' : `${Math.round(bytes / 1000)} kB`,
      `${time.toFixed(0)} ms`,
      `${(time / median(bare.milliseconds)).toFixed(2)}`,
      `${median(mebibytes).toFixed(0)} MiB`,
    ),
  );
}
await rm(emptyDirectory, { recursive: true });
