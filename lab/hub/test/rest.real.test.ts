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

  it("answers with GitHub's headers", async () => {
    const { headers } = await call('/repos/alice/shop');
    expect(headers.get('x-github-request-id')).toMatch(/\S/);
    expect(headers.get('x-ratelimit-limit')).toMatch(/^\d+$/);
    expect(headers.get('x-ratelimit-resource')).toBe('core');
  });

  it.each([
    ['an unknown token', '/user', {}, 'nonsense', 401, 'Bad credentials'],
    ['a call that needs one, without', '/user', {}, null, 401, 'Requires authentication'],
    ['a repository that is not there', '/repos/alice/none', {}, undefined, 404, 'Not Found'],
    ['a route that is not there', '/nothing/here', {}, undefined, 404, 'Not Found'],
    ['a body that is no JSON', '/user/repos', { method: 'POST', body: '{' }, undefined, 400, 'Problems parsing JSON'],
  ])('refuses %s in the form of GitHub', async (_, path, init, token, status, message) => {
    const answer = await call(path, init, token);
    const body = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, body.message]).toEqual([status, message]);
    expect(body.documentation_url).toMatch(/^https:\/\/docs\.github\.com\//);
    expect(body.status).toBe(String(status));
  });

  it.each([
    ['a missing key', { name: undefined }, `"name" wasn't supplied.`],
    ['a key that is not there', { name: 'x', shoe_size: 3 }, '"shoe_size" is not a permitted key.'],
    ['a value of the wrong type', { name: 'x', private: 'maybe' }, "For 'private', it must be boolean."],
  ])('refuses a body with %s', async (_, body, message) => {
    const answer = await call('/user/repos', { method: 'POST', body: JSON.stringify(body) });
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { message: string }).message).toBe(`Invalid request.\n\n${message}`);
  });

  it('refuses parameters that the call does not have, or not in that form', async () => {
    expect((await call('/repos/alice/shop/pulls?colour=red')).status).toBe(422);
    expect((await call('/repos/alice/shop/pulls?state=ajar')).status).toBe(422);
    expect((await call('/repos/alice/shop/releases/abc')).status).toBe(422);
  });

  it.each(['..', '.', 'a/b', 'shop.git', 'a b', ''])('makes no repository called "%s"', async (name) => {
    expect((await expectFailure(rest.repos.createForAuthenticatedUser({ name }))).status).toBe(422);
  });

  it('names the permission that a token lacks, and tells an app from a person', async () => {
    const weak = test.hub.admin.createToken({ login: 'alice', permissions: { contents: 'read' } });
    for (const [token, kind] of [
      [weak, 'personal access token'],
      [createBotToken(test.hub, { contents: 'read' }).token, 'integration'],
    ]) {
      const answer = await call('/repos/alice/shop/git/refs', { method: 'POST', body: '{}' }, token);
      expect(answer.status).toBe(403);
      expect(((await answer.json()) as { message: string }).message).toBe(`Resource not accessible by ${kind}`);
      expect(answer.headers.get('x-accepted-github-permissions')).toBe('contents=write');
    }
  });

  it('keeps an app to its own repositories', async () => {
    await rest.repos.createForAuthenticatedUser({ name: 'other' });
    const { token } = createBotToken(test.hub, { contents: 'write' });
    const answer = await call(
      '/repos/alice/other/git/refs',
      { method: 'POST', body: JSON.stringify({ ref: 'refs/heads/x', sha: test.first }) },
      token,
    );
    expect(answer.status).toBe(403);
  });

  it.each([
    ['a name that Git refuses', 'refs/heads/a..b', 'Reference name is not well formed'],
    ['a name outside heads and tags', 'refs/pull/1/head', 'Reference name is not well formed'],
    ['a name that is taken', 'refs/heads/main', 'Reference already exists'],
  ])('makes no ref with %s', async (_, ref, message) => {
    expect(await expectFailure(rest.git.createRef({ ...SHOP, ref, sha: test.first }))).toMatchObject({
      status: 422,
      message,
    });
  });

  it('moves a ref back only by force', async () => {
    const ref = 'heads/back';
    await test.work.commit({ x: 'x' }, 'feat: x');
    await test.work.git('push', '--quiet', 'origin', 'HEAD:refs/heads/back');
    const refused = await expectFailure(rest.git.updateRef({ ...SHOP, ref, sha: test.first }));
    expect(refused).toMatchObject({ status: 422, message: 'Update is not a fast forward' });
    await rest.git.updateRef({ ...SHOP, ref, sha: test.first, force: true });
    expect((await rest.git.getRef({ ...SHOP, ref })).data.object.sha).toBe(test.first);
  });

  it('takes no path out of the tree', async () => {
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

  /** A branch from main with these commits, one file each, and its pull request. */
  async function open(head: string, files: Record<string, string>, from = 'origin/main') {
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
    const pull = await open(head, { [`${head}-1`]: '1', [`${head}-2`]: '2' });
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

  it('have refs of their own, which follow both branches', async () => {
    const pull = await open('follow', { follow: '1' });
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
    const one = await open('left', { same: 'left' });
    const two = await open('right', { same: 'right' });
    await rest.pulls.merge({ ...SHOP, pull_number: one.number });
    const { data: shown } = await rest.pulls.get({ ...SHOP, pull_number: two.number });
    expect([shown.mergeable, shown.mergeable_state]).toEqual([false, 'dirty']);
    const refused = await expectFailure(rest.pulls.merge({ ...SHOP, pull_number: two.number }));
    expect(refused).toMatchObject({ status: 405, message: 'Pull Request is not mergeable' });
    expect((await main()).sha).not.toBe(before.sha);
  });

  it('are not merged at another head than the one seen, nor twice', async () => {
    const pull = await open('seen', { seen: '1' });
    const where = { ...SHOP, pull_number: pull.number };
    expect((await expectFailure(rest.pulls.merge({ ...where, sha: test.first }))).status).toBe(409);
    await rest.pulls.merge({ ...where, sha: pull.head.sha });
    expect((await expectFailure(rest.pulls.merge(where))).status).toBe(405);
  });

  it('are refused without a difference, twice, or from a branch that is not there', async () => {
    await open('once', { once: '1' });
    const make = (head: string) => expectFailure(rest.pulls.create({ ...SHOP, title: 'x', head, base: 'main' }));
    expect((await make('once')).status).toBe(422);
    expect((await make('nowhere')).status).toBe(422);
    await rest.git.createRef({ ...SHOP, ref: 'refs/heads/same', sha: (await main()).sha });
    expect((await make('same')).status).toBe(422);
  });

  it('need the checks that a rule requires: a job of the run on their merge is one', async () => {
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
    const pull = await open('checked', { checked: '1' });
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
