import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { getBasicAuth } from '../../../registries/index.ts';
import type { StepOptions } from '../step.ts';
import {
  addShell,
  commit,
  contents,
  type Descriptor,
  manifest,
  production,
  putManifest,
  services,
  sha,
  sign,
  staging,
  step,
  useScene,
  withoutLogin,
  workspace,
} from './scene.ts';

useScene();

describe('releases', () => {
  const release = (tag: string) =>
    step(
      {
        images: '{ name: shop/lines, context: web }',
        registry: production.host,
        tags: 'semver\nsemver-minor\nsemver-major\nlatest',
        'commit-labels': 'true',
      },
      { ref: `refs/tags/${tag}` },
    );
  const versionOf = async (tag: string) =>
    (await contents(production, 'shop/lines', tag)).config.config.Labels['org.opencontainers.image.version'];

  it('only move 1.4, 1 and latest forward', async () => {
    expect((await release('v1.4.2')).outputs).toMatchObject({ version: '1.4.2' });
    await release('v2.0.0');
    const older = await release('v1.4.1');
    expect(older.log).toContain('1.4 stays: the repository has the newer 1.4.2.');
    await release('v1.5.0-rc.1');
    await release('v1.4.3');
    expect(await Promise.all(['latest', '2', '1', '1.4', '1.4.1', '1.5.0-rc.1'].map(versionOf))).toEqual([
      '2.0.0',
      '2.0.0',
      '1.4.3',
      '1.4.3',
      '1.4.1',
      '1.5.0-rc.1',
    ]);
    expect((await manifest(production, 'shop/lines', '1.5')).status).toBe(404);
  });

  it('never take 1.4, 1 and latest from a newer one that was published while they were built', async () => {
    await addShell();
    const put = async (from: string, ...tags: string[]) => {
      const { text, type } = await manifest(production, 'shop/slow-release', from);
      for (const tag of tags) {
        const url = `http://${production.host}/v2/shop/slow-release/manifests/${tag}`;
        const headers = { authorization: getBasicAuth(production), 'content-type': type };
        expect((await fetch(url, { method: 'PUT', body: text, headers })).status).toBe(201);
      }
    };
    const slow = (tag: string, seconds: number, onOutput?: StepOptions['onOutput']) =>
      step(
        {
          images: `{ name: shop/slow-release, context: shell, build-args: { SECONDS: ${seconds} } }`,
          registry: production.host,
          tags: 'semver\nsemver-minor\nsemver-major\nlatest',
        },
        { ref: `refs/tags/${tag}`, ...(onOutput === undefined ? {} : { onOutput }) },
      );
    await slow('v1.4.1', 1);
    let newerRelease: Promise<void> | undefined;
    const result = await slow('v1.4.2', 8, (_child, text) => {
      if (text.includes('RUN --mount')) newerRelease ??= put('1.4.1', '1.4.3', '1.4', '1', 'latest');
    });
    await newerRelease;
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain('latest stays: the repository has the newer 1.4.3.');
    expect(JSON.parse(result.outputs.images ?? '')).toMatchObject([{ tags: ['1.4.2'] }]);
    const digestOf = async (tag: string) => (await manifest(production, 'shop/slow-release', tag)).digest;
    const [released, newer, ...floating] = await Promise.all(['1.4.2', '1.4.3', '1.4', '1', 'latest'].map(digestOf));
    expect(released).toBe(result.outputs.digest);
    expect(released).not.toBe(newer);
    expect(floating).toEqual([newer, newer, newer]);
  });

  it('require a tag that is a version, and never run its text', async () => {
    const result = await release('v1.0.0$(touch pwned)');
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('the pushed tag is not a version');
    expect(existsSync(join(workspace, 'pwned'))).toBe(false);
  });
});

