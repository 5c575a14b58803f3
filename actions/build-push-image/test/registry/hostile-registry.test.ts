import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ImageTag } from '../../../lib/identifiers.ts';
import type { Credentials } from '../../src/docker/credentials.ts';
import { Distribution } from '../../src/registry/client/distribution.ts';
import { selectMovable } from '../../src/tags/floating-tags.ts';
import { job } from '../fakes.ts';

/** No test here may take longer. */
const TIMEOUT_MS = 60_000;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Handler = (request: IncomingMessage, response: ServerResponse, origin: string) => void;

/** A server on this machine; its host and the logins that it received. */
async function serve(handler: Handler): Promise<{ host: string; received: string[] }> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    let form = '';
    request.on('data', (chunk) => {
      form += chunk;
    });
    request.on('end', () => {
      received.push([request.headers.authorization, form].filter(Boolean).join(' '));
      handler(request, response, `http://${request.headers.host}`);
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const me: Credentials = { username: 'me', password: 'hunter2' };
const client = (host: string, credentials: Credentials = me, retries = 0) =>
  new Distribution({
    host,
    credentials,
    retries,
    limits: { bytes: 4 * 1024 * 1024, seconds: 1 },
    wait: async () => undefined,
  });

/** The result of listing tags: the list, or the error as a string. */
const outcome = (handler: Handler, credentials?: Credentials): Promise<string[] | string> =>
  serve(handler).then(({ host }) =>
    client(host, credentials)
      .tags(`${host}/web`)
      .catch((error: Error) => `${error.name}: ${error.message.replaceAll(host, 'HOST')}`),
  );

const body =
  (text: string): Handler =>
  (_request, response) =>
    response.end(text);
/** Requires a token, with this response for it. */
const token =
  (text: string): Handler =>
  (request, response, origin) =>
    request.url?.startsWith('/token')
      ? response.end(text)
      : response.writeHead(401, { 'www-authenticate': `Bearer realm="${origin}/token"` }).end();
const invalid = (why: string) => `InvalidResponseError: invalid response from the registry HOST: ${why}`;
const list = 'the list of tags of HOST/web';
const broken = (problem: string, subject = list) => `BrokenResponseError: ${subject} from the registry HOST ${problem}`;

describe('a response of a registry that is not a list of tags', () => {
  it.each<[string, Handler, string]>([
    ['numbers', body('{"tags":[1,null]}'), invalid(`in ${list}, \`tags[0]\` is a number, not a string`)],
    ['null among tags', body('{"tags":["a",null]}'), invalid(`in ${list}, \`tags[1]\` is null, not a string`)],
    ['a string', body('{"tags":"abc"}'), invalid(`in ${list}, \`tags\` is a string, not a list`)],
    ['a list', body('["1.0.0"]'), invalid(`${list} is a list, not a mapping`)],
    ['nothing', body(''), broken('is empty (status 200)')],
    ['a page of a proxy', body('<html>no: token=hunter2</html>'), broken('is an HTML page (status 200)')],
    ['half a response', body('{"tags":["1.0'), broken('is not complete JSON (status 200)')],
    ['too many bytes', body(`{"tags":["${'a'.repeat(5_000_000)}"]}`), invalid('it is longer than 4 MiB')],
    [
      'an invalid realm',
      (_request, response) => response.writeHead(401, { 'www-authenticate': 'Bearer realm="not a url"' }).end(),
      invalid('the address for tokens (the realm of its challenge) is invalid'),
    ],
    [
      'a token of a wrong type',
      token('{"token":{"x":"s3cr3t"}}'),
      invalid('in the token, `token` is a mapping, not a string'),
    ],
    [
      'a token that no header can contain',
      token('{"token":"s3cr3t\\r\\nx: y"}'),
      invalid('in the token, `token` is empty or has invalid characters'),
    ],
    ['a token that is not JSON', token('s3cr3t'), broken('is not complete JSON', 'the token')],
    [
      'a redirect without TLS',
      (_request, response) => response.writeHead(302, { location: 'http://registry.example/' }).end(),
      invalid('it redirects to an address without https'),
    ],
    [
      'endless redirects',
      (request, response) => response.writeHead(302, { location: `${request.url}x` }).end(),
      invalid('it redirects endlessly'),
    ],
    [
      'a next page that is the same',
      (request, response) => response.writeHead(200, { link: `<${request.url}>; rel="next"` }).end('{"tags":[]}'),
      invalid(`${list} has no end`),
    ],
    [
      'an invalid address of the next page',
      (_request, response) => response.writeHead(200, { link: '<http://[>; rel="next"' }).end('{"tags":[]}'),
      invalid(`${list} continues at an invalid address`),
    ],
  ])('is an error with its location: %s', async (_title, handler, expected) => {
    const error = await outcome(handler);
    expect(error).toBe(expected);
    expect(error).not.toMatch(/s3cr3t|hunter2/);
  });

  it(
    'ends when every page points to another one',
    async () => {
      let page = 0;
      const error = await outcome((_request, response) =>
        response.writeHead(200, { link: `</v2/web/tags/list?page=${++page}>; rel="next"` }).end('{"tags":["a"]}'),
      );
      expect(error).toBe(invalid(`${list} has no end`));
      expect(page).toBe(1000);
    },
    TIMEOUT_MS * 2,
  );

  it(
    'is never a bug of ours, for any JSON',
    async () => {
      let responseText = '';
      const { host } = await serve((_request, response) => response.end(responseText));
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            fc.json(),
            fc.record({ tags: fc.anything() }).map((data) => JSON.stringify(data) ?? ''),
          ),
          async (text) => {
            responseText = text;
            const tags = await client(host)
              .tags(`${host}/web`)
              .catch((error: Error) => error.name);
            if (Array.isArray(tags)) expect(tags.filter((tag) => typeof tag !== 'string')).toEqual([]);
            else expect(['BrokenResponseError', 'InvalidResponseError']).toContain(tags);
          },
        ),
        { numRuns: 200 },
      );
    },
    TIMEOUT_MS,
  );
});

