import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CULTURES, type RunnerCommand, readAsRunner } from '../../../actions/lib/test/runner/runner-model.ts';
import { startServer, type TestServer } from '../../../scripts/test-support/server.ts';
import { ensureTools, toolsEnv } from '../../tools/index.ts';
import { addShell, commit, services, sha, staging, step, useScene, workspace } from './build-push-image/scene.ts';
import { runStep, type StepResult } from './step.ts';

/** Output of a build, a file or a server that could be parsed as a command: after a carriage return and U+0085, after spaces, and in the older syntax. */
const HOSTILE =
  'a\r\u0085::add-mask::sha256\n\u0085::stop-commands::gone\r\n\u3000::error::c\n##[add-mask]sha256\n::set-env name=a::b';

/** The commands that the runner executes, the same in every culture. */
function readCommands({ log }: StepResult): RunnerCommand[] {
  const [commands, ...sameCommands] = CULTURES.map((culture) => readAsRunner(log, culture).commands);
  for (const list of sameCommands) expect(list).toEqual(commands);
  return commands ?? [];
}
const readCommandNames = (result: StepResult) => readCommands(result).map(({ name }) => name);

useScene();

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
}

const CHART = 'apiVersion: v2\nname: a\nversion: 1.0.0\nappVersion: "1.0.0"\nkubeVersion: ">=1.30.0-0"\n';

