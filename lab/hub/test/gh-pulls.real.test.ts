import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GhScene, startGhScene } from './gh-scene.ts';
import { SHOP } from './helpers.ts';

/** Each test continues where the one before it ended. */
describe("GitHub's command line, with pull requests,", () => {
  let scene: GhScene;
  const pr = (command: string, ...args: string[]): Promise<string> =>
    scene.run('pr', command, '--repo', scene.repository, ...args);
  const fails = (command: string, ...args: string[]) => scene.gh(['pr', command, '--repo', scene.repository, ...args]);
  const view = (selector: string, fields: string): Promise<Record<string, unknown>> =>
    scene.readJson('pr', 'view', selector, '--repo', scene.repository, '--json', fields);
  const push = async (branch: string): Promise<string> => {
    const { work } = scene;
    await work.git('checkout', '--quiet', '-b', branch, 'main');
    const head = await work.commit({ [`${branch}.txt`]: 'one\n' }, `feat: ${branch}`);
    await work.git('push', '--quiet', 'origin', branch);
    return head;
  };
  const create = (branch: string, ...args: string[]): Promise<string> =>
    pr('create', '--head', branch, '--base', 'main', '--title', `Add ${branch}`, '--body', 'b', ...args);

  beforeAll(async () => {
    scene = await startGhScene();
    scene.hub.admin.createUser('bob');
    await scene.octokit(scene.alice).rest.repos.addCollaborator({ ...SHOP, username: 'bob', permission: 'push' });
  });
  afterAll(() => scene.close());

  it('creates labels and lists them', async () => {
    await scene.run(
      'label',
      'create',
      'bug',
      '--color',
      'ff0000',
      '--description',
      'Broken',
      '--repo',
      scene.repository,
    );
    expect(await scene.run('label', 'list', '--repo', scene.repository)).toBe('bug\tBroken\t#ff0000');
  });

  it('opens a pull request with a label, an assignee and a reviewer, once', async () => {
    await push('one');
    const page = await create('one', '--label', 'bug', '--assignee', '@me', '--reviewer', 'bob');
    expect(page).toBe(`${scene.url}/alice/shop/pull/1`);
    expect(await view('1', 'title,body,labels,assignees,reviewRequests,state,baseRefName')).toMatchObject({
      ...{ title: 'Add one', body: 'b', state: 'OPEN', baseRefName: 'main' },
      labels: [{ name: 'bug', color: 'ff0000' }],
      assignees: [{ login: 'alice' }],
      reviewRequests: [{ login: 'bob' }],
    });
    const { exitCode, all } = await fails('create', '--head', 'one', '--title', 't', '--body', 'b');
    expect([exitCode, all]).toEqual([1, expect.stringContaining('already exists:')]);
  });

  it('shows a pull request by its number, its branch or its address', async () => {
    const text = await pr('view', '1');
    expect(text).toContain(
      'title:\tAdd one\nstate:\tOPEN\nauthor:\talice\nlabels:\tbug\nassignees:\talice\nreviewers:\tbob (Requested)',
    );
    for (const selector of ['one', `${scene.url}/alice/shop/pull/1`]) {
      expect(await view(selector, 'number')).toEqual({ number: 1 });
    }
  });

  it('reports a pull request that does not exist', async () => {
    const { exitCode, all } = await fails('view', '99');
    expect([exitCode, all]).toEqual([
      1,
      'GraphQL: Could not resolve to a PullRequest with the number of 99. (repository.pullRequest)',
    ]);
  });

  it('lists pull requests with all that it can ask for', async () => {
    await push('two');
    await create('two', '--draft');
    const lines = (await pr('list')).split('\n').map((line) => line.split('\t').slice(0, 4));
    expect(lines).toEqual([
      ['2', 'Add two', 'two', 'DRAFT'],
      ['1', 'Add one', 'one', 'OPEN'],
    ]);
    const fields =
      'additions,assignees,author,baseRefName,body,changedFiles,closed,closedAt,comments,commits,createdAt,deletions,files,headRefName,headRefOid,headRepository,headRepositoryOwner,id,isCrossRepository,isDraft,labels,latestReviews,maintainerCanModify,mergeCommit,mergeStateStatus,mergeable,mergedAt,mergedBy,milestone,number,potentialMergeCommit,projectCards,reactionGroups,reviewDecision,reviewRequests,reviews,state,statusCheckRollup,title,updatedAt,url';
    const [only] = await scene.readJson<unknown[]>(
      'pr',
      'list',
      '--repo',
      scene.repository,
      '--head',
      'one',
      '--json',
      fields,
    );
    expect(only).toMatchObject({ number: 1, mergeStateStatus: 'CLEAN', changedFiles: 1, files: [{ path: 'one.txt' }] });
  });

  it('edits, makes ready, closes and reopens a pull request', async () => {
    await pr('edit', '2', '--title', 'Two', '--add-label', 'bug');
    await pr('ready', '2');
    expect(await view('2', 'title,isDraft,labels')).toMatchObject({
      title: 'Two',
      isDraft: false,
      labels: [{ name: 'bug' }],
    });
    await pr('close', '2');
    expect(await view('2', 'state')).toEqual({ state: 'CLOSED' });
    await pr('reopen', '2');
    expect(await view('2', 'state')).toEqual({ state: 'OPEN' });
  });

  it('shows the jobs of a pull request as its checks', async () => {
    const { runs } = scene.hub;
    const { headRefOid } = await view('1', 'headRefOid');
    const run = runs.createRun({
      ...{ repository: 'alice/shop', event: 'push', ref: 'refs/heads/one', sha: String(headRefOid), actor: 'alice' },
      ...{ path: '.github/workflows/ci.yml', name: 'ci' },
    });
    const job = runs.createJob(run.id, 'build');
    runs.updateJob(run.id, job.id, { status: 'completed', conclusion: 'failure' });
    expect((await fails('checks', '1')).all).toMatch(/^build\tfail\t/);
    runs.updateJob(run.id, job.id, { conclusion: 'success' });
    expect(await pr('checks', '1')).toMatch(/^build\tpass\t/);
  });

  it('merges a pull request and deletes its branch', async () => {
    await pr('merge', '1', '--squash', '--delete-branch');
    expect(await view('1', 'state,mergedBy')).toMatchObject({ state: 'MERGED', mergedBy: { login: 'alice' } });
    expect(await scene.work.git('ls-remote', 'origin', 'refs/heads/one')).toBe('');
    await scene.work.git('fetch', '--quiet', 'origin', 'main');
    expect(await scene.work.git('log', '-1', '--format=%s', 'FETCH_HEAD')).toBe('feat: one (#1)');
  });

  it('shows the repository', async () => {
    const fields = 'name,owner,defaultBranchRef,isPrivate,viewerPermission,hasIssuesEnabled,latestRelease,parent';
    expect(await scene.readJson('repo', 'view', scene.repository, '--json', fields)).toMatchObject({
      ...{ name: 'shop', owner: { login: 'alice' }, defaultBranchRef: { name: 'main' }, isPrivate: false },
      ...{ viewerPermission: 'ADMIN', hasIssuesEnabled: true, latestRelease: null, parent: null },
    });
  });
});
