import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Digest } from '../../../lib/identifiers.ts';
import { HttpRegistry } from '../../src/registry/http-registry.ts';
import { FakeExec, ok } from '../fakes.ts';
import { digestOf, MemoryRegistry } from './memory-registry.ts';
import { createClient } from './scene.ts';

const started: MemoryRegistry[] = [];
const start = async (): Promise<MemoryRegistry> => {
  const registry = await new MemoryRegistry().start();
  started.push(registry);
  return registry;
};
afterEach(async () => {
  await Promise.all(started.splice(0).map((registry) => registry.stop()));
});

let registry: MemoryRegistry;
beforeEach(async () => {
  registry = await start();
});

describe('finding an image', () => {
  it('takes one request for an index', async () => {
    const image = registry.addImage('web');
    const { digest } = registry.addIndex('web', [{ ...image, platform: { os: 'linux', architecture: 'amd64' } }], '1');
    expect(await createClient().find(`${registry.host}/web:1`)).toMatchObject({
      digest,
      kind: 'index',
      images: [{ platform: 'linux/amd64', digest: image.digest }],
    });
    expect(registry.requests).toEqual(['GET /v2/web/manifests/1']);
  });

  it('reads the platform of a single image from its configuration', async () => {
    const { digest } = registry.addImage('web', 'x', '1');
    expect((await createClient().find(`${registry.host}/web:1`))?.images).toEqual([
      { platform: 'linux/arm64', digest },
    ]);
  });

  it('gives nothing only when the registry reports that it does not exist', async () => {
    expect(await createClient().find(`${registry.host}/web:1`)).toBeUndefined();
  });

  it.each([
    [401, 'UNAUTHORIZED', 'refused'],
    [403, 'DENIED', 'refused'],
    [400, 'FORBIDDEN', 'refused'],
    [500, 'UNKNOWN', 'transient'],
    [429, 'TOOMANYREQUESTS', 'transient'],
    [400, 'NAME_INVALID', 'final'],
  ])('fails after %i %s, which is %s, with the words of the registry', async (status, code, kind) => {
    registry.peculiarity = (_request, response) =>
      Boolean(response.writeHead(status).end(JSON.stringify({ errors: [{ code, message: 'because of X' }] })));
    const finding = createClient().find(`${registry.host}/web:1`);
    await expect(finding).rejects.toMatchObject({
      kind,
      what: `inspecting ${registry.host}/web:1 failed`,
      why: expect.stringMatching(new RegExp(`${status}.*\\(${code}: because of X\\)$`)),
      next: expect.stringContaining(kind === 'refused' ? `the login to ${registry.host} has this permission` : ''),
    });
  });

  it('fails when the manifest does not have the digest that was asked for', async () => {
    registry.addImage('web', 'x', '1');
    const other = registry.manifests.get('web:1');
    const digest = digestOf('something else');
    if (other !== undefined) registry.manifests.set(`web:${digest}`, other);
    await expect(createClient().find(`${registry.host}/web@${digest}`)).rejects.toMatchObject({
      why: expect.stringContaining('has the digest'),
    });
  });

  it('survives a 503 with the standard error body, a broken connection and half a response', async () => {
    registry.addIndex('web', [], '1');
    let attempt = 0;
    registry.peculiarity = (request, response) => {
      attempt++;
      if (attempt === 1) response.writeHead(503).end('{"errors":[{"code":"UNAVAILABLE","message":"unavailable"}]}');
      else if (attempt === 2) request.socket.destroy();
      else if (attempt === 3) response.writeHead(200, { 'content-length': 99 }).write('{', () => response.destroy());
      else return false;
      return true;
    };
    expect(await createClient(3).find(`${registry.host}/web:1`)).toMatchObject({ kind: 'index' });
  });
});