describe('the output of a build', () => {
  it('is in the log but not a command, with the real builder', async () => {
    await addShell();
    const octal = [...Buffer.from(HOSTILE)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
    write({ 'shell/Dockerfile': `FROM scratch\nCOPY root/ /\nRUN printf '${octal}'\n` });
    const result = await step({ images: '{ name: shop/hostile, context: shell }' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { digest: expect.stringMatching(/^sha256:/) } });
    expect(result.log).toContain('\\::add-mask::sha256');
    expect(readCommandNames(result)).toEqual(['group', 'endgroup']);
  });

  it('is not a command when the build fails', async () => {
    const bin = join(services.dir, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(services.dir, 'hostile'), `${HOSTILE}\nERROR: ${HOSTILE}\n`);
    const script = `#!/bin/sh\ncat '${join(services.dir, 'hostile')}' >&2\nexit 1\n`;
    writeFileSync(join(bin, 'docker'), script, { mode: 0o755 });
    const result = await step({ retries: '0' }, { env: { PATH: `${bin}:${process.env.PATH}` } });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('\\::add-mask::sha256');
    expect(new Set(readCommandNames(result))).toEqual(new Set(['group', 'endgroup', 'error']));
  });
});

describe('the content of files', () => {
  const run = (action: string, inputs: Record<string, string>) =>
    runStep({ action, inputs, dir: services.dir, env: { PATH: toolsEnv().PATH ?? '', GITHUB_WORKSPACE: workspace } });
  beforeAll(() => ensureTools(['helm']), 600_000);

  it('is not a command in the name of a values file', async () => {
    write({
      'helm/a/Chart.yaml': CHART,
      'helm/a/values.yaml': '{}',
      'helm/a/ci/x\n\u0085::stop-commands::z.yaml': '{}',
      'helm/a/ci/\r\u0085::add-mask::sha256.yaml': '{}',
    });
    const result = await run('helm-lint-scan', { 'kube-versions': '1.34', summary: 'false' });
    expect(result.log).toContain('stop-commands');
    expect(
      readCommandNames(result).filter((name) => !['group', 'endgroup', 'error', 'notice', 'warning'].includes(name)),
    ).toEqual([]);
    for (const { name, properties } of readCommands(result).filter(({ name }) => name === 'error'))
      expect([name, properties.title]).toEqual([name, expect.stringMatching(/^helm-/)]);
  });

  it('is not a command in the error of a template', async () => {
    write({
      'helm/b/Chart.yaml': CHART,
      'helm/b/values.yaml': '{}',
      'helm/b/templates/x.yaml': `{{ fail ${JSON.stringify(HOSTILE)} }}\n`,
    });
    const result = await run('helm-lint-scan', { charts: 'helm/b', 'kube-versions': '1.34', summary: 'false' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('sha256');
    expect(
      readCommandNames(result).filter((name) => !['group', 'endgroup', 'error', 'notice', 'warning'].includes(name)),
    ).toEqual([]);
  });

  it.each([
    ['next to a changed line', '# a\r\u0085::stop-commands::zzz\nimage:\n  tag: "1.0.0"\n'],
    ['as a value', `image:\n  tag: "1.0.0"\n  b: "\r\u0085::stop-commands::zzz"\n`],
    ['in the older syntax', 'image:\n  # ##[add-mask]sha256\n  tag: "1.0.0"\n'],
  ])('is not a command in the diff of a change, %s', async (_title, text) => {
    write({ 'helm/c/Chart.yaml': CHART, 'helm/c/values.yaml': text });
    const result = await run('bump-chart-version', {
      mode: 'worktree',
      charts: 'helm/c',
      version: '1.2.3',
      values: 'image.tag=1.2.3',
    });
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
    expect(result.log).toMatch(/\\::stop-commands|##\\\[add-mask/);
    expect(readCommandNames(result)).toEqual(['group', 'endgroup']);
  });
});

describe("a server's response", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer((_, response) => {
      // Octokit prints the deprecation notice of a server to standard error.
      response.writeHead(403, {
        'content-type': 'application/json',
        link: '<https://x/##[add-mask]sha256>; rel="deprecation"',
        deprecation: 'true',
        sunset: '##[add-mask]sha256',
      });
      response.end(JSON.stringify({ message: HOSTILE }));
    });
  });
  afterAll(() => server.close());

  it('is not a command, in its body and in its headers', async () => {
    const result = await runStep({
      action: 'create-release',
      inputs: { tag: 'v1.0.0', token: 't' },
      dir: services.dir,
      env: { GITHUB_REPOSITORY: 'acme/shop', GITHUB_SHA: sha, GITHUB_WORKSPACE: workspace, GITHUB_API_URL: server.url },
    });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('It is scheduled to be removed on ##\\[add-mask]sha256');
    expect(result.log).toContain('%0D\u0085');
    expect(readCommandNames(result)).toEqual(['error']);
  });
});

describe('a JSON key as password', () => {
  it('is masked line by line, and does not mask the `{` in the outputs of the job', async () => {
    const password = JSON.stringify({ type: 'service_account', project_id: 'p', keys: [{}] }, undefined, 2);
    const result = await step(
      { registry: `${staging.host}/p`, username: '_json_key', password },
      { env: { GITHUB_ACTIONS: 'true' } },
    );
    expect(result.exitCode).toBe(1);
    const masked = readCommands(result).flatMap(({ name, data }) => (name === 'add-mask' ? [data] : []));
    expect(masked).toEqual(['"type": "service_account",', '"project_id": "p",', '"keys": [']);
  });
});

describe('a variable of the runner', () => {
  beforeAll(() => commit('more'));
  it.each(
    ['build-push-image', 'bump-chart-version', 'create-release', 'helm-lint-scan'].flatMap((action) =>
      [
        ['GITHUB_API_URL', 'api'],
        ['GITHUB_SERVER_URL', 'http://['],
        ['GITHUB_GRAPHQL_URL', 'x'],
        ['GITHUB_OUTPUT', '/no/such/file'],
        ['GITHUB_WORKSPACE', '/no/such/directory'],
        ['RUNNER_TEMP', '/no/such/directory'],
      ].map(([name = '', value = '']) => [action, name, value] as const),
    ),
  )('of %s is named when it is invalid: %s=%s', async (action, name, value) => {
    const result = await runStep({
      action,
      inputs: { tag: 'v1.0.0', token: 't', images: 'name: web', registry: 'localhost:1', charts: 'helm/c' },
      dir: services.dir,
      env: { GITHUB_REPOSITORY: 'acme/shop', GITHUB_SHA: sha, GITHUB_WORKSPACE: workspace, [name]: value },
    });
    expect(result.exitCode).toBe(1);
    const [error, ...others] = readCommands(result);
    expect(others).toEqual([]);
    expect(error).toMatchObject({
      name: 'error',
      properties: { title: `${action}: invalid environment variable ${name}` },
    });
    expect(error?.data).toMatch(/set it yourself\.$/);
  });
});
