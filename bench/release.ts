/**
 * Measures create-release beside curl, and beside another action's bundle: ten files of 10 MB, and one of 500 MB.
 *
 *   npm run bench:release [-- ROUNDS [BUNDLE]]
 *
 * BUNDLE is the file of an action with the inputs of softprops/action-gh-release. Each round runs all of them one after the other against the lab's
 * hub; the ratios are medians of rounds. Requires Linux and curl. Quote ratios, not times: they are similar on other machines.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOctokit } from '../lab/hub/admin-client.ts';
import { root } from '../scripts/build.ts';

const rounds = Number(process.argv[2] ?? 9);
const peer = process.argv[3];
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 50)
  throw new Error('usage: npm run bench:release [-- ROUNDS [BUNDLE]], 1 to 50 rounds');

const FILES = 10;
const FILE_BYTES = 10_000_000;
const LARGE_BYTES = 500_000_000;

const directory = mkdtempSync(join(tmpdir(), 'bench-release-'));
const hubProcess = spawn(
  process.execPath,
  [join(root, 'lab/hub/test/fixtures/serve-hub.ts'), join(directory, 'hub'), randomBytes(8).toString('hex')],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
process.once('exit', () => {
  hubProcess.kill();
  rmSync(directory, { recursive: true, force: true });
});
const { url, token } = JSON.parse(
  await new Promise<string>((resolve) => hubProcess.stdout.once('data', (data) => resolve(String(data)))),
) as { url: string; token: string };
const api = createOctokit(url, token).rest;

const owner = 'alice';
const repo = 'bench';
await api.repos.createForAuthenticatedUser({ name: repo });
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=alice', '-c', 'user.email=alice@acme.test', ...args], {
    cwd: directory,
    encoding: 'utf8',
  }).trim();
git('init', '--quiet', '--initial-branch', 'main');
git('commit', '--quiet', '--allow-empty', '--message', 'feat: first');
git('push', '--quiet', `${url.replace('://', `://alice:${token}@`)}/${owner}/${repo}.git`, 'main');
const head = git('rev-parse', 'HEAD');
const small = join(directory, 'small');
const large = join(directory, 'large');
for (const path of [small, large]) mkdirSync(path);
for (let index = 0; index < FILES; index++) writeFileSync(join(small, `file-${index}.bin`), randomBytes(FILE_BYTES));
writeFileSync(join(large, 'file.bin'), Buffer.alloc(LARGE_BYTES, randomBytes(1_000_000)));

let versions = 0;
async function nextTag(): Promise<string> {
  const tag = `v1.0.${versions++}`;
  await api.git.createRef({ owner, repo, ref: `refs/tags/${tag}`, sha: head });
  return tag;
}

interface Usage {
  /** In milliseconds. */
  wall: number;
  /** The peak memory of the process, in MiB; 0 for curl, which are several. */
  memory: number;
}

async function end(child: ChildProcess, name: string): Promise<Usage> {
  const started = performance.now();
  let memory = 0;
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => {
      output += data;
    });
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      memory = Math.max(memory, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has just ended.
    }
  }, 5);
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  if (exitCode !== 0) throw new Error(`${name} failed:\n${output}`);
  return { wall: performance.now() - started, memory: memory / 1024 };
}

async function runBundle(bundle: string, workspace: string, inputs: Record<string, string>): Promise<Usage> {
  const tag = await nextTag();
  const step = mkdtempSync(join(directory, 'step-'));
  for (const name of ['output', 'summary']) writeFileSync(join(step, name), '');
  const env = {
    PATH: process.env.PATH ?? '',
    GITHUB_WORKSPACE: workspace,
    GITHUB_REPOSITORY: `${owner}/${repo}`,
    GITHUB_REF: `refs/tags/${tag}`,
    GITHUB_SHA: head,
    GITHUB_API_URL: `${url}/api/v3`,
    GITHUB_GRAPHQL_URL: `${url}/api/graphql`,
    GITHUB_SERVER_URL: url,
    GITHUB_OUTPUT: join(step, 'output'),
    GITHUB_STEP_SUMMARY: join(step, 'summary'),
    RUNNER_TEMP: step,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  };
  return end(spawn(process.execPath, [bundle], { env, cwd: workspace }), bundle);
}

const ours = (workspace: string): Promise<Usage> =>
  runBundle(join(root, 'actions/create-release/dist/index.js'), workspace, { token, files: '*.bin' });
const theirs = (workspace: string): Promise<Usage> =>
  runBundle(peer ?? '', workspace, { token, files: '*.bin', generate_release_notes: 'true' });

/** A draft, the files four at once, and its publication. */
async function curl(workspace: string): Promise<Usage> {
  const tag = await nextTag();
  const script = `set -euo pipefail
    call() { curl -fsS -H "authorization: token $TOKEN" -H 'accept: application/vnd.github+json' "$@"; }
    draft=$(call -d '{"tag_name":"${tag}","draft":true}' "$API/repos/${owner}/${repo}/releases")
    id=$(grep -o '"id": *[0-9]*' <<<"$draft" | head -n 1 | grep -o '[0-9]*')
    upload=$(grep -o '"upload_url": *"[^"{]*' <<<"$draft" | sed 's/.*"//')
    export -f call; export upload
    ls *.bin | xargs -P 4 -I FILE bash -c 'call -o /dev/null -H "content-type: application/octet-stream" --data-binary @FILE "$upload?name=FILE"'
    call -o /dev/null -X PATCH -d '{"tag_name":"${tag}","draft":false}' "$API/repos/${owner}/${repo}/releases/$id"`;
  const env = { PATH: process.env.PATH ?? '', TOKEN: token, API: `${url}/api/v3` };
  return end(spawn('bash', ['-c', script], { env, cwd: workspace }), 'curl');
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const results: { ours: Usage; curl: Usage; theirs: Usage | undefined }[] = [];
for (let round = 0; round < rounds; round++)
  results.push({
    curl: await curl(small),
    ours: await ours(small),
    theirs: peer === undefined ? undefined : await theirs(small),
  });

console.log(`create-release, medians of ${rounds} rounds; Node ${process.version}`);
const wall = (pick: (result: (typeof results)[number]) => number) => median(results.map(pick));
console.log(
  `${FILES} files of ${FILE_BYTES / 1e6} MB, with SHA256SUMS: ${wall(({ ours }) => ours.wall).toFixed(0)} ms`,
);
console.log(
  `the same files by curl, four at once, without SHA256SUMS: ${wall(({ curl }) => curl.wall).toFixed(0)} ms; ours takes ${wall(({ ours, curl }) => ours.wall / curl.wall).toFixed(2)} x`,
);
if (peer !== undefined)
  console.log(
    `the same files by ${peer}: ${wall(({ theirs }) => theirs?.wall ?? Number.NaN).toFixed(0)} ms; ours takes ${wall(({ ours, theirs }) => ours.wall / (theirs?.wall ?? Number.NaN)).toFixed(2)} x`,
  );
const memories = [await ours(large), ...(peer === undefined ? [] : [await theirs(large)])];
console.log(
  `one file of ${LARGE_BYTES / 1e6} MB, peak memory: ${memories.map(({ memory }) => `${memory.toFixed(0)} MiB`).join(', by the other ')}`,
);
process.exit();
