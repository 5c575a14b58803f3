import { existsSync, writeFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { describeError } from '../errors.ts';
import { checkConfig, type TrafficConfig } from './config.ts';
import { recordTraffic } from './recorder.ts';

/**
 * `node lab/traffic/record.ts CONFIG`: sends what the file says, and writes the records and the report that it names.
 * Stops after its time, or when its standard input ends: also when the process that started it is gone.
 */
const [configFile] = process.argv.slice(2);
if (configFile === undefined) throw new Error('which traffic? node lab/traffic/record.ts CONFIG');

/** Where the kernel groups processes by session, priorities count within a session alone, and the session has one too: sched(7). */
const SESSION_PRIORITY = '/proc/self/autogroup';
/** Of those who may not: who is not root, or is in a container that is not given this right. */
const NOT_ALLOWED = ['ERR_SYSTEM_ERROR', 'EACCES', 'EPERM', 'EROFS'];

/** A recorder that waits for a processor measures its own wait. It needs little, and goes first where its user may say so. */
function goFirst(): void {
  const highest = constants.priority.PRIORITY_HIGHEST;
  try {
    setPriority(highest);
    if (existsSync(SESSION_PRIORITY)) writeFileSync(SESSION_PRIORITY, String(highest));
  } catch (error) {
    // How late it was stands in the report.
    if (!NOT_ALLOWED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

const stop = new AbortController();
process.stdin.on('end', () => stop.abort()).resume();
process.on('SIGTERM', () => stop.abort());

goFirst();
try {
  const config = checkConfig(JSON.parse(await readFile(configFile, 'utf8')) as TrafficConfig);
  const recording = recordTraffic(config, stop.signal);
  console.log(`${config.rate} requests a second to ${config.url}`);
  const report = await recording;
  // Whole or not at all, for whoever waits for it.
  await writeFile(`${config.reportFile}.part`, `${JSON.stringify(report)}\n`);
  await rename(`${config.reportFile}.part`, config.reportFile);
  process.exit(0);
} catch (error) {
  console.error(describeError(error));
  process.exit(1);
}
