import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pullRequestRuleset } from '../admin-client.ts';
import { createBotToken, SHOP, startWithCommit } from './helpers.ts';

const COMMIT = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) {
    clientMutationId
    commit { oid url message committedDate author { name } committer { name email } signature { isValid state wasSignedByGitHub } }
    ref { name target { oid } }
  }
}`;

interface Committed {
  createCommitOnBranch: {
    clientMutationId: string | null;
    commit: { oid: string; message: string; signature: { isValid: boolean; state: string } };
    ref: { name: string; target: { oid: string } };
  };
}

interface GraphqlFailure {
  errors: { type?: string; message: string; path?: string[] }[];
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function input(
  head: string,
  additions: Record<string, string>,
  { deletions = [], branchName = 'main' }: { deletions?: string[]; branchName?: string } = {},
) {
  return {
    branch: { repositoryNameWithOwner: 'alice/shop', branchName },
    message: { headline: 'chore: bump', body: 'because' },
    expectedHeadOid: head,
    clientMutationId: 'mine',
    fileChanges: {
      additions: Object.entries(additions).map(([path, text]) => ({ path, contents: base64(text) })),
      deletions: deletions.map((path) => ({ path })),
    },
  };
}

async function expectError(call: Promise<unknown>): Promise<{ type?: string; message: string }> {
  const failure = await call.then(
    () => undefined,
    (error: GraphqlFailure) => error,
  );
  const [error] = failure?.errors ?? [];
  if (!error) throw new Error('the query did not fail');
  return error;
}

describe('GraphQL', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let graphql: ReturnType<typeof test.octokit>['graphql'];
  const head = async (branch = 'main'): Promise<string> =>
    (await test.octokit(test.alice).rest.git.getRef({ ...SHOP, ref: `heads/${branch}` })).data.object.sha;
  const commit = async (value: ReturnType<typeof input>): Promise<Committed['createCommitOnBranch']> =>
    (await graphql<Committed>(COMMIT, { input: value })).createCommitOnBranch;

  /** Waits until a pull request is merged, which happens after the end of its job is recorded. */
  const mergedPull = async (pull_number: number) => {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const { data } = await test.octokit(test.alice).rest.pulls.get({ ...SHOP, pull_number });
      if (data.merged || Date.now() > deadline) return data;
      await sleep(20);
    }
  };

  beforeAll(async () => {
    test = await startWithCommit();
    graphql = test.octokit(test.alice).graphql;
  });
  afterAll(() => test.close());

  it('commits several files at the expected head, signed, and keeps their modes', async () => {
    const before = await head();
    const committed = await commit(
      input(before, { 'run.sh': '#!/bin/sh\nexit 0\n', 'deep/er/new.txt': 'n\n' }, { deletions: ['README.md'] }),
    );
    expect(committed).toMatchObject({
      clientMutationId: 'mine',
      commit: {
        message: 'chore: bump\n\nbecause',
        signature: { isValid: true, state: 'VALID', wasSignedByGitHub: true },
      },
      ref: { name: 'main', target: { oid: committed.commit.oid } },
    });
    const { data } = await test.octokit(test.alice).rest.git.getTree({ ...SHOP, tree_sha: 'main', recursive: '1' });
    expect(data.tree.map(({ path, mode }) => [path, mode])).toEqual([
      ['deep', '040000'],
      ['deep/er', '040000'],
      ['deep/er/new.txt', '100644'],
      ['run.sh', '100755'],
    ]);
    const { data: shown } = await test.octokit(test.alice).rest.repos.getCommit({ ...SHOP, ref: 'main' });
    expect(shown.commit.verification).toMatchObject({ verified: true, reason: 'valid' });
    expect(shown.parents.map(({ sha }) => sha)).toEqual([before]);
    expect(shown.author?.login).toBe('alice');
    expect(shown.committer?.login).toBe('web-flow');
  });

  it('shows a pushed commit as unsigned', async () => {
    const { data } = await test.octokit(test.alice).rest.repos.getCommit({ ...SHOP, ref: test.first });
    expect(data.commit.verification).toMatchObject({ verified: false, reason: 'unsigned' });
  });

  it('rejects a head that has moved, in the words of GitHub', async () => {
    const error = await expectError(commit(input(test.first, { a: 'a' })));
    expect(error).toMatchObject({
      type: 'STALE_DATA',
      path: ['createCommitOnBranch'],
      message: `Expected branch to point to "${test.first}" but it did not.  Pull and try again.`,
    });
  });

  it('accepts exactly one of several concurrent commits, and loses none that is retried', async () => {
    const writers = Array.from({ length: 6 }, (_, index) => index);
    const start = await head();
    const firstTry = await Promise.allSettled(
      writers.map((index) => commit(input(start, { [`w${index}`]: `${index}` }))),
    );
    expect(firstTry.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const retryUntilCommitted = async (index: number): Promise<void> => {
      for (;;) {
        const error = await commit(input(await head(), { [`again${index}`]: `${index}` })).then(
          () => undefined,
          (error: GraphqlFailure) => error.errors[0],
        );
        if (!error) return;
        expect(error.type).toBe('STALE_DATA');
      }
    };
    await Promise.all(writers.map(retryUntilCommitted));
    const { data } = await test.octokit(test.alice).rest.git.getTree({ ...SHOP, tree_sha: 'main' });
    const names = data.tree.map(({ path }) => path);
    expect(names).toEqual(expect.arrayContaining(writers.map((index) => `again${index}`)));
    expect(names.filter((path) => /^w\d$/.test(path))).toHaveLength(1);
  });

  it.each([
    ['../out', 'not valid'],
    ['/etc/passwd', 'not valid'],
    ['a/.git/config', 'not valid'],
    ['a//b', 'not valid'],
    ['a/.GIT/hooks/x', 'not valid'],
  ])('rejects the path %s', async (path, words) => {
    expect((await expectError(commit(input(await head(), { [path]: 'x' })))).message).toContain(words);
  });

  it('rejects the deletion of a file that does not exist, contents that are not base64, and an unknown branch', async () => {
    const tip = await head();
    expect((await expectError(commit(input(tip, {}, { deletions: ['nothing'] })))).message).toContain(
      'does not exist as of commit oid',
    );
    const bad = input(tip, { a: 'a' });
    bad.fileChanges.additions = [{ path: 'a', contents: '*' }];
    expect((await expectError(commit(bad))).message).toContain('base64');
    expect((await expectError(commit(input(tip, { a: 'a' }, { branchName: 'nowhere' })))).type).toBe('NOT_FOUND');
    expect(await head()).toBe(tip);
  });

  it('rejects a commit that violates rules without an error type, and a token without the permission with FORBIDDEN', async () => {
    const { rest } = test.octokit(test.alice);
    await rest.git.createRef({ ...SHOP, ref: 'refs/heads/guarded', sha: await head() });
    const ruleset = pullRequestRuleset({ include: ['refs/heads/guarded'] });
    await rest.repos.createRepoRuleset({ ...SHOP, ...ruleset });
    const error = await expectError(commit(input(await head(), { a: 'a' }, { branchName: 'guarded' })));
    expect(error.type).toBeUndefined();
    expect(error.message).toBe('Repository rule violations found\n\nChanges must be made through a pull request.\n\n');
    const reader = test.octokit(createBotToken(test.hub, { contents: 'read' }).token);
    const forbidden = await expectError(reader.graphql(COMMIT, { input: input(await head(), { a: 'a' }) }));
    expect(forbidden).toMatchObject({ type: 'FORBIDDEN', message: 'Resource not accessible by integration' });
  });

  it('reads several files of one head in one query', async () => {
    await commit(input(await head(), { 'bin.dat': 'a\0b', 'text.txt': 'täxt\n' }));
    const query = `query ($owner: String!, $name: String!) {
      viewer { login }
      repository(owner: $owner, name: $name) {
        id
        defaultBranchRef { name target { oid ... on Commit {
          text: file(path: "text.txt") { mode type object { ... on Blob { text byteSize isBinary isTruncated } } }
          none: file(path: "none.txt") { oid }
          history(first: 2) { nodes { oid parents(first: 2) { nodes { oid } } } pageInfo { hasNextPage } }
        } } }
        binary: object(expression: "main:bin.dat") { ... on Blob { text isBinary byteSize } }
        directory: object(expression: "main:deep") { ... on Tree { entries { name type path } } }
        outside: object(expression: "main:../x") { oid }
        tag: ref(qualifiedName: "refs/tags/none") { name }
      }
    }`;
    const result = await graphql<{ viewer: unknown; repository: Record<string, unknown> }>(query, {
      owner: 'alice',
      name: 'shop',
    });
    expect(result).toMatchObject({
      viewer: { login: 'alice' },
      repository: {
        defaultBranchRef: {
          name: 'main',
          target: {
            oid: await head(),
            text: {
              mode: 0o100644,
              type: 'blob',
              object: { text: 'täxt\n', byteSize: 6, isBinary: false, isTruncated: false },
            },
            none: null,
            history: { pageInfo: { hasNextPage: true } },
          },
        },
        binary: { text: null, isBinary: true, byteSize: 3 },
        directory: { entries: [{ name: 'er', type: 'tree', path: 'deep/er' }] },
        outside: null,
        tag: null,
      },
    });
  });

  it.each([
    ['a field that GitHub does not have', '{ viewer { shoeSize } }', 'Cannot query field "shoeSize"'],
    ['a missing argument', '{ repository(name: "shop") { id } }', 'owner'],
    [
      'a list without a limit',
      '{ repository(owner: "alice", name: "shop") { defaultBranchRef { associatedPullRequests { nodes { number } } } } }',
      'first',
    ],
    ['a field that only GitHub has', '{ viewer { isEmployee } }', 'The hub does not have User.isEmployee'],
    [
      'a repository that does not exist',
      '{ repository(owner: "alice", name: "x") { id } }',
      'Could not resolve to a Repository',
    ],
    ['an invalid query', '{ viewer ', 'Syntax Error'],
  ])('rejects %s', async (_, query, words) => {
    expect((await expectError(graphql(query))).message).toContain(words);
  });

  it('moves all of several branches or none', async () => {
    const move = 'mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';
    const { repository } = await graphql<{ repository: { id: string } }>(
      '{ repository(owner: "alice", name: "shop") { id } }',
    );
    const tip = await head();
    const zero = '0'.repeat(40);
    const valid = { name: 'refs/heads/new', beforeOid: zero, afterOid: tip };
    const stale = { name: 'refs/heads/lost', beforeOid: tip, afterOid: test.first, force: true };
    const error = await expectError(
      graphql(move, { input: { repositoryId: repository.id, refUpdates: [valid, stale] } }),
    );
    expect(error.type).toBe('STALE_DATA');
    expect(await test.work.git('ls-remote', 'origin', 'refs/heads/new')).toBe('');
    await graphql(move, { input: { repositoryId: repository.id, refUpdates: [valid] } });
    expect(await head('new')).toBe(tip);
  });

  it('merges a pull request automatically when its check has passed', async () => {
    const { rest } = test.octokit(test.alice);
    await rest.repos.update({ ...SHOP, allow_auto_merge: true });
    await rest.repos.createRepoRuleset({
      ...SHOP,
      name: 'checks',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/heads/main'], exclude: [] } },
      rules: [
        {
          type: 'required_status_checks',
          parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'build' }] },
        },
      ],
    });
    await rest.git.createRef({ ...SHOP, ref: 'refs/heads/auto', sha: await head() });
    const { commit: change } = await commit(input(await head('auto'), { auto: 'x' }, { branchName: 'auto' }));
    const { data: pull } = await rest.pulls.create({ ...SHOP, title: 'Auto', head: 'auto', base: 'main' });
    await graphql(
      `mutation ($input: EnablePullRequestAutoMergeInput!) { enablePullRequestAutoMerge(input: $input) { pullRequest { number autoMergeRequest { mergeMethod } } } }`,
      { input: { pullRequestId: pull.node_id, mergeMethod: 'SQUASH' } },
    );
    expect((await rest.pulls.get({ ...SHOP, pull_number: pull.number })).data.merged).toBe(false);
    const { runs } = test.hub;
    const run = runs.createRun({
      repository: 'alice/shop',
      event: 'push',
      ref: 'refs/heads/auto',
      sha: change.oid,
      path: '.github/workflows/ci.yml',
      name: 'ci',
      actor: 'alice',
    });
    runs.updateJob(run.id, runs.createJob(run.id, 'build').id, { status: 'completed', conclusion: 'success' });
    const merged = await mergedPull(pull.number);
    expect(merged).toMatchObject({ merged: true, state: 'closed' });
    expect(await head()).toBe(merged.merge_commit_sha);
  });
});
