import { describe, expect, it } from '@jest/globals';
import { getBasicAuth, type RegistryEndpoint } from '../../../registries/index.ts';
import { contents, manifest, production, sha, sign, staging, step, useScene, withoutLogin } from './scene.ts';

useScene();

const SHA = () => `sha-${sha.slice(0, 12)}`;
const both = () => `${staging.host}\n${production.host}`;
const release = { ref: 'refs/tags/v1.4.2' };

/** Every tag of an image, with its digest. */
async function tagsOf(registry: RegistryEndpoint, name: string): Promise<Record<string, string>> {
  const response = await fetch(`http://${registry.host}/v2/${name}/tags/list`, {
    headers: { authorization: getBasicAuth(registry) },
  });
  const { tags } = (await response.json()) as { tags?: string[] };
  return Object.fromEntries(
    await Promise.all(
      (tags ?? []).sort().map(async (tag) => [tag, (await manifest(registry, name, tag)).digest] as const),
    ),
  );
}

const tagsInBoth = (name: string) => Promise.all([tagsOf(staging, name), tagsOf(production, name)]);

describe('two registries', () => {
  const inputs = (name: string, more: Record<string, string> = {}) => ({
    images: `{ name: ${name}, context: web, platforms: [linux/amd64, linux/arm64] }`,
    registry: both(),
    tags: 'sha\nsemver\nsemver-minor\nlatest',
    ...more,
  });

  it('get the same image with the same tags, and a second run changes nothing', async () => {
    const first = await step(inputs('shop/both'), release);
    expect(first).toMatchObject({ exitCode: 0 });
    const { digest = '' } = first.outputs;
    const [image] = JSON.parse(first.outputs.images ?? '');
    expect(image).toMatchObject({
      repository: `${staging.host}/shop/both`,
      ref: `${staging.host}/shop/both@${digest}`,
      refs: [`${staging.host}/shop/both@${digest}`, `${production.host}/shop/both@${digest}`],
      tags: [SHA(), '1.4.2', '1.4', 'latest'],
    });
    const [inStaging, inProduction] = await tagsInBoth('shop/both');
    expect(inProduction).toEqual({ '1.4': digest, '1.4.2': digest, latest: digest, [SHA()]: digest });
    expect(inStaging).toMatchObject(inProduction ?? {});
    const { statements } = await contents(production, 'shop/both', '1.4.2');
    expect(statements.join()).toContain('slsa');
    expect(first.summary).toMatch(/linux\/amd64 \(\S+ k?B\), linux\/arm64 \(\S+ k?B\)/);
    expect(first.summary).toContain(`copied to ${production.host}/shop/both`);

    const again = await step(inputs('shop/both'), release);
    expect(again).toMatchObject({ exitCode: 0, outputs: { digest } });
    expect(await tagsInBoth('shop/both')).toEqual([inStaging, inProduction]);
  });

  it('are not tagged when a version in the second one names another image', async () => {
    const other = inputs('shop/taken', { registry: production.host, tags: 'semver', 'build-args': 'WHO=other' });
    const taken = await step(other, release);
    const before = await tagsOf(production, 'shop/taken');
    const result = await step(inputs('shop/taken'), release);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain(
      `${production.host}/shop/taken:1.4.2 already names another image`.replaceAll(':', '%3A'),
    );
    expect(await tagsOf(production, 'shop/taken')).toEqual(before);
    // The tag of the image's content names what it is, and no version.
    expect(Object.keys(await tagsOf(staging, 'shop/taken')).filter((tag) => !tag.startsWith('content-'))).toEqual([]);

    const replaced = await step(inputs('shop/taken', { 'overwrite-tags': 'true' }), release);
    expect(replaced.exitCode).toBe(0);
    expect(replaced.outputs.digest).not.toBe(taken.outputs.digest);
    expect((await tagsOf(production, 'shop/taken'))['1.4.2']).toBe(replaced.outputs.digest);
  });

  it('keep latest in the one that has a newer release', async () => {
    const newer = await step(inputs('shop/newer', { registry: production.host }), { ref: 'refs/tags/v2.0.0' });
    const result = await step(inputs('shop/newer', { 'build-args': 'WHO=older', tags: 'semver\nlatest' }), release);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.log).toContain(`${production.host}/shop/newer: latest stays: the repository has the newer 2.0.0.`);
    const [inStaging, inProduction] = await tagsInBoth('shop/newer');
    expect([inStaging?.latest, inProduction?.latest]).toEqual([result.outputs.digest, newer.outputs.digest]);
    expect(inProduction?.['1.4.2']).toBe(result.outputs.digest);
  });

  it('both get a promoted image with its signature, and a second run changes nothing', async () => {
    const from = `${staging.host}/tested`;
    const { digest = '' } = (await step(inputs('shop/promoted', { registry: from, tags: 'sha' }))).outputs;
    const signature = await sign(staging, 'tested/shop/promoted', digest);
    const promote = () => step(inputs('shop/promoted', { 'promote-from': from, promote: 'require' }), release);
    const first = await promote();
    expect(first).toMatchObject({ exitCode: 0, outputs: { digest } });
    for (const registry of [staging, production]) {
      expect((await manifest(registry, 'shop/promoted', '1.4.2')).digest).toBe(digest);
      expect((await manifest(registry, 'shop/promoted', signature)).status).toBe(200);
    }
    expect(first.summary.match(/1 signature or attestation copied/g)).toHaveLength(2);
    const before = await tagsInBoth('shop/promoted');
    expect(await promote()).toMatchObject({ exitCode: 0, outputs: { digest } });
    expect(await tagsInBoth('shop/promoted')).toEqual(before);
  });

  it('fail before the build by the name of the one that refuses the login, and are complete after the next run', async () => {
    const login = { username: staging.username, password: staging.password };
    const refused = await step(inputs('shop/refused', login), { ...release, env: withoutLogin() });
    expect(refused).toMatchObject({ exitCode: 1, outputs: { images: '[]' } });
    expect(refused.log).toContain(`${production.host}/shop/refused`.replaceAll(':', '%3A'));
    expect(refused.log).not.toContain('COPY hello');
    const repaired = await step(inputs('shop/refused'), release);
    expect(repaired.exitCode).toBe(0);
    for (const tags of await tagsInBoth('shop/refused')) expect(tags['1.4.2']).toBe(repaired.outputs.digest);
  });

  it('are shown by a dry run, which changes neither', async () => {
    const result = await step(inputs('shop/dry-both', { 'dry-run': 'true' }), release);
    for (const { host } of [staging, production])
      expect(result.log).toContain(`shop/dry-both: as ${host}/shop/dry-both with the tags ${SHA()} 1.4.2 1.4 latest`);
    expect(result.summary).toContain(`copy ${staging.host}/shop/dry-both`);
    for (const registry of [staging, production])
      expect((await manifest(registry, 'shop/dry-both', '1.4.2')).status).toBe(404);
  });
});
