import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBotToken, SHOP, startWithCommit } from './helpers.ts';

interface Page {
  totalCount: number;
  nodes: Record<string, unknown>[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

describe('releases, tags and comparisons in GraphQL', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let rest: ReturnType<typeof test.octokit>['rest'];
  let reader: string;

  /** The fields of the repository that a query asks for. */
  const read = async <T = Record<string, unknown>>(fields: string, token = test.alice): Promise<T> => {
    const query = `{ repository(owner: "alice", name: "shop") { ${fields} } }`;
    return (await test.octokit(token).graphql<{ repository: T }>(query)).repository;
  };
  const tagNames = async (list: string, token?: string): Promise<unknown[]> =>
    (await read<{ releases: Page }>(`releases(${list}) { nodes { tagName } }`, token)).releases.nodes.map(
      ({ tagName }) => tagName,
    );
  const refNames = async (list: string): Promise<unknown[]> =>
    (await read<{ refs: Page }>(`refs(${list}) { nodes { name } }`)).refs.nodes.map(({ name }) => name);
  const create = async (tag_name: string, more = {}) =>
    (await rest.repos.createRelease({ ...SHOP, tag_name, ...more })).data;

  beforeAll(async () => {
    test = await startWithCommit();
    rest = test.octokit(test.alice).rest;
    reader = createBotToken(test.hub, { contents: 'read' }).token;
    const { work } = test;
    // By date, v1 is newer than v2.
    const at = (date: string, message: string): Promise<string> =>
      work.git(
        '-c',
        `alias.at=!GIT_COMMITTER_DATE=${date} git commit --quiet --allow-empty`,
        'at',
        '--message',
        message,
      );
    await at('2030-01-01T00:00:00Z', 'feat: one');
    await work.git('tag', 'v2');
    await at('2031-01-01T00:00:00Z', 'feat: two');
    await work.git('tag', '--annotate', '--message', 'the first', 'v1');
    await work.git('tag', 'web/v3', test.first);
    await work.git('push', '--quiet', 'origin', 'main', '--tags');
    await create('v1', { name: 'One', body: 'notes' });
    await create('v2', { name: 'A second', prerelease: true });
    const draft = await create('v4', { name: 'Draft', draft: true });
    const upload = { ...SHOP, url: draft.upload_url, release_id: draft.id, name: 'a b.txt', data: 'abc' };
    await rest.repos.uploadReleaseAsset(upload);
  });
  afterAll(() => test.close());

  it('find a release by its tag, also a draft for a caller that may push, and the latest', async () => {
    const fields = (tag: string) => `release(tagName: "${tag}") {
      id databaseId tagName name description isDraft isPrerelease isLatest immutable url resourcePath
      createdAt publishedAt updatedAt author { login } tag { name } tagCommit { oid }
      releaseAssets(first: 10) { totalCount nodes { name size digest contentType downloadUrl downloadCount url } }
    }`;
    const { data: one } = await rest.repos.getReleaseByTag({ ...SHOP, tag: 'v1' });
    const tip = await test.work.git('rev-parse', 'main');
    expect(await read(fields('v1'))).toEqual({
      release: {
        id: one.node_id,
        databaseId: one.id,
        tagName: 'v1',
        name: 'One',
        description: 'notes',
        isDraft: false,
        isPrerelease: false,
        isLatest: true,
        immutable: false,
        url: one.html_url,
        resourcePath: '/alice/shop/releases/tag/v1',
        createdAt: one.created_at,
        publishedAt: one.published_at,
        updatedAt: one.updated_at,
        author: { login: 'alice' },
        tag: { name: 'v1' },
        tagCommit: { oid: tip },
        releaseAssets: { totalCount: 0, nodes: [] },
      },
    });
    const [draft] = (await rest.repos.listReleases(SHOP)).data;
    const asset = draft?.assets[0];
    expect(await read(fields('v4'))).toMatchObject({
      release: {
        databaseId: draft?.id,
        isDraft: true,
        isLatest: false,
        publishedAt: null,
        url: draft?.html_url,
        tag: null,
        tagCommit: null,
        releaseAssets: {
          nodes: [
            {
              name: 'a.b.txt',
              size: 3,
              digest: `sha256:${createHash('sha256').update('abc').digest('hex')}`,
              contentType: asset?.content_type,
              downloadUrl: asset?.browser_download_url,
              downloadCount: 0,
              url: asset?.url,
            },
          ],
        },
      },
    });
    expect(await read('release(tagName: "v4") { id }', reader)).toEqual({ release: null });
    expect(await read('release(tagName: "none") { id }')).toEqual({ release: null });
    expect(await read('latestRelease { tagName }')).toEqual({ latestRelease: { tagName: 'v1' } });
  });

  it('list releases by creation or by name, with drafts only for a caller that may push', async () => {
    expect(await tagNames('first: 10')).toEqual(['v1', 'v2', 'v4']);
    expect(await tagNames('first: 10, orderBy: {field: CREATED_AT, direction: DESC}')).toEqual(['v4', 'v1', 'v2']);
    expect(await tagNames('first: 10, orderBy: {field: NAME, direction: ASC}')).toEqual(['v2', 'v4', 'v1']);
    expect(await tagNames('last: 1')).toEqual(['v4']);
    expect(await tagNames('last: 1', reader)).toEqual(['v2']);
    const fields = (after: string | null) =>
      `releases(first: 2, after: ${JSON.stringify(after)}) { totalCount nodes { tagName } pageInfo { hasNextPage endCursor } }`;
    const { releases } = await read<{ releases: Page }>(fields(null));
    expect(releases).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const next = await read<{ releases: Page }>(fields(releases.pageInfo.endCursor));
    expect(next.releases).toMatchObject({ nodes: [{ tagName: 'v4' }], pageInfo: { hasNextPage: false } });
  });

  it('list tags by name or by the date of their commits, and those whose name has some words', async () => {
    const tags = 'refPrefix: "refs/tags/", first: 10';
    expect(await refNames(tags)).toEqual(['v1', 'v2', 'web/v3']);
    expect(await refNames(`${tags}, orderBy: {field: ALPHABETICAL, direction: DESC}`)).toEqual(['web/v3', 'v2', 'v1']);
    const byDate = (direction: string) =>
      refNames(`${tags}, orderBy: {field: TAG_COMMIT_DATE, direction: ${direction}}`);
    expect(await byDate('ASC')).toEqual(['web/v3', 'v2', 'v1']);
    expect(await byDate('DESC')).toEqual(['v1', 'v2', 'web/v3']);
    expect(await refNames(`${tags}, query: "web/"`)).toEqual(['web/v3']);
    expect(await refNames('refPrefix: "refs/heads/", first: 10')).toEqual(['main']);
  });

  it('show an annotated tag as an object with a target of its own', async () => {
    const target = 'target { __typename oid ... on Tag { name message target { oid } } }';
    const [object, commit] = [await test.work.git('rev-parse', 'v1'), await test.work.git('rev-parse', 'v1^{commit}')];
    expect(
      await read(`v1: ref(qualifiedName: "refs/tags/v1") { ${target} } v2: ref(qualifiedName: "v2") { ${target} }`),
    ).toEqual({
      v1: { target: { __typename: 'Tag', oid: object, name: 'v1', message: 'the first', target: { oid: commit } } },
      v2: { target: { __typename: 'Commit', oid: await test.work.git('rev-parse', 'v2') } },
    });
  });

  it('compare two refs with all their commits, oldest first', async () => {
    const compare = (base: string, fields: string) =>
      read<{ ref: { compare: unknown } }>(`ref(qualifiedName: "${base}") { compare(headRef: "v1") { ${fields} } }`);
    const fields =
      'aheadBy behindBy status baseTarget { oid } headTarget { oid } commits(first: 1) { totalCount nodes { message } pageInfo { hasNextPage } }';
    expect((await compare('refs/tags/web/v3', fields)).ref.compare).toEqual({
      aheadBy: 2,
      behindBy: 0,
      status: 'AHEAD',
      baseTarget: { oid: test.first },
      headTarget: { oid: await test.work.git('rev-parse', 'main') },
      commits: { totalCount: 2, nodes: [{ message: 'feat: one' }], pageInfo: { hasNextPage: true } },
    });
    expect((await compare('refs/heads/main', 'status aheadBy')).ref.compare).toEqual({
      status: 'IDENTICAL',
      aheadBy: 0,
    });
    const none = 'ref(qualifiedName: "main") { compare(headRef: "nowhere") { status } }';
    expect(await read(none)).toEqual({ ref: { compare: null } });
  });

  it('count the commits on both sides of a comparison', async () => {
    const { work } = test;
    await work.git('checkout', '--quiet', '-b', 'topic', 'v2');
    await work.git('commit', '--quiet', '--allow-empty', '--message', 'feat: topic');
    await work.git('push', '--quiet', 'origin', 'topic');
    const fields = 'ref(qualifiedName: "main") { compare(headRef: "topic") { status aheadBy behindBy } }';
    expect(await read(fields)).toEqual({ ref: { compare: { status: 'DIVERGED', aheadBy: 1, behindBy: 1 } } });
  });

  it('do not list what is new while lists lag', async () => {
    const all = `releases(first: 9) { totalCount } latestRelease { tagName } refs(refPrefix: "refs/tags/", first: 9) { totalCount }
      published: release(tagName: "v1") { tagName } draft: release(tagName: "v4") { tagName }`;
    expect(await read(all)).toEqual({
      releases: { totalCount: 3 },
      latestRelease: { tagName: 'v1' },
      refs: { totalCount: 3 },
      published: { tagName: 'v1' },
      draft: { tagName: 'v4' },
    });
    await test.admin.addFault({ match: { operation: 'graphql' }, fault: { lagMs: 3_600_000 } });
    expect(await read(all)).toEqual({
      releases: { totalCount: 0 },
      latestRelease: null,
      refs: { totalCount: 0 },
      published: null,
      draft: null,
    });
  });
});
