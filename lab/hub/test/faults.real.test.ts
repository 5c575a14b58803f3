import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultRequest } from '../index.ts';
import { ADMIN, SHOP, startWithCommit } from './helpers.ts';

describe('a hub with faults', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  beforeEach(async () => {
    test = await startWithCommit();
  });
  afterEach(() => test.close());

  const addFault = (fault: FaultRequest) => test.admin.addFault(fault);
  const getUser = () => fetch(`${test.hub.apiUrl}/user`, { headers: { authorization: `Bearer ${test.alice}` } });

  it('responds with a status, headers and a body, as often as requested', async () => {
    const body = { message: 'You have exceeded a secondary rate limit.' };
    await addFault({
      match: { operation: 'users/get-authenticated' },
      times: 1,
      fault: { status: 429, headers: { 'retry-after': '7' }, body },
    });
    const limited = await getUser();
    expect([limited.status, limited.headers.get('retry-after'), await limited.json()]).toEqual([429, '7', body]);
    expect((await getUser()).status).toBe(200);
  });

  it('resets the connection before it serves the request', async () => {
    const { rest } = test.octokit(test.alice);
    await addFault({ match: { operation: 'git/create-ref' }, times: 1, fault: 'reset' });
    const ref = { ...SHOP, ref: 'refs/heads/cut', sha: test.first };
    await expect(rest.git.createRef(ref)).rejects.toThrow();
    await rest.git.createRef(ref);
  });

  it('serves the request and loses the response', async () => {
    const { rest, graphql } = test.octokit(test.alice);
    await addFault({ match: { operation: 'graphql' }, times: 1, fault: 'lost-response' });
    const input = {
      branch: { repositoryNameWithOwner: 'alice/shop', branchName: 'main' },
      message: { headline: 'chore: lost' },
      expectedHeadOid: test.first,
      fileChanges: { additions: [{ path: 'a', contents: 'YQ==' }] },
    };
    const mutation =
      'mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }';
    await expect(graphql(mutation, { input })).rejects.toThrow();
    const { data } = await rest.repos.getCommit({ ...SHOP, ref: 'main' });
    expect(data.commit.message).toBe('chore: lost');
  });

  it('fails a push, which then succeeds', async () => {
    await addFault({ match: { operation: 'git/receive-pack' }, times: 1, fault: { status: 503 } });
    await test.work.commit({ b: 'b' }, 'feat: b');
    expect(await test.work.expectFailure('push', 'origin', 'main')).toContain('503');
    await test.work.git('push', '--quiet', 'origin', 'main');
  });

  it('fails an upload by its path, after others have passed', async () => {
    const { rest } = test.octokit(test.alice);
    const { data: release } = await rest.repos.createRelease({ ...SHOP, tag_name: 'v1', draft: true });
    await addFault({ match: { method: 'POST', path: '/api/uploads/' }, after: 1, times: 1, fault: { status: 502 } });
    const upload = (name: string) =>
      rest.repos.uploadReleaseAsset({ ...SHOP, release_id: release.id, url: release.upload_url, name, data: 'x' });
    await upload('one');
    await expect(upload('two')).rejects.toMatchObject({ status: 502 });
    await upload('two');
  });

  it('serves the request after a delay', async () => {
    await addFault({ match: { path: '/user$' }, fault: { delayMs: 30 } });
    expect((await getUser()).status).toBe(200);
    const log = (await test.admin.requests()).at(-1);
    expect(log?.milliseconds).toBeGreaterThanOrEqual(29);
    await test.admin.clearFaults();
    expect(await test.admin.faults()).toEqual([]);
  });

  it('logs the requests that it serves', async () => {
    await test.admin.clearRequests();
    await getUser();
    await fetch(`${test.hub.apiUrl}/repos/alice/none`);
    const log = await test.admin.requests();
    expect(log.map(({ method, path, status, operation, login }) => [method, path, status, operation, login])).toEqual([
      ['GET', '/api/v3/user', 200, 'users/get-authenticated', 'alice'],
      ['GET', '/api/v3/repos/alice/none', 404, 'repos/get', null],
    ]);
  });
});

describe('the admin endpoints', () => {
  it('require the admin token, except for health', async () => {
    const test = await startWithCommit();
    const request = (path: string, token: string) =>
      fetch(`${test.hub.url}/_lab/${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await request('health', '')).status).toBe(200);
    for (const token of ['', 'wrong', test.alice, `${ADMIN}x`])
      expect((await request('requests', token)).status).toBe(401);
    expect((await request('requests', ADMIN)).status).toBe(200);
    expect((await request('nothing', ADMIN)).status).toBe(404);
    await test.close();
  });

  it('create accounts, tokens and secrets', async () => {
    const test = await startWithCommit();
    expect(await test.admin.createUser('bob')).toMatchObject({ login: 'bob', type: 'User' });
    await expect(test.admin.createUser('../x')).rejects.toThrow('the hub responded with 422 to POST /_lab/users');
    const token = await test.admin.createToken({ login: 'bob', permissions: { contents: 'write' } });
    const ref = { ...SHOP, ref: 'refs/heads/bobs', sha: test.first };
    await expect(test.octokit(token).rest.git.createRef(ref)).rejects.toMatchObject({ status: 403 });
    await test.octokit(test.alice).rest.repos.addCollaborator({ ...SHOP, username: 'bob', permission: 'push' });
    await test.octokit(token).rest.git.createRef(ref);
    await test.admin.setSecret('alice/shop', 'password', 's');
    expect(test.hub.admin.secrets('alice/shop')).toMatchObject([{ name: 'PASSWORD', value: 's' }]);
    await expect(test.admin.setSecret('alice/none', 'x', 's')).rejects.toThrow('responded with 404');
    expect(test.hub.admin.deleteToken(token)).toBe(true);
    await expect(test.octokit(token).rest.users.getAuthenticated()).rejects.toMatchObject({ status: 401 });
    await test.close();
  });
});
