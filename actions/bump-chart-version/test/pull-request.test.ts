import { describe, expect, it } from '@jest/globals';
import type { Origin } from '../src/message.ts';
import type { Outcome } from '../src/outcome.ts';
import { proposalBranch, proposeChange } from '../src/pull-request.ts';
import { FakeRepository, lost } from './fake-repository.ts';
import { CHART, settings } from './helpers.ts';

const BRANCH = proposalBranch(['helm/shop'], 'main', true);
const ORIGIN: Origin = { repository: 'octo/shop', sha: undefined, runUrl: undefined };
const patience = { maxAttempts: 4, wait: async () => undefined };

async function propose(repository: FakeRepository, inputs: Record<string, string>): Promise<Outcome> {
  const read = await settings({ mode: 'pull-request', ...inputs });
  return proposeChange(read, repository, ORIGIN, patience, async () => undefined);
}

describe('mode pull-request', () => {
  it('puts one commit on a branch of its own and opens a pull request', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    const outcome = await propose(repository, {
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

  it('keeps what is there the second time', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    const first = await propose(repository, { version: '1.4.2' });
    const second = await propose(repository, { version: '1.4.2' });
    expect(second.commit?.oid).toBe(first.commit?.oid);
    expect(repository.pulls).toHaveLength(1);
  });

  it('replaces its own commit by one on the newest base, and updates the pull request', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    await propose(repository, { version: '1.4.2' });
    repository.push('main', { 'helm/shop/Chart.yaml': `# moved\n${CHART}` }, 'theirs');
    await propose(repository, { version: '1.5.0', 'pull-request-labels': 'a' });
    expect(repository.head(BRANCH)).toMatchObject({ parents: [repository.head('main').oid] });
    expect(repository.head(BRANCH).files['helm/shop/Chart.yaml']).toBe(
      `# moved\n${CHART.replaceAll('1.0.0', '1.5.0')}`,
    );
    expect(repository.pulls).toMatchObject([{ title: 'chore(release): shop 1.5.0', labels: ['a'] }]);
  });

  it("never throws away somebody's own commit on the branch", async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    await propose(repository, { version: '1.4.2' });
    const fix = repository.push(BRANCH, { 'helm/shop/templates/x.yaml': 'fix' }, 'fix: by hand');
    await propose(repository, { version: '1.5.0' });
    expect(repository.head(BRANCH)).toMatchObject({ parents: [fix], files: { 'helm/shop/templates/x.yaml': 'fix' } });
  });

  it('starts again when another run moves the branch', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    repository.afterCommit = (attempt) => {
      if (attempt === 1) repository.branches.set(BRANCH, repository.head('main').oid);
    };
    expect(await propose(repository, { version: '1.4.2' })).toMatchObject({ attempts: 2, pullRequest: { number: 1 } });
    expect(repository.log(BRANCH)).toHaveLength(2);
  });

  it('survives a lost answer', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    repository.afterCommit = (attempt) => attempt === 1 && lost();
    await propose(repository, { version: '1.4.2' });
    expect(repository.log(BRANCH)).toHaveLength(2);
    expect([...repository.branches.keys()].sort()).toEqual([BRANCH, 'main']);
  });

  it.each<[string, (repository: FakeRepository) => void]>([
    ['is lost', (repository) => Object.assign(repository, { afterPull: () => lost() })],
    ['never comes', (repository) => Object.assign(repository, { beforePull: (n: number) => n % 2 === 1 && lost() })],
  ])('opens and sets one pull request to merge when the answer %s', async (_, trouble) => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    trouble(repository);
    const outcome = await propose(repository, { version: '1.4.2', 'auto-merge': 'squash' });
    expect(outcome).toMatchObject({ pullRequest: { number: 1 } });
    expect(repository.pulls).toMatchObject([{ merge: 'squash' }]);
  });

  it('does not set it again when it will merge already, but does when in another way', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    for (const method of ['squash', 'squash', 'rebase'])
      await propose(repository, { version: '1.4.2', 'auto-merge': method });
    expect(repository.merges).toBe(2);
    expect(repository.pulls).toMatchObject([{ merge: 'rebase' }]);
  });

  it('says which step failed when the server fails for good, and which pull request is open', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    repository.beforePull = (attempt) => attempt > 1 && lost('setting pull request 1 to merge by itself');
    const seen: Outcome[] = [];
    const read = await settings({ mode: 'pull-request', version: '1.4.2', 'auto-merge': 'true' });
    const failure = await proposeChange(read, repository, ORIGIN, patience, async (outcome) => {
      seen.push(outcome);
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'ActionError',
      what: 'setting pull request 1 to merge by itself failed in each of 5 attempts',
    });
    expect(seen.at(-1)).toMatchObject({ pullRequest: { number: 1 } });
  });

  it('opens nothing when nothing changes, or in a dry run', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    expect(await propose(repository, { version: '1.0.0' })).toMatchObject({
      commit: undefined,
      pullRequest: undefined,
    });
    expect(await propose(repository, { version: '1.4.2', 'dry-run': 'true' })).toMatchObject({ commit: undefined });
    expect(repository.pulls).toEqual([]);
    expect([...repository.branches.keys()]).toEqual(['main']);
  });
});

describe('the branch of a pull request', () => {
  it('is the same for the same charts in any order, and another for others', () => {
    const names = [
      ['helm/shop'],
      ['helm-shop'],
      ['helm/shop', 'helm/api'],
      ['ünï code'],
      ['a..b'],
      ['x.lock'],
      ['.'],
      ['-'],
    ].map((charts) => proposalBranch(charts, 'main', true));
    expect(new Set(names).size).toBe(names.length);
    expect(proposalBranch(['b', 'a'], 'main', true)).toBe(proposalBranch(['a', 'b'], 'main', true));
    expect(proposalBranch(['a'], 'release/1', false)).not.toBe(proposalBranch(['a'], 'main', true));
    for (const name of names) expect(name).toMatch(/^bump-chart-version\/[A-Za-z0-9_][A-Za-z0-9_-]*$/);
  });
});
