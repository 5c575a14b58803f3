import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LoggedRequest } from '../requests.ts';
import { OpenApi } from '../rest/openapi.ts';
import { operations } from '../rest/operations.ts';
import { admin, PULL_REQUESTS_ONLY, SHOP, startWithCommit } from './helpers.ts';

/** One good call of every operation, made by GitHub's own client; each answer is checked against GitHub's description. */
describe('every operation in the table', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  beforeAll(async () => {
    test = await startWithCommit();
  });
  afterAll(() => test.close());

  it('has a route in the description', () => {
    expect(new OpenApi().missing()).toEqual([]);
  });

  it("answers as GitHub's description says", async () => {
    const { rest } = test.octokit(test.alice);
    test.hub.admin.createUser('shops', 'Organization');
    test.hub.admin.createUser('bob');
    await rest.meta.get();
    await rest.rateLimit.get();
    await rest.users.getAuthenticated();
    await rest.users.getByUsername({ username: 'bob' });
    await rest.repos.createInOrg({ org: 'shops', name: 'one' });
    await rest.repos.delete({ owner: 'shops', repo: 'one' });
    await rest.repos.createForAuthenticatedUser({ name: 'two' });
    expect((await rest.repos.listForAuthenticatedUser()).data.map(({ name }) => name)).toEqual(['shop', 'two']);
    await rest.repos.get(SHOP);
    await rest.repos.update({ ...SHOP, description: 'A shop' });
    await rest.repos.addCollaborator({ ...SHOP, username: 'bob', permission: 'push' });
    const { data: level } = await rest.repos.getCollaboratorPermissionLevel({ ...SHOP, username: 'bob' });
    expect(level.permission).toBe('write');
    await rest.repos.removeCollaborator({ ...SHOP, username: 'bob' });
    await callGitData();
    const pull = await callPulls();
    await callIssues(pull);
    await callRulesets();
    await callReleases();
    await callActions();

    const log = (await (await admin(test.hub, 'GET', 'requests')).json()) as LoggedRequest[];
    const good = new Set(log.filter(({ status }) => status >= 200 && status < 400).map(({ operation }) => operation));
    expect(Object.keys(operations).filter((id) => !good.has(id))).toEqual([]);
    expect(log.filter(({ status }) => status >= 500)).toEqual([]);
  });

  async function callGitData(): Promise<void> {
    const { rest } = test.octokit(test.alice);
    const { data: blob } = await rest.git.createBlob({ ...SHOP, content: 'hello' });
    expect(
      Buffer.from((await rest.git.getBlob({ ...SHOP, file_sha: blob.sha })).data.content, 'base64').toString(),
    ).toBe('hello');
    const { data: base } = await rest.git.getTree({ ...SHOP, tree_sha: 'main' });
    const { data: tree } = await rest.git.createTree({
      ...SHOP,
      base_tree: base.sha,
      tree: [
        { path: 'docs/a.md', mode: '100644', type: 'blob', sha: blob.sha },
        { path: 'README.md', mode: '100644', type: 'blob', sha: null },
      ],
    });
    expect(tree.tree.map(({ path }) => path)).toEqual(['docs', 'run.sh']);
    const { data: commit } = await rest.git.createCommit({
      ...SHOP,
      message: 'docs',
      tree: tree.sha,
      parents: [test.first],
    });
    await rest.git.getCommit({ ...SHOP, commit_sha: commit.sha });
    await rest.git.createRef({ ...SHOP, ref: 'refs/heads/topic/one', sha: test.first });
    await rest.git.updateRef({ ...SHOP, ref: 'heads/topic/one', sha: commit.sha });
    await rest.git.getRef({ ...SHOP, ref: 'heads/topic/one' });
    await rest.git.listMatchingRefs({ ...SHOP, ref: 'heads/topic' });
    await rest.git.createRef({ ...SHOP, ref: 'refs/heads/gone', sha: test.first });
    await rest.git.deleteRef({ ...SHOP, ref: 'heads/gone' });
    const { data: tag } = await rest.git.createTag({
      ...SHOP,
      tag: 'v0',
      message: 'm',
      object: test.first,
      type: 'commit',
    });
    await rest.git.getTag({ ...SHOP, tag_sha: tag.sha });
    await rest.git.createRef({ ...SHOP, ref: 'refs/tags/v0', sha: tag.sha });
    await rest.repos.listTags(SHOP);
    expect((await rest.repos.getBranch({ ...SHOP, branch: 'topic/one' })).data.commit.sha).toBe(commit.sha);
    await rest.repos.listBranches(SHOP);
    expect((await rest.repos.listCommits({ ...SHOP, sha: 'topic/one', per_page: 1 })).headers.link).toContain(
      'rel="next"',
    );
    const { data: shown } = await rest.repos.getCommit({ ...SHOP, ref: 'topic/one' });
    expect(shown.files?.map(({ filename, status }) => [filename, status])).toEqual([
      ['README.md', 'removed'],
      ['docs/a.md', 'added'],
    ]);
    const { data: compared } = await rest.repos.compareCommitsWithBasehead({ ...SHOP, basehead: 'main...topic/one' });
    expect(compared).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0, total_commits: 1 });
    await rest.repos.getContent({ ...SHOP, path: 'docs', ref: 'topic/one' });
    const { data: file } = await rest.repos.getContent({ ...SHOP, path: 'docs/a.md', ref: 'topic/one' });
    expect(file).toMatchObject({ type: 'file', encoding: 'base64', size: 5 });
    const content = Buffer.from('more').toString('base64');
    await rest.repos.createOrUpdateFileContents({
      ...SHOP,
      path: 'docs/b.md',
      message: 'b',
      content,
      branch: 'topic/one',
    });
  }

  async function callPulls(): Promise<number> {
    const { rest } = test.octokit(test.alice);
    const { data: pull } = await rest.pulls.create({ ...SHOP, title: 'One', head: 'topic/one', base: 'main' });
    const where = { ...SHOP, pull_number: pull.number };
    expect(pull).toMatchObject({ commits: 2, changed_files: 3, mergeable: true, merged: false });
    expect((await rest.pulls.list({ ...SHOP, head: 'alice:topic/one' })).data).toHaveLength(1);
    await rest.pulls.get(where);
    await rest.pulls.update({ ...where, body: 'because' });
    expect((await rest.pulls.listCommits(where)).data).toHaveLength(2);
    expect((await rest.pulls.listFiles(where)).data).toHaveLength(3);
    const commit_sha = pull.head.sha;
    expect((await rest.repos.listPullRequestsAssociatedWithCommit({ ...SHOP, commit_sha })).data).toHaveLength(1);
    const { data: check } = await rest.checks.create({ ...SHOP, name: 'lint', head_sha: commit_sha });
    await rest.checks.update({ ...SHOP, check_run_id: check.id, conclusion: 'success' });
    expect((await rest.checks.get({ ...SHOP, check_run_id: check.id })).data.status).toBe('completed');
    expect((await rest.checks.listForRef({ ...SHOP, ref: 'topic/one' })).data.total_count).toBe(1);
    await rest.repos.createCommitStatus({ ...SHOP, sha: commit_sha, state: 'success', context: 'build' });
    expect((await rest.repos.getCombinedStatusForRef({ ...SHOP, ref: commit_sha })).data.state).toBe('success');
    await rest.pulls.merge(where);
    await rest.pulls.checkIfMerged(where);
    return pull.number;
  }

  async function callIssues(issue_number: number): Promise<void> {
    const { rest } = test.octokit(test.alice);
    const where = { ...SHOP, issue_number };
    await rest.issues.get(where);
    await rest.issues.createLabel({ ...SHOP, name: 'a', color: 'ff0000' });
    expect((await rest.issues.addLabels({ ...where, labels: ['a', 'b c'] })).data).toHaveLength(2);
    expect((await rest.issues.listLabelsOnIssue(where)).data.map(({ name }) => name)).toEqual(['a', 'b c']);
    await rest.issues.removeLabel({ ...where, name: 'b c' });
    await rest.issues.setLabels({ ...where, labels: ['c'] });
    expect((await rest.issues.listLabelsForRepo(SHOP)).data).toHaveLength(3);
    const { data: comment } = await rest.issues.createComment({ ...where, body: 'one' });
    await rest.issues.updateComment({ ...SHOP, comment_id: comment.id, body: 'two' });
    expect((await rest.issues.listComments(where)).data.map(({ body }) => body)).toEqual(['two']);
  }

  async function callRulesets(): Promise<void> {
    const { rest } = test.octokit(test.alice);
    const { data: ruleset } = await rest.repos.createRepoRuleset({
      ...SHOP,
      name: 'main',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/heads/main'], exclude: [] } },
      rules: [PULL_REQUESTS_ONLY],
    });
    const where = { ...SHOP, ruleset_id: ruleset.id };
    await rest.repos.getRepoRulesets(SHOP);
    await rest.repos.getRepoRuleset(where);
    await rest.repos.getBranchRules({ ...SHOP, branch: 'main' });
    expect((await rest.repos.updateRepoRuleset({ ...where, enforcement: 'disabled' })).data.enforcement).toBe(
      'disabled',
    );
    await rest.repos.deleteRepoRuleset(where);
  }

  async function callReleases(): Promise<void> {
    const { rest } = test.octokit(test.alice);
    const { data: release } = await rest.repos.createRelease({
      ...SHOP,
      tag_name: 'v1.0.0',
      generate_release_notes: true,
    });
    const where = { ...SHOP, release_id: release.id };
    await rest.repos.listReleases(SHOP);
    await rest.repos.getRelease(where);
    await rest.repos.getReleaseByTag({ ...SHOP, tag: 'v1.0.0' });
    await rest.repos.getLatestRelease(SHOP);
    await rest.repos.updateRelease({ ...where, name: 'One' });
    await rest.repos.generateReleaseNotes({ ...SHOP, tag_name: 'v2.0.0' });
    const { data: asset } = await rest.repos.uploadReleaseAsset({
      ...where,
      url: release.upload_url,
      name: 'a',
      data: 'a',
    });
    const one = { ...SHOP, asset_id: asset.id };
    await rest.repos.listReleaseAssets(where);
    await rest.repos.getReleaseAsset(one);
    await rest.repos.updateReleaseAsset({ ...one, label: 'A' });
    await rest.repos.deleteReleaseAsset(one);
    await rest.repos.deleteRelease(where);
  }

  async function callActions(): Promise<void> {
    const { rest } = test.octokit(test.alice);
    await rest.actions.createRepoVariable({ ...SHOP, name: 'REGISTRY', value: 'here' });
    await rest.actions.updateRepoVariable({ ...SHOP, name: 'REGISTRY', value: 'there' });
    expect((await rest.actions.getRepoVariable({ ...SHOP, name: 'REGISTRY' })).data.value).toBe('there');
    await rest.actions.listRepoVariables(SHOP);
    await rest.actions.deleteRepoVariable({ ...SHOP, name: 'REGISTRY' });
    test.hub.admin.setSecret('alice/shop', 'PASSWORD', 'secret');
    await rest.actions.listRepoSecrets(SHOP);
    expect((await rest.actions.getRepoSecret({ ...SHOP, secret_name: 'PASSWORD' })).data).not.toHaveProperty('value');
    const { runs } = test.hub;
    const run = runs.createRun({
      repository: 'alice/shop',
      event: 'push',
      ref: 'refs/heads/main',
      sha: test.first,
      path: '.github/workflows/build.yml',
      name: 'build',
      actor: 'alice',
    });
    const job = runs.createJob(run.id, 'images');
    runs.appendLog(job.id, 'built <b>\n');
    runs.updateJob(run.id, job.id, { status: 'completed', conclusion: 'success' });
    runs.updateRun(run.id, { status: 'completed', conclusion: 'success' });
    const { data: listed } = await rest.actions.listWorkflowRunsForRepo({ ...SHOP, head_sha: test.first });
    expect(listed.workflow_runs.map(({ id, conclusion }) => [id, conclusion])).toEqual([[run.id, 'success']]);
    await rest.actions.getWorkflowRun({ ...SHOP, run_id: run.id });
    await rest.actions.listJobsForWorkflowRun({ ...SHOP, run_id: run.id });
    await rest.actions.getJobForWorkflowRun({ ...SHOP, job_id: job.id });
    await rest.actions.reRunWorkflow({ ...SHOP, run_id: run.id });
    const { data: log } = await rest.actions.downloadJobLogsForWorkflowRun({ ...SHOP, job_id: job.id });
    expect(log).toBe('built <b>\n');
    const page = await fetch(`${test.hub.url}/alice/shop/actions/runs/${run.id}/job/${job.id}`);
    expect(await page.text()).toContain('built &#60;b&#62;');
  }
});
