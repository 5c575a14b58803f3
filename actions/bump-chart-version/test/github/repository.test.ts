import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { CommitSha, RepositoryName } from '../../../lib/identifiers.ts';
import type { GitHub } from '../../../lib/requests/github.ts';
import { createCommit, createRepository } from '../../src/github/repository.ts';
import { readSnapshot } from '../../src/github/snapshot.ts';
import { bytes } from '../helpers.ts';
import { clientWith, graphqlWith, requestError } from './fake-github.ts';

const REPOSITORY = 'octo/shop' as RepositoryName;
const HEAD = 'a'.repeat(40) as CommitSha;

const gitId = (data: Uint8Array): string =>
  createHash('sha1').update(`blob ${data.length}\0`).update(data).digest('hex');

describe('reading the head', () => {
  const entry = (text: string | null, data = bytes(text ?? ''), mode = 0o100644) => ({
    mode,
    type: 'blob',
    oid: gitId(data),
    object: { text },
  });
  const head = (files: Record<string, unknown>) => ({
    repository: { ref: { name: 'main', target: { oid: HEAD, ...files } } },
  });
  const read = (data: unknown, paths: string[], blob?: Uint8Array, ...more: unknown[]) => {
    const { graphql, sent } = graphqlWith(data, ...more);
    const getBlob = async () => ({ data: { content: Buffer.from(blob ?? []).toString('base64'), encoding: 'base64' } });
    const github = { rest: { git: { getBlob } } } as unknown as GitHub;
    return readSnapshot({ graphql, github, repository: REPOSITORY }, { branch: undefined, paths, history: false }).then(
      (snapshot) => ({
        snapshot,
        sent,
      }),
    );
  };

  it('reads all files of the default branch with one query', async () => {
    const { snapshot, sent } = await read(head({ f0: entry('\ufeffa: b\r\n'), f1: null }), [
      'x/Chart.yaml',
      'x/$(odd) "path".yaml',
    ]);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ owner: 'octo', name: 'shop', p0: 'x/Chart.yaml', p1: 'x/$(odd) "path".yaml' });
    expect(snapshot).toMatchObject({ branch: 'main', head: HEAD });
    expect(snapshot.files.get('x/Chart.yaml')).toEqual({ kind: 'file', bytes: bytes('\ufeffa: b\r\n') });
    expect(snapshot.files.get('x/$(odd) "path".yaml')).toEqual({ kind: 'missing' });
  });

  it('reads many files with several queries, all of the same commit', async () => {
    const paths = Array.from({ length: 2001 }, (_, index) => `charts/c${index}/Chart.yaml`);
    const fields = Object.fromEntries(paths.slice(0, 1000).map((path, index) => [`f${index}`, entry(path)]));
    const later = { repository: { object: { f0: entry('later') } } };
    const { snapshot, sent } = await read(head(fields), paths, undefined, later, later);
    expect(sent.map((variables) => [variables.oid, variables.p0, variables.p999])).toEqual([
      [undefined, paths[0], paths[999]],
      [HEAD, paths[1000], paths[1999]],
      [HEAD, paths[2000], undefined],
    ]);
    expect(snapshot.files.size).toBe(2001);
    expect(snapshot.files.get(paths[1000] ?? '')).toEqual({ kind: 'file', bytes: bytes('later') });
    expect(snapshot.files.get(paths[1999] ?? '')).toEqual({ kind: 'missing' });
  });

  it.each([
    ['truncated', 'a: b'],
    ['altered', 'a: \ufffd'],
    ['missing', null],
  ])('reads the bytes from the blob when the text is %s', async (_, text) => {
    const exact = Uint8Array.of(0x61, 0x3a, 0xff);
    const { snapshot } = await read(head({ f0: entry(text, exact) }), ['x'], exact);
    expect(snapshot.files.get('x')).toEqual({ kind: 'file', bytes: Buffer.from(exact) });
  });

  it.each([
    ['a symbolic link', { ...entry('y'), mode: 0o120000 }],
    ['a submodule', { ...entry(null), mode: 0o160000, type: 'commit' }],
    ['a directory', { ...entry(null), mode: 0o040000, type: 'tree' }],
  ])('rejects %s', async (what, found) => {
    const { snapshot } = await read(head({ f0: found }), ['x']);
    expect(snapshot.files.get('x')).toMatchObject({ kind: 'refused', why: expect.stringContaining(what) });
  });

  it('reports a missing repository or branch', async () => {
    await expect(read({ repository: null }, [])).rejects.toThrow('the repository octo/shop was not found');
    await expect(read({ repository: { ref: null } }, [])).rejects.toThrow('octo/shop has no commits');
    const { graphql } = graphqlWith({ repository: { ref: null } });
    const reading = readSnapshot(
      { graphql, github: clientWith().github, repository: REPOSITORY },
      { branch: 'nope', paths: [], history: false },
    );
    await expect(reading).rejects.toThrow('the branch nope was not found');
  });
});

it('commits with the head expected, and returns whether the commit is verified', async () => {
  const { graphql, sent } = graphqlWith({
    createCommitOnBranch: { commit: { oid: HEAD, signature: { isValid: true } } },
  });
  const message = { headline: 'h', body: 'b' };
  const files = [{ path: 'a b', bytes: bytes('ü') }];
  expect(await createCommit(graphql, REPOSITORY, { branch: 'main', parent: HEAD, message, files })).toEqual({
    oid: HEAD,
    verified: true,
  });
  expect(sent[0]?.input).toEqual({
    branch: { repositoryNameWithOwner: 'octo/shop', branchName: 'main' },
    expectedHeadOid: HEAD,
    message,
    fileChanges: { additions: [{ path: 'a b', contents: Buffer.from('ü').toString('base64') }] },
  });
});

describe('the order of two commits', () => {
  const [OLD, NEW] = ['1', '2'].map((digit) => digit.repeat(40)) as [CommitSha, CommitSha];

  /** @param response a status of the comparison, or an error */
  async function compare(response: string | Error) {
    const sent: unknown[] = [];
    const compareCommitsWithBasehead = async (request: unknown) => {
      sent.push(request);
      if (response instanceof Error) throw response;
      return { url: 'https://x/', data: { status: response } };
    };
    const github = { rest: { repos: { compareCommitsWithBasehead } } } as unknown as GitHub;
    const repository = createRepository({ ...graphqlWith(), github, repository: 'octo/charts' as RepositoryName });
    return { isAncestor: await repository.isAncestor('octo/shop', OLD, NEW), sent };
  }

  it.each<[string | number, boolean | undefined]>([
    ['behind', true],
    ['identical', true],
    ['ahead', false],
    ['diverged', false],
    [404, undefined],
    [403, undefined],
    [422, undefined],
  ])('%s means %s', async (response, expected) => {
    const { isAncestor, sent } = await compare(typeof response === 'number' ? requestError(response) : response);
    expect(isAncestor).toBe(expected);
    expect(sent).toEqual([{ owner: 'octo', repo: 'shop', basehead: `${NEW}...${OLD}`, per_page: 1, page: 2 }]);
  });

  it.each([
    ['500', requestError(500)],
    ['401', requestError(401)],
    ['403 for too many requests', requestError(403, { 'x-ratelimit-remaining': '0' })],
  ])('is not guessed after %s', async (_, error) => {
    await expect(compare(error)).rejects.toThrow('comparing 111');
  });
});
