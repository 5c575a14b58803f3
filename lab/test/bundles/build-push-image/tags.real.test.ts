import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import type { RegistryEndpoint } from '../../../registries/index.ts';
import {
  addShell,
  commit,
  contents,
  type Descriptor,
  digests,
  manifest,
  production,
  staging,
  step,
  useScene,
  workspace,
} from './scene.ts';

useScene();

const write = (path: string, text: string) => {
  mkdirSync(join(workspace, path, '..'), { recursive: true });
  writeFileSync(join(workspace, path), text);
};
const checkOut = (revision: string) => execa('git', ['checkout', '--quiet', revision], { cwd: workspace });
const digestOf = async (registry: RegistryEndpoint, name: string, tag: string) => {
  const found = await manifest(registry, name, tag);
  return found.status === 200 ? found.digest : undefined;
};
const imagesOf = (result: { outputs: Record<string, string> }) => JSON.parse(result.outputs.images ?? '[]');

/** The head of the workspace. */
let head: string;
beforeAll(async () => {
  write('variants/Dockerfile', 'FROM scratch AS slim\nCOPY slim /slim\nFROM scratch AS debug\nCOPY debug /debug\n');
  for (const target of ['slim', 'debug']) write(`variants/${target}`, target);
  head = await commit('two variants');
});

/** The step for the head, or another commit. */
const run = (inputs: Record<string, string>, ref = 'refs/heads/main', sha = head) =>
  step(inputs, { ref, env: { GITHUB_SHA: sha } });

describe('jobs for one platform each', () => {
  const job = (name: string, platform: string) =>
    run({ images: `{ name: ${name}, context: web, platforms: [${platform}] }` });
  const entries = async (name: string) =>
    (await manifest(staging, name, `sha-${head.slice(0, 12)}`)).data.manifests as unknown as Descriptor[];
  const architectures = (list: Descriptor[]) => list.map(({ platform }) => platform?.architecture);

  it('give one index with both images and their attestations, which is promoted whole', async () => {
    await job('shop/native', 'linux/amd64');
    const second = await job('shop/native', 'linux/arm64');
    expect(second.log).toContain('merged with linux/arm64');
    const merged = await entries('shop/native');
    expect(architectures(merged)).toEqual(['amd64', 'arm64', 'unknown', 'unknown']);
    expect(merged.slice(2).map(({ annotations }) => annotations?.['vnd.docker.reference.digest'])).toEqual(
      merged.slice(0, 2).map(({ digest }) => digest),
    );
    expect(imagesOf(second)).toMatchObject([{ platforms: ['linux/amd64', 'linux/arm64'] }]);
    expect(second.outputs.digest).toBe(await digestOf(staging, 'shop/native', `sha-${head.slice(0, 12)}`));
    const promoted = await run(
      {
        images: '{ name: shop/native, context: web }',
        registry: production.host,
        'promote-from': staging.host,
        tags: 'semver',
      },
      'refs/tags/v1.0.0',
    );
    expect(promoted.outputs.digest).toBe(second.outputs.digest);
    for (const { digest } of merged) expect((await manifest(production, 'shop/native', digest)).status).toBe(200);
    expect((await job('shop/native', 'linux/amd64')).outputs.digest).toBe(second.outputs.digest);
  });

  it('give it also when they run side by side', async () => {
    const results = await Promise.all(['linux/amd64', 'linux/arm64'].map((platform) => job('shop/side', platform)));
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(architectures(await entries('shop/side'))).toEqual(['amd64', 'arm64', 'unknown', 'unknown']);
  });
});

describe('variants of an image', () => {
  it('have tags of their own in one step, and each is promoted as itself', async () => {
    const images = (name: string) =>
      `[{ name: ${name}, context: variants, target: slim }, { name: ${name}, context: variants, target: debug, tag-suffix: -debug }]`;
    const tested = await run({ images: images('shop/variants') });
    expect(Object.keys(digests(tested))).toEqual(['shop/variants', 'shop/variants-debug']);
    const released = await run(
      {
        images: images('shop/variants'),
        ...{ registry: production.host, 'promote-from': staging.host, promote: 'require' },
        tags: 'semver\nsemver-minor\nlatest',
      },
      'refs/tags/v1.4.0',
    );
    expect(digests(released)).toEqual(digests(tested));
    expect(imagesOf(released).map(({ tags }: { tags: string[] }) => tags)).toEqual([
      ['1.4.0', '1.4', 'latest'],
      ['1.4.0-debug', '1.4-debug', 'latest-debug'],
    ]);
    const layer = (await contents(production, 'shop/variants', 'latest-debug')).layers.join();
    expect(layer).toContain('debug');
    expect(layer).not.toContain('slim');
  });

  it('never take the place of one another without a suffix', async () => {
    const build = (target: string, inputs: Record<string, string> = {}) =>
      run({ images: `{ name: shop/lost, context: variants, target: ${target} }`, ...inputs });
    const slim = await build('slim');
    const debug = await build('debug');
    expect(debug.exitCode).toBe(1);
    expect(debug.log).toContain('already names another image');
    expect(await digestOf(staging, 'shop/lost', `sha-${head.slice(0, 12)}`)).toBe(slim.outputs.digest);
    const promotion = { registry: production.host, 'promote-from': staging.host, promote: 'require' };
    expect((await build('debug', { ...promotion, tags: 'raw:1.0.0-debug' })).log).toContain('is another variant');
    expect(await digestOf(production, 'shop/lost', '1.0.0-debug')).toBeUndefined();
  });
});

