/**
 * Measures helm-lint-scan beside the programs that it replaces: `helm template`, kubeconform, kube-score and, where it is on the PATH, checkov.
 * CPU time of all processes, peak memory of one, and how both grow with the size of a chart.
 *
 *   npm run bench:lint [-- RUNS]
 *
 * Requires Linux and Go, to build Helm, kubeconform and kube-score. Medians of interleaved runs. Quote ratios, not times: they are similar on
 * other machines. The peers read what Helm rendered; kubeconform has the schemas on disk, those of the action.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { writeSchemas } from '../actions/helm-lint-scan/src/scanners/kubeconform.ts';
import { createSchemaStore } from '../actions/helm-lint-scan/src/validation/store.ts';
import { findCommand } from '../lab/tools/debian.ts';
import { ensureTools, toolPath } from '../lab/tools/index.ts';
import { root } from '../scripts/build.ts';
import { measure as measureScript, median, medianUsage, type Usage } from './usage.ts';

const runs = Number(process.argv[2] ?? 5);
if (!Number.isInteger(runs) || runs < 1 || runs > 50) throw new Error('usage: npm run bench:lint [-- RUNS], 1 to 50');

await ensureTools(['helm', 'kubeconform', 'kube-score'], { progress: (line) => console.error(line) });
const [helm, kubeconform, kubeScore] = (['helm', 'kubeconform', 'kube-score'] as const).map(toolPath) as [
  string,
  string,
  string,
];
const checkov = await findCommand('checkov');
const MINOR = '1.34';
const THREE_MINORS = ['1.32', '1.33', '1.34'];
const bundle = join(root, 'actions', 'helm-lint-scan', 'dist', 'index.js');

const directory = mkdtempSync(join(tmpdir(), 'bench-lint-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const schemas = join(directory, 'schemas');
mkdirSync(schemas);
for (const minor of THREE_MINORS) await writeSchemas(createSchemaStore(), minor, join(schemas, minor));

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

const files = (count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`templates/web-${index}.yaml`, deployment(`web-${index}`)]),
  );
const ranged = (size: number): Record<string, string> => ({
  'templates/a.yaml': `{{- range $index := until ${size} }}\n${deployment('web-{{ $index }}')}{{- end }}\n`,
});

/** A workspace with one chart, `helm/a`. */
function writeChart(contents: Readonly<Record<string, string>>): void {
  const chart = join(directory, 'helm/a');
  rmSync(chart, { recursive: true, force: true });
  for (const [path, text] of Object.entries({
    'Chart.yaml': 'apiVersion: v2\nname: a\nversion: 1.0.0\n',
    ...contents,
  })) {
    mkdirSync(dirname(join(chart, path)), { recursive: true });
    writeFileSync(join(chart, path), text);
  }
}

const run = (script: string, args: readonly string[], env: Record<string, string> = {}): Promise<Usage> =>
  measureScript(script, args, { cwd: directory, env });

const ours = (minors: readonly string[] = [MINOR]): Promise<Usage> =>
  run('"$1" "$2" > output', [process.execPath, bundle], {
    PATH: [dirname(helm), process.env.PATH].join(delimiter),
    GITHUB_WORKSPACE: directory,
    RUNNER_TEMP: directory,
    'INPUT_FAIL-ON': 'never',
    'INPUT_KUBE-VERSIONS': minors.join('\n'),
  });

const render = (): Promise<Usage> => run(`"$1" template a helm/a --kube-version ${MINOR}.0 > rendered.yaml`, [helm]);
const lint = (): Promise<Usage> => run('"$1" lint helm/a > output', [helm]);
const peers = {
  'helm lint': lint,
  kubeconform: () =>
    run(
      `"$1" -strict -ignore-missing-schemas -schema-location "$2/${MINOR}/{{ .ResourceKind }}{{ .KindSuffix }}.json" rendered.yaml > output || true`,
      [kubeconform, schemas],
    ),
  'kube-score': () => run('"$1" score rendered.yaml > output || true', [kubeScore]),
  ...(checkov === undefined
    ? {}
    : {
        checkov: () =>
          run('"$1" --quiet --framework kubernetes --skip-download -f rendered.yaml > output || true', [checkov]),
      }),
};

/** Each value of the shell loop that the action replaces. */
const loop = (): Promise<Usage> =>
  run(
    `for file in helm/a/values.yaml helm/a/ci/*.yaml; do
       "$1" lint helm/a -f $file > output
       for version in ${THREE_MINORS.join(' ')}; do
         "$1" template a helm/a -f $file --kube-version $version.0 > rendered.yaml
         "$2" -strict -ignore-missing-schemas -schema-location "$4/$version/{{ .ResourceKind }}{{ .KindSuffix }}.json" rendered.yaml > output || true
         "$3" score rendered.yaml > output || true
       done
     done`,
    [helm, kubeconform, kubeScore, schemas],
  );

