import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWithCommit } from './helpers.ts';

describe('the headers of REST', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  beforeAll(async () => {
    test = await startWithCommit();
  });
  afterAll(() => test.close());

  const call = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${test.hub.apiUrl}${path}`, { method, headers: { authorization: `token ${test.alice}`, ...headers } });

  it.each(['/repos/alice/shop', '/repos/alice/shop/branches', '/'])('of %s serve HEAD without a body', async (path) => {
    const [head, get] = [await call(path, {}, 'HEAD'), await call(path)];
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', get.headers.get('etag')]);
  });

  it('serve HEAD for what does not exist', async () => {
    expect((await call('/repos/alice/shop/releases/tags/v1', {}, 'HEAD')).status).toBe(404);
  });

  it('have an entity tag that changes with the entity', async () => {
    const tag = (await call('/repos/alice/shop/releases')).headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"[0-9a-f]{64}"$/);
    const known = { 'if-none-match': tag };
    const unchanged = await call('/repos/alice/shop/releases', known);
    expect([unchanged.status, await unchanged.text()]).toEqual([304, '']);
    const { rest } = test.octokit(test.alice);
    await rest.repos.createRelease({ owner: 'alice', repo: 'shop', tag_name: 'v1', draft: true });
    expect((await call('/repos/alice/shop/releases', known)).status).toBe(200);
  });

  it('select a version of the API', async () => {
    const selected = async (version?: string) => {
      const response = await call('/user', version === undefined ? {} : { 'x-github-api-version': version });
      return [response.status, response.headers.get('x-github-api-version-selected')];
    };
    expect(await selected()).toEqual([200, '2022-11-28']);
    expect(await selected('2022-11-28')).toEqual([200, '2022-11-28']);
    expect(await selected('1999-01-01')).toEqual([400, null]);
  });

  it.each(['/api/v3/user', '/api/graphql', '/api/uploads/repos/alice/shop/releases/1/assets'])(
    'require a user agent at %s',
    async (path) => {
      const status = (headers: Record<string, string>) =>
        new Promise((resolve) => {
          const sent = request(test.hub.url + path, { headers }, (response) => {
            response.resume();
            resolve(response.statusCode);
          });
          sent.end();
        });
      expect(await status({})).toBe(403);
      expect(await status({ 'user-agent': 'test' })).not.toBe(403);
    },
  );

  it('choose a media type', async () => {
    const text = async (path: string, type: string) => {
      const response = await call(path, { accept: `application/vnd.github.${type}` });
      return [response.headers.get('content-type'), await response.text()];
    };
    const file = '/repos/alice/shop/contents/README.md';
    expect(await text(file, 'raw+json')).toEqual(['application/vnd.github.raw; charset=utf-8', '# shop\n']);
    expect(await text(file, 'v3.raw')).toEqual(['application/vnd.github.raw; charset=utf-8', '# shop\n']);
    const commit = '/repos/alice/shop/commits/main';
    expect((await text(commit, 'diff'))[1]).toMatch(/^diff --git a\/README\.md b\/README\.md\n/);
    expect((await text(commit, 'patch'))[1]).toMatch(/^From [0-9a-f]{40} [\s\S]*Subject: \[PATCH\] chore: begin/);
  });

  it('name the scopes of a classic token only', async () => {
    expect((await call('/user')).headers.get('x-oauth-scopes')).toContain('repo');
    const fine = test.hub.admin.createToken({ login: 'alice', permissions: { contents: 'read' } });
    expect((await call('/user', { authorization: `token ${fine}` })).headers.get('x-oauth-scopes')).toBeNull();
  });
});
