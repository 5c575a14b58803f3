/**
 * Measures build-push-image beside `docker buildx` on the same builder and the same registries: pushes and promotions.
 *
 *   npm run bench:build [-- RUNS]
 *
 * The other column is `docker buildx build --push`, of 30 images eight at a time as ours, and `docker buildx imagetools create` with one tag for each
 * image, one after the other.
 * Requires what the lab requires: Linux and root. Runs of ours and of buildx are interleaved, so that a slow moment of the machine affects both
 * alike. Quote differences and ratios, not times: they are similar on other machines.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { startTestServices } from '../lab/testing.ts';
import { root } from '../scripts/build.ts';

const runs = Number(process.argv[2] ?? 9);
if (!Number.isInteger(runs) || runs < 1 || runs > 50) throw new Error('usage: npm run bench:build [-- RUNS], 1 to 50');

const services = await startTestServices({ registry: 2, builder: true });
process.once('SIGINT', () => void services.stop().then(() => process.exit(130)));
const registry = (index: number) => {
  const endpoint = services.registries[index];
  if (endpoint === undefined) throw new Error(`registry ${index} was not started`);
  return endpoint;
};
const staging = registry(0);
const production = registry(1);
const workspace = join(services.dir, 'workspace');
const output = join(services.dir, 'output');

/** One image of the workspace: its name, which is also its directory. */
interface Service {
  name: string;
  dockerfile: string;
}

const tiny = (name: string, layers = 1): Service => ({
  name,
  dockerfile: `FROM scratch\n${Array.from({ length: layers }, (_, index) => `COPY main /main${index}\n`).join('')}`,
});

const pushed = tiny('pushed');
const pair = [tiny('pair-1'), tiny('pair-2')];
const thirty = Array.from({ length: 30 }, (_, index) => tiny(`many-${index + 1}`, 8));
const sleepers: Service[] = [1, 2, 3, 4].map((number) => ({
  name: `sleeper-${number}`,
  dockerfile: `FROM scratch\nCOPY root/ /\nARG RUN_NUMBER\nRUN ["/bin/sleep", "3"]\nCOPY main /main${number}\n`,
}));

async function writeWorkspace(): Promise<string> {
  for (const { name, dockerfile } of [pushed, ...pair, ...thirty, ...sleepers]) {
    mkdirSync(join(workspace, name), { recursive: true });
    writeFileSync(join(workspace, name, 'Dockerfile'), dockerfile);
    writeFileSync(join(workspace, name, 'main'), name);
  }
  const { stdout } = await execa('ldd', ['/bin/sleep']);
  for (const { name } of sleepers)
    for (const file of ['/bin/sleep', ...(stdout.match(/\/\S+/g) ?? [])]) {
      const target = join(workspace, name, 'root', file);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(file, target);
    }
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args], { cwd: workspace });
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'the first');
  return (await git('rev-parse', 'HEAD')).stdout;
}

const sha = await writeWorkspace();
const imagesInput = (images: readonly Service[]): string =>
  JSON.stringify(images.map(({ name }) => ({ name, context: name })));

/** Runs the action's bundle as a runner does. */
async function action(inputs: Record<string, string>, ref = 'refs/heads/main'): Promise<void> {
  writeFileSync(output, '');
  const env = {
    ...services.env,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    RUNNER_TEMP: services.dir,
    GITHUB_WORKSPACE: workspace,
    GITHUB_OUTPUT: output,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: sha,
    GITHUB_REF: ref,
    GITHUB_EVENT_NAME: 'push',
  };
  const bundle = join(root, 'actions', 'build-push-image', 'dist', 'index.js');
  await execa(process.execPath, [bundle], { env, extendEnv: false });
}

const buildx = (...args: string[]) => execa('docker', ['buildx', ...args], { env: services.env, extendEnv: false });

/** The digests that the last run of the action pushed, by image. */
function pushedDigests(): Record<string, string> {
  const value = [...readFileSync(output, 'utf8').matchAll(/^digests<<(\S+)\n(.*)\n\1$/gm)].at(-1)?.[2];
  if (value === undefined) throw new Error('the action has set no output `digests`');
  return JSON.parse(value) as Record<string, string>;
}

async function measure(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** The median of each work, in milliseconds, of `count` interleaved runs. */
async function medians<Name extends string>(
  works: Record<Name, (run: number) => Promise<unknown>>,
  count = runs,
): Promise<Record<Name, number>> {
  const names = Object.keys(works) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let run = 1; run <= count; run++)
    for (const name of names) times.get(name)?.push(await measure(() => works[name](run)));
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<Name, number>;
}

