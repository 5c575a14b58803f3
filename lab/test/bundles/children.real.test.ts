import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runStep } from './step.ts';

/** What the programs that the actions start see of the step: here each one is a script that records its environment. */
let dir: string;
let recorded: string;
let workspace: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'children-'));
  [recorded, workspace] = [join(dir, 'recorded'), join(dir, 'workspace')];
  for (const directory of [recorded, workspace, join(dir, 'bin'), join(dir, 'docker')]) mkdirSync(directory);
  writeFileSync(join(dir, 'state'), '');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Creates a program that records its environment and then runs `script`. */
function writeProgram(name: string, script: string): void {
  const text = `#!/bin/sh\ntr '\\0' '\\n' < /proc/$$/environ > ${recorded}/${name}-$$\n${script}\n`;
  writeFileSync(join(dir, 'bin', name), text, { mode: 0o755 });
}

/** The variables that a program received, over all its runs. */
function readVariables(name: string): Map<string, string> {
  const texts = readdirSync(recorded)
    .filter((file) => new RegExp(`^${name}-\\d+$`).test(file))
    .map((file) => readFileSync(join(recorded, file), 'utf8'));
  expect(texts).not.toEqual([]);
  return new Map(
    texts
      .flatMap((text) => text.split('\n'))
      .map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  );
}

/** The variables that a runner passes to an action, and those that a workflow may add. */
const createEnv = () => ({
  PATH: `${join(dir, 'bin')}:${process.env.PATH}`,
  GITHUB_WORKSPACE: workspace,
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_SHA: '0123456789012345678901234567890123456789',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_ENV: '/tmp/env',
  GITHUB_PATH: '/tmp/path',
  GITHUB_STATE: join(dir, 'state'),
  GITHUB_TOKEN: 's3cr3t-1',
  GH_TOKEN: 's3cr3t-2',
  ACTIONS_RUNTIME_TOKEN: 's3cr3t-3',
  ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 's3cr3t-4',
  DOCKER_CONFIG: join(dir, 'docker'),
  NPM_TOKEN: 'named',
});
/** The runner's variables and secrets that a program received. */
const findLeaks = (name: string): string[] =>
  [...readVariables(name)]
    .filter(
      ([key, value]) =>
        /^(?:INPUT|ACTIONS)_|^GITHUB_(?:ENV|PATH|STATE|OUTPUT|STEP_SUMMARY)$/.test(key) || value.includes('s3cr3t'),
    )
    .map(([key]) => key);

describe('build-push-image', () => {
  const DIGEST = `sha256:${'1'.repeat(64)}`;
  const build = (inputs: Record<string, string>) =>
    runStep({
      action: 'build-push-image',
      inputs: { images: '{ name: shop/web }', registry: '127.0.0.1:9', push: 'false', retries: '0', ...inputs },
      dir,
      env: createEnv(),
    });
  beforeEach(() => {
    writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\n');
    writeProgram(
      'git',
      'case "$*" in *log*) echo 1700000000;; *) echo 0123456789012345678901234567890123456789;; esac',
    );
    writeProgram(
      'docker',
      `while [ $# -gt 0 ]; do [ "$1" = --metadata-file ] && printf '{"containerimage.digest":"${DIGEST}"}' > "$2"; shift; done`,
    );
  });

  it('passes no inputs and no tokens to git and docker', async () => {
    const result = await build({ secrets: 'npm=env:NPM_TOKEN' });
    expect({ ...result, log: result.exitCode === 0 ? '' : result.log }).toMatchObject({ exitCode: 0, log: '' });
    expect({ git: findLeaks('git'), docker: findLeaks('docker') }).toEqual({ git: [], docker: [] });
    expect(readVariables('git').has('NPM_TOKEN')).toBe(false);
    expect(readVariables('docker').get('NPM_TOKEN')).toBe('named');
  });

  it('passes the cache token to docker if the cache is enabled', async () => {
    expect((await build({ cache: 'gha' })).exitCode).toBe(0);
    expect(findLeaks('docker').sort()).toEqual(['ACTIONS_RESULTS_URL', 'ACTIONS_RUNTIME_TOKEN']);
  });

  it("passes one of GitHub's tokens to docker if it is a build secret", async () => {
    expect((await build({ secrets: 'token=env:GITHUB_TOKEN' })).exitCode).toBe(0);
    expect(findLeaks('docker')).toEqual(['GITHUB_TOKEN']);
  });

  it('passes no inputs to a credential helper, and does not print its output', async () => {
    writeProgram('docker-credential-broken', 'printf "hunter2 is the password"');
    writeFileSync(join(dir, 'docker', 'config.json'), JSON.stringify({ credsStore: 'broken' }));
    const result = await runStep({
      action: 'build-push-image',
      inputs: {
        images: '{ name: shop/web }',
        registry: '127.0.0.1:9',
        tags: 'semver\nlatest',
        retries: '0',
        'dry-run': 'true',
      },
      dir,
      env: { ...createEnv(), GITHUB_REF: 'refs/tags/v1.2.3', RUNNER_DEBUG: '1' },
    });
    expect(result.exitCode).toBe(0);
    expect(findLeaks('docker-credential-broken').sort()).toEqual(['GH_TOKEN', 'GITHUB_TOKEN']);
    expect(result.log).toContain('invalid response from the credential helper docker-credential-broken');
    expect(result.log + result.summary).not.toContain('hunter2');
  });
});

describe('helm-lint-scan', () => {
  it('passes no inputs and no tokens to Helm and the scanners', async () => {
    const chart = join(workspace, 'helm', 'shop');
    mkdirSync(join(chart, 'templates'), { recursive: true });
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
    writeFileSync(join(chart, 'values.yaml'), '{}\n');
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: {}';
    writeFileSync(join(chart, 'templates', 'a.yaml'), manifest);
    const rendered = `---\\n# Source: shop/templates/a.yaml\\n${manifest.replaceAll('\n', '\\n')}\\n`;
    writeProgram('helm', `case "$1" in version) echo v4.3.1;; template) printf '%b' '${rendered}';; esac`);
    writeProgram('kubeconform', 'echo \'{"resources":[]}\'');
    writeProgram('kube-score', 'echo "[]"');
    for (const name of ['kube-linter', 'polaris', 'checkov']) writeProgram(name, 'echo "{}"');
    const scanners = ['kubeconform', 'kube-score', 'kube-linter', 'polaris', 'checkov'];
    const result = await runStep({
      action: 'helm-lint-scan',
      inputs: { charts: 'helm/*', scanners: scanners.join('\n'), 'fail-on': 'never' },
      dir,
      env: createEnv(),
    });
    expect({ exitCode: result.exitCode, log: result.exitCode === 0 ? '' : result.log }).toEqual({
      exitCode: 0,
      log: '',
    });
    for (const name of ['helm', ...scanners]) {
      expect([name, findLeaks(name)]).toEqual([name, []]);
      expect(readVariables(name).has('NPM_TOKEN')).toBe(false);
    }
  });
});

describe('bump-chart-version and create-release', () => {
  it.each(['bump-chart-version', 'create-release'])(
    'start no program: %s',
    async (action) => {
      for (const name of ['git', 'docker', 'helm', 'sh']) writeProgram(name, 'exit 1');
      writeFileSync(join(workspace, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
      const inputs = { charts: '.', version: '1.2.3', tag: 'v1.2.3', token: 's3cr3t', mode: 'worktree' };
      await runStep({ action, inputs, dir, env: { ...createEnv(), GITHUB_API_URL: 'http://127.0.0.1:9' } });
      expect(readdirSync(recorded)).toEqual([]);
    },
    60_000,
  );
});
