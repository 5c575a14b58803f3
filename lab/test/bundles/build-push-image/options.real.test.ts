import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { addShell, contents, digests, manifest, services, sha, staging, step, useScene, workspace } from './scene.ts';

useScene();

/** How many steps of the build came from a cache. */
const cachedSteps = (log: string): number => [...log.matchAll(/CACHED$/gm)].length;

describe('build options', () => {
  it('write a cache and read it again, by image and branch', async () => {
    const images = '{ name: shop/cached, context: web }';
    const directory = 'caches/{image}-{branch}';
    const first = await step({ images, 'cache-to': `type=local,dest=${directory},mode=max` });
    expect(first).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(workspace, 'caches/shop/cached-main/index.json'))).toBe(true);
    await execa('docker', ['buildx', 'prune', '--all', '--force'], { env: services.env });
    const again = await step({ images, 'cache-from': `type=local,src=${directory}` });
    expect(again).toMatchObject({ exitCode: 0 });
    expect(cachedSteps(again.log)).toBeGreaterThan(0);
    const uncached = await step({ images, 'cache-from': `type=local,src=${directory}`, 'no-cache': 'true' });
    expect([uncached.exitCode, cachedSteps(uncached.log)]).toEqual([0, 0]);
  });

  it('reach the build steps', async () => {
    await addShell();
    const result = await step({
      images: '{ name: shop/hosts, context: shell, file: shell/Dockerfile.hosts, add-hosts: { db.local: 10.1.2.3 } }',
      network: 'none',
    });
    expect(result.log).toContain('10.1.2.3');
    // With the default network, a step also has the interface eth0.
    expect(result.log).toMatch(/^.*\blo:/m);
    expect(result.log).not.toContain('eth0:');
    expect(result).toMatchObject({ exitCode: 0 });
  });

  it('start an image from another one of the step', async () => {
    writeFileSync(join(workspace, 'web/Dockerfile.base'), 'FROM base\nCOPY hello /second\n');
    const derived =
      '{ name: shop/derived, context: web, file: web/Dockerfile.base, build-contexts: { base: "image:shop/base" } }';
    const result = await step({ images: `[${derived}, { name: shop/base, context: api }]` });
    expect(result).toMatchObject({ exitCode: 0 });
    const { layers } = await contents(staging, 'shop/derived', digests(result)['shop/derived'] ?? '');
    expect(layers.map((layer) => layer.includes('hello from api'))).toEqual([true, false]);
    expect(layers.map((layer) => layer.includes('hello from web'))).toEqual([false, true]);
  });

  it('write an image to files without a push, with the layers that a push would have', async () => {
    const images = '{ name: shop/written, context: web }';
    const outputs = ['oci', 'docker', 'tar'].map((type) => `type=${type},dest=written/{image}.${type}`);
    const result = await step({
      images,
      push: 'false',
      outputs: [...outputs, 'type=local,dest=written/files'].join('\n'),
    });
    expect(result).toMatchObject({ exitCode: 0 });
    const written = join(workspace, 'written/shop/written');
    expect(readFileSync(join(workspace, 'written/files/hello'), 'utf8')).toBe('hello from web\n');
    expect(await listTar(`${written}.tar`)).toContain('hello');
    const dockerManifest = await readTar(`${written}.docker`, 'manifest.json');
    expect(JSON.parse(dockerManifest)).toMatchObject([
      { RepoTags: [`${staging.host}/shop/written:sha-${sha.slice(0, 12)}`] },
    ]);
    const pushed = await step({ images });
    const { layers } = await imageManifest('shop/written', pushed.outputs.digest ?? '');
    const files = await listTar(`${written}.oci`);
    for (const { digest } of layers) expect(files).toContain(`blobs/sha256/${digest.slice('sha256:'.length)}`);
  });
});

const listTar = async (path: string): Promise<string[]> =>
  (await execa('tar', ['--list', '--file', path])).stdout.split('\n');
const readTar = async (path: string, file: string): Promise<string> =>
  (await execa('tar', ['--extract', '--to-stdout', '--file', path, file])).stdout;

/** The manifest of an image for one platform. */
async function imageManifest(name: string, reference: string): Promise<{ layers: { digest: string }[] }> {
  const index = (await manifest(staging, name, reference)).data as unknown as { manifests: { digest: string }[] };
  return (await manifest(staging, name, index.manifests[0]?.digest ?? '')).data as unknown as {
    layers: { digest: string }[];
  };
}
