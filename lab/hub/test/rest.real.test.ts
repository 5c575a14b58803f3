import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBotToken, expectFailure, SHOP, startWithCommit } from './helpers.ts';

describe('REST', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let rest: ReturnType<typeof test.octokit>['rest'];
  beforeAll(async () => {
    test = await startWithCommit();
    rest = test.octokit(test.alice).rest;
  });
  afterAll(() => test.close());

  const call = (path: string, init: RequestInit = {}, token: string | null = test.alice) =>
    fetch(`${test.hub.apiUrl}${path}`, {
      ...init,
      headers: token === null ? {} : { authorization: `token ${token}` },
    });

  it("responds with GitHub's headers", async () => {
    const { headers } = await call('/repos/alice/shop');
    expect(headers.get('x-github-request-id')).toMatch(/\S/);
    expect(headers.get('x-ratelimit-limit')).toMatch(/^\d+$/);
    expect(headers.get('x-ratelimit-resource')).toBe('core');
  });

  it.each([
    ['an unknown token', '/user', {}, 'nonsense', 401, 'Bad credentials'],
    ['a call that requires a token, without one', '/user', {}, null, 401, 'Requires authentication'],
    ['a repository that does not exist', '/repos/alice/none', {}, undefined, 404, 'Not Found'],
    ['a route that does not exist', '/nothing/here', {}, undefined, 404, 'Not Found'],
    ['a body that is not JSON', '/user/repos', { method: 'POST', body: '{' }, undefined, 400, 'Problems parsing JSON'],
    [
      'a body that is a list',
      '/user/repos',
      { method: 'POST', body: '[]' },
      undefined,
      400,
      'Body should be a JSON object',
    ],
  ])('rejects %s as GitHub does', async (_, path, init, token, status, message) => {
    const response = await call(path, init, token);
    const body = (await response.json()) as Record<string, unknown>;
    expect([response.status, body.message]).toEqual([status, message]);
    expect(body.documentation_url).toMatch(/^https:\/\/docs\.github\.com\//);
    expect(body.status).toBe(String(status));
  });

  it.each([
    ['a missing key', { name: undefined }, `"name" wasn't supplied.`],
    ['a value of the wrong type', { name: 'x', private: 'maybe' }, "For 'private', it must be boolean."],
  ])('rejects a body with %s', async (_, body, message) => {
    const response = await call('/user/repos', { method: 'POST', body: JSON.stringify(body) });
    expect(response.status).toBe(422);
    expect(((await response.json()) as { message: string }).message).toBe(`Invalid request.\n\n${message}`);
  });

  it('ignores keys and parameters that an operation does not have, and logs them', async () => {
    await test.admin.clearRequests();
    const body = JSON.stringify({ name: 'ignoring', shoe_size: 3 });
    expect((await call('/user/repos', { method: 'POST', body })).status).toBe(201);
    expect((await call('/repos/alice/shop/pulls?colour=red&state=open')).status).toBe(200);
    expect((await test.admin.requests()).map(({ ignored }) => ignored)).toEqual([['shoe_size'], ['colour']]);
  });

  it('rejects invalid values', async () => {
    expect((await call('/repos/alice/shop/pulls?state=ajar')).status).toBe(422);
    expect((await call('/repos/alice/shop/releases/abc')).status).toBe(422);
  });

  it.each(['..', '.', 'a/b', 'shop.git', 'a b', ''])('creates no repository named "%s"', async (name) => {
    expect((await expectFailure(rest.repos.createForAuthenticatedUser({ name }))).status).toBe(422);
  });

  it('names the permission that a token lacks, and distinguishes apps from users', async () => {
    const weak = test.hub.admin.createToken({ login: 'alice', permissions: { contents: 'read' } });
    for (const [token, kind] of [
      [weak, 'personal access token'],
      [createBotToken(test.hub, { contents: 'read' }).token, 'integration'],
    ]) {
      const response = await call('/repos/alice/shop/git/refs', { method: 'POST', body: '{}' }, token);
      expect(response.status).toBe(403);
      expect(((await response.json()) as { message: string }).message).toBe(`Resource not accessible by ${kind}`);
      expect(response.headers.get('x-accepted-github-permissions')).toBe('contents=write');
    }
  });

  it('limits an app to its repositories', async () => {
    await rest.repos.createForAuthenticatedUser({ name: 'other' });
    const { token } = createBotToken(test.hub, { contents: 'write' });
    const response = await call(
      '/repos/alice/other/git/refs',
      { method: 'POST', body: JSON.stringify({ ref: 'refs/heads/x', sha: test.first }) },
      token,
    );
    expect(response.status).toBe(403);
  });

  it.each([
    ['a name that Git rejects', 'refs/heads/a..b', 'Reference name is not well formed'],
    ['a name outside heads and tags', 'refs/pull/1/head', 'Reference name is not well formed'],
    ['a name that is taken', 'refs/heads/main', 'Reference already exists'],
  ])('creates no ref with %s', async (_, ref, message) => {
    expect(await expectFailure(rest.git.createRef({ ...SHOP, ref, sha: test.first }))).toMatchObject({
      status: 422,
      message,
    });
  });

  it('moves a ref back only with force', async () => {
    const ref = 'heads/back';
    await test.work.commit({ x: 'x' }, 'feat: x');
    await test.work.git('push', '--quiet', 'origin', 'HEAD:refs/heads/back');
    const failure = await expectFailure(rest.git.updateRef({ ...SHOP, ref, sha: test.first }));
    expect(failure).toMatchObject({ status: 422, message: 'Update is not a fast forward' });
    await rest.git.updateRef({ ...SHOP, ref, sha: test.first, force: true });
    expect((await rest.git.getRef({ ...SHOP, ref })).data.object.sha).toBe(test.first);
  });

  it('reads no path outside the tree', async () => {
    expect((await call('/repos/alice/shop/contents/..%2f..%2fconfig')).status).toBe(404);
  });
});

