import { expect, it } from '@jest/globals';
import { layeredValues, mergeValues, readCase } from '../../src/cases/values-case.ts';
import { readChart } from '../../src/charts/chart.ts';
import { files, META, useCheckout, write } from '../checkout.ts';

useCheckout();

it.each([
  [{ a: 1, b: { c: 1, d: 2 } }, { b: { c: 3, e: 4 } }, { a: 1, b: { c: 3, d: 2, e: 4 } }],
  [{ a: { b: 1 } }, { a: null }, {}],
  [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
  [{ a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
  [{}, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  [{ a: 1 }, undefined, { a: 1 }],
])('values are merged as Helm does (%#)', (base, override, merged) => {
  expect(mergeValues(base, override)).toEqual(merged);
});

it('the values of dependencies are under their keys, overridden by those of the charts that depend on them', async () => {
  const depends = (name: string, alias: string) =>
    `dependencies: [{ name: ${name}, version: 1.0.0, alias: ${alias} }]\n`;
  await write({
    'helm/web/Chart.yaml': `${META}${depends('cache', 'store')}`,
    'helm/web/values.yaml': 'store: { b: 2 }\n',
    'helm/web/ci/a.yaml': 'store: { disk: { c: 3 } }\n',
    'helm/web/charts/cache/Chart.yaml': `name: cache\nversion: 1.0.0\n${depends('disk', 'disk')}`,
    'helm/web/charts/cache/values.yaml': 'a: 1\nb: 1\ndisk: { b: 2, c: 2 }\n',
    'helm/web/charts/cache/charts/disk/Chart.yaml': 'name: disk\nversion: 1.0.0\n',
    'helm/web/charts/cache/charts/disk/values.yaml': 'a: 1\nb: 1\nc: 1\n',
  });
  const values = await readCase(files, 'helm/web', ['helm/web/ci/a.yaml']);
  expect(layeredValues(await readChart(files, 'helm/web'), values)).toEqual({
    store: { a: 1, b: 2, disk: { a: 1, b: 2, c: 3 } },
  });
});