async function medians<Name extends string>(
  works: Readonly<Partial<Record<Name, () => Promise<Usage>>>>,
  count = runs,
): Promise<Record<Name, Usage>> {
  const names = Object.keys(works) as Name[];
  const usages = new Map<Name, Usage[]>(names.map((name) => [name, []]));
  for (let index = 0; index < count; index++)
    for (const name of names) {
      const usage = await works[name]?.();
      if (usage !== undefined) usages.get(name)?.push(usage);
    }
  return Object.fromEntries(names.map((name) => [name, medianUsage(usages.get(name) ?? [])])) as Record<Name, Usage>;
}

const row = (name: string, { cpu, memory, wall }: Usage): void =>
  console.log(
    `${name.padEnd(52)}${`${cpu.toFixed(2)} s`.padStart(10)}${`${memory.toFixed(0)} MiB`.padStart(10)}${`${(wall / 1000).toFixed(2)} s`.padStart(10)}`,
  );

async function benchPeers(count: number): Promise<Usage> {
  writeChart(files(count));
  const usage = await medians({ 'helm template': render, ...peers, 'helm-lint-scan': () => ours() });
  console.log(`${count} Deployments in one chart`);
  for (const [name, used] of Object.entries(usage)) row(`  ${name}`, used);
  const own = usage['helm-lint-scan'].cpu - usage['helm template'].cpu;
  const theirs = usage.kubeconform.cpu + usage['kube-score'].cpu;
  console.log(`  beyond helm template, over kubeconform and kube-score together: ${(own / theirs).toFixed(2)} x`);
  console.log(
    `  beyond helm template and helm lint, over them: ${((own - usage['helm lint'].cpu) / theirs).toFixed(2)} x`,
  );
  return usage['helm-lint-scan'];
}

const exponent = (low: Usage, high: Usage, factor: number): string =>
  (Math.log(high.cpu / low.cpu) / Math.log(factor)).toFixed(2);

async function benchGrowth(
  name: string,
  sizes: readonly [number, number],
  chart: (size: number) => Record<string, string>,
) {
  const used: Usage[] = [];
  for (const size of sizes) {
    writeChart(chart(size));
    const { it } = await medians({ it: () => ours() }, Math.min(runs, 3));
    row(`${size} ${name}`, it);
    used.push(it);
  }
  const [low, high] = used as [Usage, Usage];
  console.log(`  exponent: ${exponent(low, high, sizes[1] / sizes[0])}`);
}

async function benchValues(): Promise<void> {
  const values = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`ci/values-${index}.yaml`, `replicas: ${index + 1}\n`]),
  );
  writeChart({ ...files(20), 'values.yaml': 'replicas: 1\n', ...values });
  const usage = await medians({ loop, ours: () => ours(THREE_MINORS) }, Math.min(runs, 3));
  row('51 values files x 3 versions, shell loop', usage.loop);
  row('  helm-lint-scan', usage.ours);
  console.log(`  CPU: ${(usage.ours.cpu / usage.loop.cpu).toFixed(2)} x`);
}

/** The time from the start of the process to the first finding in its log. */
async function benchFirstFinding(): Promise<void> {
  writeChart(files(1));
  const times: number[] = [];
  for (let index = 0; index < Math.max(runs, 5); index++) times.push(await firstFinding());
  console.log(`one Deployment: the first finding is printed ${median(times).toFixed(0)} ms after the start`);
}

function firstFinding(): Promise<number> {
  const env = {
    PATH: [dirname(helm), process.env.PATH].join(delimiter),
    GITHUB_WORKSPACE: directory,
    'INPUT_KUBE-VERSIONS': MINOR,
  };
  const started = performance.now();
  const child = spawn(process.execPath, [bundle], { env, cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    let output = '';
    let found: number | undefined;
    child.stdout.on('data', (data) => {
      output += data;
      if (found === undefined && /^::(?:error|warning|notice) /m.test(output)) found = performance.now() - started;
    });
    child.once('error', reject);
    child.once('close', () =>
      found === undefined ? reject(new Error(`no finding was printed:\n${output}`)) : resolve(found),
    );
  });
}

console.log(`helm-lint-scan beside its peers: medians of ${runs}; Node ${process.version}`);
if (checkov === undefined) console.log('checkov is not on the PATH and is left out');
console.log(`${''.padEnd(52)}${['CPU', 'memory', 'time'].map((cell) => cell.padStart(10)).join('')}`);
const small = await benchPeers(200);
const large = await benchPeers(1000);
console.log(`  exponent from 200 to 1,000 Deployments: ${exponent(small, large, 5)}`);
await benchValues();
await benchGrowth('documents of one template', [400, 800], ranged);
await benchGrowth('unknown keys of a range', [12_500, 25_000], (size) => ({
  'templates/a.yaml': `kind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\n{{- range until ${size} }}\nkey{{ . }}: 1\n{{- end }}\n`,
}));
await benchGrowth('characters in a message', [250_000, 500_000], (size) => ({
  'templates/a.yaml': `{{ fail (repeat ${size} "a") }}\n`,
}));
await benchFirstFinding();