describe('promotion', () => {
  const promote = (mode: string, inputs: Record<string, string> = {}, tag = 'v1.0.0') =>
    step(
      { registry: production.host, 'promote-from': staging.host, promote: mode, tags: 'semver', ...inputs },
      { ref: `refs/tags/${tag}` },
    );

  it('copies an index of two platforms with its attestations, unchanged', async () => {
    const two = { images: '{ name: shop/multi, context: web, platforms: [linux/amd64, linux/arm64] }' };
    const tested = await step(two);
    expect(JSON.parse(tested.outputs.images ?? '')[0].platforms).toEqual(['linux/amd64', 'linux/arm64']);
    const result = await promote('require', two);
    expect(JSON.parse(result.outputs.images ?? '')).toMatchObject([
      { promoted: true, digest: tested.outputs.digest, tags: ['1.0.0'] },
    ]);
    const copied = await manifest(production, 'shop/multi', '1.0.0');
    expect(copied.digest).toBe(tested.outputs.digest);
    for (const { digest } of copied.data.manifests as unknown as Descriptor[])
      expect((await manifest(production, 'shop/multi', digest)).status).toBe(200);
    const { statements } = await contents(production, 'shop/multi', '1.0.0');
    expect(statements.join()).toContain('slsa');
    expect((await promote('verify', two, 'v1.0.1')).exitCode).toBe(0);
  });

  it('copies what signs the index and what signs its attestation, and says how many', async () => {
    const image = { images: '{ name: shop/signed, context: web }' };
    const { digest = '' } = (await step(image)).outputs;
    const { manifests } = (await manifest(staging, 'shop/signed', digest)).data as unknown as {
      manifests: Descriptor[];
    };
    const attestation = manifests[1]?.digest ?? '';
    const tagOf = (subject: string, suffix = '') => `${subject.replace(':', '-')}${suffix}`;
    const signatures = await Promise.all([digest, attestation].map((subject) => sign(staging, 'shop/signed', subject)));
    const cosign = await putManifest(staging, 'shop/signed', tagOf(digest, '.sig'), { note: 'by cosign' });
    const result = await promote('require', image);
    expect(result.log).toContain('copied 3 signatures and attestations');
    for (const signature of [...signatures, cosign])
      expect((await manifest(production, 'shop/signed', signature)).status).toBe(200);
    expect((await manifest(production, 'shop/signed', tagOf(digest, '.sig'))).digest).toBe(cosign);
    for (const [position, subject] of [digest, attestation].entries())
      expect((await manifest(production, 'shop/signed', tagOf(subject))).data.manifests).toMatchObject([
        { digest: signatures[position] },
      ]);
  });

  it('copies one image without an index, unchanged', async () => {
    const plain = { images: '{ name: shop/plain, context: web }', provenance: 'false' };
    const tested = await step(plain);
    const result = await promote('prefer', plain);
    expect(result.outputs.digest).toBe(tested.outputs.digest);
    expect((await manifest(production, 'shop/plain', '1.0.0')).digest).toBe(tested.outputs.digest);
  });

  it('changes nothing in a second run', async () => {
    await step({});
    const first = await promote('prefer');
    const again = await promote('prefer');
    expect(again.exitCode).toBe(0);
    expect(again.outputs.digest).toBe(first.outputs.digest);
  });

  it('fails when the image is required but missing, and builds when it is only preferred', async () => {
    const untested = { images: '{ name: shop/untested, context: web }' };
    const required = await promote('require', untested);
    expect(required.exitCode).toBe(1);
    expect(required.log).toContain(
      `${staging.host}/shop/untested:sha-${sha.slice(0, 12)} is missing`.replaceAll(':', '%3A'),
    );
    expect((await manifest(production, 'shop/untested', '1.0.0')).status).toBe(404);
    const preferred = await promote('prefer', untested);
    expect(JSON.parse(preferred.outputs.images ?? '')).toMatchObject([{ promoted: false }]);
  });

  it.each(['prefer', 'require', 'verify'])('with %s builds nothing when the source rejects the login', async (mode) => {
    const result = await step(
      {
        registry: production.host,
        username: production.username,
        password: production.password,
        'promote-from': staging.host,
        promote: mode,
        images: '{ name: shop/rejected, context: web }',
      },
      { env: withoutLogin() },
    );
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain(`the login to ${staging.host} has this permission`);
    expect((await manifest(production, 'shop/rejected', `sha-${sha.slice(0, 12)}`)).status).toBe(404);
  });

  it.each(['require', 'verify'])(
    'with %s copies an image of an earlier commit that has the same sources, if the history is checked out',
    async (mode) => {
      const image = `{ name: shop/unchanged-${mode}, context: api }`;
      const tested = await step({ images: image });
      const next = await commit('change nothing of it');
      const shallow = join(services.dir, `shallow-${mode}`);
      await execa('git', ['clone', '--quiet', '--depth=1', `file://${workspace}`, shallow]);
      const at = (directory: string, more: Record<string, string> = {}) =>
        step(
          {
            registry: production.host,
            'promote-from': staging.host,
            promote: mode,
            tags: 'semver',
            images: image,
            ...more,
          },
          { ref: 'refs/tags/v1.0.0', env: { GITHUB_SHA: next, GITHUB_WORKSPACE: directory } },
        );
      const missing = await at(shallow);
      expect(missing.exitCode).toBe(1);
      expect(missing.log).toContain('fetch-depth: 0');
      const result = await at(workspace);
      await execa('git', ['reset', '--hard', '--quiet', sha], { cwd: workspace });
      expect(result).toMatchObject({ exitCode: 0, outputs: { digest: tested.outputs.digest } });
      expect(result.log).toContain(`the one of ${sha} is promoted: its sources have not changed since`);
    },
  );

  it('verifies for the tag what was built on main, by rebuilding it', async () => {
    const tested = await step({ images: '{ name: shop/proof, context: web }' });
    const result = await promote('verify', { images: '{ name: shop/proof, context: web }' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { digest: tested.outputs.digest, version: '1.0.0' } });
    expect(result.log).toContain('the rebuild gives the same digests');
    expect(result.log).not.toContain('CACHED');
  });

  it('rejects an image that its commit does not build, and copies nothing', async () => {
    const image = '{ name: shop/tampered, context: web }';
    const hello = join(workspace, 'web', 'hello');
    const before = readFileSync(hello);
    writeFileSync(hello, 'tampered\n');
    await step({ images: image });
    writeFileSync(hello, before);
    const result = await promote('verify', { images: image });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('is not what its commit builds');
    expect(result.log).toContain('layer 1 (COPY hello /hello): hello: content');
    expect((await manifest(production, 'shop/tampered', '1.0.0')).status).toBe(404);
  });
});