describe('the tag of a version', () => {
  it('is not replaced by the image of another commit, unless it is told to be', async () => {
    const release = (who: string, inputs: Record<string, string> = {}) =>
      run(
        { images: `{ name: shop/fixed, context: web, build-args: { WHO: ${who} } }`, tags: 'semver', ...inputs },
        'refs/tags/v1.0.0',
      );
    const first = await release('one');
    const second = await release('two');
    expect(second.exitCode).toBe(1);
    expect(second.log).toContain('already names another image');
    expect(await digestOf(staging, 'shop/fixed', '1.0.0')).toBe(first.outputs.digest);
    const third = await release('two', { 'overwrite-tags': 'true' });
    expect(await digestOf(staging, 'shop/fixed', '1.0.0')).toBe(third.outputs.digest);
  });

  it('of a component is only set for its image', async () => {
    const images = '[{ name: shop/web, context: web }, { name: shop/api, context: api }]';
    const result = await run({ images, tags: 'semver\nlatest' }, 'refs/tags/web-v1.4.2');
    expect(imagesOf(result)).toMatchObject([{ name: 'shop/web', tags: ['1.4.2', 'latest'] }]);
    expect(result.log).toContain('shop/api is left out');
  });
});

describe('a run', () => {
  it('of an older commit leaves the tags of the branch where they are', async () => {
    const older = head;
    write('web/hello', 'hello from a later commit\n');
    const later = await commit('later');
    const push = (sha: string) =>
      run({ images: '{ name: shop/branch, context: web }', tags: 'sha\nbranch\nlatest' }, 'refs/heads/main', sha);
    try {
      await checkOut(older);
      await push(older);
      await checkOut(later);
      const newest = await push(later);
      expect(imagesOf(newest)[0].tags).toEqual([`sha-${later.slice(0, 12)}`, 'main', 'latest']);
      await checkOut(older);
      const again = await push(older);
      expect(imagesOf(again)[0].tags).toEqual([`sha-${older.slice(0, 12)}`]);
      expect(again.log).toContain(`the repository has the image of ${later.slice(0, 12)}`);
      for (const tag of ['main', 'latest'])
        expect(await digestOf(staging, 'shop/branch', tag)).toBe(newest.outputs.digest);
    } finally {
      await checkOut(older);
    }
  });

  it('builds nothing when another commit is checked out, and with `commit: checkout` that one', async () => {
    const other = 'f'.repeat(40);
    const images = '{ name: shop/elsewhere, context: web }';
    const refused = await run({ images }, 'refs/heads/main', other);
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toContain('another commit than that of the run is checked out');
    expect(await digestOf(staging, 'shop/elsewhere', `sha-${other.slice(0, 12)}`)).toBeUndefined();
    const built = await run({ images, commit: 'checkout' }, 'refs/heads/main', other);
    expect(imagesOf(built)).toMatchObject([{ tags: [`sha-${head.slice(0, 12)}`] }]);
  });

  it('may lose a moving tag to another run', async () => {
    const images = (who: string) => `{ name: shop/moving, context: web, build-args: { WHO: ${who} } }`;
    const results = await Promise.all(
      ['one', 'two'].map((who) => run({ images: images(who), tags: 'raw:edge\nmoving:1.0.0' })),
    );
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const [edge, version] = await Promise.all(['edge', '1.0.0'].map((tag) => digestOf(staging, 'shop/moving', tag)));
    for (const digest of [edge, version]) expect(results.map(({ outputs }) => outputs.digest)).toContain(digest);
  });
});

describe('a build that is not reproducible', () => {
  const random = (inputs: Record<string, string> = {}) =>
    run({
      images: '{ name: shop/random, context: shell, file: shell/Dockerfile.random }',
      'no-cache': 'true',
      ...inputs,
    });

  it('can be run again, which a notice says, but not as another variant', async () => {
    await checkOut(head);
    await addShell();
    const first = await random();
    const again = await random();
    expect(first.exitCode === 0 ? '' : first.log).toBe('');
    expect(again.exitCode === 0 ? '' : again.log).toBe('');
    expect(again.outputs.digest).not.toBe(first.outputs.digest);
    expect(again.log).toContain('so it is not reproducible');
    const variant = await random({ 'build-args': 'WHO=another' });
    expect(variant.exitCode).toBe(1);
    expect(variant.log).toContain('already names another image');
    expect(await digestOf(staging, 'shop/random', `sha-${head.slice(0, 12)}`)).toBe(again.outputs.digest);
  });
});
