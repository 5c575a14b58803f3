/**
 * Measures how the run time of helm-lint-scan grows: charts of one, two and four times a size, and the ratio of each to the one before.
 * A ratio of 2 is linear growth; 4 would be quadratic.
 *
 *   npm run bench:lint [-- RUNS]
 *
 * Requires Helm on the PATH. The fastest run counts.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/build.ts';

const repeat = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

const deployment = (name: string): string => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: web
          image: nginx
`;

const scenarios: [name: string, size: number, template: (size: number) => string][] = [
  ['characters in a message', 250_000, (size) => `{{ fail (repeat ${size} "a") }}\n`],
  ['Deployments in a template', 200, (size) => repeat(size, (index) => deployment(`web-${index}`))],
  [
    'Deployments of a range',
    500,
    (size) => `{{- range $index := until ${size} }}\n${deployment('web-{{ $index }}')}{{- end }}\n`,
  ],
  [
    'unknown keys of a range',
    6000,
    (size) =>
      `kind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\n{{- range until ${size} }}\nkey{{ . }}: 1\n{{- end }}\n`,
  ],
];

/** One run of the bundle, in milliseconds. */
function measureRun(workspace: string): Promise<number> {
  const bundle = join(root, 'actions', 'helm-lint-scan', 'dist', 'index.js');
  const env = { PATH: process.env.PATH ?? '', GITHUB_WORKSPACE: workspace, 'INPUT_KUBE-VERSIONS': '1.34' };
  const started = performance.now();
  const child = spawn(process.execPath, [bundle], { env, cwd: workspace, stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(performance.now() - started));
  });
}

async function measure(template: string, runs: number): Promise<number> {
  const workspace = await mkdtemp(join(tmpdir(), 'bench-'));
  await mkdir(join(workspace, 'helm/a/templates'), { recursive: true });
  await writeFile(join(workspace, 'helm/a/Chart.yaml'), 'apiVersion: v2\nname: a\nversion: 1.0.0\n');
  await writeFile(join(workspace, 'helm/a/templates/a.yaml'), template);
  let fastest = Number.POSITIVE_INFINITY;
  for (let count = 0; count < runs; count++) fastest = Math.min(fastest, await measureRun(workspace));
  await rm(workspace, { recursive: true });
  return fastest;
}

const runs = Number(process.argv[2] ?? 3);
if (!Number.isInteger(runs) || runs < 1 || runs > 50) throw new Error('usage: npm run bench:lint [-- RUNS], 1 to 50');
console.log(`run time of helm-lint-scan, fastest of ${runs}, and its ratio to half the size; Node ${process.version}`);
for (const [name, size, template] of scenarios) {
  let previous: number | undefined;
  for (const factor of [1, 2, 4]) {
    const time = await measure(template(size * factor), runs);
    const ratio = previous === undefined ? '' : (time / previous).toFixed(2);
    console.log(
      `${String(size * factor).padStart(9)} ${name.padEnd(28)}${(time / 1000).toFixed(2).padStart(8)} s${ratio.padStart(8)}`,
    );
    previous = time;
  }
}
