import { execFileSync } from 'node:child_process';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBotToken, expectFailure, SHOP, startWithCommit } from './helpers.ts';

describe('what a release leads to', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let rest: ReturnType<typeof test.octokit>['rest'];
  let published: Awaited<ReturnType<typeof create>>;
  const create = async (tag: string, more: object = {}) =>
    (await rest.repos.createRelease({ ...SHOP, tag_name: tag, ...more })).data;
  const upload = async (release: { id: number; upload_url: string }, data: string) =>
    (
      await rest.repos.uploadReleaseAsset({
        ...SHOP,
        url: release.upload_url,
        release_id: release.id,
        name: 'a.txt',
        data,
      })
    ).data;
  /** Follows no redirect. */
  const get = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers, redirect: 'manual' });
  const authorized = () => ({ authorization: `token ${test.alice}` });

  beforeAll(async () => {
    test = await startWithCommit();
    rest = test.octokit(test.alice).rest;
    published = await create('v1.0.0');
    await upload(published, 'hello');
  });
  afterAll(() => test.close());

  it('is the address of what was created', async () => {
    const response = await fetch(`${test.hub.apiUrl}/repos/alice/shop/releases`, {
      method: 'POST',
      headers: authorized(),
      body: JSON.stringify({ tag_name: 'v0.9.0', draft: true }),
    });
    const { url } = (await response.json()) as { url: string };
    expect([response.status, response.headers.get('location')]).toEqual([201, url]);
  });

  it('has assets in every response that shows it', async () => {
    for (const release of [
      (await rest.repos.getRelease({ ...SHOP, release_id: published.id })).data,
      (await rest.repos.getReleaseByTag({ ...SHOP, tag: 'v1.0.0' })).data,
      (await rest.repos.getLatestRelease(SHOP)).data,
      (await rest.repos.listReleases(SHOP)).data.find(({ id }) => id === published.id),
    ])
      expect(release?.assets.map(({ name }) => name)).toEqual(['a.txt']);
  });

  it.each([
    ['/releases/latest', '/releases/tag/v1.0.0'],
    ['/releases/latest/download/a.txt', '/releases/download/v1.0.0/a.txt'],
  ])('leads from %s to %s', async (from, to) => {
    const response = await get(`${test.hub.url}/alice/shop${from}`);
    expect([response.status, response.headers.get('location')]).toEqual([302, `${test.hub.url}/alice/shop${to}`]);
    expect((await fetch(`${test.hub.url}/alice/shop${from}`)).status).toBe(200);
  });

  it.each(['tarball_url', 'zipball_url'] as const)('has an archive at its %s', async (key) => {
    const response = await get(published[key] ?? '');
    expect(response.status).toBe(302);
    const archive = await fetch(response.headers.get('location') ?? '');
    const bytes = Buffer.from(await archive.arrayBuffer());
    const prefix = `alice-shop-${test.first.slice(0, 7)}`;
    if (key === 'zipball_url') expect(bytes.toString('latin1')).toContain(`${prefix}/README.md`);
    else expect(execFileSync('tar', ['-tz'], { input: bytes, encoding: 'utf8' })).toContain(`${prefix}/README.md`);
  });

  it('has an archive of its tag', async () => {
    const archive = await fetch(`${test.hub.url}/alice/shop/archive/refs/tags/v1.0.0.tar.gz`);
    const list = execFileSync('tar', ['-tz'], { input: Buffer.from(await archive.arrayBuffer()), encoding: 'utf8' });
    expect(list).toContain('shop-1.0.0/README.md');
  });

  it('redirects to the bytes of an asset, of a draft too', async () => {
    const draft = await create('v2.0.0', { draft: true });
    const asset = await upload(draft, 'of a draft');
    const headers = { ...authorized(), accept: 'application/octet-stream' };
    const response = await get(asset.url, headers);
    expect(response.status).toBe(302);
    expect(await (await fetch(response.headers.get('location') ?? '')).text()).toBe('of a draft');
    expect((await (await get(asset.url, authorized())).json()) as object).toMatchObject({ download_count: 1 });
    expect((await fetch(asset.browser_download_url)).status).toBe(404);
  });

  it('gives an asset another name, unless it is taken', async () => {
    const release = await create('v3.0.0', { draft: true });
    const asset = await upload(release, 'x');
    const rename = (name: string) => rest.repos.updateReleaseAsset({ ...SHOP, asset_id: asset.id, name, label: 'L' });
    expect((await rename('b c.txt')).data).toMatchObject({ name: 'b.c.txt', label: 'L' });
    const other = await upload(release, 'y');
    const taken = rest.repos.updateReleaseAsset({ ...SHOP, asset_id: other.id, name: 'b.c.txt' });
    expect(await expectFailure(taken)).toMatchObject({ status: 422, errors: [{ code: 'already_exists' }] });
  });

  it('begins a discussion in an existing category when it is published', async () => {
    const category = { discussion_category_name: 'Announcements' };
    const draft = await create('v4.0.0', { ...category, draft: true });
    expect(draft.discussion_url).toBeUndefined();
    const publish = async () =>
      (await rest.repos.updateRelease({ ...SHOP, release_id: draft.id, draft: false, ...category })).data;
    const { discussion_url: url } = await publish();
    expect(url).toMatch(/\/alice\/shop\/discussions\/\d+$/);
    expect((await publish()).discussion_url).toBe(url);
    expect((await fetch(url ?? '')).status).toBe(200);
    const unknown = await expectFailure(create('v5.0.0', { discussion_category_name: 'Rumours' }));
    expect(unknown).toMatchObject({ status: 404, message: 'Not Found' });
  });

  it('cannot have an asset of 2 GiB', async () => {
    const url = new URL(published.upload_url.replace(/\{.*/, '?name=huge'));
    const headers = { ...authorized(), 'user-agent': 'test', 'content-length': String(2 ** 31) };
    const status = await new Promise((resolve) => {
      const sent = request(url, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.on('error', () => undefined);
      sent.flushHeaders();
    });
    expect(status).toBe(422);
    expect((await rest.repos.listReleaseAssets({ ...SHOP, release_id: published.id })).data).toHaveLength(1);
  });

  it('has notes that begin at the release before it', async () => {
    const { data } = await rest.repos.generateReleaseNotes({ ...SHOP, tag_name: 'v4.0.0' });
    expect(data.body).toMatch(/compare\/v1\.0\.0\.\.\.v4\.0\.0$/);
  });

  it('is listed only among the first 10,000', async () => {
    expect((await rest.repos.listReleases({ ...SHOP, per_page: 100, page: 100 })).data).toEqual([]);
    expect(await expectFailure(rest.repos.listReleases({ ...SHOP, per_page: 100, page: 101 }))).toMatchObject({
      status: 422,
      message: 'Only the first 10000 results are available.',
    });
  });

  it('does not let a token that only reads see whether releases are immutable', async () => {
    const reader = test.octokit(createBotToken(test.hub, { contents: 'read' }).token).rest;
    expect((await expectFailure(reader.repos.checkImmutableReleases(SHOP))).status).toBe(403);
    expect((await expectFailure(rest.repos.checkImmutableReleases(SHOP))).status).toBe(404);
    await rest.repos.enableImmutableReleases(SHOP);
    expect((await rest.repos.checkImmutableReleases(SHOP)).data.enabled).toBe(true);
  });
});
