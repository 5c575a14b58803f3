import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../src/outputs.ts';
import { FakeRepository } from '../fake-repository.ts';
import { CHART, image } from '../helpers.ts';
import { BRANCH, bumpInPullRequest } from './scene.ts';

const VALUES = 'replicas: 1\nimage:\n  repository: r.io/web\n  tag: 1.0.0\n';
const FILES = { 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': VALUES };

/** A run for this version and its image. */
const release = (repository: FakeRepository, version: string, more: Record<string, string> = {}): Promise<Outcome> =>
  bumpInPullRequest(repository, { version, images: image('r.io/web', [version]), ...more });

const subjects = (repository: FakeRepository): (string | undefined)[] =>
  repository.log(BRANCH).map(({ message }) => message.split('\n')[0]);
const values = (repository: FakeRepository): string | undefined =>
  repository.head(BRANCH).files['helm/shop/values.yaml'];

describe('a commit of another author on the branch', () => {
  /** The first pull request with a commit of a reviewer. */
  async function reviewed(): Promise<FakeRepository> {
    const repository = new FakeRepository(FILES);
    await release(repository, '1.4.2');
    const tuned = (values(repository) ?? '').replace('replicas: 1', 'replicas: 3');
    repository.push(BRANCH, { 'helm/shop/values.yaml': tuned, 'helm/shop/README.md': 'why' }, 'fix: by hand');
    return repository;
  }

  it('is neither undone nor discarded, for any number of later runs', async () => {
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

  it('is not followed by a commit when the branch has all changes', async () => {
    const repository = await reviewed();
    const head = repository.head(BRANCH).oid;
    expect(await release(repository, '1.4.2')).toMatchObject({ commit: { oid: head }, pullRequest: { number: 1 } });
    expect(repository.head(BRANCH).oid).toBe(head);
  });

  it('is recognized even if it keeps the message of the action', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, '1.4.2');
    const { message, files } = repository.head(BRANCH);
    repository.branches.set(BRANCH, repository.head('main').oid);
    const amended = (files['helm/shop/values.yaml'] ?? '').replace('replicas: 1', 'replicas: 3');
    repository.push(BRANCH, { ...files, 'helm/shop/values.yaml': amended }, message);
    await release(repository, '1.4.3');
    expect(values(repository)).toContain('replicas: 3');
  });

  it('does not bump a version twice, or lower one that is set higher on the branch', async () => {
    const repository = new FakeRepository(FILES);
    const patch = (tag: string) =>
      bumpInPullRequest(repository, { version: 'patch', images: image('r.io/web', [tag]) });
    await patch('1.1.0');
    repository.push(BRANCH, { 'helm/shop/README.md': 'why' }, 'fix: by hand');
    await patch('1.2.0');
    expect(repository.head(BRANCH).files['helm/shop/Chart.yaml']).toBe(
      CHART.replace('version: 1.0.0', 'version: 1.0.1').replace('"1.0.0"', '"1.2.0"'),
    );
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
  ])('leaves a pull request unchanged that has a newer %s', async (_, newer, older, reason) => {
    const repository = new FakeRepository(FILES);
    await bumpInPullRequest(repository, newer);
    const [before, pulls] = [repository.head(BRANCH).oid, structuredClone(repository.pulls)];
    const dry = await bumpInPullRequest(repository, { ...older, 'dry-run': 'true' });
    const outcome = await bumpInPullRequest(repository, older);
    for (const { plan, commit } of [dry, outcome]) {
      expect(commit).toBeUndefined();
      expect(plan).toMatchObject({ files: [], charts: [{ changed: false }] });
      expect(plan.charts[0]?.skipped).toContain(`on the branch ${BRANCH}, ${reason}`);
    }
    expect(repository.head(BRANCH).oid).toBe(before);
    expect(repository.pulls).toEqual(pulls);
  });

  it('changes nothing even before the newer run has opened its pull request', async () => {
    const repository = new FakeRepository(FILES);
    await release(repository, '1.4.3');
    repository.pulls.length = 0;
    expect(await release(repository, '1.4.2')).toMatchObject({ commit: undefined });
  });

  it.each<[string, Record<string, string>, (repository: FakeRepository) => void]>([
    ['allow-downgrade is set', { 'allow-downgrade': 'true' }, () => undefined],
    [
      'the newer one was closed without a merge',
      {},
      (repository) => Object.assign(repository.pulls[0] ?? {}, { closedAt: repository.head(BRANCH).oid }),
    ],
  ])('replaces it when %s', async (_, more, before) => {
    const repository = new FakeRepository(FILES);
    await release(repository, '1.4.3');
    before(repository);
    await release(repository, '1.4.2', more);
    expect(repository.log(BRANCH)).toHaveLength(2);
    expect(repository.head(BRANCH).files['helm/shop/Chart.yaml']).toBe(CHART.replaceAll('1.0.0', '1.4.2'));
  });

  it('changes only the charts that are not newer on the branch', async () => {
    const repository = new FakeRepository({
      'a/Chart.yaml': 'name: a\nversion: 1.0.0\n',
      'b/Chart.yaml': 'name: b\nversion: 1.0.0\n',
    });
    const charts = { charts: 'a\nb' };
    const { branch } = await bumpInPullRequest(repository, { ...charts, version: '1.4.2' });
    repository.push(branch, { 'a/Chart.yaml': 'name: a\nversion: 2.0.0\n' }, 'feat: by hand');
    await bumpInPullRequest(repository, { ...charts, version: '1.4.3' });
    expect(repository.head(branch).files).toEqual({
      'a/Chart.yaml': 'name: a\nversion: 2.0.0\n',
      'b/Chart.yaml': 'name: b\nversion: 1.4.3\n',
    });
    expect(repository.pulls[0]?.body).toContain('- `a`: 1.0.0 → 2.0.0\n- `b`: 1.0.0 → 1.4.3\n');
  });

  it('leaves a chart unchanged on the branch that is newer in the base', async () => {
    const chart = (name: string, version: string) => ({
      [`${name}/Chart.yaml`]: `name: ${name}\nversion: ${version}\n`,
    });
    const repository = new FakeRepository({ ...chart('a', '1.0.0'), ...chart('b', '1.0.0') });
    const charts = { charts: 'a\nb' };
    const { branch } = await bumpInPullRequest(repository, { ...charts, version: '1.4.2' });
    repository.push(branch, { README: 'why' }, 'fix: by hand');
    repository.push('main', chart('a', '2.0.0'), 'feat: a 2');
    await bumpInPullRequest(repository, { ...charts, version: '1.4.3' });
    expect(repository.head(branch).files).toMatchObject({ ...chart('a', '1.4.2'), ...chart('b', '1.4.3') });
  });
});
