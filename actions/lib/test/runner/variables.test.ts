import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkVariables } from '../../runner/variables.ts';

let dir: string;
let file: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'runner-variables-'));
  file = join(dir, 'output');
  writeFileSync(file, '');
  mkdirSync(join(dir, 'directory'));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('checkVariables', () => {
  it('accepts missing variables without a runner', () => {
    expect(() => checkVariables({})).not.toThrow();
    expect(() => checkVariables({ GITHUB_OUTPUT: '', GITHUB_API_URL: '', https_proxy: '' })).not.toThrow();
  });

  it('accepts the variables of GitHub and of GitHub Enterprise Server', () => {
    for (const server of ['https://api.github.com', 'https://ghes.example.com:8443/api/v3/', 'http://127.0.0.1:9'])
      expect(() =>
        checkVariables({
          GITHUB_ACTIONS: 'true',
          GITHUB_SERVER_URL: server,
          GITHUB_API_URL: server,
          GITHUB_GRAPHQL_URL: server,
          GITHUB_WORKSPACE: dir,
          RUNNER_TEMP: join(dir, 'directory'),
          GITHUB_OUTPUT: file,
          HTTPS_PROXY: 'http://me:secret@proxy:3128',
          http_proxy: 'proxy:3128',
        }),
      ).not.toThrow();
  });

  it.each<[string, string, string, string]>([
    [
      'an address without a scheme',
      'GITHUB_API_URL',
      'api.github.com',
      '"api.github.com" is not an http or https address',
    ],
    ['an invalid address', 'GITHUB_GRAPHQL_URL', 'http://[', 'is not an http or https address'],
    ['another scheme', 'GITHUB_SERVER_URL', 'file:///etc', 'is not an http or https address'],
    ['an address with a login', 'GITHUB_SERVER_URL', 'https://me:secret-1@x', 'it contains a user name or password'],
    ['an address with a query', 'GITHUB_API_URL', 'https://x/?a=b', 'has more than a host and a path'],
    ['an invalid address of a proxy', 'https_proxy', '[::me:secret-1@', 'it is not the address of a proxy'],
    ['a workspace that does not exist', 'GITHUB_WORKSPACE', '/no/such', 'ENOENT'],
    ['a workspace that is a file', 'GITHUB_WORKSPACE', '/dev/null', '/dev/null is not a directory'],
    ['a temporary directory that does not exist', 'RUNNER_TEMP', '/no/such', 'ENOENT'],
    ['an output file that does not exist', 'GITHUB_OUTPUT', '/no/such', 'ENOENT'],
    ['an output file that is a directory', 'GITHUB_OUTPUT', '/', '/ is not a file'],
    ['a path under a file', 'GITHUB_OUTPUT', '/dev/null/x', 'ENOTDIR'],
    ['an invalid path', 'GITHUB_OUTPUT', 'a\0b', 'null bytes'],
  ])('reports the variable with %s', (_title, name, value, why) => {
    let thrown: unknown;
    try {
      checkVariables({ [name]: value });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      what: `invalid environment variable ${name}`,
      why: expect.stringContaining(why),
      next: expect.stringMatching(/ set it | Set it |^Set it /),
    });
    expect((thrown as Error).message).not.toContain('secret-1');
  });

  it('requires an output file on a runner', () => {
    expect(() => checkVariables({ GITHUB_ACTIONS: 'true' })).toThrow(
      'invalid environment variable GITHUB_OUTPUT: it is not set',
    );
  });
});
