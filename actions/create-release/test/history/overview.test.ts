import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RepositoryName } from '../../../lib/identifiers.ts';
import { createGitHubClient } from '../../../lib/requests/github.ts';
import type { GraphqlEndpoint } from '../../src/history/overview.ts';
import { readOverview, readReleaseState, readTag, replaceTag } from '../../src/history/overview.ts';
import { sha } from '../fake-history.ts';

let server: Server;
let endpoint: GraphqlEndpoint;
/** The next response, and the requests so far. */
let response: unknown;
let requests: { line: string; body: { query: string; variables: Record<string, string> } }[] = [];

beforeAll(async () => {
  server = createServer(async (request, reply) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    requests.push({ line: `${request.method} ${request.url}`, body: JSON.parse(text) });
    reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const github = await createGitHubClient({ token: 't', apiUrl: `${origin}/api/v3`, retries: 0 });
  endpoint = { github, url: `${origin}/api/graphql`, repository: 'acme/shop' as RepositoryName };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
});

const commit = (letter: string) => ({ __typename: 'Commit', oid: sha(letter) });
const annotated = (target: object) => ({ __typename: 'Tag', oid: sha('9'), target });
const tag = (name: string, target: object) => ({ name, target });
const release = (databaseId: number, tagName: string, change = {}) => ({
  databaseId,
  tagName,
  isDraft: false,
  isPrerelease: false,
  ...change,
});
const summary = (id: number, tag: string, change = {}) => ({ id, tag, draft: false, prerelease: false, ...change });

/** A repository as the server responds with it. */
const REPOSITORY = {
  ref: { target: commit('a') },
  tags: { nodes: [tag('v1.1.0', commit('a')), tag('v1.0.0', commit('b'))] },
  tags0: { nodes: [tag('v1.0.0', commit('b')), tag('v0.9.0', commit('c'))] },
  release: null,
  releases: { nodes: [] },
  latestRelease: null,
};
const read = (change: object, names: readonly string[] = ['v1.']) => {
  response = { data: { repository: { ...REPOSITORY, ...change } } };
  return readOverview(endpoint, 'v1.1.0', names);
};
const readState = (change: object) => {
  response = { data: { repository: { ...REPOSITORY, ...change } } };
  return readReleaseState(endpoint, 'v1.1.0');
};

describe('an overview', () => {
  it('takes one request, with all names as variables', async () => {
    await read({ tags1: { nodes: [] } }, ['v1.', 'x") { evil }']);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      line: 'POST /api/graphql',
      body: {
        variables: {
          owner: 'acme',
          name: 'shop',
          tag: 'v1.1.0',
          ref: 'refs/tags/v1.1.0',
          names0: 'v1.',
          names1: 'x") { evil }',
        },
      },
    });
    const query = requests[0]?.body.query ?? '';
    expect(query).not.toContain('evil');
    for (const name of ['owner', 'name', 'tag', 'ref', 'names0', 'names1'])
      expect(query).toContain(`$${name}: String!`);
  });

  it('has the tags of all lists, each once, and the commit of the tag', async () => {
    expect(await read({})).toMatchObject({
      commit: sha('a'),
      tags: [
        { name: 'v1.1.0', commit: sha('a') },
        { name: 'v1.0.0', commit: sha('b') },
        { name: 'v0.9.0', commit: sha('c') },
      ],
    });
  });

  it('has no commit if the tag does not exist', async () => {
    expect((await read({ ref: null })).commit).toBeUndefined();
  });

  it('has the commits behind annotated tags, and no tags of files, directories or more tags', async () => {
    const blob = { __typename: 'Blob', oid: sha('d') };
    const nodes = [
      tag('annotated', annotated(commit('a'))),
      tag('nested', annotated(annotated(commit('b')))),
      tag('deep', annotated(annotated({ __typename: 'Tag', oid: sha('9') }))),
      tag('blob', blob),
      tag('annotated-blob', annotated(blob)),
      tag('tree', { __typename: 'Tree', oid: sha('e') }),
    ];
    const { tags } = await read({ tags: { nodes } }, []);
    expect(tags).toEqual([
      { name: 'annotated', commit: sha('a') },
      { name: 'nested', commit: sha('b') },
    ]);
    expect((await read({ ref: { target: annotated(commit('c')) } })).commit).toBe(sha('c'));
    expect((await read({ ref: { target: blob } })).commit).toBeUndefined();
  });
});

describe('the releases of an overview', () => {
  const draft = release(7, 'v1.1.0', { isDraft: true });
  const other = release(6, 'v1.0.0');

  it('are those of the tag, the newest ones and the latest', async () => {
    const change = { release: draft, releases: { nodes: [draft, other] }, latestRelease: other };
    const expected = {
      ofTag: [summary(7, 'v1.1.0', { draft: true })],
      newest: [summary(7, 'v1.1.0', { draft: true }), summary(6, 'v1.0.0')],
      latest: summary(6, 'v1.0.0'),
    };
    expect((await read(change)).releases).toEqual(expected);
    expect(await readState(change)).toEqual(expected);
  });

  it('contain a draft that is older than the newest releases, and several drafts of one tag', async () => {
    expect((await readState({ release: draft, releases: { nodes: [other] } })).ofTag).toMatchObject([{ id: 7 }]);
    const second = release(8, 'v1.1.0', { isDraft: true, isPrerelease: true });
    const { ofTag } = await readState({ release: second, releases: { nodes: [draft, second, other] } });
    expect(ofTag.map(({ id }) => id)).toEqual([7, 8]);
  });

  it('can be none', async () => {
    expect(await readState({})).toEqual({ ofTag: [], newest: [], latest: undefined });
  });
});