describe('pull requests', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let rest: ReturnType<typeof test.octokit>['rest'];
  beforeAll(async () => {
    test = await startWithCommit();
    rest = test.octokit(test.alice).rest;
  });
  afterAll(() => test.close());

  /** Pushes a branch with a commit for each file, and creates its pull request. */
  async function createPull(head: string, files: Record<string, string>, from = 'origin/main') {
    await test.work.git('fetch', '--quiet', 'origin');
    await test.work.git('checkout', '--quiet', '-B', head, from);
    for (const [path, text] of Object.entries(files))
      await test.work.commit({ [path]: text }, `feat: ${path}\n\nabout ${path}`);
    await test.work.git('push', '--quiet', '--force', 'origin', head);
    return (await rest.pulls.create({ ...SHOP, title: `The ${head}`, head, base: 'main' })).data;
  }
  const main = async () => (await rest.repos.getCommit({ ...SHOP, ref: 'main' })).data;

  it.each([
    ['merge', 2, /^Merge pull request #\d+ from alice\/by-merge\n\nThe by-merge$/, 'alice'],
    ['squash', 1, /^The by-squash \(#\d+\)\n\n\* feat: by-squash-1\n\n\* feat: by-squash-2$/, 'alice'],
    ['rebase', 1, /^feat: by-rebase-2\n\nabout by-rebase-2$/, 'alice'],
  ] as const)('are merged by %s, signed', async (merge_method, parents, message, author) => {
    const head = `by-${merge_method}`;
    const pull = await createPull(head, { [`${head}-1`]: '1', [`${head}-2`]: '2' });
    test.events.length = 0;
    const { data: merged } = await rest.pulls.merge({ ...SHOP, pull_number: pull.number, merge_method });
    const tip = await main();
    expect(tip.sha).toBe(merged.sha);
    expect(tip.parents).toHaveLength(parents);
    expect(tip.commit.message).toMatch(message);
    expect(tip.commit.verification?.verified).toBe(true);
    expect(tip.author?.login).toBe(author);
    expect(test.events.map(({ name, ref }) => [name, ref])).toEqual([
      ['push', 'refs/heads/main'],
      ['pull_request', 'refs/heads/main'],
    ]);
    expect(test.events[1]?.payload).toMatchObject({
      action: 'closed',
      pull_request: { merged: true, merge_commit_sha: tip.sha },
    });
  });

  it('have refs that follow both branches', async () => {
    const pull = await createPull('follow', { follow: '1' });
    const refs = async () => test.work.git('ls-remote', 'origin', `refs/pull/${pull.number}/*`);
    expect(await refs()).toContain(pull.head.sha);
    expect(await refs()).toContain(pull.merge_commit_sha ?? 'no merge');
    test.events.length = 0;
    const next = await test.work.commit({ follow: '2' }, 'feat: more');
    await test.work.git('push', '--quiet', 'origin', 'follow');
    expect(await refs()).toContain(next);
    expect(test.events.at(-1)).toMatchObject({ name: 'pull_request', payload: { action: 'synchronize', after: next } });
    expect(test.events.at(-1)?.sha).toBe(
      (await rest.pulls.get({ ...SHOP, pull_number: pull.number })).data.merge_commit_sha,
    );
  });

  it('that conflict are not merged', async () => {
    const before = await main();
    const one = await createPull('left', { same: 'left' });
    const two = await createPull('right', { same: 'right' });
    await rest.pulls.merge({ ...SHOP, pull_number: one.number });
    const { data: shown } = await rest.pulls.get({ ...SHOP, pull_number: two.number });
    expect([shown.mergeable, shown.mergeable_state]).toEqual([false, 'dirty']);
    const failure = await expectFailure(rest.pulls.merge({ ...SHOP, pull_number: two.number }));
    expect(failure).toMatchObject({ status: 405, message: 'Pull Request is not mergeable' });
    expect((await main()).sha).not.toBe(before.sha);
  });

  it('are not merged at a head other than the expected one, nor twice', async () => {
    const pull = await createPull('seen', { seen: '1' });
    const where = { ...SHOP, pull_number: pull.number };
    expect((await expectFailure(rest.pulls.merge({ ...where, sha: test.first }))).status).toBe(409);
    await rest.pulls.merge({ ...where, sha: pull.head.sha });
    expect((await expectFailure(rest.pulls.merge(where))).status).toBe(405);
  });

  it('are rejected without a difference, twice, or from a branch that does not exist', async () => {
    await createPull('once', { once: '1' });
    const create = (head: string) => expectFailure(rest.pulls.create({ ...SHOP, title: 'x', head, base: 'main' }));
    expect((await create('once')).status).toBe(422);
    expect((await create('nowhere')).status).toBe(422);
    await rest.git.createRef({ ...SHOP, ref: 'refs/heads/same', sha: (await main()).sha });
    expect((await create('same')).status).toBe(422);
  });

  it('require the checks of a rule, such as a job of a run on their merge', async () => {
    await rest.repos.createRepoRuleset({
      ...SHOP,
      name: 'checks',
      enforcement: 'active',
      conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
      rules: [
        {
          type: 'required_status_checks',
          parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'Chart' }] },
        },
      ],
    });
    const pull = await createPull('checked', { checked: '1' });
    const where = { ...SHOP, pull_number: pull.number };
    expect(await expectFailure(rest.pulls.merge(where))).toMatchObject({
      status: 405,
      message: 'Repository rule violations found\n\nRequired status check "Chart" is expected.\n\n',
    });
    const event = test.events.filter(({ name }) => name === 'pull_request').at(-1);
    const { runs } = test.hub;
    const run = runs.createRun({
      repository: 'alice/shop',
      event: 'pull_request',
      ref: event?.ref ?? '',
      sha: event?.sha ?? '',
      path: '.github/workflows/ci.yml',
      name: 'ci',
      actor: 'alice',
    });
    const { data: found } = await rest.actions.listWorkflowRunsForRepo({ ...SHOP, head_sha: pull.head.sha });
    expect(found.workflow_runs.map(({ id, head_branch }) => [id, head_branch])).toEqual([[run.id, 'checked']]);
    const job = runs.createJob(run.id, 'Chart');
    runs.updateJob(run.id, job.id, { status: 'completed', conclusion: 'failure' });
    expect((await expectFailure(rest.pulls.merge(where))).status).toBe(405);
    runs.updateJob(run.id, job.id, { status: 'completed', conclusion: 'success' });
    expect((await rest.pulls.merge(where)).data.merged).toBe(true);
  });
});
