import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectFailure, SHOP, startWithCommit } from './helpers.ts';

const HOUR = 3_600_000;

describe('lists that lag', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let rest: ReturnType<typeof test.octokit>['rest'];
  let draft: { id: number; upload_url: string };
  let published: { id: number };
  let pull: { number: number };
  beforeAll(async () => {
    test = await startWithCommit();
    rest = test.octokit(test.alice).rest;
    draft = (await rest.repos.createRelease({ ...SHOP, tag_name: 'v1.0.0', draft: true })).data;
    const url = draft.upload_url;
    await rest.repos.uploadReleaseAsset({ ...SHOP, release_id: draft.id, url, name: 'a', data: 'a' });
    published = (await rest.repos.createRelease({ ...SHOP, tag_name: 'v0.9.0' })).data;
    await test.work.git('checkout', '--quiet', '-b', 'topic');
    await test.work.commit({ a: 'a' }, 'feat: a');
    await test.work.git('push', '--quiet', 'origin', 'topic');
    pull = (await rest.pulls.create({ ...SHOP, title: 'a', head: 'topic', base: 'main' })).data;
  });
  afterAll(() => test.close());

  const seen = async () => ({
    releases: (await rest.repos.listReleases(SHOP)).data.map(({ tag_name }) => tag_name),
    assets: (await rest.repos.listReleaseAssets({ ...SHOP, release_id: draft.id })).data.map(({ name }) => name),
    tags: (await rest.repos.listTags(SHOP)).data.map(({ name }) => name),
    branches: (await rest.repos.listBranches(SHOP)).data.map(({ name }) => name),
    matching: (await rest.git.listMatchingRefs({ ...SHOP, ref: 'tags/v0' })).data.map(({ ref }) => ref),
    pulls: (await rest.pulls.list(SHOP)).data.map(({ number }) => number),
    commits: await rest.repos.listCommits({ ...SHOP, sha: 'topic' }).then(
      ({ data }) => data.length,
      ({ status }: { status: number }) => status,
    ),
    byTag: (await fetch(`${test.hub.apiUrl}/repos/alice/shop/releases/tags/v0.9.0`)).status,
    latest: (await fetch(`${test.hub.apiUrl}/repos/alice/shop/releases/latest`)).status,
  });

  it('show everything without the fault', async () => {
    expect(await seen()).toEqual({
      releases: ['v0.9.0', 'v1.0.0'],
      assets: ['a'],
      tags: ['v0.9.0'],
      branches: ['main', 'topic'],
      matching: ['refs/tags/v0.9.0'],
      pulls: [pull.number],
      commits: 2,
      byTag: 200,
      latest: 200,
    });
  });

  it('show nothing that is new, while lookups by id show it', async () => {
    await test.admin.addFault({ match: {}, fault: { lagMs: HOUR } });
    expect(await seen()).toEqual({
      releases: [],
      assets: [],
      tags: [],
      branches: [],
      matching: [],
      pulls: [],
      commits: 404,
      byTag: 404,
      latest: 404,
    });
    const { data: release } = await rest.repos.getRelease({ ...SHOP, release_id: draft.id });
    expect(release.assets.map(({ name }) => name)).toEqual(['a']);
    expect((await rest.pulls.get({ ...SHOP, pull_number: pull.number })).data.number).toBe(pull.number);
    expect((await rest.git.getRef({ ...SHOP, ref: 'tags/v0.9.0' })).data.object.sha).toBe(test.first);
    const again = await expectFailure(rest.repos.createRelease({ ...SHOP, tag_name: 'v0.9.0' }));
    expect(again).toMatchObject({ status: 422, errors: [{ code: 'already_exists' }] });
    expect((await rest.repos.getRelease({ ...SHOP, release_id: published.id })).data.tag_name).toBe('v0.9.0');
    await test.admin.clearFaults();
  });

  it('lag as often as requested', async () => {
    await test.admin.addFault({ match: { operation: 'repos/list-tags' }, times: 1, fault: { lagMs: HOUR } });
    expect((await rest.repos.listTags(SHOP)).data).toHaveLength(0);
    expect((await rest.repos.listTags(SHOP)).data).toHaveLength(1);
  });
});

describe('an upload whose connection breaks', () => {
  it('leaves a starter asset', async () => {
    const test = await startWithCommit();
    const { rest } = test.octokit(test.alice);
    const { data: release } = await rest.repos.createRelease({ ...SHOP, tag_name: 'v1', draft: true });
    const url = new URL(release.upload_url.replace(/\{.*/, '?name=big.bin'));
    const headers = { authorization: `token ${test.alice}`, 'content-length': '1000000', 'user-agent': 'test' };
    await new Promise<void>((resolve) => {
      const upload = request(url, { method: 'POST', headers });
      upload.on('error', () => undefined);
      upload.on('close', () => resolve());
      upload.write(Buffer.alloc(100_000), () => upload.destroy());
    });
    const assets = async () => (await rest.repos.listReleaseAssets({ ...SHOP, release_id: release.id })).data;
    while ((await assets()).length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await assets()).toMatchObject([{ name: 'big.bin', state: 'starter', size: 0, digest: null }]);
    await test.close();
  });
});
