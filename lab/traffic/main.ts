import { existsSync, writeFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { describeError } from '../errors.ts';
import { type TrafficConfig, validateConfig } from './config.ts';
import { recordTraffic } from './recorder.ts';

/**
 * `node lab/traffic/main.ts CONFIG`: sends the configured traffic, and writes the records and the report.
 * Stops after its duration, or when its standard input ends, which also happens when the parent process exits.
 */
const [configFile] = process.argv.slice(2);
if (configFile === undefined) throw new Error('usage: node lab/traffic/main.ts CONFIG');

/** If the kernel groups processes by session, priorities only apply within a session, which has its own priority: sched(7). */
const SESSION_PRIORITY = '/proc/self/autogroup';
/** Errors of users without permission: not root, or in a container without this capability. */
const PERMISSION_ERRORS = ['ERR_SYSTEM_ERROR', 'EACCES', 'EPERM', 'EROFS'];

/** A recorder that waits for a CPU measures its own delay. It uses little CPU and gets the highest priority if its user may set it. */
function raisePriority(): void {
  const highest = constants.priority.PRIORITY_HIGHEST;
  try {
    setPriority(highest);
    if (existsSync(SESSION_PRIORITY)) writeFileSync(SESSION_PRIORITY, String(highest));
  } catch (error) {
    // The report contains the delay.
    if (!PERMISSION_ERRORS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

const stop = new AbortController();
process.stdin.on('end', () => stop.abort()).resume();
process.on('SIGTERM', () => stop.abort());

raisePriority();
try {
  const config = validateConfig(JSON.parse(await readFile(configFile, 'utf8')) as TrafficConfig);
  const recording = recordTraffic(config, stop.signal);
  console.log(`${config.rate} requests per second to ${config.url}`);
  const report = await recording;
  // Written atomically, for processes that wait for it.
  await writeFile(`${config.reportFile}.part`, `${JSON.stringify(report)}\n`);
  await rename(`${config.reportFile}.part`, config.reportFile);
  process.exit(0);
} catch (error) {
  console.error(describeError(error));
  process.exit(1);
}
