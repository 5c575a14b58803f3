import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pullRequestRuleset } from '../admin-client.ts';
import { OpenApi } from '../rest/openapi.ts';
import { operations } from '../rest/operations.ts';
import { SHOP, startWithCommit } from './helpers.ts';

/** Calls every operation once with GitHub's own client. The hub checks each response against GitHub's description. */
describe('every operation in the table', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  beforeAll(async () => {
    test = await startWithCommit();
  });
  afterAll(() => test.close());

  it('has a route in the description', () => {
    expect(new OpenApi().missing()).toEqual([]);
  });

  it("responds as GitHub's description says", async () => {
    const { rest } = test.octokit(test.alice);
    test.hub.admin.createUser('shops', 'Organization');
    test.hub.admin.createUser('bob');
    await rest.meta.root();
    await rest.meta.get();
    await rest.rateLimit.get();
    await rest.users.getAuthenticated();
    await rest.repos.createInOrg({ org: 'shops', name: 'one' });
    await rest.repos.delete({ owner: 'shops', repo: 'one' });
    await rest.repos.createForAuthenticatedUser({ name: 'two' });
    await rest.repos.get(SHOP);
    await rest.repos.update({ ...SHOP, description: 'A shop' });
    await rest.repos.addCollaborator({ ...SHOP, username: 'bob', permission: 'push' });
    await rest.repos.enableImmutableReleases(SHOP);
    await rest.repos.checkImmutableReleases(SHOP);
    await rest.repos.disableImmutableReleases(SHOP);
    await callGitData();
    await callPulls();
    await callRulesets();
    await callReleases();
    await callActions();

    const log = await test.admin.requests();
    const succeeded = new Set(
      log.filter(({ status }) => status >= 200 && status < 400).map(({ operation }) => operation),
    );
    expect(Object.keys(operations).filter((id) => !succeeded.has(id))).toEqual([]);
    expect(log.filter(({ status }) => status >= 500)).toEqual([]);
  });

  async function callGitData(): Promise<void> {
    const { rest } = test.octokit(test.alice);
    await test.work.git('checkout', '--quiet', '-b', 'topic/one');
    await test.work.git('mv', 'README.md', 'a.md');
    await test.work.commit({ 'a.md': 'hello' }, 'docs: a');
    const head = await test.work.commit({ 'docs/b.md': 'more' }, 'docs: b');
    await test.work.git('tag', '--annotate', '--message', 'm', 'v0', test.first);
    await test.work.git('push', '--quiet', 'origin', 'topic/one', 'v0');
    const { data: tree } = await rest.git.getTree({ ...SHOP, tree_sha: 'topic/one' });
    expect(tree.tree.map(({ path }) => path)).toEqual(['a.md', 'docs', 'run.sh']);
    const { data: blob } = await rest.git.getBlob({ ...SHOP, file_sha: tree.tree[0]?.sha ?? '' });
    expect(Buffer.from(blob.content, 'base64').toString()).toBe('hello');
    await rest.git.createRef({ ...SHOP, ref: 'refs/heads/other', sha: test.first });
    await rest.git.updateRef({ ...SHOP, ref: 'heads/other', sha: head });
    await rest.git.getRef({ ...SHOP, ref: 'heads/other' });
    await rest.git.listMatchingRefs({ ...SHOP, ref: 'heads/o' });
    const { data: tag } = await rest.git.getRef({ ...SHOP, ref: 'tags/v0' });
    await rest.git.getTag({ ...SHOP, tag_sha: tag.object.sha });
    await rest.repos.listTags(SHOP);
    await rest.repos.listBranches(SHOP);
    expect((await rest.repos.listCommits({ ...SHOP, sha: 'topic/one', per_page: 1 })).headers.link).toContain(
      'rel="next"',
    );
    const { data: shown } = await rest.repos.getCommit({ ...SHOP, ref: 'topic/one' });
    expect(shown.files?.map(({ filename, status }) => [filename, status])).toEqual([['docs/b.md', 'added']]);
    const { data: compared } = await rest.repos.compareCommitsWithBasehead({ ...SHOP, basehead: 'main...topic/one' });
    expect(compared).toMatchObject({ status: 'ahead', ahead_by: 2, behind_by: 0, total_commits: 2 });
    expect(compared.files?.map(({ filename, status }) => [filename, status])).toEqual([
      ['README.md', 'removed'],
      ['a.md', 'added'],
      ['docs/b.md', 'added'],
    ]);
    await rest.repos.getContent({ ...SHOP, path: 'docs', ref: 'topic/one' });
    const { data: file } = await rest.repos.getContent({ ...SHOP, path: 'a.md', ref: 'topic/one' });
    expect(file).toMatchObject({ type: 'file', encoding: 'base64', size: 5 });
    await rest.git.createRef({ ...SHOP, ref: 'refs/heads/files', sha: test.first });
    const where = { ...SHOP, path: 'c.md', branch: 'files', message: 'docs: c' };
    const { data: put } = await rest.repos.createOrUpdateFileContents({ ...where, content: 'Yw==' });
    await rest.repos.deleteFile({ ...where, sha: put.content?.sha ?? '' });
    await rest.git.deleteRef({ ...SHOP, ref: 'heads/files' });
  }

  async function callPulls(): Promise<void> {
    const { rest } = test.octokit(test.alice);
    const { data: pull } = await rest.pulls.create({ ...SHOP, title: 'One', head: 'topic/one', base: 'main' });
    const where = { ...SHOP, pull_number: pull.number };
    expect(pull).toMatchObject({ commits: 2, changed_files: 3, mergeable: true, merged: false });
    expect((await rest.pulls.list({ ...SHOP, head: 'alice:topic/one' })).data).toHaveLength(1);
    await rest.pulls.update({ ...where, body: 'because' });
    await rest.issues.createLabel({ ...SHOP, name: 'release', color: 'ff0000', description: 'A release' });
    await rest.issues.addLabels({ ...SHOP, issue_number: pull.number, labels: ['a'] });
    expect(
      (await rest.issues.addLabels({ ...SHOP, issue_number: pull.number, labels: ['a', 'b c'] })).data.map(
        ({ name }) => name,
      ),
    ).toEqual(['a', 'b c']);
    expect((await rest.pulls.get(where)).data.labels.map(({ name }) => name)).toEqual(['a', 'b c']);
    expect((await rest.pulls.listReviews(where)).data).toEqual([]);
    await rest.pulls.requestReviewers({ ...where, reviewers: [] });
    await rest.issues.addAssignees({ ...SHOP, issue_number: pull.number, assignees: ['alice'] });
    await rest.pulls.merge(where);
  }

  async function callRulesets(): Promise<void> {
    const { rest } = test.octokit(test.alice);
    await rest.repos.createRepoRuleset({ ...SHOP, ...pullRequestRuleset() });
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
    await rest.repos.listReleaseAssets(where);
    await rest.repos.getReleaseAsset({ ...SHOP, asset_id: asset.id });
    await rest.repos.updateReleaseAsset({ ...SHOP, asset_id: asset.id, name: 'b' });
    await rest.repos.downloadTarballArchive({ ...SHOP, ref: 'v1.0.0' });
    await rest.repos.downloadZipballArchive({ ...SHOP, ref: 'v1.0.0' });
    await rest.repos.deleteReleaseAsset({ ...SHOP, asset_id: asset.id });
    await rest.repos.deleteRelease(where);
  }

  async function callActions(): Promise<void> {
    const { rest } = test.octokit(test.alice);
    await rest.actions.createRepoVariable({ ...SHOP, name: 'REGISTRY', value: 'here' });
    expect(test.hub.admin.variables('alice/shop')).toMatchObject([{ name: 'REGISTRY', value: 'here' }]);
    await rest.actions.deleteRepoVariable({ ...SHOP, name: 'REGISTRY' });
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
    const workflow_id = 'build.yml';
    const { data: workflow } = await rest.actions.getWorkflow({ ...SHOP, workflow_id });
    expect((await rest.actions.listRepoWorkflows(SHOP)).data).toEqual({ total_count: 1, workflows: [workflow] });
    expect((await rest.actions.listWorkflowRuns({ ...SHOP, workflow_id: workflow.id })).data.total_count).toBe(1);
    expect((await rest.actions.getWorkflowRun({ ...SHOP, run_id: run.id })).data.workflow_id).toBe(workflow.id);
    const { data: shown } = await rest.actions.getJobForWorkflowRun({ ...SHOP, job_id: job.id });
    expect(shown).toMatchObject({ run_id: run.id, name: 'images', conclusion: 'success', workflow_name: 'build' });
    expect((await rest.actions.listJobsForWorkflowRun({ ...SHOP, run_id: run.id })).data.jobs).toEqual([shown]);
    await rest.actions.listWorkflowRunArtifacts({ ...SHOP, run_id: run.id });
    await rest.checks.listAnnotations({ ...SHOP, check_run_id: job.id });
    await rest.actions.reRunWorkflow({ ...SHOP, run_id: run.id });
    const page = await fetch(`${test.hub.url}/alice/shop/actions/runs/${run.id}/job/${job.id}`);
    expect(await page.text()).toContain('built &#60;b&#62;');
  }
});
