import { readFile, writeFile } from 'node:fs/promises';
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

/** A recorder that waits for a processor measures its own wait. It needs little, and goes first where its user may say so. */
function goFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
  } catch (error) {
    // Only root may: setpriority(2). How late it was stands in the report.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error;
  }
}

const stop = new AbortController();
process.stdin.on('end', () => stop.abort()).resume();
// Ctrl-C reaches the whole group; the process that started this one decides when it stops.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => stop.abort());

goFirst();
try {
  const config = checkConfig(JSON.parse(await readFile(configFile, 'utf8')) as TrafficConfig);
  const recording = recordTraffic(config, stop.signal);
  console.log(`${config.rate} requests a second to ${config.url}`);
  const report = await recording;
  await writeFile(config.reportFile, `${JSON.stringify(report)}\n`);
  process.exit(0);
} catch (error) {
  console.error(describeError(error));
  process.exit(1);
}
