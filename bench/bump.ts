/**
 * Measures bump-chart-version beside yq, on the same files with the same changes: the CPU time of all processes, and the peak memory of one.
 *
 *   npm run bench:bump [-- RUNS]
 *
 * Requires Linux and Go, to build yq. Medians of interleaved runs. Quote ratios, not times: they are similar on other machines.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTools, toolPath } from '../lab/tools/index.ts';
import { root } from '../scripts/build.ts';
import { measure, median, medianUsage, type Usage } from './usage.ts';

const runs = Number(process.argv[2] ?? 5);
if (!Number.isInteger(runs) || runs < 1 || runs > 50) throw new Error('usage: npm run bench:bump [-- RUNS], 1 to 50');

await ensureTools(['yq'], { progress: (line) => console.error(line) });
const yq = toolPath('yq');
const directory = mkdtempSync(join(tmpdir(), 'bench-bump-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGES = JSON.stringify([{ name: 'acme/web', repository: 'ghcr.io/acme/web', digest: DIGEST, tags: ['1.0.1'] }]);
const SET_IMAGE = `.image.tag = "1.0.1" | .image.digest = "${DIGEST}"`;

const bundle = join(root, 'actions', 'bump-chart-version', 'dist', 'index.js');

function bump(charts: readonly string[]): Promise<Usage> {
  const env = {
    GITHUB_WORKSPACE: directory,
    RUNNER_TEMP: tmpdir(),
    GITHUB_REPOSITORY: 'acme/shop',
    INPUT_MODE: 'worktree',
    INPUT_VERSION: '1.0.1',
    'INPUT_APP-VERSION': 'none',
    INPUT_CHARTS: charts.join('\n'),
    INPUT_IMAGES: IMAGES,
    INPUT_SUMMARY: 'false',
  };
  return measure('"$1" "$2" > output', [process.execPath, bundle], { cwd: directory, env });
}

const edit = (charts: readonly string[]): Promise<Usage> =>
  measure(
    `yq=$1; shift; for chart; do "$yq" -i '.version = "1.0.1"' $chart/Chart.yaml; "$yq" -i '${SET_IMAGE}' $chart/values.yaml; done`,
    [yq, ...charts],
    { cwd: directory },
  );

function writeChart(chart: string, values: string): void {
  mkdirSync(join(directory, chart), { recursive: true });
  writeFileSync(join(directory, chart, 'Chart.yaml'), `apiVersion: v2\nname: ${chart}\nversion: 1.0.0\n`);
  writeFileSync(join(directory, chart, 'values.yaml'), values);
}

const repeat = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');
const IMAGE = 'image:\n  repository: ghcr.io/acme/web\n  tag: 1.0.0\n  digest: ""\n';
/** 7 KB, as many charts have. */
const SMALL = IMAGE + repeat(150, (index) => `key${index}:\n  # a comment\n  value: ${index}\n`);

const SHAPES: Readonly<Record<string, string>> = {
  'nested mappings with comments':
    IMAGE +
    repeat(
      5500,
      (index) =>
        `component${index}:\n  ## Whether it is installed\n  ##\n  enabled: true\n  resources: {}\n  service:\n    type: ClusterIP\n    port: ${index}\n    annotations:\n      a.example/name: "component ${index}"\n    selectors: [a, b]\n  extraArgs:\n    - --log-level=info\n    - --name=${index}\n  priority: ""\n  tolerations: []\n`,
    ).slice(0, -1),
  '100,000 keys': IMAGE + repeat(100_000, (index) => `key${index}: value ${index}\n`),
  'a list of 70,000': `${IMAGE}list:\n${repeat(70_000, (index) => `  - item number ${index} of many\n`)}`,
  comments:
    IMAGE + repeat(30_000, (index) => `# A line that explains what the values below it are for, number ${index}.\n`),
};

/** Both on files in their first state, interleaved. */
async function compare(prepare: () => string[], { count = runs, withYq = true } = {}) {
  const usages: { ours: Usage; theirs: Usage | undefined }[] = [];
  for (let run = 0; run < count; run++) {
    const theirs = withYq ? await edit(prepare()) : undefined;
    usages.push({ ours: await bump(prepare()), theirs });
  }
  return {
    ours: medianUsage(usages.map(({ ours }) => ours)),
    theirs: withYq ? medianUsage(usages.flatMap(({ theirs }) => theirs ?? [])) : undefined,
  };
}

const row = (name: string, { ours, theirs }: Awaited<ReturnType<typeof compare>>): void => {
  const cells = [
    theirs && `${theirs.cpu.toFixed(2)} s`,
    `${ours.cpu.toFixed(2)} s`,
    theirs && `${(ours.cpu / theirs.cpu).toFixed(2)} x`,
    theirs && `${theirs.memory.toFixed(0)} MiB`,
    `${ours.memory.toFixed(0)} MiB`,
  ];
  console.log(`${name.padEnd(34)}${cells.map((cell = '') => cell.padStart(11)).join('')}`);
};

console.log(`bump-chart-version beside yq: medians of ${runs}; Node ${process.version}`);
console.log(''.padEnd(34) + ['yq', 'ours', 'CPU', 'yq', 'ours, peak'].map((cell) => cell.padStart(11)).join(''));
const cost: [charts: number, cpu: number][] = [];
for (const count of [100, 400, 1000, 4000]) {
  const result = await compare(
    () =>
      Array.from({ length: count }, (_, index) => {
        writeChart(`chart${index}`, SMALL);
        return `chart${index}`;
      }),
    { count: count > 1000 ? 1 : Math.min(runs, 5), withYq: count <= 1000 },
  );
  row(`${count} charts, version and image`, result);
  cost.push([count, result.ours.cpu]);
}
const [[fewest, low] = [1, 1]] = cost;
const [most, high] = cost.at(-1) ?? [1, 1];
console.log(`cost by the number of charts: exponent ${(Math.log(high / low) / Math.log(most / fewest)).toFixed(2)}`);
for (const [name, values] of Object.entries(SHAPES))
  row(
    `2 MB: ${name}`,
    await compare(() => {
      writeChart('large', values);
      return ['large'];
    }),
  );
const walls: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
for (let run = 0; run < Math.max(runs, 9); run++) {
  writeChart('one', SMALL);
  walls.ours.push((await bump(['one'])).wall);
  walls.bare.push((await measure('"$1" -e 0', [process.execPath], { cwd: directory })).wall);
}
console.log(`one chart: ${median(walls.ours).toFixed(0)} ms, node -e 0: ${median(walls.bare).toFixed(0)} ms`);
