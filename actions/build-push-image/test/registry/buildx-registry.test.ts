import { describe, expect, it } from '@jest/globals';
import { BuildxRegistry } from '../../src/registry/buildx-registry.ts';
import { FakeExec, failed, INDEX, ok } from '../fakes.ts';

const IMAGE = JSON.stringify({ schemaVersion: 2, config: {}, layers: [] });

const createRegistry = (exec: FakeExec, builder?: string) =>
  new BuildxRegistry({
    exec,
    home: { env: { A: 'b' }, config: {}, scratch: '' },
    builder,
    retries: 0,
    onRetry: () => undefined,
  });

describe('a registry', () => {
  it('finds an index with one request', async () => {
    const exec = new FakeExec(() => ok(JSON.stringify(INDEX)));
    expect((await createRegistry(exec, 'mine').find('ghcr.io/web:1'))?.kind).toBe('index');
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
    expect((await createRegistry(exec).find('ghcr.io/web:1'))?.images[0]?.platform).toBe('linux/arm64');
  });

  it('reports that an image is missing', async () => {
    expect(
      await createRegistry(new FakeExec(() => failed('ghcr.io/web:1: not found'))).find('ghcr.io/web:1'),
    ).toBeUndefined();
  });

  it.each([
    ['refused', 'unexpected status from HEAD request to https://ghcr.io/v2/web/manifests/1: 403 Forbidden'],
    ['transient', 'failed to do request: Head "https://ghcr.io/v2/web/manifests/1": dial tcp: i/o timeout'],
    ['final', 'exec: "docker-credential-gh": executable file not found in $PATH'],
  ])('never treats a failure that is %s as a missing image', async (kind, line) => {
    await expect(createRegistry(new FakeExec(() => failed(line))).find('ghcr.io/web:1')).rejects.toMatchObject({
      kind,
      why: line,
    });
  });

  it.each(['', '<html>login</html>'])('that responds with %j is an error', async (response) => {
    await expect(createRegistry(new FakeExec(() => ok(response))).find('ghcr.io/web:1')).rejects.toMatchObject({
      what: 'ghcr.io/web:1 is not an image',
      why: 'invalid response from the registry ghcr.io: the manifest is not JSON',
    });
  });

  it.each(['', 'null', '[]', '{"os":1}'])('that returns the configuration %j is an error', async (configuration) => {
    const exec = new FakeExec((args) => ok(args.includes('--raw') ? IMAGE : configuration));
    await expect(createRegistry(exec).find('ghcr.io/web:1')).rejects.toMatchObject({
      what: 'ghcr.io/web:1 is not an image',
    });
  });

  it.each([
    ['more than 120 seconds', 'transient', 2],
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
      what: 'inspecting ghcr.io/web:1 failed',
      why: `the response of ghcr.io took ${exceeded}`,
    });
    expect(exec.calls).toHaveLength(calls);
  });

  it('copies without creating a new index', async () => {
    const exec = new FakeExec(() => ok());
    await createRegistry(exec).copy('a.example/web@sha256:1', ['b.example/web:1', 'b.example/web:2']);
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

  it('reports which of the two hosts refused a copy', async () => {
    const line = 'failed to do: unexpected status from HEAD request to https://a.example/v2/web: 401 Unauthorized';
    const copying = createRegistry(new FakeExec(() => failed(line))).copy('a.example/web@sha256:1', [
      'b.example/web:1',
    ]);
    await expect(copying).rejects.toMatchObject({ next: expect.stringContaining('login to a.example') });
  });

  it('that no longer has the source is an error', async () => {
    const copying = createRegistry(new FakeExec(() => failed('a.example/web@sha256:1: not found'))).copy(
      'a.example/web@sha256:1',
      ['b.example/web:1'],
    );
    await expect(copying).rejects.toMatchObject({ kind: 'missing' });
  });
});
