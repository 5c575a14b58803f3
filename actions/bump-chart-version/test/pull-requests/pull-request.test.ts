import { describe, expect, it } from '@jest/globals';
import { ActionError } from '../../../lib/errors.ts';
import type { Outcome } from '../../src/outputs.ts';
import { defaultBranchName } from '../../src/pull-requests/branch-name.ts';
import { commitToPullRequest } from '../../src/pull-requests/pull-request.ts';
import { FakeRepository, lost } from '../fake-repository.ts';
import { CHART, settings } from '../helpers.ts';
import { BRANCH, bumpInPullRequest, ORIGIN, onCommit, retry } from './scene.ts';

describe('mode pull-request', () => {
  it('commits once to a separate branch and opens a pull request', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    const outcome = await bumpInPullRequest(repository, {
      version: '1.4.2',
      'pull-request-labels': 'release\ndeploy\n{chart}-{version}',
      'auto-merge': 'squash',
    });
    expect(outcome).toMatchObject({
      branch: BRANCH,
      pullRequest: { number: 1 },
      commit: { oid: repository.head(BRANCH).oid },
    });
    expect(repository.log(BRANCH)).toHaveLength(2);
    expect(repository.log('main')).toHaveLength(1);
    expect([...repository.branches.keys()].sort()).toEqual([BRANCH, 'main']);
    expect(repository.pulls).toMatchObject([
      {
        title: 'chore(release): shop 1.4.2',
        labels: ['release', 'deploy', 'shop-1.4.2'],
        merge: 'squash',
        body: expect.stringContaining('1.0.0 → 1.4.2'),
      },
    ]);
  });

  it('changes nothing in a second run', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    const first = await bumpInPullRequest(repository, { version: '1.4.2' });
    const second = await bumpInPullRequest(repository, { version: '1.4.2' });
    expect(second.commit?.oid).toBe(first.commit?.oid);
    expect(repository.pulls).toHaveLength(1);
  });

  it('replaces its own commit by one on the newest base, and updates the pull request', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    await bumpInPullRequest(repository, { version: '1.4.2' });
    repository.push('main', { 'helm/shop/Chart.yaml': `# moved\n${CHART}` }, 'theirs');
    await bumpInPullRequest(repository, { version: '1.5.0', 'pull-request-labels': 'a' });
    expect(repository.head(BRANCH)).toMatchObject({ parents: [repository.head('main').oid] });
    expect(repository.head(BRANCH).files['helm/shop/Chart.yaml']).toBe(
      `# moved\n${CHART.replaceAll('1.0.0', '1.5.0')}`,
    );
    expect(repository.pulls).toMatchObject([{ title: 'chore(release): shop 1.5.0', labels: ['a'] }]);
  });

  it('recognizes its own commit also when no chart changes', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART, 'app.yaml': 'rev: a\n' });
    const origin = { ...ORIGIN, runUrl: 'https://github.test/octo/shop/actions/runs/7' };
    for (const rev of ['b', 'c']) {
      const inputs = {
        mode: 'pull-request',
        version: 'none',
        values: `app.yaml:rev=${rev}`,
        'values-files': 'Chart.yaml',
      };
      await commitToPullRequest(await settings(inputs), repository, { origin, retry, onCommit });
    }
    expect(repository.log(BRANCH)).toHaveLength(2);
    expect(repository.head(BRANCH).files['app.yaml']).toBe('rev: c\n');
  });

  /** A pull request whose commits the next run replaces. */
  async function replaceable(): Promise<FakeRepository> {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    await bumpInPullRequest(repository, { version: '1.4.1' });
    return repository;
  }

  it.each<[string, (repository: FakeRepository) => void]>([
    ['moves the branch', (repository) => repository.branches.set(BRANCH, repository.head('main').oid)],
    ['merges its pull request', (repository) => repository.merge(1)],
  ])('starts again when somebody %s during the commit', async (_, interfere) => {
    const repository = await replaceable();
    repository.afterCommit = (attempt) => attempt === 2 && interfere(repository);
    expect(await bumpInPullRequest(repository, { version: '1.4.2' })).toMatchObject({ attempts: 2 });
    expect(repository.log(BRANCH)).toHaveLength(repository.log('main').length + 1);
    expect(repository.pulls.at(-1)).toMatchObject({ title: 'chore(release): shop 1.4.2' });
    expect(repository.pulls.at(-1)?.closedAt).toBeUndefined();
  });

  it('starts again when a concurrent run has created the branch first', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    const { moveBranches } = repository;
    let isFirst = true;
    repository.moveBranches = async (moves) => {
      if (isFirst) repository.branches.set(BRANCH, repository.head('main').oid);
      isFirst = false;
      return moveBranches.call(repository, moves);
    };
    expect(await bumpInPullRequest(repository, { version: '1.4.2' })).toMatchObject({ attempts: 2 });
    expect(repository.log(BRANCH)).toHaveLength(2);
  });

  it('continues after a lost response', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    repository.afterCommit = (attempt) => attempt === 1 && lost();
    await bumpInPullRequest(repository, { version: '1.4.2' });
    expect(repository.log(BRANCH)).toHaveLength(2);
    expect([...repository.branches.keys()].sort()).toEqual([BRANCH, 'main']);
  });

  it.each<[string, (repository: FakeRepository) => void]>([
    ['is lost', (repository) => Object.assign(repository, { afterPull: () => lost() })],
    [
      'never arrives',
      (repository) => Object.assign(repository, { beforePull: (request: number) => request % 2 === 1 && lost() }),
    ],
  ])('opens one pull request and enables auto-merge when the response %s', async (_, breakResponses) => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    breakResponses(repository);
    const outcome = await bumpInPullRequest(repository, { version: '1.4.2', 'auto-merge': 'squash' });
    expect(outcome).toMatchObject({ pullRequest: { number: 1 } });
    expect(repository.pulls).toMatchObject([{ merge: 'squash' }]);
  });

  it('starts again when a concurrent run deletes the staging branch', async () => {
    const repository = await replaceable();
    repository.beforeCommit = (attempt) => {
      if (attempt > 2) return;
      repository.branches.delete(`${BRANCH}.next`);
      throw new ActionError({
        what: 'committing failed: not found',
        why: 'Branch not found',
        next: 'Check the branch.',
      });
    };
    expect(await bumpInPullRequest(repository, { version: '1.4.2' })).toMatchObject({
      pullRequest: { number: 1 },
      attempts: 2,
    });
    expect([...repository.branches.keys()].sort()).toEqual([BRANCH, 'main']);
  });

  it.each([
    ['staging branch', replaceable],
    ['branch', async () => new FakeRepository({ 'helm/shop/Chart.yaml': CHART })],
  ])('reports why a commit is refused while the %s exists', async (_, create) => {
    const repository = await create();
    repository.beforeCommit = () => {
      throw new ActionError({ what: 'committing was refused', why: 'a rule', next: 'Ask.' });
    };
    await expect(bumpInPullRequest(repository, { version: '1.4.2' })).rejects.toThrow('committing was refused');
  });

  it('enables auto-merge only once, but again for another method', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    for (const method of ['squash', 'squash', 'rebase'])
      await bumpInPullRequest(repository, { version: '1.4.2', 'auto-merge': method });
    expect(repository.merges).toBe(2);
    expect(repository.pulls).toMatchObject([{ merge: 'rebase' }]);
  });

  it('reports which request failed when the server fails for good, and which pull request is open', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    repository.beforePull = (attempt) => attempt > 1 && lost('enabling auto-merge for pull request 1');
    const outcomes: Outcome[] = [];
    const read = await settings({ mode: 'pull-request', version: '1.4.2', 'auto-merge': 'true' });
    const context = {
      origin: ORIGIN,
      retry,
      onCommit: async (outcome: Outcome) => {
        outcomes.push(outcome);
      },
    };
    const failure = await commitToPullRequest(read, repository, context).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'ActionError',
      what: 'enabling auto-merge for pull request 1 failed in each of 5 attempts',
    });
    expect(outcomes.at(-1)).toMatchObject({ pullRequest: { number: 1 } });
  });

  it('opens nothing when nothing changes, or in a dry run', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    expect(await bumpInPullRequest(repository, { version: '1.0.0' })).toMatchObject({
      commit: undefined,
      pullRequest: undefined,
    });
    expect(await bumpInPullRequest(repository, { version: '1.4.2', 'dry-run': 'true' })).toMatchObject({
      commit: undefined,
    });
    expect(repository.pulls).toEqual([]);
    expect([...repository.branches.keys()]).toEqual(['main']);
  });
});

describe('the branch of a pull request', () => {
  it('is the same for the same charts in any order, and different for others', () => {
    const names = [
      ['helm/shop'],
      ['helm-shop'],
      ['helm/shop', 'helm/api'],
      ['ünï code'],
      ['a..b'],
      ['x.lock'],
      ['.'],
      ['-'],
    ].map((charts) => defaultBranchName(charts, 'main'));
    expect(new Set(names).size).toBe(names.length);
    expect(defaultBranchName(['b', 'a'], 'main')).toBe(defaultBranchName(['a', 'b'], 'main'));
    expect(defaultBranchName(['a'], 'release/1')).not.toBe(defaultBranchName(['a'], 'main'));
    for (const name of names) expect(name).toMatch(/^bump-chart-version\/[A-Za-z0-9_][A-Za-z0-9_-]*$/);
  });
});
