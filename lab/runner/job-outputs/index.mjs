// The last step of each job with outputs in the lab: see lab/runner/job-outputs.ts.
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
writeFileSync(`${path}.request`, JSON.stringify(Object.fromEntries(outputs)), { mode: 0o600 });
console.log(`::lab-job-outputs::${id}`);
for (const end = Date.now() + 60_000; !existsSync(`${path}.response`); await setTimeout(10))
  if (Date.now() > end) throw new Error("the lab's runner did not respond with the outputs to drop within 60 s");

const dropped = JSON.parse(readFileSync(`${path}.response`, 'utf8'));
for (const [name, value] of outputs) {
  // The messages of GitHub's runner, which prints none for an empty output.
  if (dropped.includes(name)) console.log(`::warning::Skip output '${name}' since it may contain secret.`);
  else if (value !== '') {
    console.log(`Set output '${name}'`);
    appendFileSync(process.env.GITHUB_OUTPUT, `${name}<<${id}\n${value}\n${id}\n`);
  }
}
