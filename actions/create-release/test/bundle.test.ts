import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const bundle = join(import.meta.dirname, '../dist/index.js');

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

async function start(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  requests = [];
  const child = spawn(process.execPath, [bundle], { env: { PATH: process.env.PATH ?? '', ...env } });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    output += data;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}

describe('the bundle as a process', () => {
  it.each([
    ['no input', {}, ['2 invalid inputs', 'tag is required', 'token is required']],
    [
      'an unknown boolean',
      { INPUT_TAG: 'v1.0.0', INPUT_TOKEN: 't', INPUT_DRAFT: 'yes' },
      ['draft is not a boolean', 'given: "yes"'],
    ],
    [
      'a tag that contradicts an input, beside another fault',
      { INPUT_TAG: 'nightly', INPUT_TOKEN: 't', 'INPUT_MAJOR-TAG': 'true', INPUT_DRAFT: 'maybe' },
      ['2 invalid inputs', 'draft is not a boolean', 'major-tag needs a tag that is a semantic version'],
    ],
    [
      'a tag that Git does not accept',
      { INPUT_TAG: 'v1.0.0$(touch pwned)', INPUT_TOKEN: 't' },
      ['tag is not a valid Git reference name'],
    ],
    [
      'an unreadable body-path',
      { INPUT_TAG: 'v1.0.0', INPUT_TOKEN: 't', 'INPUT_BODY-PATH': 'no/such.md' },
      ['body-path does not exist'],
    ],
    [
      'a glob that matches nothing',
      { INPUT_TAG: 'v1.0.0', INPUT_TOKEN: 't', INPUT_FILES: 'no/such/*' },
      ['files (line 1) matches no file'],
    ],
    [
      'no variables of the runner',
      { INPUT_TAG: 'v1.0.0', INPUT_TOKEN: 't' },
      ['invalid environment variable GITHUB_REPOSITORY'],
    ],
  ])('answers %s with one error', async (_, env, words) => {
    const { code, output } = await start({
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...env,
    });
    expect(code).toBe(1);
    expect(output.match(/^::error /gm)).toHaveLength(1);
    expect(output).toMatch(/^::error title=create-release%3A /m);
    for (const word of words) expect(output).toContain(word);
    expect(output).not.toContain('    at ');
    expect(requests).toEqual([]);
  });

  it('names the permission that a token lacks, and never shows the token', async () => {
    const { code, output } = await start({
      GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_SHA: 'a'.repeat(40),
      INPUT_TAG: 'v1.0.0',
      INPUT_TOKEN: 'ghs_secret',
    });
    expect(code).toBe(1);
    expect(output).toContain('permissions: { contents: write }');
    expect(output).not.toContain('ghs_secret');
    expect(requests).toHaveLength(1);
  });
});
