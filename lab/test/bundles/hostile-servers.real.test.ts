import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer, type TestServer } from '../../../scripts/test-support/server.ts';
import { runStep, type StepResult } from './step.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, origin: string) => void;

let dir: string;
let workspace: string;
let servers: TestServer[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hostile-'));
  workspace = join(dir, 'workspace');
  mkdirSync(workspace);
  mkdirSync(join(dir, 'bin'));
});
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
  rmSync(dir, { recursive: true, force: true });
});

/** Starts a server on this machine, and records the logins and tokens that it receives. */
async function serve(handler: Handler): Promise<{ host: string; received: string[] }> {
  const received: string[] = [];
  const server = await startServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push(`${request.url} ${request.headers.authorization ?? ''} ${body}`);
      handler(request, response, `http://${request.headers.host}`);
    });
  });
  servers.push(server);
  return { host: server.host, received };
}

const ENV = {
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_SHA: '0123456789012345678901234567890123456789',
  GITHUB_EVENT_NAME: 'push',
  RUNNER_DEBUG: '1',
};
const SECRETS = /hunter2|s3cr3t/;
const respondWith =
  (text: string, headers: Record<string, string> = {}): Handler =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(text);
const endless: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const chunk = Buffer.alloc(1 << 20, 97);
  const write = () => {
    while (response.write(chunk));
    response.once('drain', write);
  };
  write();
};

function expectNoDefect({ log, summary }: StepResult): void {
  expect(log).not.toContain('bug in the action');
  expect(log).not.toContain('is not a function');
  expect(log).not.toContain('call stack');
  expect((log + summary).replaceAll(/^::add-mask::.*$/gm, '')).not.toMatch(SECRETS);
}

/** The error of buildx for an image that does not exist. */
const NOT_FOUND = 'echo "ERROR: localhost/x: not found" >&2; exit 1';

describe('a registry', () => {
  /** Runs a dry run for the tag v1.2.3, in which the action lists the tags with the login. */
  const release = async (handler: Handler, inputs: Record<string, string> = {}) => {
    writeFileSync(join(workspace, 'Dockerfile'), 'FROM scratch\n');
    writeFileSync(join(dir, 'bin', 'docker'), `#!/bin/sh\n${NOT_FOUND}\n`, { mode: 0o755 });
    const { host, received } = await serve(handler);
    const result = await runStep({
      action: 'build-push-image',
      inputs: {
        images: '- name: shop/web',
        registry: host,
        username: 'joe',
        password: 's3cr3t-pw',
        reproducible: 'false',
        'dry-run': 'true',
        tags: 'semver\nlatest',
        retries: '0',
        ...inputs,
      },
      dir,
      env: {
        ...ENV,
        PATH: `${join(dir, 'bin')}:${process.env.PATH}`,
        DOCKER_CONFIG: join(dir, 'docker'),
        GITHUB_WORKSPACE: workspace,
        GITHUB_REF: 'refs/tags/v1.2.3',
      },
    });
    return { result, host, received };
  };
  /** Accepts the login; the handler responds to the list of tags. */
  const tags =
    (handler: Handler): Handler =>
    (request, response, origin) =>
      request.url?.includes('/tags/list') ? handler(request, response, origin) : response.end('{}');
  const token =
    (text: string): Handler =>
    (request, response, origin) =>
      request.url?.startsWith('/token')
        ? response.end(text)
        : response.writeHead(401, { 'www-authenticate': `Bearer realm="${origin}/token",service="x"` }).end();

  it.each<[string, Handler, string]>([
    ['numbers for tags', tags(respondWith('{"tags":[1,null,{"a":1}]}')), '`tags[0]` is a number, not a string'],
    ['a string for tags', tags(respondWith('{"tags":"abc"}')), '`tags` is a string, not a list'],
    ['a page of a proxy', tags(respondWith('<html>proxy says no: token=hunter2</html>')), 'is an HTML page'],
    ['an endless response', tags(endless), 'it is longer than 32 MiB'],
    [
      'endless pages',
      tags((request, response) =>
        response.writeHead(200, { link: `<${request.url}>; rel="next"` }).end('{"tags":["1.0.0"]}'),
      ),
      'has no end',
    ],
    ['an invalid token', token('{"token":["hunter2"]}'), '`token` is a list, not a string'],
    [
      'an invalid URL for its tokens',
      (_request, response) => response.writeHead(401, { 'www-authenticate': 'Bearer realm="not a url"' }).end(),
      'the address for tokens (the realm of its challenge) is invalid',
    ],
  ])(
    'that returns %s is named, and latest is not moved',
    async (_title, handler, problem) => {
      const { result, host } = await release(handler);
      expect(result.exitCode).toBe(0);
      expect(result.log).toContain('latest stays where it is');
      expect(result.log).toContain(`the registry ${host}`);
      expect(result.log).toContain(problem);
      expectNoDefect(result);
    },
    60_000,
  );

  it('that responds with one byte per second times out after 30 s', async () => {
    const slow = tags((_request, response) => void setInterval(() => response.write(' '), 1000).unref());
    const { result } = await release(slow);
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain('did not complete its response within 30 s');
    expectNoDefect(result);
  }, 90_000);

  it('that has a manifest of 1 GB is named', async () => {
    const { host: source } = await serve(endless);
    const inputs = { 'promote-from': `${source}/source`, retries: '0' };
    const { result } = await release(tags(respondWith('{"tags":[]}')), inputs);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain(`invalid response from the registry ${source}: it is longer than 32 MiB`);
    expectNoDefect(result);
  }, 60_000);

  it('that has 200,000 tags on one page is read', async () => {
    const list = Array.from({ length: 200_000 }, (_, index) => (index === 100_000 ? '9.0.0' : `sha-${index}`));
    const { result } = await release(tags(respondWith(JSON.stringify({ tags: list }))));
    expect(result.log).toContain('latest stays: the repository has the newer 9.0.0');
    expectNoDefect(result);
  }, 60_000);

  it.each([301, 307, 308])(
    'that redirects its tokens to another server (%i) does not leak the login',
    async (status) => {
      const other = await serve(respondWith('{"token":"t","tags":[]}'));
      const { result } = await release((request, response, origin) => {
        if (request.url?.startsWith('/token')) response.writeHead(status, { location: `http://${other.host}/x` }).end();
        else response.writeHead(401, { 'www-authenticate': `Bearer realm="${origin}/token"` }).end();
      });
      expect(other.received.join('\n')).not.toMatch(/Basic|s3cr3t/);
      expect(other.received.length).toBeGreaterThan(0);
      expectNoDefect(result);
    },
    60_000,
  );
});

