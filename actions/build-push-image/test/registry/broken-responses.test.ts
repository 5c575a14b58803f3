import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { MemoryRegistry } from './memory-registry.ts';
import { createClient, source, target, useRegistries } from './scene.ts';

useRegistries();

const HTML = '<!DOCTYPE html><html><body>Please wait: hunter2</body></html>';
const page = (response: ServerResponse): unknown =>
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(HTML);

/** What goes wrong with a request, in place of its response. */
const FAULTS: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  'a reset connection': (response) => response.socket?.destroy(),
  'the status 502 with a page': (response) => response.writeHead(502, { 'content-type': 'text/html' }).end(HTML),
  'the page of a proxy': page,
  'half a response': (response) =>
    response.writeHead(200, { 'content-length': 99 }).write('{"mediaType": ', () => response.destroy()),
};
/** What goes wrong with a response that has a body. */
const BODY_FAULTS: typeof FAULTS = {
  'no body': (response) => response.writeHead(200).end(),
  'half of the JSON': (response) => response.writeHead(200).end('{"mediaType": "hunter2'),
};

/** Meets one request of a registry, from 0, with a fault. @returns whether there was such a request, with a body in its response */
function meet(registry: MemoryRegistry, request: number, fault: (response: ServerResponse) => unknown) {
  let seen = 0;
  const state = { isMet: false };
  registry.peculiarity = (_incoming, response) => {
    if (seen++ !== request) return false;
    state.isMet = true;
    fault(response);
    return true;
  };
  return state;
}

/** An index of two images with a signature, in the source. */
function addSigned(): { reference: string; digest: string } {
  const images = ['amd', 'arm'].map((text) => source.addImage('shop/web', text.repeat(30_000)));
  const index = source.addIndex('shop/web', images, '1');
  source.addSignature('shop/web', 'signed', { subject: index });
  return { reference: `${source.host}/shop/web:1`, digest: index.digest };
}

async function copy(reference: string, retries: number) {
  const client = createClient(retries);
  await client.find(reference);
  return client.copy(reference, [`${target.host}/prod/web:1`]);
}

describe.each<[string, () => MemoryRegistry, typeof FAULTS]>([
  ['source', () => source, { ...FAULTS, ...BODY_FAULTS }],
  ['target', () => target, FAULTS],
])('a promotion whose %s fails once', (_title, registryOf, faults) => {
  it.each(Object.entries(faults))('with %s, at any of its requests, is complete', async (_fault, fault) => {
    [source, target].forEach((registry) => {
      registry.referrers = true;
    });
    const { reference, digest } = addSigned();
    let request = 0;
    for (let isMet = true; isMet; request++) {
      target.manifests.clear();
      target.blobs.clear();
      const state = meet(registryOf(), request, fault);
      const result = await copy(reference, 1);
      ({ isMet } = state);
      expect({ request, digest: target.get('prod/web', '1')?.digest, ...result }).toEqual({
        request,
        digest,
        referrers: 1,
        notCopied: [],
      });
      expect(target.blobs.size).toBe(source.blobs.size);
    }
    expect(request).toBeGreaterThan(5);
  });
});

describe('a response that is always broken', () => {
  it.each(Object.entries({ ...FAULTS, ...BODY_FAULTS }))(
    'is a transient error without its content: %s',
    async (_, fault) => {
      source.peculiarity = (_request, response) => {
        fault(response);
        return true;
      };
      const error = await createClient(1)
        .find(`${source.host}/shop/web:1`)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: 'transient', what: `inspecting ${source.host}/shop/web:1 failed` });
      expect(JSON.stringify(error) + String(error)).not.toMatch(/hunter2|<html/);
      expect(source.requests).toHaveLength(2);
    },
  );

  it.each(['HEAD', 'PUT'])('is not a success when it is the page of a proxy for %s', async (method) => {
    const { reference } = addSigned();
    target.peculiarity = (request, response) => request.method === method && Boolean(page(response));
    await expect(copy(reference, 1)).rejects.toMatchObject({
      kind: 'transient',
      why: expect.stringMatching(/ is an HTML page \(status 200\)$/),
    });
  });

  it('may have the content type of HTML when its content is another', async () => {
    const { reference, digest } = addSigned();
    target.peculiarity = (request, response) => {
      if (request.method === 'PUT') response.setHeader('content-type', 'text/html');
      return false;
    };
    await copy(reference, 0);
    expect(target.get('prod/web', '1')?.digest).toBe(digest);
  });
});
