import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { findBuildStepProcesses, findMountsUnder } from '../builder/mounts.ts';
import { ensureBaseImages } from '../images/index.ts';
import { findDigest, type RegistryEndpoint } from '../registries/index.ts';
import { isRunning } from '../services/processes.ts';
import { LabState } from '../services/state.ts';
import { Supervisor } from '../services/supervisor.ts';
import { startTestServices, type TestServices } from '../testing.ts';

let services: TestServices;
let registry: RegistryEndpoint;
beforeAll(async () => {
  services = await startTestServices({ registry: 2, builder: true });
  if (!services.registries[0]) throw new Error('no registry');
  registry = services.registries[0];
});
afterAll(() => services.stop());

/** A build context whose files have the modification time `time`. */
function context(name: string, files: Record<string, string>, time = new Date()): string {
  const dir = join(services.dir, name);
  mkdirSync(dir, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(dir, file), text);
    utimesSync(join(dir, file), time, time);
  }
  return dir;
}

/** Older than the files of every build, as in a checkout: BuildKit only sets later timestamps back to it. */
const EPOCH = '1700000000';

const docker = (args: string[], env: Record<string, string> = {}) =>
  execa('docker', args, { env: { ...services.env, ...env }, reject: false, all: true });

/** Builds and pushes as the actions do, and returns the digest that buildx reports. */
async function push(dir: string, tag: string, ...more: string[]): Promise<string> {
  const metadata = join(dir, '..', `${tag}.json`);
  const output = `type=image,name=${registry.host}/test/image:${tag},push=true,rewrite-timestamp=true`;
  const args = ['buildx', 'build', '--provenance=false', '--metadata-file', metadata, '--output', output, ...more, dir];
  const result = await docker(args, { SOURCE_DATE_EPOCH: EPOCH });
  if (result.failed) throw new Error(result.all);
  return JSON.parse(readFileSync(metadata, 'utf8'))['containerimage.digest'];
}

const FILES = { Dockerfile: 'FROM scratch\nCOPY data /data\n', data: 'same' };

describe('docker buildx in the lab', () => {
  it('pushes, and reports the digest that the registry has', async () => {
    const digest = await push(context('one', FILES), 'one');
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await findDigest(registry, 'test/image', 'one')).toBe(digest);
  });

  it('gives the same digest for the same files with other timestamps and without cache, and another for other files', async () => {
    const first = await push(context('first', FILES, new Date('2024-01-01')), 'first', '--no-cache');
    const second = await push(context('second', FILES, new Date('2025-06-01')), 'second', '--no-cache');
    const other = await push(context('other', { ...FILES, data: 'other' }), 'other', '--no-cache');
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  it('copies to the other registry by digest', async () => {
    const digest = await push(context('one', FILES), 'copied');
    const target = services.registries[1];
    if (!target) throw new Error('no second registry');
    const source = `${registry.host}/test/image@${digest}`;
    // Without the flag a single manifest would be wrapped into an index, which has another digest.
    const result = await docker([
      'buildx',
      'imagetools',
      'create',
      '--prefer-index=false',
      '-t',
      `${target.host}/test/image:1.0.0`,
      source,
    ]);
    expect(result.exitCode).toBe(0);
    expect(await findDigest(target, 'test/image', '1.0.0')).toBe(digest);
  });

  it('cannot push without a login', async () => {
    const empty = context('no-login', { 'config.json': '{}' });
    const args = [
      'buildx',
      'build',
      '--output',
      `type=image,name=${registry.host}/test/image:x,push=true`,
      context('one', FILES),
    ];
    const result = await docker(args, { DOCKER_CONFIG: empty });
    expect(result.exitCode).not.toBe(0);
    expect(result.all).toMatch(/401|authorization failed|no basic auth/i);
    expect(await findDigest(registry, 'test/image', 'x')).toBeUndefined();
  });

  it('says what docker cannot do in the lab', async () => {
    const result = await docker(['run', 'hello-world']);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('docker run: the lab has no Docker daemon');
  });
});

describe('the base images', () => {
  const reopen = () => {
    const state = LabState.load(services.dir);
    return { dir: services.dir, state, supervisor: new Supervisor(state) };
  };
  const ensure = async () => {
    if (!services.builder) throw new Error('no builder');
    const lines: string[] = [];
    const progress = (line: string) => void lines.push(line);
    const images = await ensureBaseImages({ lab: reopen(), registry, builder: services.builder, progress });
    return { images, lines };
  };

  it('install from the package registry when building, and run only Node, as an unprivileged user', async () => {
    const { images } = await ensure();
    expect(images.base).toMatch(/^localhost:\d+\/lab\/node:24@sha256:[0-9a-f]{64}$/);
    const dockerfile = `
FROM ${images.build} AS dependencies
WORKDIR /app
COPY package.json .
RUN npm install --ignore-scripts --no-audit --no-fund
FROM ${images.base}
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
USER node
RUN ["node", "-e", "console.log('uid', process.getuid(), 'major', process.versions.node.split('.')[0], 'semver', require('semver').valid('1.2.3'), 'shell', require('fs').existsSync('/bin/sh'))"]
`;
    const dir = context('node-app', { Dockerfile: dockerfile, 'package.json': '{"dependencies":{"semver":"7.8.6"}}' });
    const result = await docker(['buildx', 'build', '--progress=plain', dir]);
    expect(result.all).toContain('uid 1000 major 24 semver 1.2.3 shell false');
    expect(result.exitCode).toBe(0);
  });

  it('are built only once', async () => {
    const first = await ensure();
    const second = await ensure();
    expect(second.images).toEqual(first.images);
    expect(second.lines).toEqual([]);
  });

  it('a build step left by a killed BuildKit ends with the lab, and its mounts are removed', async () => {
    const { images } = await ensure();
    const dir = context('long', { Dockerfile: `FROM ${images.build}\nRUN sleep 600\n` });
    const build = docker(['buildx', 'build', dir]);
    while (findBuildStepProcesses(services.dir).length === 0) await sleep(100);
    const steps = findBuildStepProcesses(services.dir);
    process.kill(reopen().state.service('buildkitd')?.pid ?? 0, 'SIGKILL');
    expect((await build).exitCode).not.toBe(0);
    expect(steps.every(isRunning)).toBe(true);
    await services.stop();
    while (steps.some(isRunning)) await sleep(20);
    expect(findMountsUnder(services.dir, readFileSync('/proc/self/mountinfo', 'utf8'))).toEqual([]);
  });
});
