import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pullRequestRuleset } from '../admin-client.ts';
import { createBotToken, SHOP, startWithCommit } from './helpers.ts';

type Data = Record<string, Record<string, unknown>>;

describe('pull requests in GraphQL', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let repositoryId: string;

  /** Sends a query. @returns its data and its errors, without where in the query they are */
  const send = async (query: string, token = test.alice) => {
    const response = await fetch(test.hub.graphqlUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as { data?: Data; errors?: { type?: string; message: string; path?: string[] }[] };
  };
  const mutate = (
    name: string,
    input: string,
    fields = 'pullRequest { id number state isDraft title }',
    token?: string,
  ) => send(`mutation { ${name}(input: {${input}}) { ${fields} } }`, token);
  /** Sends a query that must not fail. */
  const ask = async <T>(query: string): Promise<T> => {
    const { data, errors } = await send(query);
    if (errors) throw new Error(JSON.stringify(errors));
    return data as T;
  };
  const read = async <T = unknown>(fields: string): Promise<T> =>
    (await ask<{ repository: T }>(`{ repository(owner: "alice", name: "shop") { ${fields} } }`)).repository;
  /** Pushes a branch with one commit and opens its pull request. @returns its node id */
  const open = async (branch: string): Promise<string> => {
    await test.work.git('checkout', '--quiet', '-b', branch, 'main');
    await test.work.commit({ [`${branch}.txt`]: 'one\ntwo\n' }, `feat: ${branch}`);
    await test.work.git('push', '--quiet', 'origin', branch);
    const input = `repositoryId: "${repositoryId}", headRefName: "${branch}", baseRefName: "main", title: "${branch}", body: "b"`;
    const mutation = `mutation { createPullRequest(input: {${input}}) { pullRequest { id } } }`;
    return (await ask<{ createPullRequest: { pullRequest: { id: string } } }>(mutation)).createPullRequest.pullRequest
      .id;
  };

  beforeAll(async () => {
    test = await startWithCommit();
    ({ id: repositoryId } = await read<{ id: string }>('id'));
    test.hub.admin.createUser('bob');
    await test.octokit(test.alice).rest.repos.addCollaborator({ ...SHOP, username: 'bob', permission: 'push' });
  });
  afterAll(() => test.close());

  it('answer null beside an error NOT_FOUND when there is none with the number', async () => {
    expect(
      await send('{ repository(owner: "alice", name: "shop") { name pullRequest(number: 99) { title } } }'),
    ).toMatchObject({
      data: { repository: { name: 'shop', pullRequest: null } },
      errors: [
        {
          type: 'NOT_FOUND',
          path: ['repository', 'pullRequest'],
          message: 'Could not resolve to a PullRequest with the number of 99.',
        },
      ],
    });
  });

  it('are opened, with the sides, the sizes, and empty lists for what the hub does not have', async () => {
    await open('one');
    expect(
      await read(`pullRequest(number: 1) {
        title body state isDraft mergeable mergeStateStatus additions deletions changedFiles maintainerCanModify
        isCrossRepository headRefName baseRefName headRepositoryOwner { login } headRepository { name }
        author { login } mergedBy { login } milestone { number } reviewDecision potentialMergeCommit { oid }
        commits(first: 10) { totalCount nodes { commit { messageHeadline authors(first: 5) { nodes { name } } } } }
        files(first: 10) { nodes { path additions deletions changeType } }
        reviews(first: 10) { totalCount } comments { totalCount } projectCards(first: 1) { nodes { id } }
        reactionGroups { content users { totalCount } }
      }`),
    ).toMatchObject({
      pullRequest: {
        ...{
          title: 'one',
          body: 'b',
          state: 'OPEN',
          isDraft: false,
          mergeable: 'MERGEABLE',
          mergeStateStatus: 'CLEAN',
        },
        ...{ additions: 2, deletions: 0, changedFiles: 1, maintainerCanModify: true, isCrossRepository: false },
        ...{ headRefName: 'one', baseRefName: 'main', headRepositoryOwner: { login: 'alice' } },
        ...{ headRepository: { name: 'shop' }, author: { login: 'alice' }, mergedBy: null, milestone: null },
        reviewDecision: null,
        potentialMergeCommit: { oid: expect.stringMatching(/^[0-9a-f]{40}$/) },
        commits: {
          totalCount: 1,
          nodes: [{ commit: { messageHeadline: 'feat: one', authors: { nodes: [{ name: 'alice' }] } } }],
        },
        files: { nodes: [{ path: 'one.txt', additions: 2, deletions: 0, changeType: 'ADDED' }] },
        ...{ reviews: { totalCount: 0 }, comments: { totalCount: 0 }, projectCards: { nodes: [] } },
        reactionGroups: expect.arrayContaining([{ content: 'EYES', users: { totalCount: 0 } }]),
      },
    });
  });

  it.each([
    [
      'a second one of a branch',
      'headRefName: "one", baseRefName: "main"',
      'A pull request already exists for alice:one.',
    ],
    ['one without commits', 'headRefName: "main", baseRefName: "main"', 'No commits between main and main'],
    [
      'one of another repository',
      'headRefName: "one", baseRefName: "main", headRepositoryId: "x"',
      'The hub does not have',
    ],
  ])('reject %s', async (_, sides, message) => {
    const { errors } = await mutate('createPullRequest', `repositoryId: "${repositoryId}", title: "t", ${sides}`);
    expect(errors?.[0]?.message).toContain(message);
  });

  it('are opened only by a caller with the permission', async () => {
    const { token } = createBotToken(test.hub, { pull_requests: 'read' });
    const input = `repositoryId: "${repositoryId}", title: "t", headRefName: "one", baseRefName: "main"`;
    const { errors } = await mutate('createPullRequest', input, 'clientMutationId', token);
    expect(errors).toMatchObject([{ type: 'FORBIDDEN' }]);
  });

  it('get labels, assignees and reviewers', async () => {
    const id = await open('two');
    await test.octokit(test.alice).rest.issues.addLabels({ ...SHOP, issue_number: 1, labels: ['bug'] });
    const { user } = await ask<{ user: { id: string } }>('{ user(login: "bob") { id } }');
    const { label, labels } = await read<{ label: { id: string }; labels: unknown }>(
      'label(name: "BUG") { id } labels(first: 1) { nodes { name color } }',
    );
    expect(labels).toEqual({ nodes: [{ name: 'bug', color: 'ededed' }] });
    test.events.length = 0;
    await mutate('updatePullRequest', `pullRequestId: "${id}", labelIds: ["${label.id}"], assigneeIds: ["${user.id}"]`);
    expect(test.events.map(({ payload }) => payload.action)).toEqual(['labeled']);
    await mutate('requestReviews', `pullRequestId: "${id}", userIds: ["${user.id}"], union: true`);
    const fields =
      'labels(first: 5) { nodes { name } } assignees(first: 5) { nodes { login } } reviewRequests(first: 5) { nodes { requestedReviewer { __typename ... on User { login } } } }';
    expect(await read(`pullRequest(number: 2) { ${fields} }`)).toEqual({
      pullRequest: {
        labels: { nodes: [{ name: 'bug' }] },
        assignees: { nodes: [{ login: 'bob' }] },
        reviewRequests: { nodes: [{ requestedReviewer: { __typename: 'User', login: 'bob' } }] },
      },
    });
    const change = (name: string): Promise<unknown> =>
      mutate(name, `labelableId: "${id}", labelIds: ["${label.id}"]`, 'labelable { labels(first: 5) { totalCount } }');
    const left = (totalCount: number): unknown => ({ labelable: { labels: { totalCount } } });
    expect(await change('removeLabelsFromLabelable')).toEqual({ data: { removeLabelsFromLabelable: left(0) } });
    expect(await change('addLabelsToLabelable')).toEqual({ data: { addLabelsToLabelable: left(1) } });
    expect((await mutate('updatePullRequest', `pullRequestId: "${id}", labelIds: ["x"]`)).errors?.[0]?.type).toBe(
      'NOT_FOUND',
    );
  });

  it('are listed by state, branch and label, in the order asked for, and counted without a limit', async () => {
    const list = async (filter: string): Promise<unknown> =>
      (
        await read<{ pullRequests: { nodes: { number: number }[] } }>(
          `pullRequests(first: 10, ${filter}) { nodes { number } }`,
        )
      ).pullRequests.nodes.map(({ number }) => number);
    expect(await list('orderBy: {field: CREATED_AT, direction: DESC}')).toEqual([2, 1]);
    expect(await list('headRefName: "one"')).toEqual([1]);
    expect(await list('baseRefName: "other"')).toEqual([]);
    expect(await list('states: [MERGED]')).toEqual([]);
    expect(await list('labels: ["bug"]')).toEqual([1, 2]);
    expect(await read('pullRequests(states: OPEN) { totalCount }')).toEqual({ pullRequests: { totalCount: 2 } });
    const { errors } = await send('{ repository(owner: "alice", name: "shop") { pullRequests { nodes { number } } } }');
    expect(errors?.[0]?.message).toContain('You must provide a `first` or `last` value');
  });

  it('are edited, closed, reopened, and made a draft or ready', async () => {
    const { id } = (await read<{ pullRequest: { id: string } }>('pullRequest(number: 2) { id }')).pullRequest;
    const change = async (name: string, more = ''): Promise<unknown> => {
      const result = await mutate(name, `pullRequestId: "${id}"${more}`, 'pullRequest { title state isDraft }');
      return result.errors?.[0]?.message ?? result.data?.[name]?.pullRequest;
    };
    const now = { title: 'new', state: 'OPEN', isDraft: false };
    expect(await change('updatePullRequest', ', title: "new"')).toEqual(now);
    expect(await change('closePullRequest')).toEqual({ ...now, state: 'CLOSED' });
    expect(await change('reopenPullRequest')).toEqual(now);
    expect(await change('convertPullRequestToDraft')).toEqual({ ...now, isDraft: true });
    expect(await change('mergePullRequest')).toBe('Pull Request is still a draft');
    expect(await change('markPullRequestReadyForReview')).toEqual(now);
    expect(await send(`{ node(id: "${id}") { ... on PullRequest { number } } }`)).toEqual({
      data: { node: { number: 2 } },
    });
  });

  it('show the jobs on their head as checks, and what they mean for the merge', async () => {
    const { rest } = test.octokit(test.alice);
    const { data: pull } = await rest.pulls.get({ ...SHOP, pull_number: 2 });
    const { runs } = test.hub;
    const run = runs.createRun({
      repository: 'alice/shop',
      event: 'push',
      ref: 'refs/heads/two',
      sha: pull.head.sha,
      path: '.github/workflows/ci.yml',
      name: 'ci',
      actor: 'alice',
    });
    const job = runs.createJob(run.id, 'build');
    const fields = `mergeStateStatus commits(last: 1) { nodes { commit { statusCheckRollup { state contexts(first: 5) {
      nodes { ... on CheckRun { name status conclusion isRequired(pullRequestNumber: 2) checkSuite { workflowRun { workflow { name } } } } }
    } } } } }`;
    const checks = async () => {
      const { pullRequest } = await read<{
        pullRequest: { mergeStateStatus: string; commits: { nodes: { commit: { statusCheckRollup: unknown } }[] } };
      }>(`pullRequest(number: 2) { ${fields} }`);
      return [pullRequest.mergeStateStatus, pullRequest.commits.nodes[0]?.commit.statusCheckRollup];
    };
    const check = { name: 'build', isRequired: false, checkSuite: { workflowRun: { workflow: { name: 'ci' } } } };
    const queued = { ...check, status: 'QUEUED', conclusion: null };
    expect(await checks()).toEqual(['UNSTABLE', { state: 'PENDING', contexts: { nodes: [queued] } }]);
    runs.updateJob(run.id, job.id, { status: 'completed', conclusion: 'failure' });
    const failed = { ...check, status: 'COMPLETED', conclusion: 'FAILURE' };
    expect(await checks()).toEqual(['UNSTABLE', { state: 'FAILURE', contexts: { nodes: [failed] } }]);
    const parameters = { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'build' }] };
    const requiredChecks = { type: 'required_status_checks', parameters } as const;
    await rest.repos.createRepoRuleset({ ...SHOP, ...pullRequestRuleset({ rules: [requiredChecks] }) });
    const required = { ...failed, isRequired: true };
    expect(await checks()).toEqual(['BLOCKED', { state: 'FAILURE', contexts: { nodes: [required] } }]);
    const again = runs.createJob(run.id, 'build');
    runs.updateJob(run.id, again.id, { status: 'completed', conclusion: 'success' });
    const passed = { ...required, conclusion: 'SUCCESS' };
    expect(await checks()).toEqual(['CLEAN', { state: 'SUCCESS', contexts: { nodes: [passed] } }]);
  });

  it('are merged at the head that the caller has seen', async () => {
    const { data: pull } = await test.octokit(test.alice).rest.pulls.get({ ...SHOP, pull_number: 2 });
    const input = `pullRequestId: "${pull.node_id}", mergeMethod: SQUASH, commitHeadline: "feat: both (#2)", commitBody: ""`;
    const stale = await mutate('mergePullRequest', `${input}, expectedHeadOid: "${test.first}"`);
    expect(stale.errors).toMatchObject([
      { type: 'UNPROCESSABLE', message: expect.stringContaining('Head branch was modified') },
    ]);
    const { data } = await mutate(
      'mergePullRequest',
      `${input}, expectedHeadOid: "${pull.head.sha}"`,
      'pullRequest { state mergeCommit { message } mergedBy { login } }',
    );
    expect(data?.mergePullRequest?.pullRequest).toEqual({
      state: 'MERGED',
      mergeCommit: { message: 'feat: both (#2)' },
      mergedBy: { login: 'alice' },
    });
  });

  it('have their fields in the introspection, by which clients detect features', async () => {
    const { __type: type } = await ask<{ __type: { fields: { name: string }[] } }>(
      '{ __type(name: "PullRequest") { fields(includeDeprecated: true) { name } } }',
    );
    const names = type.fields.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['isInMergeQueue', 'statusCheckRollup']));
  });
});
