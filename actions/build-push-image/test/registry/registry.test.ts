import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BuildxRegistry } from '../../src/registry/buildx-registry.ts';
import { parseManifest, predicateTypes } from '../../src/registry/manifest.ts';
import { digest, FakeExec, failed, ok } from '../fakes.ts';

const IMAGE = JSON.stringify({ schemaVersion: 2, config: {}, layers: [] });
const attestation = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digest('c'),
  platform: { os: 'unknown', architecture: 'unknown' },
  annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digest('a') },
};
const INDEX = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [
    { digest: digest('a'), platform: { os: 'linux', architecture: 'amd64' } },
    { digest: digest('b'), platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
    attestation,
  ],
};

const open = (exec: FakeExec, builder?: string) =>
  new BuildxRegistry({
    exec,
    home: { env: { A: 'b' }, config: {}, scratch: '' },
    builder,
    retries: 0,
    onRetry: () => undefined,
  });

describe('a manifest', () => {
  it('of an index names the image of each platform, and its attestations apart', () => {
    const raw = JSON.stringify(INDEX);
    expect(parseManifest(raw, 'the registry')).toMatchObject({
      digest: `sha256:${createHash('sha256').update(raw).digest('hex')}`,
      kind: 'index',
      images: [
        { platform: 'linux/amd64', digest: digest('a') },
        { platform: 'linux/arm/v7', digest: digest('b') },
      ],
      attestations: [digest('c')],
    });
  });

  it('has the same contents with other attestations, and others with another annotation', () => {
    const contents = (change: object) =>
      parseManifest(JSON.stringify({ ...INDEX, ...change }), 'the registry').contents;
    expect(contents({ manifests: [...INDEX.manifests.slice(0, 2), { ...attestation, digest: digest('d') }] })).toBe(
      contents({}),
    );
    expect(contents({ annotations: { a: 'b' } })).not.toBe(contents({}));
    expect(contents({ manifests: INDEX.manifests.slice(0, 1) })).not.toBe(contents({}));
  });

  it.each([
    ['', 'the manifest is not JSON'],
    ['null', 'the manifest is null, not a mapping'],
    ['{}', 'the manifest is neither an image nor an index'],
    ['<html>', 'the manifest is not JSON'],
    ['{"manifests":7}', 'the manifest is neither an image nor an index'],
    ['{"layers":[]}', 'the manifest is neither an image nor an index'],
    ['{"manifests":[7]}', 'in the manifest, `manifests[0]` is a number, not a mapping'],
    ['{"manifests":[{"digest":7}]}', 'in the manifest, `manifests[0].digest` is a number, not a string'],
    [
      '{"manifests":[{"digest":"latest"}]}',
      'in the manifest, `manifests[0].digest` is not a digest (sha256: and 64 hex digits)',
    ],
    [
      `{"manifests":[{"digest":"${digest('a')}","platform":{"os":["linux"]}}]}`,
      'in the manifest, `manifests[0].platform.os` is a list, not a string',
    ],
    ['{"manifests":[{"annotations":"x"}]}', 'in the manifest, `manifests[0].annotations` is a string, not a mapping'],
    [`{"manifests":[],"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'the manifest is nested too deeply'],
  ])('is not %.60j', (raw, why) => {
    expect(() => parseManifest(raw, 'the registry')).toThrow(
      expect.objectContaining({ name: 'InvalidResponseError', why }),
    );
  });

  it('never is a defect, whatever JSON it is', () => {
    const part = fc.oneof(fc.jsonValue(), fc.constant(INDEX.manifests));
    const like = fc.record({ manifests: part, mediaType: part, layers: part, config: part }, { requiredKeys: [] });
    const outcome = (read: () => unknown): string => {
      try {
        read();
        return 'read';
      } catch (error) {
        return (error as Error).name;
      }
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          like.map((data) => JSON.stringify(data)),
        ),
        (raw) => {
          for (const read of [parseManifest, predicateTypes])
            expect(['read', 'InvalidResponseError']).toContain(outcome(() => read(raw, 'the registry')));
        },
      ),
    );
  });

  it('of attestations tells their kinds', () => {
    const layer = (type: string) => ({ annotations: { 'in-toto.io/predicate-type': type } });
    expect(predicateTypes(JSON.stringify({ layers: [layer('b'), layer('a')] }), 'the registry')).toEqual(['a', 'b']);
  });
});

describe('a registry', () => {
  it('finds an index with one question', async () => {
    const exec = new FakeExec(() => ok(JSON.stringify(INDEX)));
    expect((await open(exec, 'mine').find('ghcr.io/web:1'))?.kind).toBe('index');
    expect(exec.calls).toMatchObject([
      {
        tool: 'docker',
        args: ['buildx', 'imagetools', 'inspect', '--raw', 'ghcr.io/web:1', '--builder', 'mine'],
        options: { env: { A: 'b' } },
      },
    ]);
  });

  it('finds the platform of one image in its configuration', async () => {
    const exec = new FakeExec((args) =>
      ok(args.includes('--raw') ? IMAGE : '{"os":"linux","architecture":"arm64","variant":"v8"}'),
    );
    expect((await open(exec).find('ghcr.io/web:1'))?.images[0]?.platform).toBe('linux/arm64');
  });

  it('says that an image is missing', async () => {
    expect(await open(new FakeExec(() => failed('ghcr.io/web:1: not found'))).find('ghcr.io/web:1')).toBeUndefined();
  });

  it.each([
    ['refused', 'unexpected status from HEAD request to https://ghcr.io/v2/web/manifests/1: 403 Forbidden'],
    ['passing', 'failed to do request: Head "https://ghcr.io/v2/web/manifests/1": dial tcp: i/o timeout'],
    ['final', 'exec: "docker-credential-gh": executable file not found in $PATH'],
  ])('never takes a failure that is %s for a missing image', async (kind, line) => {
    await expect(open(new FakeExec(() => failed(line))).find('ghcr.io/web:1')).rejects.toMatchObject({
      kind,
      why: line,
    });
  });

  it.each(['', '<html>login</html>'])('that answers %j is not taken at its word', async (answer) => {
    await expect(open(new FakeExec(() => ok(answer))).find('ghcr.io/web:1')).rejects.toMatchObject({
      what: 'ghcr.io/web:1 is not an image',
      why: 'invalid response from the registry ghcr.io: the manifest is not JSON',
    });
  });

  it.each(['', 'null', '[]', '{"os":1}'])(
    'whose configuration of an image is %j gives an error',
    async (configuration) => {
      const exec = new FakeExec((args) => ok(args.includes('--raw') ? IMAGE : configuration));
      await expect(open(exec).find('ghcr.io/web:1')).rejects.toMatchObject({ what: 'ghcr.io/web:1 is not an image' });
    },
  );

  it.each([
    ['more than 120 seconds', 'passing', 2],
    ['more than 8 MiB of output', 'final', 1],
  ])('that takes %s is %s', async (exceeded, kind, calls) => {
    const exec = new FakeExec(() => ({ exitCode: 143, stdout: IMAGE, stderr: '', exceeded }));
    const registry = new BuildxRegistry({
      exec,
      home: { env: {}, config: {}, scratch: '' },
      builder: undefined,
      retries: 1,
      onRetry: () => undefined,
    });
    await expect(registry.find('ghcr.io/web:1')).rejects.toMatchObject({
      kind,
      what: 'looking at ghcr.io/web:1 failed',
      why: `the answer of ghcr.io took ${exceeded}`,
    });
    expect(exec.calls).toHaveLength(calls);
  });

  it('copies without making a new index', async () => {
    const exec = new FakeExec(() => ok());
    await open(exec).copy('a.example/web@sha256:1', ['b.example/web:1', 'b.example/web:2']);
    expect(exec.calls[0]?.args).toEqual([
      'buildx',
      'imagetools',
      'create',
      '--progress',
      'plain',
      '--prefer-index=false',
      '--tag',
      'b.example/web:1',
      '--tag',
      'b.example/web:2',
      'a.example/web@sha256:1',
    ]);
  });

  it('says which of the two hosts refused a copy', async () => {
    const line = 'failed to do: unexpected status from HEAD request to https://a.example/v2/web: 401 Unauthorized';
    const copying = open(new FakeExec(() => failed(line))).copy('a.example/web@sha256:1', ['b.example/web:1']);
    await expect(copying).rejects.toMatchObject({ next: expect.stringContaining('login to a.example') });
  });

  it('that loses the source meanwhile is an error', async () => {
    const copying = open(new FakeExec(() => failed('a.example/web@sha256:1: not found'))).copy(
      'a.example/web@sha256:1',
      ['b.example/web:1'],
    );
    await expect(copying).rejects.toMatchObject({ kind: 'missing' });
  });
});
