import { describe, expect, it } from '@jest/globals';
import { makePlan, pathsOf } from '../../src/plan/plan.ts';
import { CHART, filesOf, image, newText, planFor, settings } from '../helpers.ts';

describe('files', () => {
  it('before a path are searched in the chart and from the root', async () => {
    const request = await settings({ version: 'none', values: 'prod.yaml:a=1', images: image('r.io/web') });
    expect(pathsOf(request)).toEqual([
      'helm/shop/Chart.yaml',
      'helm/shop/values.yaml',
      'helm/shop/prod.yaml',
      'values.yaml',
      'prod.yaml',
    ]);
    const plan = await planFor({ version: 'none', values: 'argocd/app.yaml:spec.x=1\nprod.yaml:a=c' }, '', {
      'argocd/app.yaml': 'spec: {x: "0"}\n',
      'helm/shop/prod.yaml': 'a: b\n',
    });
    expect(plan.files.map(({ path, text }) => [path, text])).toEqual([
      ['argocd/app.yaml', 'spec: {x: "1"}\n'],
      ['helm/shop/prod.yaml', 'a: c\n'],
    ]);
  });

  it('that do not exist are reported', async () => {
    await expect(planFor({ version: 'none', values: 'prod.yaml:a=1' }, '')).rejects.toThrow(
      'a: file not found: helm/shop/prod.yaml or prod.yaml',
    );
  });

  it('of several charts with the same path need the file', async () => {
    const request = await settings({ charts: 'a\nb', version: 'none', values: 'x=1' });
    const files = {
      'a/Chart.yaml': CHART,
      'b/Chart.yaml': CHART,
      'a/values.yaml': 'x: 0\n',
      'b/values.yaml': 'x: 0\n',
    };
    expect(() => makePlan(request, filesOf(files))).toThrow('put the file before the path, as in a/values.yaml:x');
    const precise = await settings({ charts: 'a\nb', version: 'patch', values: 'b/values.yaml:x=1' });
    const plan = makePlan(precise, filesOf(files));
    expect(plan.files.map(({ path }) => path)).toEqual(['b/values.yaml', 'b/Chart.yaml']);
  });

  it('of a chart at the root of the repository have no directory', async () => {
    const request = await settings({ charts: '.', version: '1.4.2', values: 'x=1' });
    const plan = makePlan(request, filesOf({ 'Chart.yaml': CHART, 'values.yaml': 'x: 0\n' }));
    expect(plan.files.map(({ path }) => path)).toEqual(['values.yaml', 'Chart.yaml']);
  });
});

it('warns when a value changes its type', async () => {
  const plan = await planFor(
    { version: 'none', values: 'replicas=many\nok=yes\nlimit=null' },
    'replicas: 5\nok: true\nlimit: 3\n',
  );
  expect(newText(plan)).toBe('replicas: many\nok: "yes"\nlimit: null\n');
  expect(plan.warnings).toEqual([
    'helm/shop/values.yaml:1: replicas was the number 5 and becomes the string "many"',
    'helm/shop/values.yaml:2: ok was the boolean true and becomes the string "yes"',
    'helm/shop/values.yaml:3: limit was the number 3 and becomes null',
  ]);
});