const FOUR_TAGS = 'semver\nsemver-minor\nsemver-major\nlatest';

const promote = (images: readonly Service[], { tags, prefix, run }: { tags: string; prefix: string; run: number }) =>
  action(
    {
      registry: `${production.host}/${prefix}-${run}`,
      images: imagesInput(images),
      tags,
      'promote-from': staging.host,
      promote: 'require',
      'max-parallel': '8',
    },
    `refs/tags/v1.0.${run}`,
  );

const row = (...[name, ...cells]: string[]): void =>
  console.log(`${(name ?? '').padEnd(42)}${cells.map((cell) => cell.padStart(12)).join('')}`);
const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;

const bareBuild = ({ name }: Service, repository: string, metadata: string): string[] => [
  ...['build', '--push', '--tag', `${staging.host}/${repository}:x`, '--provenance=mode=max'],
  ...['--metadata-file', metadata, join(workspace, name)],
];

async function benchPush(): Promise<void> {
  const inputs = { registry: staging.host, images: imagesInput([pushed]) };
  const bare = bareBuild(pushed, 'bare', join(services.dir, 'metadata.json'));
  await action(inputs);
  await buildx(...bare);
  const { theirs, ours } = await medians({ theirs: () => buildx(...bare), ours: () => action(inputs) });
  row('push without a change', milliseconds(theirs), milliseconds(ours), `+${milliseconds(ours - theirs)}`);
}

async function benchPromotion(): Promise<void> {
  await action({ registry: staging.host, images: imagesInput(pair) });
  const digests = pushedDigests();
  const copyEach = async (run: number) => {
    for (const { name } of pair) {
      const [source, target] = [`${staging.host}/${name}@${digests[name]}`, `${production.host}/bare-${run}/${name}`];
      await buildx('imagetools', 'create', '--prefer-index=false', '--tag', `${target}:1.0.${run}`, source);
    }
  };
  const { theirs, one, four } = await medians({
    theirs: copyEach,
    one: (run) => promote(pair, { tags: 'semver', prefix: 'one', run }),
    four: (run) => promote(pair, { tags: FOUR_TAGS, prefix: 'four', run }),
  });
  for (const [tags, ours] of [
    ['one tag', one],
    ['four tags', four],
  ] as const)
    row(
      `promotion of two images with ${tags}`,
      milliseconds(theirs),
      milliseconds(ours),
      `${(ours / theirs).toFixed(2)} x`,
    );
}

async function benchMany(): Promise<void> {
  const inputs = { registry: staging.host, images: imagesInput(thirty), 'max-parallel': '8' };
  const buildAll = (run: number) => {
    const waiting = [...thirty];
    return Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
          await buildx(
            ...bareBuild(next, `bare-${next.name}`, join(services.dir, `metadata-${run}-${next.name}.json`)),
          );
      }),
    );
  };
  await action(inputs);
  await buildAll(0);
  const { theirs, unchanged, promoted } = await medians(
    {
      theirs: buildAll,
      unchanged: () => action(inputs),
      promoted: (run) => promote(thirty, { tags: FOUR_TAGS, prefix: 'many', run }),
    },
    Math.min(runs, 3),
  );
  row(
    '30 images: push without a change',
    milliseconds(theirs),
    milliseconds(unchanged),
    `${(unchanged / theirs).toFixed(2)} x`,
  );
  row('30 images: promotion with four tags', '', milliseconds(promoted), '');
}

async function benchSleepers(): Promise<void> {
  const inputs = (run: number) => ({
    registry: staging.host,
    images: imagesInput(sleepers),
    'build-args': `RUN_NUMBER=${run}`,
    // Each run gives another image of the same commit.
    'overwrite-tags': 'true',
  });
  await action(inputs(0));
  const { ours } = await medians({ ours: (run) => action(inputs(run)) });
  row('four images whose build sleeps for 3 s', '3000 ms', milliseconds(ours), `+${milliseconds(ours - 3000)}`);
}

try {
  console.log(
    `build-push-image beside docker buildx: medians of ${runs}; Node ${process.version}, ${process.platform}`,
  );
  row('', 'buildx', 'ours', 'difference');
  await benchPush();
  await benchPromotion();
  await benchMany();
  await benchSleepers();
} finally {
  await services.stop();
}
