import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { dir, errors, GOOD, ofRule, path, step, tgz, useScene, workspace, write } from './scene.ts';

useScene();

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: { name: dep }\nspec: { hostPID: true, containers: [{ name: a, image: "a:1" }] }\n';
const DEPENDENCY = { 'dep/Chart.yaml': 'apiVersion: v2\nname: dep\nversion: 1.2.3\n', 'dep/templates/pod.yaml': POD };

/** A chart repository on this machine. */
let server: Server;
let url = '';
let requests: string[] = [];
/** What the repository does instead of answering a request. */
let fault: { path: string; does: 'reset' | 'missing' | 'damage' } | undefined;
let digest = '';

beforeEach(async () => {
  const archive = Buffer.from(await tgz(DEPENDENCY));
  digest = createHash('sha256').update(archive).digest('hex');
  [requests, fault] = [[], undefined];
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (fault !== undefined && request.url?.endsWith(fault.path)) {
      if (fault.does === 'reset') request.socket.resetAndDestroy();
      else if (fault.does === 'missing') response.writeHead(404).end('nothing here');
      else response.end('nothing here');
      return;
    }
    response.end(request.url?.endsWith('index.yaml') ? index() : archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/charts`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const index = (): string =>
  `apiVersion: v1\nentries:\n  dep:\n    - { apiVersion: v2, name: dep, version: 1.2.3, urls: [dep-1.2.3.tgz], digest: ${digest} }\n`;

/** {@link GOOD} with a dependency. */
const withDependency = (repository = url, name = 'dep'): Record<string, string> => ({
  ...GOOD,
  'helm/web/values.schema.json': '{}',
  'helm/web/Chart.yaml': `${GOOD['helm/web/Chart.yaml']}dependencies: [{ name: ${name}, version: ">=1.0.0", repository: "${repository}" }]\n`,
});
const INPUTS = { 'kube-versions': '1.36', 'dependency-build': 'true' };

/** The lock that Helm writes for the chart in the checkout. */
async function lock(): Promise<string> {
  const copy = join(dir, 'locked');
  await cp(join(workspace, 'helm/web'), copy, { recursive: true });
  const env = {
    PATH: path,
    HOME: dir,
    HELM_CACHE_HOME: join(dir, 'c'),
    HELM_CONFIG_HOME: join(dir, 'd'),
    HELM_DATA_HOME: join(dir, 'e'),
  };
  await execa('helm', ['dependency', 'update', copy], { env, extendEnv: false });
  return readFile(join(copy, 'Chart.lock'), 'utf8');
}

describe('dependency-build', () => {
  it.each(['without a lock', 'with a lock'])(
    'fetches what is missing %s, and leaves the checkout as it is',
    async (kind) => {
      write(withDependency());
      if (kind === 'with a lock') write({ 'helm/web/Chart.lock': await lock() });
      requests = [];
      const before = readdirSync(join(workspace, 'helm/web'), { recursive: true });
      const result = await step(INPUTS);
      expect(result.log).toContain('Fetching the dependencies of helm/web from the network: dep');
      expect(result.exitCode).toBe(0);
      expect(ofRule(result, 'host-namespaces')).toMatchObject([{ file: 'helm/web/Chart.yaml' }]);
      expect(ofRule(result, 'helm-render')).toEqual([]);
      expect(requests).toEqual(['/charts/index.yaml', '/charts/dep-1.2.3.tgz']);
      expect(readdirSync(join(workspace, 'helm/web'), { recursive: true })).toEqual(before);
      expect(existsSync(join(workspace, 'helm/web/charts'))).toBe(false);
    },
  );

  it('fetches those of a local dependency first', async () => {
    const meta = `apiVersion: v2\nname: lib\nversion: 1.0.0\ndependencies: [{ name: dep, version: 1.2.3, repository: "${url}" }]\n`;
    write({ ...withDependency('file://../../lib', 'lib'), 'lib/Chart.yaml': meta });
    const result = await step(INPUTS);
    expect(result.exitCode).toBe(0);
    expect(ofRule(result, 'host-namespaces')).toHaveLength(1);
    expect(existsSync(join(workspace, 'lib/charts'))).toBe(false);
  });

  it('is not done by default, nor for what is there', async () => {
    write(withDependency());
    const result = await step({ 'kube-versions': '1.36' });
    expect(errors(result)[0]?.message).toContain('the dependency dep is not in charts/');
    write({ 'helm/web/charts/dep-1.2.3.tgz': await tgz(DEPENDENCY) });
    expect(await step(INPUTS)).toMatchObject({ exitCode: 0 });
    expect(requests).toEqual([]);
  });

  it.each<[string, () => void | Promise<void>, string[]]>([
    [
      'the index is missing',
      () => {
        fault = { path: 'index.yaml', does: 'missing' };
      },
      ['404'],
    ],
    [
      'the index is cut off',
      () => {
        fault = { path: 'index.yaml', does: 'reset' };
      },
      ['EOF|reset'],
    ],
    [
      'the archive is missing',
      () => {
        fault = { path: '.tgz', does: 'missing' };
      },
      ['404'],
    ],
    [
      'the archive is cut off',
      () => {
        fault = { path: '.tgz', does: 'reset' };
      },
      ['EOF|reset'],
    ],
    [
      'the lock is out of date',
      async () => {
        const locked = await lock();
        write({ 'helm/web/Chart.lock': locked.replace(/digest: .*/, `digest: sha256:${'0'.repeat(64)}`) });
      },
      ['out of sync', 'helm dependency update helm/web'],
    ],
    [
      'the archive is damaged, which Helm takes for a success',
      () => {
        fault = { path: '.tgz', does: 'damage' };
      },
      ['does not appear to be a gzipped archive'],
    ],
    [
      'the repository is an alias',
      () => write(withDependency('@internal')),
      ['is the name of a repository on another machine'],
    ],
    ['the repository is outside', () => write(withDependency('file:///etc')), ['is outside the checkout']],
  ])('fails when %s', async (_, cause, words) => {
    write(withDependency());
    await cause();
    const result = await step(INPUTS);
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/the (?:dependencies|dependency dep) of helm\/web cannot be fetched/);
    for (const word of words) expect(result.log).toMatch(new RegExp(word));
    expect(result.log).not.toContain(dir);
  });
});
