import { describe, expect, it } from '@jest/globals';
import { ActionError } from '../../../lib/errors.ts';
import type { Origin } from '../../src/commit/message.ts';
import type { Outcome } from '../../src/outputs.ts';
import { commitToPullRequest, pullRequestBranch } from '../../src/pull-requests/pull-request.ts';
import { FakeRepository, lost } from '../fake-repository.ts';
import { CHART, image, settings } from '../helpers.ts';

const BRANCH = pullRequestBranch(['helm/shop'], 'main', true);
const ORIGIN: Origin = { repository: 'octo/shop', sha: undefined, runUrl: undefined };
const retry = { retries: 3, wait: async () => undefined };
const onCommit = async (): Promise<void> => undefined;

async function propose(repository: FakeRepository, inputs: Record<string, string>): Promise<Outcome> {
  const read = await settings({ mode: 'pull-request', ...inputs });
  return commitToPullRequest(read, repository, { origin: ORIGIN, retry, onCommit });
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

  it('knows its own commit also where no chart changes', async () => {
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

  it('begins anew when another run takes the branch away that the commit is made on', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    repository.beforeCommit = (attempt) => {
      if (attempt > 1) return;
      repository.branches.delete(`${BRANCH}.next`);
      throw new ActionError({
        what: 'committing failed: not found',
        why: 'Branch not found',
        next: 'Check the branch.',
      });
    };
    expect(await propose(repository, { version: '1.4.2' })).toMatchObject({ pullRequest: { number: 1 }, attempts: 2 });
    expect([...repository.branches.keys()].sort()).toEqual([BRANCH, 'main']);
  });

  it('says why a commit is refused while that branch is there', async () => {
    const repository = new FakeRepository({ 'helm/shop/Chart.yaml': CHART });
    repository.beforeCommit = () => {
      throw new ActionError({ what: 'committing was refused', why: 'a rule', next: 'Ask.' });
    };
    await expect(propose(repository, { version: '1.4.2' })).rejects.toThrow('committing was refused');
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
    repository.beforePull = (attempt) => attempt > 1 && lost('enabling auto-merge for pull request 1');
    const seen: Outcome[] = [];
    const read = await settings({ mode: 'pull-request', version: '1.4.2', 'auto-merge': 'true' });
    const context = {
      origin: ORIGIN,
      retry,
      onCommit: async (outcome: Outcome) => {
        seen.push(outcome);
      },
    };
    const failure = await commitToPullRequest(read, repository, context).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: 'ActionError',
      what: 'enabling auto-merge for pull request 1 failed in each of 5 attempts',
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

const VALUES = 'replicas: 1\nimage:\n  repository: r.io/web\n  tag: 1.0.0\n';
const FILES = { 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': VALUES };

/** A run for this version and its image. */
const release = (repository: FakeRepository, version: string, more: Record<string, string> = {}): Promise<Outcome> =>
  propose(repository, { version, images: image('r.io/web', [version]), ...more });

const subjects = (repository: FakeRepository): (string | undefined)[] =>
  repository.log(BRANCH).map(({ message }) => message.split('\n')[0]);
const values = (repository: FakeRepository): string | undefined =>
  repository.head(BRANCH).files['helm/shop/values.yaml'];

describe("somebody's own commit on the branch", () => {
  /** What a reviewer makes of the first proposal. */
  async function reviewed(): Promise<FakeRepository> {
    const repository = new FakeRepository(FILES);
    await release(repository, '1.4.2');
    const tuned = (values(repository) ?? '').replace('replicas: 1', 'replicas: 3');
    repository.push(BRANCH, { 'helm/shop/values.yaml': tuned, 'helm/shop/README.md': 'why' }, 'fix: by hand');
    return repository;
  }

  it('is neither undone nor thrown away, however many runs come after it', async () => {
    const repository = await reviewed();
    await release(repository, '1.4.3');
    repository.push('main', { other: 'x' }, 'theirs');
    await release(repository, '1.4.4');
    expect(values(repository)).toMatch(/^replicas: 3\n[\s\S]*tag: 1\.4\.4\n$/);
    expect(repository.head(BRANCH).files).toMatchObject({
      'helm/shop/README.md': 'why',
      'helm/shop/Chart.yaml': CHART.replaceAll('1.0.0', '1.4.4'),
    });
    expect(subjects(repository)).toEqual([
      'chore(release): shop 1.4.4',
      'chore(release): shop 1.4.3',
      'fix: by hand',
      'chore(release): shop 1.4.2',
      'first',
    ]);
    expect(repository.pulls).toMatchObject([
      { title: 'chore(release): shop 1.4.4', body: expect.stringContaining('1.0.0 → 1.4.4') },
    ]);
  });

  it('gets nothing on top when it has everything', async () => {
    const repository = await reviewed();
    const head = repository.head(BRANCH).oid;
    expect(await release(repository, '1.4.2')).toMatchObject({ commit: { oid: head }, pullRequest: { number: 1 } });
    expect(repository.head(BRANCH).oid).toBe(head);
  });

  it('is known when it keeps the message of ours, too', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, '1.4.2');
    const { message, files } = repository.head(BRANCH);
    repository.branches.set(BRANCH, repository.head('main').oid);
    const amended = (files['helm/shop/values.yaml'] ?? '').replace('replicas: 1', 'replicas: 3');
    repository.push(BRANCH, { ...files, 'helm/shop/values.yaml': amended }, message);
    await release(repository, '1.4.3');
    expect(values(repository)).toContain('replicas: 3');
  });

  it('does not make a version count up twice, nor go back when it was set higher there', async () => {
    const repository = new FakeRepository(FILES);
    const patch = (tag: string) => propose(repository, { version: 'patch', images: image('r.io/web', [tag]) });
    await patch('1.1.0');
    repository.push(BRANCH, { 'helm/shop/README.md': 'why' }, 'fix: by hand');
    await patch('1.2.0');
    expect(repository.head(BRANCH).files['helm/shop/Chart.yaml']).toBe(CHART.replaceAll('1.0.0', '1.0.1'));
    repository.push(BRANCH, { 'helm/shop/Chart.yaml': CHART.replaceAll('1.0.0', '2.0.0') }, 'feat: by hand');
    await patch('1.3.0');
    expect(repository.head(BRANCH).files).toMatchObject({
      'helm/shop/Chart.yaml': CHART.replaceAll('1.0.0', '2.0.0'),
      'helm/shop/values.yaml': VALUES.replace('1.0.0', '1.3.0'),
    });
    expect(repository.pulls).toMatchObject([{ title: 'chore(release): shop 2.0.0' }]);
  });

  it('that breaks a file is an error that names the branch', async () => {
    const repository = await reviewed();
    repository.push(BRANCH, { 'helm/shop/values.yaml': 'a: [\n' }, 'oops');
    await expect(release(repository, '1.4.3')).rejects.toThrow(
      `on the branch ${BRANCH}, helm/shop/values.yaml is not valid YAML`,
    );
  });
});

describe('an older run', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['version', { version: '1.4.3' }, { version: '1.4.2' }, 'helm/shop is at 1.4.3, which is newer than 1.4.2'],
    [
      'app-version',
      { version: 'patch', 'app-version': '1.5.0' },
      { version: 'patch', 'app-version': '1.4.1' },
      'helm/shop has the appVersion 1.5.0, which is newer than 1.4.1',
    ],
    [
      'image',
      { version: 'patch', images: image('r.io/web', ['1.4.3']) },
      { version: 'patch', images: image('r.io/web', ['1.4.2']) },
      'helm/shop has r.io/web at 1.4.3, which is newer than 1.4.2',
    ],
  ])('leaves a proposal alone that has a newer %s', async (_, newer, older, reason) => {
    const repository = new FakeRepository(FILES);
    await propose(repository, newer);
    const [before, pulls] = [repository.head(BRANCH).oid, structuredClone(repository.pulls)];
    const dry = await propose(repository, { ...older, 'dry-run': 'true' });
    const outcome = await propose(repository, older);
    for (const { plan, commit } of [dry, outcome]) {
      expect(commit).toBeUndefined();
      expect(plan).toMatchObject({ files: [], charts: [{ changed: false }] });
      expect(plan.charts[0]?.skipped).toContain(`on the branch ${BRANCH}, ${reason}`);
    }
    expect(repository.head(BRANCH).oid).toBe(before);
    expect(repository.pulls).toEqual(pulls);
  });

  it('does so before the newer run has opened its pull request, too', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, '1.4.3');
    repository.pulls.length = 0;
    expect(await release(repository, '1.4.2')).toMatchObject({ commit: undefined });
  });

  it.each<[string, Record<string, string>, (repository: FakeRepository) => void]>([
    ['allow-downgrade says so', { 'allow-downgrade': 'true' }, () => undefined],
    [
      'the newer one was turned down',
      {},
      (repository) => Object.assign(repository.pulls[0] ?? {}, { closedAt: repository.head(BRANCH).oid }),
    ],
  ])('takes its place when %s', async (_, more, before) => {
    const repository = new FakeRepository(FILES);
    await release(repository, '1.4.3');
    before(repository);
    await release(repository, '1.4.2', more);
    expect(repository.log(BRANCH)).toHaveLength(2);
    expect(repository.head(BRANCH).files['helm/shop/Chart.yaml']).toBe(CHART.replaceAll('1.0.0', '1.4.2'));
  });

  it('changes only the charts that are not newer there', async () => {
    const repository = new FakeRepository({
      'a/Chart.yaml': 'name: a\nversion: 1.0.0\n',
      'b/Chart.yaml': 'name: b\nversion: 1.0.0\n',
    });
    const charts = { charts: 'a\nb' };
    const { branch } = await propose(repository, { ...charts, version: '1.4.2' });
    repository.push(branch, { 'a/Chart.yaml': 'name: a\nversion: 2.0.0\n' }, 'feat: by hand');
    await propose(repository, { ...charts, version: '1.4.3' });
    expect(repository.head(branch).files).toEqual({
      'a/Chart.yaml': 'name: a\nversion: 2.0.0\n',
      'b/Chart.yaml': 'name: b\nversion: 1.4.3\n',
    });
    expect(repository.pulls[0]?.body).toContain('- `a`: 1.0.0 → 2.0.0\n- `b`: 1.0.0 → 1.4.3\n');
  });

  it('leaves a chart alone on the branch that is newer in the base', async () => {
    const chart = (name: string, version: string) => ({
      [`${name}/Chart.yaml`]: `name: ${name}\nversion: ${version}\n`,
    });
    const repository = new FakeRepository({ ...chart('a', '1.0.0'), ...chart('b', '1.0.0') });
    const charts = { charts: 'a\nb' };
    const { branch } = await propose(repository, { ...charts, version: '1.4.2' });
    repository.push(branch, { README: 'why' }, 'fix: by hand');
    repository.push('main', chart('a', '2.0.0'), 'feat: a 2');
    await propose(repository, { ...charts, version: '1.4.3' });
    expect(repository.head(branch).files).toMatchObject({ ...chart('a', '1.4.2'), ...chart('b', '1.4.3') });
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
    ].map((charts) => pullRequestBranch(charts, 'main', true));
    expect(new Set(names).size).toBe(names.length);
    expect(pullRequestBranch(['b', 'a'], 'main', true)).toBe(pullRequestBranch(['a', 'b'], 'main', true));
    expect(pullRequestBranch(['a'], 'release/1', false)).not.toBe(pullRequestBranch(['a'], 'main', true));
    for (const name of names) expect(name).toMatch(/^bump-chart-version\/[A-Za-z0-9_][A-Za-z0-9_-]*$/);
  });
});
