import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { commit, contents, digests, leftovers, manifest, sha, staging, step, useScene, workspace } from './scene.ts';

useScene();

describe('building and pushing', () => {
  const images = '[{ name: shop/web, context: web }, { name: Shop/Api, context: api }]';

  it('pushes two images in parallel, with the digests in its outputs', async () => {
    const result = await step({ images, tags: 'sha\nbranch\nlatest\nraw:Edge_1' });
    expect(result).toMatchObject({ exitCode: 0 });
    const short = `sha-${sha.slice(0, 12)}`;
    for (const name of ['shop/web', 'shop/api'])
      for (const tag of [short, 'main', 'latest', 'Edge_1'])
        expect((await manifest(staging, name, tag)).digest).toBe(digests(result)[name]);
    expect(JSON.parse(result.outputs.images ?? '')).toMatchObject([
      {
        name: 'shop/web',
        repository: `${staging.host}/shop/web`,
        tags: [short, 'main', 'latest', 'Edge_1'],
        platforms: ['linux/amd64'],
        promoted: false,
      },
      { name: 'shop/api', ref: `${staging.host}/shop/api@${digests(result)['shop/api']}` },
    ]);
    expect(result.outputs).toMatchObject({ version: short, digest: '', ref: '' });
    expect(result.summary).toContain(digests(result)['shop/web']);
    expect(result.log).toContain('The image Shop/Api is named shop/api');
  });

  it('gives the same digests in a second run, although a provenance contains its time', async () => {
    const first = await step({ images });
    const again = await step({ images });
    expect(digests(again)).toEqual(digests(first));
  });

  it('gives the same image without any cache and with files older or newer than the commit', async () => {
    for (const path of ['web/hello', 'web']) utimesSync(join(workspace, path), 1e9, 1e9);
    const one = await step({ provenance: 'false', 'extra-args': '--no-cache' });
    for (const path of ['web/hello', 'web']) utimesSync(join(workspace, path), new Date(), new Date());
    const two = await step({ provenance: 'false', 'extra-args': '--no-cache', tags: 'raw:other' });
    expect(two.outputs.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(two.outputs.digest).toBe(one.outputs.digest);
  });

  it('keeps the digest of an image that the next commit does not change', async () => {
    const first = await step({ images });
    writeFileSync(join(workspace, 'api/hello'), 'changed\n');
    const next = await commit('change one image');
    const second = await step({ images }, { env: { GITHUB_SHA: next } });
    expect(second.exitCode).toBe(0);
    expect(digests(second)['shop/web']).toBe(digests(first)['shop/web']);
    expect(digests(second)['shop/api']).not.toBe(digests(first)['shop/api']);
    expect((await manifest(staging, 'shop/web', `sha-${next.slice(0, 12)}`)).digest).toBe(digests(first)['shop/web']);
    await execa('git', ['reset', '--hard', '--quiet', sha], { cwd: workspace });
  });

  it('ends with one image for all tags in concurrent runs', async () => {
    const inputs = { images: '{ name: shop/race, context: web }', tags: 'sha\nraw:v1\nraw:v2' };
    const results = await Promise.all([1, 2, 3].map(() => step(inputs)));
    expect(results.map(({ exitCode, log }) => (exitCode === 0 ? 0 : log))).toEqual([0, 0, 0]);
    const tags = [`sha-${sha.slice(0, 12)}`, 'v1', 'v2'];
    const tagged = await Promise.all(tags.map(async (tag) => (await manifest(staging, 'shop/race', tag)).digest));
    expect(new Set(tagged).size).toBe(1);
  });

  it('completes and leaves no login when its log is no longer read', async () => {
    const result = await step(
      {
        images: '{ name: shop/unread, context: web }',
        username: staging.username,
        password: staging.password,
      },
      { onOutput: (child) => void child.stdout?.destroy() },
    );
    expect(result.exitCode).toBe(0);
    expect((await manifest(staging, 'shop/unread', result.outputs.digest ?? '')).status).toBe(200);
    expect(leftovers()).toEqual([]);
  });

  it('sets the standard labels, and passes special characters in labels and build arguments unchanged', async () => {
    const special = 'a "quoted", A=b\nsecond line, $HOME \\ é';
    const result = await step({
      images: JSON.stringify({
        name: 'shop/labels',
        context: 'web',
        labels: { Special: special },
        'build-args': { WHO: 'x,y="z"' },
      }),
      annotations: 'index:com.example.note=a,b',
    });
    expect(result.exitCode).toBe(0);
    const { config } = await contents(staging, 'shop/labels', result.outputs.digest ?? '');
    expect(config.config.Labels).toEqual({
      Special: special,
      who: 'x,y="z"',
      'org.opencontainers.image.source': 'https://github.com/acme/shop',
      'org.opencontainers.image.title': 'shop/labels',
    });
    expect((await manifest(staging, 'shop/labels', result.outputs.digest ?? '')).data.annotations).toEqual({
      'com.example.note': 'a,b',
    });
  });

  it('pushes the other images when one fails, and reports where that one failed', async () => {
    const result = await step({ images: '[{ name: shop/broken, context: broken }, { name: shop/api, context: api }]' });
    expect(result.exitCode).toBe(1);
    expect(Object.keys(digests(result))).toEqual(['shop/api']);
    expect((await manifest(staging, 'shop/api', digests(result)['shop/api'] ?? '')).status).toBe(200);
    expect(result.log).toContain('\nbuild-push-image: 1 of 2 images failed: shop/broken\n');
    expect(result.log.match(/^::error/gm)).toHaveLength(1);
    expect(result.log).toMatch(
      /::error title=build-push-image%3A building shop\/broken failed,file=broken\/Dockerfile,line=3::/,
    );
    expect(result.log).toContain('did not complete successfully');
    expect(result.summary).toContain('shop/broken failed');
  });

  it('shows what build checks find in a Dockerfile at its line, also when the build fails', async () => {
    const checked = (name: string, last: string) => {
      writeFileSync(join(workspace, 'web', name), `FROM scratch\nARG API_TOKEN\nCOPY hello /hello\n${last}\n`);
      return step({ images: `{ name: shop/checked, context: web, file: web/${name} }`, push: 'false' });
    };
    const warnings = (log: string) => log.match(/^::warning .*$/gm);
    const found = (file: string) =>
      new RegExp(`,file=web/${file},line=2::shop/checked: SecretsUsedInArgOrEnv: .*/rule/secrets-used-in-arg-or-env/$`);
    const good = await checked('Dockerfile.checked', 'CMD ["/hello"]');
    expect(warnings(good.log)).toEqual([expect.stringMatching(found('Dockerfile.checked'))]);
    expect(good.outputs.metadata).not.toContain('SecretsUsedInArgOrEnv:');
    const bad = await checked('Dockerfile.failing', 'RUN ["/none"]');
    expect(warnings(bad.log)).toEqual([expect.stringMatching(found('Dockerfile.failing'))]);
    expect(bad.log.match(/^::error .*,file=web\/Dockerfile.failing,line=4::/gm)).toHaveLength(1);
  });

  it('pushes nothing with push: false, and fails if the build fails', async () => {
    const good = await step({ images: '{ name: shop/unpushed, context: web }', push: 'false' });
    expect(good).toMatchObject({ exitCode: 0, outputs: { digest: expect.stringMatching(/^sha256:/) } });
    expect((await manifest(staging, 'shop/unpushed', good.outputs.digest ?? '')).status).toBe(404);
    expect((await step({ images: '{ name: x, context: broken }', push: 'false' })).exitCode).toBe(1);
  });

  it('changes nothing in a dry run', async () => {
    const result = await step({ images: '{ name: shop/dry, context: web }', 'dry-run': 'true' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { images: '[]', digest: '' } });
    expect(result.log).toContain(`shop/dry: as ${staging.host}/shop/dry with the tags sha-${sha.slice(0, 12)}`);
    expect((await manifest(staging, 'shop/dry', `sha-${sha.slice(0, 12)}`)).status).toBe(404);
  });

  it('keeps its cache in the registry and builds from it', async () => {
    const cached = { images: '{ name: shop/cached, context: web }', cache: 'registry' };
    expect((await step(cached)).exitCode).toBe(0);
    expect((await manifest(staging, 'shop/cached', 'buildcache')).status).toBe(200);
    const again = await step(cached);
    expect(again.log).toContain(`importing cache manifest from ${staging.host}/shop/cached:buildcache`);
  });
});

describe('a cache that cannot be used', () => {
  it.each(['not-a-token', ''])('does not fail the build (token of the runner: %j)', async (token) => {
    const env = {
      ACTIONS_RUNTIME_TOKEN: token,
      ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/',
      ACTIONS_CACHE_SERVICE_V2: 'true',
    };
    const result = await step({ images: '{ name: shop/uncached, context: web }', cache: 'gha' }, { env });
    expect(result.exitCode).toBe(0);
  });
});
