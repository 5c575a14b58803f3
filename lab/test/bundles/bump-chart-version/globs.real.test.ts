import { describe, expect, it } from '@jest/globals';
import { CHART, RELEASE, TestRepository, useHub, VALUES } from './scene.ts';

useHub();

const FILES = {
  'helm/shop/Chart.yaml': CHART,
  'helm/shop/values.yaml': VALUES,
  'helm/api/Chart.yaml': CHART.replace('shop', 'api'),
  'helm/api/values.yaml': VALUES,
  'helm/docs/README.md': 'none\n',
};
const CHANGED = ['helm/api/Chart.yaml', 'helm/api/values.yaml', 'helm/shop/Chart.yaml', 'helm/shop/values.yaml'];

describe('a glob of charts', () => {
  it('is expanded at the head of the branch, with one request for its files', async () => {
    const repository = await TestRepository.create(FILES);
    const { result, requests } = await repository.stepWithRequests({ ...RELEASE, charts: 'helm/*' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
    expect(await repository.changedFiles()).toEqual(CHANGED);
    expect(requests).toEqual(['graphql', 'git/get-tree', 'graphql', 'graphql']);
  });

  it('is expanded for a pull request, whose branch stays the same when a chart is added', async () => {
    const repository = await TestRepository.create(FILES);
    const inputs = { ...RELEASE, charts: 'helm/*', mode: 'pull-request' };
    const first = await repository.step(inputs);
    expect(await repository.changedFiles(first.outputs.branch)).toEqual(CHANGED);
    await repository.push({ 'helm/new/Chart.yaml': CHART }, 'feat: a chart');
    const second = await repository.step(inputs);
    expect(second.outputs).toMatchObject({ branch: first.outputs.branch, 'pull-request': '1' });
    expect(await repository.changedFiles(second.outputs.branch)).toEqual([
      ...CHANGED.slice(0, 2),
      'helm/new/Chart.yaml',
      ...CHANGED.slice(2),
    ]);
  });

  it('that matches nothing is reported with the charts that there are', async () => {
    const repository = await TestRepository.create(FILES);
    const { exitCode, log } = await repository.step({ ...RELEASE, charts: 'charts/*' });
    expect(exitCode).toBe(1);
    expect(log).toContain('charts/* matches no directory that has a Chart.yaml; charts are in helm/api, helm/shop');
  });

  it('of directories with values files alone, and of values files from the root', async () => {
    const values = { 'environments/dev/values.yaml': VALUES, 'environments/prod/values.yaml': VALUES };
    const repository = await TestRepository.create({ ...FILES, ...values });
    const inputs = { images: RELEASE.images, version: 'none' };
    expect(await repository.step({ ...inputs, charts: 'environments/d*' })).toMatchObject({ exitCode: 0 });
    expect(await repository.changedFiles()).toEqual(['environments/dev/values.yaml']);
    const others = { ...inputs, charts: 'helm/docs', 'values-files': 'environments/*/values.yaml' };
    expect(await repository.step(others)).toMatchObject({ exitCode: 0 });
    expect(await repository.changedFiles()).toEqual(['environments/prod/values.yaml']);
  });
});
