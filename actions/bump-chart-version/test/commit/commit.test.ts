import { describe, expect, it } from '@jest/globals';
import { commitToBranch } from '../../src/commit/commit.ts';
import type { Origin } from '../../src/commit/message.ts';
import type { Outcome } from '../../src/outputs.ts';
import { FakeRepository, lost } from '../fake-repository.ts';
import { CHART, DIGEST, image, OLD_DIGEST, settings } from '../helpers.ts';

const VALUES = `image:\n  repository: r.io/web\n  tag: "1.0.0"\n  digest: "${OLD_DIGEST}"\n`;
const FILES = { 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': VALUES };
const ORIGIN: Origin = {
  repository: 'octo/shop',
  sha: 'c'.repeat(40),
  runUrl: 'https://github.test/octo/shop/actions/runs/7',
};
const RELEASE = { version: '1.4.2', images: image('r.io/web') };

const retry = { retries: 3, wait: async () => undefined };

async function bump(
  repository: FakeRepository,
  inputs: Record<string, string>,
  origin = ORIGIN,
): Promise<Outcome & { seen: number }> {
  let seen = 0;
  const onCommit = async (): Promise<void> => {
    seen++;
  };
  const outcome = await commitToBranch(await settings(inputs), repository, { origin, retry, onCommit });
  return { ...outcome, seen };
}

describe('mode commit', () => {
  it('reads once and commits once', async () => {
    const repository = new FakeRepository(FILES);
    const outcome = await bump(repository, RELEASE);
    expect(outcome).toMatchObject({
      attempts: 1,
      branch: 'main',
      seen: 1,
      commit: { oid: repository.head().oid, verified: true },
    });
    expect(repository.reads).toBe(1);
    expect(repository.log()).toHaveLength(2);
    expect(repository.head().files).toEqual({
      'helm/shop/Chart.yaml': CHART.replaceAll('1.0.0', '1.4.2'),
      'helm/shop/values.yaml': VALUES.replace('1.0.0', '1.4.2').replace(OLD_DIGEST, DIGEST),
    });
  });

  it('expands globs at the head that it changes', async () => {
    const repository = new FakeRepository({ ...FILES, 'helm/api/Chart.yaml': CHART, 'helm/api/values.yaml': 'x: 1\n' });
    const listFiles = repository.listFiles.bind(repository);
    repository.listFiles = async (commit) => {
      const files = await listFiles(commit);
      if (repository.lists === 1) repository.push('main', { 'helm/new/Chart.yaml': CHART }, 'a new chart');
      return files;
    };
    const outcome = await bump(repository, { charts: 'helm/*', version: '1.4.2' });
    expect(outcome.plan.charts.map(({ path }) => path)).toEqual(['helm/api', 'helm/new', 'helm/shop']);
    expect(outcome).toMatchObject({ attempts: 2, commit: { oid: repository.head().oid } });
    expect(repository).toMatchObject({ reads: 4, lists: 2 });
  });

  it('names chart, image, source and run in the message', async () => {
    const repository = new FakeRepository(FILES);
    await bump(repository, { ...RELEASE, 'commit-message': 'release {chart} from {previous}\n\nAll of {version}.' });
    expect(repository.head().message).toBe(
      [
        'release shop from 1.0.0',
        '',
        'All of 1.4.2.',
        '',
        'Chart-Version: helm/shop 1.4.2 (was 1.0.0)',
        `Image: r.io/web:1.4.2@${DIGEST} (was :1.0.0@${OLD_DIGEST})`,
        `Source-Commit: octo/shop@${'c'.repeat(40)}`,
        'Workflow-Run: https://github.test/octo/shop/actions/runs/7',
      ].join('\n'),
    );
  });

  it('changes nothing in a second run', async () => {
    const repository = new FakeRepository(FILES);
    await bump(repository, RELEASE);
    const again = await bump(repository, RELEASE);
    expect(again).toMatchObject({ commit: undefined, seen: 0, plan: { files: [] } });
    expect(repository.log()).toHaveLength(2);
  });

  it('plans again on the head of a concurrent push', async () => {
    const repository = new FakeRepository(FILES);
    repository.beforeCommit = (attempt) => {
      if (attempt < 3) repository.push('main', { 'helm/shop/values.yaml': `# ${attempt}\n${VALUES}` }, 'theirs');
    };
    const outcome = await bump(repository, RELEASE);
    expect(outcome.attempts).toBe(3);
    expect(repository.head().files['helm/shop/values.yaml']).toMatch(/^# 2\nimage:[\s\S]*tag: "1.4.2"/);
    expect(repository.log()).toHaveLength(4);
  });

  it('changes nothing when a newer release was committed first', async () => {
    const repository = new FakeRepository(FILES);
    repository.beforeCommit = () => {
      const newer = Object.entries(FILES).map(([path, text]) => [path, text.replaceAll('1.0.0', '1.5.0')]);
      repository.push('main', Object.fromEntries(newer), 'theirs');
    };
    const outcome = await bump(repository, RELEASE);
    expect(outcome).toMatchObject({
      attempts: 2,
      commit: undefined,
      plan: { charts: [{ version: '1.5.0', changed: false }] },
    });
  });

  it('bumps the version of the new head, so that two concurrent patches are two versions', async () => {
    const repository = new FakeRepository(FILES);
    repository.beforeCommit = (attempt) => {
      if (attempt === 1)
        repository.push('main', { 'helm/shop/Chart.yaml': CHART.replaceAll('1.0.0', '1.0.1') }, 'theirs');
    };
    expect((await bump(repository, { version: 'patch', images: image('r.io/web') })).plan.charts[0]?.version).toBe(
      '1.0.2',
    );
  });

  it('gives up when the retries are exhausted, with nothing changed', async () => {
    const repository = new FakeRepository(FILES);
    repository.beforeCommit = () => {
      repository.push('main', {}, 'theirs');
    };
    await expect(bump(repository, RELEASE)).rejects.toThrow('the branch moved during each of 4 attempts');
  });

  it('finds the commit whose response was lost, even under a later one', async () => {
    const repository = new FakeRepository(FILES);
    repository.afterCommit = () => {
      repository.push('main', { other: 'x' }, 'theirs');
      lost();
    };
    const outcome = await bump(repository, RELEASE);
    const ours = repository.log()[1];
    expect(outcome).toMatchObject({ attempts: 2, seen: 1, commit: { oid: ours?.oid, verified: true } });
    expect(outcome.plan.files).toHaveLength(2);
    expect(repository.log()).toHaveLength(3);
  });

  it('sends a commit again that never arrived', async () => {
    const repository = new FakeRepository(FILES);
    repository.beforeCommit = (attempt) => attempt === 1 && lost();
    expect(await bump(repository, RELEASE)).toMatchObject({ attempts: 2 });
    expect(repository.log()).toHaveLength(2);
  });

  it('does not confuse an older commit with the same message with the lost one', async () => {
    const repository = new FakeRepository(FILES);
    await bump(repository, RELEASE);
    repository.push('main', FILES, 'revert: by hand');
    repository.beforeCommit = (attempt) => attempt === 2 && lost();
    await bump(repository, RELEASE);
    expect(repository.log().map(({ message }) => message.split('\n')[0])).toEqual([
      'chore(release): shop 1.4.2',
      'revert: by hand',
      'chore(release): shop 1.4.2',
      'first',
    ]);
  });

  it('reports that no response arrived', async () => {
    const repository = new FakeRepository(FILES);
    repository.beforeCommit = () => lost();
    await expect(bump(repository, RELEASE)).rejects.toThrow(
      'committing to main failed in each of 4 attempts: the connection to api.github.com was lost: socket hang up',
    );
  });

  it('does not retry any other error', async () => {
    const repository = new FakeRepository(FILES);
    repository.beforeCommit = () => {
      throw new Error('refused');
    };
    await expect(bump(repository, RELEASE)).rejects.toThrow('refused');
    expect(repository.reads).toBe(1);
  });

  it('changes nothing in a dry run', async () => {
    const repository = new FakeRepository(FILES);
    const outcome = await bump(repository, { ...RELEASE, 'dry-run': 'true' });
    expect(outcome).toMatchObject({ commit: undefined, seen: 0, plan: { charts: [{ version: '1.4.2' }] } });
    expect(repository.log()).toHaveLength(1);
  });

  it('bumps a version once per run, twice in two runs', async () => {
    const repository = new FakeRepository(FILES);
    await bump(repository, { version: 'minor' });
    expect((await bump(repository, { version: 'minor' })).commit).toBeUndefined();
    const other = { ...ORIGIN, runUrl: 'https://github.test/octo/shop/actions/runs/70' };
    expect((await bump(repository, { version: 'minor' }, other)).plan.charts[0]?.version).toBe('1.2.0');
  });

  it('reports what exists instead of a missing chart', async () => {
    const repository = new FakeRepository(FILES);
    await expect(bump(repository, { ...RELEASE, charts: 'helm/shap' })).rejects.toThrow(
      'helm/shap/Chart.yaml is missing; helm/shap/ contains: helm/shop/Chart.yaml',
    );
    await expect(bump(repository, { ...RELEASE, 'values-files': 'prod.yaml' })).rejects.toThrow(
      'values file prod.yaml is missing',
    );
  });
});
