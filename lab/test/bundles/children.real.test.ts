import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runStep } from './step.ts';

/** What programs that the actions start see of the step: here each is a script that writes its environment down. */
let dir: string;
let seen: string;
let workspace: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'children-'));
  [seen, workspace] = [join(dir, 'seen'), join(dir, 'workspace')];
  for (const directory of [seen, workspace, join(dir, 'bin'), join(dir, 'docker')]) mkdirSync(directory);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A program that says what it is told to, after it wrote its environment. */
function program(name: string, script: string): void {
  const path = join(dir, 'bin', name);
  writeFileSync(path, `#!/bin/sh\ntr '\\0' '\\n' < /proc/$$/environ > ${seen}/${name}-$$\n${script}\n`);
  chmodSync(path, 0o755);
}

/** The variables that a program saw, over all its runs. */
function variables(name: string): Map<string, string> {
  const texts = readdirSync(seen)
    .filter((file) => new RegExp(`^${name}-\\d+$`).test(file))
    .map((file) => readFileSync(join(seen, file), 'utf8'));
  expect(texts).not.toEqual([]);
  return new Map(
    texts
      .flatMap((text) => text.split('\n'))
      .map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  );
}

/** What a runner gives to an action, with what a workflow may add. */
const step = () => ({
  PATH: `${join(dir, 'bin')}:${process.env.PATH}`,
  GITHUB_WORKSPACE: workspace,
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_SHA: '0123456789012345678901234567890123456789',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_ENV: '/tmp/env',
  GITHUB_PATH: '/tmp/path',
  GITHUB_STATE: '/tmp/state',
  GITHUB_TOKEN: 's3cr3t-1',
  GH_TOKEN: 's3cr3t-2',
  ACTIONS_RUNTIME_TOKEN: 's3cr3t-3',
  ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 's3cr3t-4',
  DOCKER_CONFIG: join(dir, 'docker'),
  NPM_TOKEN: 'named',
});
/** Of the runner's variables and secrets, those that a program saw. */
const leaked = (name: string): string[] =>
  [...variables(name)]
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
      env: step(),
    });
  beforeEach(() => {
    writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\n');
    program('git', 'case "$*" in *log*) echo 1700000000;; *) echo 0123456789012345678901234567890123456789;; esac');
    program(
      'docker',
      `while [ $# -gt 0 ]; do [ "$1" = --metadata-file ] && printf '{"containerimage.digest":"${DIGEST}"}' > "$2"; shift; done`,
    );
  });

  it('shows git and docker none of its inputs, and no token', async () => {
    const result = await build({ secrets: 'npm=env:NPM_TOKEN' });
    expect({ ...result, log: result.exitCode === 0 ? '' : result.log }).toMatchObject({ exitCode: 0, log: '' });
    expect({ git: leaked('git'), docker: leaked('docker') }).toEqual({ git: [], docker: [] });
    expect(variables('git').has('NPM_TOKEN')).toBe(false);
    expect(variables('docker').get('NPM_TOKEN')).toBe('named');
  });

  it('shows docker the token of the cache where the cache is asked for', async () => {
    expect((await build({ cache: 'gha' })).exitCode).toBe(0);
    expect(leaked('docker').sort()).toEqual(['ACTIONS_RESULTS_URL', 'ACTIONS_RUNTIME_TOKEN']);
  });

  it("shows docker one of GitHub's tokens where it is a secret of the build", async () => {
    expect((await build({ secrets: 'token=env:GITHUB_TOKEN' })).exitCode).toBe(0);
    expect(leaked('docker')).toEqual(['GITHUB_TOKEN']);
  });

  it('shows a credential helper none of its inputs, and none of what it answers', async () => {
    program('docker-credential-broken', 'printf "hunter2 is the password"');
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
      env: { ...step(), GITHUB_REF: 'refs/tags/v1.2.3', RUNNER_DEBUG: '1' },
    });
    expect(result.exitCode).toBe(0);
    expect(leaked('docker-credential-broken').sort()).toEqual(['GH_TOKEN', 'GITHUB_TOKEN']);
    expect(result.log).toContain('invalid response from the credential helper docker-credential-broken');
    expect(result.log + result.summary).not.toContain('hunter2');
  });
});

describe('helm-lint-scan', () => {
  it('shows Helm and the scanners none of its inputs, and no token', async () => {
    const chart = join(workspace, 'helm', 'shop');
    mkdirSync(join(chart, 'templates'), { recursive: true });
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
    writeFileSync(join(chart, 'values.yaml'), '{}\n');
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: {}';
    writeFileSync(join(chart, 'templates', 'a.yaml'), manifest);
    const rendered = `---\\n# Source: shop/templates/a.yaml\\n${manifest.replaceAll('\n', '\\n')}\\n`;
    program('helm', `case "$1" in version) echo v4.3.1;; template) printf '%b' '${rendered}';; esac`);
    program('kubeconform', 'echo \'{"resources":[]}\'');
    program('kube-score', 'echo "[]"');
    program('checkov', 'echo "{}"');
    const scanners = ['kubeconform', 'kube-score', 'checkov'];
    const result = await runStep({
      action: 'helm-lint-scan',
      inputs: { charts: 'helm/*', scanners: scanners.join('\n'), 'fail-on': 'never' },
      dir,
      env: step(),
    });
    expect({ exitCode: result.exitCode, log: result.exitCode === 0 ? '' : result.log }).toEqual({
      exitCode: 0,
      log: '',
    });
    for (const name of ['helm', ...scanners]) {
      expect([name, leaked(name)]).toEqual([name, []]);
      expect(variables(name).has('NPM_TOKEN')).toBe(false);
    }
  });
});

describe('bump-chart-version and create-release', () => {
  it.each(['bump-chart-version', 'create-release'])(
    'start no program at all: %s',
    async (action) => {
      for (const name of ['git', 'docker', 'helm', 'sh']) program(name, 'exit 1');
      writeFileSync(join(workspace, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
      const inputs = { charts: '.', version: '1.2.3', tag: 'v1.2.3', token: 's3cr3t', mode: 'worktree' };
      await runStep({ action, inputs, dir, env: { ...step(), GITHUB_API_URL: 'http://127.0.0.1:9' } });
      expect(readdirSync(seen)).toEqual([]);
    },
    60_000,
  );
});
