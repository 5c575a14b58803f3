import { readFile, writeFile } from 'node:fs/promises';
import { describeError } from '../errors.ts';
import { checkConfig, type TrafficConfig } from './config.ts';
import { recordTraffic } from './recorder.ts';

/**
 * `node lab/traffic/record.ts CONFIG`: sends what the file says, and writes the records and the report that it names.
 * Stops after its time, or when its standard input ends: also when the process that started it is gone.
 */
const [configFile] = process.argv.slice(2);
if (configFile === undefined) throw new Error('which traffic? node lab/traffic/record.ts CONFIG');

const stop = new AbortController();
process.stdin.on('end', () => stop.abort()).resume();
// Ctrl-C reaches the whole group; the process that started this one decides when it stops.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => stop.abort());

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
