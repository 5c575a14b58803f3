import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultAction } from '../index.ts';
import { expectFailure, SHOP, startWithCommit } from './helpers.ts';

describe('a fault of the response', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let tag = 0;
  beforeAll(async () => {
    test = await startWithCommit();
  });
  afterEach(() => test.admin.clearFaults());
  afterAll(() => test.close());

  const OPERATION = 'git/create-ref';
  const add = (fault: FaultAction) => test.admin.addFault({ match: { operation: OPERATION }, times: 1, fault });
  const createRef = () => {
    const body = JSON.stringify({ ref: `refs/tags/t${++tag}`, sha: test.first });
    return fetch(`${test.hub.apiUrl}/repos/alice/shop/git/refs`, {
      method: 'POST',
      headers: { authorization: `token ${test.alice}`, 'content-type': 'application/json' },
      body,
    });
  };
  const isCreated = async () =>
    (await test.work.git('ls-remote', 'origin', `refs/tags/t${tag}`)).endsWith(`refs/tags/t${tag}`);

  it('cuts the body of a request that was served', async () => {
    await add('cut-response');
    const response = await createRef();
    expect(response.status).toBe(201);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100);
    await expect(response.text()).rejects.toThrow();
    expect(await isCreated()).toBe(true);
  });

  it('sends half of the JSON as if it were whole', async () => {
    await add('invalid-json');
    const response = await createRef();
    const text = await response.text();
    expect([response.status, response.headers.get('content-length')]).toEqual([201, String(text.length)]);
    expect(text).toMatch(/^\{"ref":"refs\/tags\/t/);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(await isCreated()).toBe(true);
  });

  it('sends the status without a body', async () => {
    await add('empty-response');
    const response = await createRef();
    expect([response.status, await response.text()]).toEqual([201, '']);
    expect(await isCreated()).toBe(true);
  });

  it('sends an HTML page and serves nothing', async () => {
    await add('html');
    const response = await createRef();
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
    expect(await isCreated()).toBe(false);
  });

  it('redirects once, and serves the second request', async () => {
    // Without `times`, so that only the address of the second request prevents a loop.
    await test.admin.addFault({ match: { operation: OPERATION }, fault: 'redirect' });
    await test.admin.clearRequests();
    const response = await createRef();
    expect([response.status, response.redirected, await isCreated()]).toEqual([201, true, true]);
    const log = (await test.admin.requests()).filter(({ operation }) => operation === OPERATION);
    expect(log.map(({ status }) => status)).toEqual([307, 201]);
  });

  it('redirects Git, which follows', async () => {
    await test.admin.addFault({ match: { operation: 'git/info-refs' }, fault: 'redirect' });
    expect(await test.work.git('ls-remote', 'origin', 'refs/heads/main')).toContain(test.first);
  });

  it.each(['cut-response', 'invalid-json', 'empty-response', 'html'] as const)(
    'of the kind %s gives GraphQL no data',
    async (fault) => {
      await test.admin.addFault({ match: { operation: 'graphql' }, times: 1, fault });
      const query = () => test.octokit(test.alice).graphql('{ viewer { login } }');
      const answer = await query().catch((error: unknown) => error);
      expect(answer).not.toEqual({ viewer: { login: 'alice' } });
      expect(await query()).toEqual({ viewer: { login: 'alice' } });
    },
  );

  it('leaves a starter asset whose name is taken until it is deleted', async () => {
    const { rest } = test.octokit(test.alice);
    const { data: release } = await rest.repos.createRelease({ ...SHOP, tag_name: 'v1', draft: true });
    const where = { ...SHOP, release_id: release.id };
    await test.admin.addFault({ match: { operation: 'repos/upload-release-asset' }, times: 1, fault: 'starter' });
    const upload = () =>
      rest.repos.uploadReleaseAsset({ ...where, url: release.upload_url, name: 'a.txt', data: 'abc' });
    expect((await expectFailure(upload())).status).toBe(502);
    const [starter] = (await rest.repos.listReleaseAssets(where)).data;
    expect(starter).toMatchObject({ name: 'a.txt', state: 'starter', size: 0, digest: null });
    expect(await expectFailure(upload())).toMatchObject({ status: 422, errors: [{ code: 'already_exists' }] });
    await rest.repos.deleteReleaseAsset({ ...SHOP, asset_id: starter?.id ?? 0 });
    expect((await upload()).data).toMatchObject({ state: 'uploaded', size: 3 });
  });
});
