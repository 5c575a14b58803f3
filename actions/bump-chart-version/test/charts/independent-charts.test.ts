import { expect, it } from '@jest/globals';
import { independentCharts } from '../../src/charts/independent-charts.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { DIGEST, filesOf, settings } from '../helpers.ts';

const chart = (name: string): string => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`;
const naming = (...names: string[]): string =>
  names.map((name) => `${name}: {repository: ghcr.io/acme/${name}, tag: 1.0.0, digest: ""}\n`).join('');
const images = (...names: string[]): string =>
  JSON.stringify(names.map((name) => ({ name, repository: `ghcr.io/acme/${name}`, digest: DIGEST, tags: ['1.0.1'] })));

const FILES = {
  'a/Chart.yaml': chart('a'),
  'a/values.yaml': naming('web', 'api'),
  'b/Chart.yaml': chart('b'),
  'b/values.yaml': naming('web'),
};
const inputs = { charts: 'a\nb', version: '1.0.1' };

const paths = async (charts: string, files: Record<string, string>, more: Record<string, string> = {}) => {
  const parts = independentCharts(await settings({ ...inputs, charts, ...more }), filesOf(files));
  return parts && Object.fromEntries([...parts].map(([path, own]) => [path, [...own.keys()]]));
};

it('charts with files of their own are planned one after the other', async () => {
  expect(await paths('a\nb', FILES)).toEqual({
    a: ['a/Chart.yaml', 'a/values.yaml'],
    b: ['b/Chart.yaml', 'b/values.yaml'],
  });
});

it.each<[string, string, Record<string, string>, Record<string, string>]>([
  ['there is one', 'a', FILES, {}],
  ['one is in another', 'a\na/charts/b', FILES, {}],
  ['one is the root', 'a\n.', FILES, {}],
  ['a file is outside of all', 'a\nb', { ...FILES, 'values.yaml': naming('web') }, {}],
  ['a value is in one of them', 'a\nb', FILES, { values: 'web.tag=1' }],
])('charts are planned together when %s', async (_title, charts, files, more) => {
  expect(await paths(charts, files, more)).toBeUndefined();
});

it('an image may be named by some of the charts', async () => {
  const plan = makePlan(await settings({ ...inputs, images: images('web', 'api') }), filesOf(FILES));
  expect(plan.charts.map(({ path, version }) => [path, version])).toEqual([
    ['a', '1.0.1'],
    ['b', '1.0.1'],
  ]);
  expect(plan.images.map(({ file, repository }) => [file.path, repository])).toEqual([
    ['a/values.yaml', 'ghcr.io/acme/web'],
    ['a/values.yaml', 'ghcr.io/acme/api'],
    ['b/values.yaml', 'ghcr.io/acme/web'],
  ]);
  expect(plan.files.map(({ path }) => path).sort()).toEqual(Object.keys(FILES));
});

it('an image that none of them names is an error about all of them, beside other problems', async () => {
  const request = await settings({ ...inputs, images: images('web', 'job') });
  const files = { ...FILES, 'b/Chart.yaml': 'name: b\n' };
  expect(() => makePlan(request, filesOf(FILES))).toThrow(
    /nothing names the image ghcr\.io\/acme\/job; the images are\n {2}a\/values.*\n {2}a\/values.*\n {2}b\/values/,
  );
  expect(() => makePlan(request, filesOf(files))).toThrow(
    /b\/Chart\.yaml:1: has no version[\s\S]*nothing names the image/,
  );
});
