import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { startServer, type TestServer } from '../../../../scripts/test-support/server.ts';
import { createOctokit } from '../../../hub/admin-client.ts';
import { type Hub, startHub } from '../../../hub/index.ts';
import { contents, digests, services, staging, step, useScene } from './scene.ts';

useScene();

let hub: Hub;
let files: TestServer;
/** A login that may read the repository. */
let token: string;
/** The URL of a private repository with an image in `app`. */
let repository: string;
let head: string;
let requested: string[] = [];

beforeAll(async () => {
  hub = await startHub({ dataDir: join(services.dir, 'hub'), adminToken: 'the-hub-of-this-test' });
  hub.admin.createUser('acme');
  token = hub.admin.createToken({ login: 'acme', permissions: 'all' });
  await createOctokit(hub.url, token).rest.repos.createForAuthenticatedUser({ name: 'tools', private: true });
  repository = `${hub.url}/acme/tools.git`;
  head = await pushSources();
  const archive = join(services.dir, 'context.tar.gz');
  await execa('tar', ['--create', '--gzip', '--file', archive, '--directory', join(services.dir, 'tools', 'app'), '.']);
  files = await startServer((request, response) => {
    requested.push(request.url ?? '');
    response.end(readFileSync(archive));
  });
});
afterAll(async () => {
  await files?.close();
  await hub?.close();
});

/** Pushes an image, and one that fails to build, to main. */
async function pushSources(): Promise<string> {
  const directory = join(services.dir, 'tools');
  mkdirSync(join(directory, 'app'), { recursive: true });
  writeFileSync(join(directory, 'app', 'Dockerfile'), 'FROM scratch\nCOPY hello /hello\n');
  writeFileSync(join(directory, 'app', 'Dockerfile.broken'), 'FROM scratch\nas x\nCOPY hello /hello\n');
  writeFileSync(join(directory, 'app', 'hello'), 'hello from another repository\n');
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=acme', '-c', 'user.email=acme@example.com', ...args], { cwd: directory });
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'tools');
  await git('push', '--quiet', repository.replace('http://', `http://x:${token}@`), 'main');
  return (await git('rev-parse', 'HEAD')).stdout;
}

const build = (context: string, { rest = '', secrets = 'GIT_AUTH_TOKEN=env:TOKEN' } = {}) =>
  step({ images: `{ name: shop/tools, context: "${context}"${rest} }`, secrets }, { env: { TOKEN: token } });
const layersOf = async (result: Awaited<ReturnType<typeof step>>) =>
  (await contents(staging, 'shop/tools', digests(result)['shop/tools'] ?? '')).layers;

describe('a context that is a private Git repository', () => {
  it('is built at its commit, and the token is nowhere', async () => {
    const result = await build(`${repository}#${head}:app`);
    expect(result).toMatchObject({ exitCode: 0 });
    const [layer] = await layersOf(result);
    expect(layer?.includes('hello from another repository')).toBe(true);
    const { statements } = await contents(staging, 'shop/tools', result.outputs.digest ?? '');
    expect(statements.join()).toContain(head);
    expect(result.log + statements.join() + JSON.stringify(result.outputs)).not.toContain(token);
    expect(result.log).not.toContain('::warning');
  });

  it('has a warning without a commit, and the same digest', async () => {
    const result = await build(`${repository}#main:app`);
    expect(result.log).toMatch(/^::warning .*These contexts name no commit.*tools\.git#main:app\./m);
    expect(digests(result)).toEqual(digests(await build(`${repository}#${head}:app`)));
  });

  it('fails without the token, with what Git says', async () => {
    // Another commit than the one that the builder has already.
    const result = await build(`${repository}#${'0'.repeat(40)}:app`, { secrets: '' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/^::error .*could not read Username/m);
  });

  it('is not read when its URL has a login', async () => {
    const result = await build(repository.replace('http://', `http://x:${token}@`));
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('contains a login');
    expect(result.log).not.toContain(token);
  });

  it('has an error that names no file of the workspace', async () => {
    const result = await build(`${repository}#${head}:app`, { rest: ', file: Dockerfile.broken' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/^::error (?!.*file=).*unknown instruction: as/m);
  });
});

describe('a context that is an archive', () => {
  it('is built, and has a warning', async () => {
    requested = [];
    const result = await build(`${files.url}/context.tar.gz`, { rest: ', file: Dockerfile', secrets: '' });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.log).toContain('These contexts name no commit');
    expect((await layersOf(result))[0]?.includes('hello from another repository')).toBe(true);
    expect(requested).toContain('/context.tar.gz');
  });
});
