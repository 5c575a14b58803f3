import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BundleResult, runBundle } from '../../../scripts/test-support/bundle.ts';

let server: Server;
let requests: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end('{"message":"Resource not accessible by integration"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function run(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<BundleResult> {
  requests = [];
  return runBundle({
    action: 'create-release',
    inputs,
    env: {
      PATH: process.env.PATH ?? '',
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...env,
    },
  });
}

describe('the bundle as a process', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['no input', {}, ['2 invalid inputs', 'tag is required', 'token is required']],
    ['an unknown boolean', { tag: 'v1.0.0', token: 't', draft: 'yes' }, ['draft is not a boolean', 'given: "yes"']],
    [
      'a tag that contradicts an input, beside another problem',
      { tag: 'nightly', token: 't', 'major-tag': 'true', draft: 'maybe' },
      ['2 invalid inputs', 'draft is not a boolean', 'major-tag needs a tag that is a semantic version'],
    ],
    [
      'a tag that Git does not accept',
      { tag: 'v1.0.0$(touch pwned)', token: 't' },
      ['tag is not a valid Git reference name'],
    ],
    ['an unreadable body-path', { tag: 'v1.0.0', token: 't', 'body-path': 'no/such.md' }, ['body-path does not exist']],
    [
      'a glob that matches nothing',
      { tag: 'v1.0.0', token: 't', files: 'no/such/*' },
      ['files (line 1) matches no file'],
    ],
    ['no variables of the runner', { tag: 'v1.0.0', token: 't' }, ['invalid environment variable GITHUB_REPOSITORY']],
  ])('reports %s as one error', async (_, inputs, words) => {
    const { exitCode, log } = await run(inputs);
    expect(exitCode).toBe(1);
    expect(log.match(/^::error /gm)).toHaveLength(1);
    expect(log).toMatch(/^::error title=create-release%3A /m);
    for (const word of words) expect(log).toContain(word);
    expect(log).not.toContain('    at ');
    expect(requests).toEqual([]);
  });

  it('names the permission that a token lacks, and never shows the token', async () => {
    const { exitCode, log } = await run(
      { tag: 'v1.0.0', token: 'ghs_secret' },
      { GITHUB_REPOSITORY: 'o/r', GITHUB_SHA: 'a'.repeat(40) },
    );
    expect(exitCode).toBe(1);
    expect(log).toContain('permissions: { contents: write }');
    expect(log).not.toContain('ghs_secret');
    expect(requests).toHaveLength(1);
  });
});
