// The last step of a job in the lab: lab/runner/job-outputs.ts.
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const PREFIX = 'LAB_OUTPUT_';
const outputs = Object.entries(process.env)
  .filter(([name]) => name.startsWith(PREFIX))
  .map(([name, value]) => [name.slice(PREFIX.length), value]);

const id = randomUUID();
const path = join(process.env.LAB_JOB_OUTPUTS, id);
writeFileSync(`${path}.question`, JSON.stringify(Object.fromEntries(outputs)), { mode: 0o600 });
console.log(`::lab-job-outputs::${id}`);
for (const end = Date.now() + 60_000; !existsSync(`${path}.answer`); await setTimeout(10))
  if (Date.now() > end) throw new Error("the lab's runner did not say which outputs the job may set");

const dropped = JSON.parse(readFileSync(`${path}.answer`, 'utf8'));
for (const [name, value] of outputs) {
  // The runner's own words, and like it none for an empty one.
  if (dropped.includes(name)) console.log(`::warning::Skip output '${name}' since it may contain secret.`);
  else if (value !== '') {
    console.log(`Set output '${name}'`);
    appendFileSync(process.env.GITHUB_OUTPUT, `${name}<<${id}\n${value}\n${id}\n`);
  }
}