describe('a response of a registry', () => {
  it(
    'can contain 200,000 tags on one page',
    async () => {
      const tags = Array.from({ length: 200_000 }, (_, index) => `sha-${index}`);
      expect(await outcome(body(JSON.stringify({ tags })))).toHaveLength(200_000);
    },
    TIMEOUT_MS,
  );

  it.each<[string, Handler]>([
    ['never comes', () => undefined],
    ['comes byte by byte', (_request, response) => void setInterval(() => response.write(' '), 200).unref()],
    [
      'has headers byte by byte',
      (request) => {
        request.socket.write('HTTP/1.1 200 OK\r\nx: ');
        setInterval(() => request.socket.write('x'), 200).unref();
      },
    ],
    [
      'is a redirect whose body comes byte by byte',
      (_request, response) => {
        response.writeHead(302, { location: '/x' });
        setInterval(() => response.write(' '), 200).unref();
      },
    ],
  ])(
    'that %s is abandoned',
    async (_title, handler) => {
      expect(await outcome(handler)).toBe(
        'ResponseTimeoutError: the registry HOST did not complete its response within 1 s',
      );
    },
    TIMEOUT_MS,
  );

  it.each<[string, (response: ServerResponse) => void]>([
    ['came too late', () => undefined],
    [
      'broke off',
      (response) => response.writeHead(200, { 'content-length': 100 }).write('{"tags"', () => response.destroy()),
    ],
  ])(
    'that %s is requested again',
    async (_title, first) => {
      let count = 0;
      const { host } = await serve((_request, response) =>
        ++count === 1 ? first(response) : response.end('{"tags":["a"]}'),
      );
      expect(await client(host, me, 1).tags(`${host}/web`)).toEqual(['a']);
    },
    TIMEOUT_MS,
  );

  it(
    'is not awaited to check a login: the build will show it',
    async () => {
      const { host } = await serve((_request, response) => void setInterval(() => response.write(' '), 200).unref());
      await expect(client(host).refusal()).rejects.toThrow('did not complete its response within 1 s');
    },
    TIMEOUT_MS,
  );
});

describe('a login', () => {
  it.each([301, 302, 303, 307, 308])('is not sent to another origin by a redirect (%i)', async (status) => {
    const other = await serve((_request, response) => response.end('{"tags":[],"token":"t"}'));
    const { host } = await serve((request, response, origin) => {
      if (request.url?.startsWith('/token'))
        response.writeHead(status, { location: `http://${other.host}/token` }).end();
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="${origin}/token"` }).end();
    });
    await client(host)
      .tags(`${host}/web`)
      .catch(() => undefined);
    await client(host, { identityToken: 's3cr3t' })
      .tags(`${host}/web`)
      .catch(() => undefined);
    expect(other.received).toEqual(['']);
  });

  it('is not sent where the target of a redirect asks for it', async () => {
    const other = await serve((_request, response, origin) =>
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${origin}/token"` }).end('{"token":"t"}'),
    );
    const { host } = await serve((_request, response) =>
      response.writeHead(307, { location: `http://${other.host}/x` }).end(),
    );
    for (const credentials of [me, { identityToken: 's3cr3t' }])
      await expect(client(host, credentials).tags(`${host}/web`)).rejects.toThrow('401');
    expect(other.received).toEqual(['', '']);
  });

  it('is not sent to another port as a token either', async () => {
    const other = await serve((_request, response) => response.end('{"tags":["a"]}'));
    const { host } = await serve((request, response, origin) => {
      if (request.url?.startsWith('/token')) response.end('{"token":"t"}');
      else if (request.headers.authorization === 'Bearer t')
        response.writeHead(307, { location: `http://${other.host}/x` }).end();
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="${origin}/token"` }).end();
    });
    expect(await client(host).tags(`${host}/web`)).toEqual(['a']);
    expect(other.received).toEqual(['']);
  });
});

describe('floating tags', () => {
  it('stay, and the reason names the registry', async () => {
    const { host } = await serve(body('{"tags":[1]}'));
    const tags = [{ name: 'latest' as ImageTag, moving: true, range: 'all' as const }];
    const release = { text: '1.2.3', major: 1, minor: 2, stable: true };
    const { movable, reason } = await selectMovable({ ...job, repository: `${host}/web`, tags, release }, client(host));
    expect(movable).toEqual([]);
    expect(reason).toContain(`invalid response from the registry ${host}`);
  });
});

it.each(['token=s3cr3t', '{"token":7}'])(
  'an invalid response has no cause that debug logging prints: %s',
  async (text) => {
    const { host } = await serve(token(text));
    const error = await client(host)
      .tags(`${host}/web`)
      .catch((thrown: unknown) => thrown);
    expect([/s3cr3t/.test(String(error)), (error as Error).cause]).toEqual([false, undefined]);
  },
);