describe('a tag that moves', () => {
  const readNightly = (ref: unknown) => {
    response = { data: { repository: { id: 'R_1', ref } } };
    return readTag(endpoint, 'nightly');
  };

  it('is read with the object that it points to and the commit behind it', async () => {
    const lightweight = { repositoryId: 'R_1', oid: sha('a'), commit: sha('a') };
    expect(await readNightly({ target: commit('a') })).toEqual(lightweight);
    expect(await readNightly({ target: annotated(commit('b')) })).toEqual({
      repositoryId: 'R_1',
      oid: sha('9'),
      commit: sha('b'),
    });
    expect(await readNightly(null)).toEqual({ repositoryId: 'R_1', oid: undefined, commit: undefined });
    await expect(readNightly({})).rejects.toMatchObject({ name: 'InvalidResponseError' });
  });

  it.each([
    ['moves from the object that it points to', sha('9'), sha('9')],
    ['is created only if it does not exist', undefined, '0'.repeat(40)],
  ])('%s', async (_, oid, beforeOid) => {
    response = { data: { updateRefs: { clientMutationId: null } } };
    await replaceTag(endpoint, 'nightly', {
      from: { repositoryId: 'R_1', oid, commit: oid && sha('a') },
      to: sha('b'),
    });
    const update = { name: 'refs/tags/nightly', beforeOid, afterOid: sha('b'), force: true };
    expect(requests).toHaveLength(1);
    expect(requests[0]?.body.variables).toEqual({ input: { repositoryId: 'R_1', refUpdates: [update] } });
  });

  it('is a conflict if it points to another object now', async () => {
    response = { data: null, errors: [{ type: 'STALE_DATA', message: 'Expected refs/tags/nightly to point to 9' }] };
    const from = { repositoryId: 'R_1', oid: sha('9'), commit: sha('a') };
    await expect(replaceTag(endpoint, 'nightly', { from, to: sha('b') })).rejects.toMatchObject({ status: 409 });
  });
});

describe('an invalid response', () => {
  const IN = 'in the tags and releases of acme/shop';
  it.each<[unknown, string]>([
    [{}, `${IN}, \`data\` is missing, not a mapping`],
    [{ data: null }, `${IN}, \`data\` is null, not a mapping`],
    [{ data: { repository: null } }, `${IN}, \`data.repository\` is null, not a mapping`],
    [{ data: { repository: {} } }, `${IN}, \`data.repository.tags\` is missing, not a mapping`],
    [{ errors: 'no' }, `${IN}, \`errors\` is a string, not a list`],
    [{ errors: [{}] }, `${IN}, \`errors[0].message\` is missing, not a string`],
    [[], 'the tags and releases of acme/shop is a list, not a mapping'],
  ])('is an error with its location: %j', async (invalid, why) => {
    response = invalid;
    const reading = readOverview(endpoint, 'v1.1.0', []);
    await expect(reading).rejects.toMatchObject({ name: 'InvalidResponseError', why });
  });

  it.each<[object, string]>([
    [{ ref: {} }, 'ref.target` is missing, not a mapping'],
    [
      { ref: { target: { __typename: 'Commit', oid: 'main' } } },
      'ref.target.oid` is not a full commit id (40 hex digits)',
    ],
    [{ tags: { nodes: {} } }, 'tags.nodes` is a mapping, not a list'],
    [{ tags: { nodes: [null] } }, 'tags.nodes[0]` is null, not a mapping'],
    [{ tags: { nodes: [{ name: 1, target: commit('a') }] } }, 'tags.nodes[0].name` is a number, not a string'],
    [{ tags0: undefined }, 'tags0` is missing, not a mapping'],
    [{ release: 'v1' }, 'release` is a string, not a mapping'],
    [{ releases: null }, 'releases` is null, not a mapping'],
    [
      { releases: { nodes: [{ ...release(1, 'v1'), isDraft: 'no' }] } },
      'releases.nodes[0].isDraft` is a string, not true or false',
    ],
    [{ latestRelease: { databaseId: '1' } }, 'latestRelease.databaseId` is a string, not a whole number'],
  ])('of a repository is an error with its location: %j', async (change, why) => {
    await expect(read(change)).rejects.toMatchObject({
      name: 'InvalidResponseError',
      why: `${IN}, \`data.repository.${why}`,
    });
  });

  it('is never a bug of ours, for any value anywhere in a repository', async () => {
    const keys = ['ref', 'tags', 'tags0', 'release', 'releases', 'latestRelease'] as const;
    const node = fc.dictionary(
      fc.constantFrom('nodes', 'name', 'target', '__typename', 'oid', 'databaseId', 'tagName', 'isDraft'),
      fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('Tag', 'Commit', sha('a')), fc.array(fc.jsonValue())),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), fc.oneof(node, fc.jsonValue()), async (key, value) => {
        const error: unknown = await read({ [key]: value }).then(
          () => undefined,
          (thrown) => thrown,
        );
        // Octokit cannot parse a mapping whose key `toString` is not a function.
        const name = expect.stringMatching(/^(?:Invalid|Broken)ResponseError$/);
        if (error !== undefined) expect(error).toMatchObject({ name });
      }),
      { numRuns: 200 },
    );
  });
});
