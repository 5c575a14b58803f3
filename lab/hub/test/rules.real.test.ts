import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pullRequestRuleset } from '../admin-client.ts';
import { createBotToken, expectFailure, SHOP, startWithCommit, WorkTree } from './helpers.ts';

describe('rules of a repository', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let bot: { token: string; id: number };
  beforeAll(async () => {
    test = await startWithCommit();
    bot = createBotToken(test.hub, { contents: 'write' });
    const { rest } = test.octokit(test.alice);
    await rest.repos.createRepoRuleset({
      ...SHOP,
      ...pullRequestRuleset({ bypassApps: [bot.id], rules: [{ type: 'deletion' }] }),
    });
    await rest.repos.createRepoRuleset({
      ...SHOP,
      name: 'linear history',
      target: 'branch',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/heads/release/*'], exclude: [] } },
      rules: [{ type: 'non_fast_forward' }, { type: 'required_linear_history' }],
    });
    await rest.repos.createRepoRuleset({
      ...SHOP,
      name: 'version tags',
      target: 'tag',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/tags/v*'], exclude: [] } },
      rules: [{ type: 'deletion' }, { type: 'update' }],
    });
  });
  afterAll(() => test.close());

  it('reject a direct push to main in the words of GitHub, and leave main unchanged', async () => {
    await test.work.commit({ 'README.md': 'direct\n' }, 'chore: direct');
    const output = await test.work.expectFailure('push', 'origin', 'main');
    expect(output).toContain('remote: error: GH013: Repository rule violations found for refs/heads/main.');
    expect(output).toContain('remote: - Changes must be made through a pull request.');
    expect(output).toContain('[remote rejected] main -> main (push declined due to repository rule violations)');
    const { data } = await test.octokit(test.alice).rest.git.getRef({ ...SHOP, ref: 'heads/main' });
    expect(data.object.sha).toBe(test.first);
    await test.work.git('reset', '--quiet', '--hard', test.first);
  });

  it('reject the deletion of main', async () => {
    expect(await test.work.expectFailure('push', 'origin', ':main')).toContain('Cannot delete this protected ref.');
  });

  it('reject the same over REST', async () => {
    const { rest } = test.octokit(test.alice);
    await test.work.git('push', '--quiet', 'origin', 'HEAD:refs/heads/ahead');
    await test.work.git('checkout', '--quiet', '-B', 'ahead', test.first);
    const sha = await test.work.commit({ x: 'x' }, 'feat: x');
    await test.work.git('push', '--quiet', '--force', 'origin', 'ahead');
    await test.work.git('checkout', '--quiet', 'main');
    const failure = await expectFailure(rest.git.updateRef({ ...SHOP, ref: 'heads/main', sha }));
    expect(failure).toMatchObject({
      status: 422,
      message: 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n',
    });
  });

  it('allow the listed app, and no other, to push to main', async () => {
    const other = createBotToken(test.hub, { contents: 'write' }, 'other[bot]');
    for (const [token, passes] of [
      [other.token, false],
      [bot.token, true],
    ] as const) {
      const work = await WorkTree.create(test.hub.url, token);
      await work.git('pull', '--quiet', 'origin', 'main');
      await work.commit({ [`by-${passes}`]: 'x' }, 'chore: by an app');
      if (passes) await work.git('push', '--quiet', 'origin', 'main');
      else expect(await work.expectFailure('push', 'origin', 'main')).toContain('GH013');
      await work.remove();
    }
  });

  it('reject a force push that only the new objects reveal, and a merge where history must be linear', async () => {
    await test.work.git('checkout', '--quiet', '-B', 'release/1', test.first);
    await test.work.commit({ one: '1' }, 'feat: one');
    await test.work.git('push', '--quiet', 'origin', 'release/1');
    await test.work.git('commit', '--quiet', '--amend', '--message', 'feat: other');
    expect(await test.work.expectFailure('push', '--force', 'origin', 'release/1')).toContain(
      'Cannot force-push to this branch.',
    );
    await test.work.git('reset', '--quiet', '--hard', 'origin/release/1');
    await test.work.git('checkout', '--quiet', '-B', 'side', test.first);
    await test.work.commit({ two: '2' }, 'feat: two');
    await test.work.git('checkout', '--quiet', 'release/1');
    await test.work.git('merge', '--quiet', '--no-ff', '--message', 'merge', 'side');
    expect(await test.work.expectFailure('push', 'origin', 'release/1')).toContain('must not contain merge commits');
    await test.work.git('reset', '--quiet', '--hard', 'origin/release/1');
    await test.work.commit({ three: '3' }, 'feat: three');
    await test.work.git('push', '--quiet', 'origin', 'release/1');
  });

  it('allow a version tag to be created, but not to be moved or deleted', async () => {
    await test.work.git('tag', 'v1.0.0', test.first);
    await test.work.git('push', '--quiet', 'origin', 'v1.0.0');
    await test.work.git('tag', '--force', 'v1.0.0', 'release/1');
    expect(await test.work.expectFailure('push', '--force', 'origin', 'v1.0.0')).toContain(
      'Cannot update this protected ref.',
    );
    expect(await test.work.expectFailure('push', 'origin', ':v1.0.0')).toContain('Cannot delete this protected ref.');
    const { rest } = test.octokit(test.alice);
    const sha = await test.work.git('rev-parse', 'release/1');
    expect((await expectFailure(rest.git.updateRef({ ...SHOP, ref: 'tags/v1.0.0', sha, force: true }))).status).toBe(
      422,
    );
  });

  it('reject a whole push when one of its refs violates them', async () => {
    await test.work.git('fetch', '--quiet', 'origin');
    await test.work.git('checkout', '--quiet', '-B', 'main', 'origin/main');
    await test.work.commit({ 'README.md': 'both\n' }, 'chore: both');
    await test.work.git('branch', '--force', 'free');
    expect(await test.work.expectFailure('push', 'origin', 'main', 'free')).toContain('GH013');
    expect(await test.work.git('ls-remote', 'origin', 'refs/heads/free')).toBe('');
  });

  it('cannot be created when the hub cannot enforce them', async () => {
    const { rest } = test.octokit(test.alice);
    const failure = await expectFailure(
      rest.repos.createRepoRuleset({
        ...SHOP,
        name: 'x',
        enforcement: 'active',
        rules: [{ type: 'commit_message_pattern', parameters: { operator: 'contains', pattern: 'x' } }],
      }),
    );
    expect(failure.status).toBe(422);
  });
});