describe("GitHub's API", () => {
  const run = async (action: string, handler: Handler) => {
    const { host, received } = await serve(handler);
    writeFileSync(join(workspace, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
    const result = await runStep({
      action,
      inputs: { token: 's3cr3t-token', charts: '.', version: '1.2.3', tag: 'v1.2.3', branch: 'main', retries: '0' },
      dir,
      env: {
        ...ENV,
        GITHUB_WORKSPACE: workspace,
        GITHUB_REF: 'refs/heads/main',
        GITHUB_API_URL: `http://${host}`,
        GITHUB_GRAPHQL_URL: `http://${host}/graphql`,
      },
    });
    return { result, host, received };
  };

  const actions = ['bump-chart-version', 'create-release'];
  const cases: [string, Handler, string][] = [
    [
      'a page of a proxy',
      respondWith('<html>no: hunter2</html>', { 'content-type': 'text/html' }),
      'is an HTML page (status 200)',
    ],
    ['a partial response', respondWith('{"data": {"repository": "hunter2'), 'is not complete JSON (status 200)'],
    ['an endless response', endless, 'it is longer than 64 MiB'],
    ['a list of numbers', respondWith('[1, 2]'), 'invalid response from'],
    ['a number', respondWith('7'), 'is not complete JSON (status 200)'],
    ['no data', respondWith('{"data": null, "object": null, "sha": null}'), 'the server '],
    ['wrong types', respondWith('{"data": {"repository": {"ref": [1]}}, "object": 7, "errors": []}'), 'not a mapping'],
    ['invalid errors', respondWith('{"errors": {"message": 7}, "object": {"sha": ["x"]}}'), 'is a '],
  ];
  it.each(actions.flatMap((action) => cases.map((testCase) => [action, ...testCase] as const)))(
    '%s names a server that returns %s',
    async (action, _title, handler, problem) => {
      const { result } = await run(action, handler);
      expect(result.exitCode).toBe(1);
      expect(result.log).toContain(`::error title=${action}`);
      expect(result.log).toContain(problem);
      expectNoDefect(result);
    },
    60_000,
  );

  it.each(actions.flatMap((action) => [302, 307].map((status) => [action, status] as const)))(
    '%s does not send its token to another server after a redirect (%i)',
    async (action, status) => {
      const other = await serve(respondWith('{}'));
      const { result } = await run(action, (request, response) =>
        response.writeHead(status, { location: `http://${other.host}${request.url}` }).end(),
      );
      expect(result.exitCode).toBe(1);
      expect(other.received.join('\n')).not.toMatch(SECRETS);
      expectNoDefect(result);
    },
    60_000,
  );
});