describe('copying an image', () => {
  let target: MemoryRegistry;
  beforeEach(async () => {
    target = await start();
  });

  const addIndex = () => {
    const images = ['amd', 'arm'].map((layer) => registry.addImage('shop/web', layer));
    return registry.addIndex('shop/web', images, '1');
  };

  it('to another registry copies all bytes unchanged, and sets each tag with one request', async () => {
    const { digest } = addIndex();
    await createClient().copy(`${registry.host}/shop/web@${digest}`, [
      `${target.host}/prod/web:1.0.0`,
      `${target.host}/prod/web:latest`,
    ]);
    for (const tag of ['1.0.0', 'latest']) expect(target.get('prod/web', tag)?.digest).toBe(digest);
    expect(target.count(/PUT .*manifests\/(1.0.0|latest)$/)).toBe(2);
    expect(target.count(/PUT .*uploads/)).toBe(4);
    // Whether the target has it is asked for the image, and not for what is small.
    expect([target.count(/^HEAD .*manifests/), target.count(/^HEAD .*blobs/)]).toEqual([1, 0]);
    expect([...target.blobs.values()].map(String).sort()).toEqual([...registry.blobs.values()].map(String).sort());
  });

  it('again sets the tags alone', async () => {
    const { digest } = addIndex();
    const client = createClient();
    await client.copy(`${registry.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]);
    target.requests.length = 0;
    await createClient().copy(`${registry.host}/shop/web@${digest}`, [`${target.host}/prod/web:2`]);
    expect(target.count(/PUT .*manifests/)).toBe(1);
    expect(target.count(/uploads/)).toBe(0);
  });

  it('sends a large layer only when the target does not have it', async () => {
    const layers = ['there', 'new'].map((text) => text.repeat(100_000));
    const images = layers.map((layer) => registry.addImage('shop/web', layer));
    const { digest } = registry.addIndex('shop/web', images);
    target.addBlob('prod/web', layers[0] ?? '');
    await createClient().copy(`${registry.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]);
    expect([target.count(/^HEAD .*blobs/), target.count(/PUT .*uploads/)]).toEqual([2, 3]);
    expect(target.get('prod/web', '1')?.digest).toBe(digest);
  });

  it('within a repository is one request per tag', async () => {
    const { digest } = addIndex();
    const client = createClient();
    await client.find(`${registry.host}/shop/web:1`);
    registry.requests.length = 0;
    await client.copy(`${registry.host}/shop/web@${digest}`, [`${registry.host}/shop/web:2`]);
    expect(registry.requests).toEqual(['PUT /v2/shop/web/manifests/2']);
  });

  it('within a registry mounts its layers, and uploads those that the registry does not mount', async () => {
    const { digest } = addIndex();
    let mounts = 0;
    registry.peculiarity = (request, response) => {
      if (!request.url?.includes('mount=') || ++mounts > 1) return false;
      return Boolean(response.writeHead(202, { location: '/v2/prod/web/blobs/uploads/1?_state=x' }).end());
    };
    await createClient().copy(`${registry.host}/shop/web@${digest}`, [`${registry.host}/prod/web:1`]);
    expect(registry.get('prod/web', '1')?.digest).toBe(digest);
    expect([mounts, registry.count(/PUT .*uploads/), registry.count(/^HEAD .*blobs/)]).toEqual([4, 1, 0]);
  });

  it('within a registry that mounts nothing sends a large layer only when the target does not have it', async () => {
    const { digest } = registry.addImage('shop/web', 'large'.repeat(100_000));
    registry.addBlob('prod/web', 'large'.repeat(100_000));
    registry.peculiarity = ({ url }, response) =>
      (url?.includes('mount=') ?? false) &&
      Boolean(response.writeHead(202, { location: '/v2/prod/web/blobs/uploads/1?_state=x' }).end());
    await createClient().copy(`${registry.host}/shop/web@${digest}`, [`${registry.host}/prod/web:1`]);
    expect(registry.get('prod/web', '1')?.digest).toBe(digest);
    expect([registry.count(/PUT .*uploads/), registry.count(/GET .*blobs/)]).toEqual([1, 1]);
  });

  it('follows a blob to its storage, which does not get the login', async () => {
    const storage = await start();
    const { digest } = addIndex();
    storage.peculiarity = (request, response) =>
      Boolean(response.end(registry.blobs.get(`shop/web@${request.url?.slice(1)}`)));
    registry.peculiarity = (request, response) => {
      if (request.headers.authorization === undefined)
        return Boolean(response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());
      const blob = /blobs\/(sha256.*)/.exec(request.url ?? '')?.[1];
      if (blob === undefined) return false;
      return Boolean(response.writeHead(307, { location: `http://${storage.host}/${blob}` }).end());
    };
    const client = new HttpRegistry({
      exec: new FakeExec(() => ok()),
      home: { env: {}, config: { auths: { [registry.host]: { auth: btoa('me:hunter2') } } }, scratch: '' },
      retries: 0,
      onRetry: () => undefined,
    });
    await client.copy(`${registry.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]);
    expect(target.get('prod/web', '1')?.digest).toBe(digest);
    expect(new Set(storage.logins)).toEqual(new Set(['-']));
    expect(new Set(target.logins)).toEqual(new Set(['-']));
  });

  it('does not complete a blob whose bytes are wrong', async () => {
    const { digest } = registry.addImage('shop/web', 'right', '1');
    registry.blobs.set(`shop/web@${digestOf('right')}`, Buffer.from('wrong'));
    const copying = createClient().copy(`${registry.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]);
    await expect(copying).rejects.toMatchObject({ why: expect.stringContaining('has the digest') });
    expect(target.get('prod/web', '1')).toBeUndefined();
  });

  it.each<[string, (request: { method?: string | undefined; url?: string | undefined }) => boolean, number, string]>([
    [
      'an upload that the registry lost',
      ({ method, url }) => method === 'PUT' && /uploads/.test(url ?? ''),
      404,
      'BLOB_UPLOAD_UNKNOWN',
    ],
    [
      'a blob that is not visible yet',
      ({ method, url }) => method === 'PUT' && /manifests/.test(url ?? ''),
      400,
      'MANIFEST_BLOB_UNKNOWN',
    ],
    ['a 502 for an upload', ({ method, url }) => method === 'POST' && /uploads/.test(url ?? ''), 502, 'UNKNOWN'],
    ['a break in mid-upload', ({ method, url }) => method === 'PUT' && /uploads/.test(url ?? ''), 0, ''],
  ])('survives %s once', async (_title, matches, status, code) => {
    const { digest } = addIndex();
    let failures = 0;
    target.peculiarity = (request, response) => {
      if (!matches(request) || ++failures > 1) return false;
      if (status === 0) request.socket.destroy();
      else response.writeHead(status).end(JSON.stringify({ errors: [{ code, message: 'x' }] }));
      return true;
    };
    await createClient(2).copy(`${registry.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]);
    expect(target.get('prod/web', '1')?.digest).toBe(digest);
  });

  it('requests one token per repository, although many requests run side by side', async () => {
    const { digest } = addIndex();
    const tokens: string[] = [];
    target.peculiarity = (request, response) => {
      const url = new URL(request.url ?? '', `http://${target.host}`);
      if (url.pathname === '/token') {
        tokens.push(url.searchParams.getAll('scope').join(' '));
        return Boolean(response.end(JSON.stringify({ token: 't', expires_in: 300 })));
      }
      if (request.headers.authorization === 'Bearer t') return false;
      const challenge = `Bearer realm="http://${target.host}/token",service="r"`;
      return Boolean(response.writeHead(401, { 'www-authenticate': challenge }).end());
    };
    await createClient().copy(`${registry.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]);
    expect(tokens).toEqual(['repository:prod/web:pull,push']);
  });

  it('begins an upload again when its token expires while it is sent', async () => {
    const { digest } = addIndex();
    let tokens = 0;
    let expired = false;
    target.peculiarity = (request, response) => {
      if (request.url?.startsWith('/token')) return Boolean(response.end(JSON.stringify({ token: `t${++tokens}` })));
      const expires = !expired && request.method === 'PUT';
      if (expires) expired = true;
      if (request.headers.authorization === `Bearer t${tokens}` && !expires) return false;
      const challenge = `Bearer realm="http://${target.host}/token",service="r"`;
      return Boolean(response.writeHead(401, { 'www-authenticate': challenge }).end());
    };
    await createClient(1).copy(`${registry.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]);
    expect([target.get('prod/web', '1')?.digest, tokens]).toEqual([digest, 2]);
  });

  it('reports which of the two registries refused it', async () => {
    const { digest } = addIndex();
    registry.peculiarity = (request, response) =>
      (request.url?.includes('/blobs/') ?? false) && Boolean(response.writeHead(401).end());
    const copying = createClient().copy(`${registry.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]);
    await expect(copying).rejects.toMatchObject({
      kind: 'refused',
      next: expect.stringContaining(`login to ${registry.host}`),
    });
  });

  it('that no longer exists is an error', async () => {
    const missing = `${registry.host}/shop/web@${digestOf('none')}`;
    const targets = [`${target.host}/prod/web:1`, `${target.host}/prod/web@${digestOf('none')}`];
    await expect(createClient().copy(missing, targets)).rejects.toMatchObject({
      kind: 'missing',
      what: `copying ${missing} to ${targets.join(', ')} failed`,
    });
  });
});

it('a blob is read up to a limit', async () => {
  const { digest } = registry.addBlob('web', 'content');
  const blob = (limit: number) => createClient().blob(`${registry.host}/web`, digest as Digest, limit);
  expect(String(await blob(7))).toBe('content');
  await expect(blob(6)).rejects.toMatchObject({ why: expect.stringContaining('longer than 6 bytes') });
});
