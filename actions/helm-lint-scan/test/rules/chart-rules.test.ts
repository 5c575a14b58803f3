import { describe, expect, it } from '@jest/globals';
import { readChart } from '../../src/charts/chart.ts';
import { chartRules } from '../../src/rules/index.ts';
import { files, META, useCheckout, write } from '../checkout.ts';

useCheckout();

describe('rules about the files of a chart', () => {
  const STRICT = {
    type: 'object',
    additionalProperties: false,
    properties: { global: {}, a: { type: 'object', additionalProperties: false, properties: { b: {} } } },
  };
  it.each<[string, Record<string, string>, string[]]>([
    [
      'nothing is wrong',
      { 'Chart.yaml': META, 'values.yaml': 'a: 1\n', 'values.schema.json': JSON.stringify(STRICT) },
      [],
    ],
    ['no version', { 'Chart.yaml': META.replace('1.0.0', '1.0') }, ['chart-version Chart.yaml']],
    ['a version with a v', { 'Chart.yaml': META.replace('1.0.0', 'v1.0.0') }, ['chart-version Chart.yaml warning']],
    ['no appVersion', { 'Chart.yaml': META.replace(/appVersion.*\n/, '') }, ['chart-app-version Chart.yaml']],
    [
      'an appVersion that is a number',
      { 'Chart.yaml': META.replace('"1.0.0"', '1.2') },
      ['chart-app-version Chart.yaml'],
    ],
    ['no kubeVersion', { 'Chart.yaml': META.replace(/kubeVersion.*\n/, '') }, ['chart-kube-version Chart.yaml']],
    ['a library', { 'Chart.yaml': 'name: lib\nversion: 1.0.0\ntype: library\n', 'values.yaml': 'a: 1\n' }, []],
    ['no schema', { 'Chart.yaml': META, 'values.yaml': 'a: 1\n' }, ['values-schema-missing values.yaml']],
    ['no values', { 'Chart.yaml': META, 'values.yaml': '# none\n' }, []],
    [
      'loose below the root',
      {
        'Chart.yaml': META,
        'values.schema.json': JSON.stringify({ ...STRICT, properties: { global: {}, a: { properties: { b: {} } } } }),
      },
      ['values-schema-loose values.schema.json'],
    ],
    [
      'strict without global',
      { 'Chart.yaml': META, 'values.schema.json': JSON.stringify({ ...STRICT, properties: {} }) },
      ['values-schema-global values.schema.json'],
    ],
  ])('%s', async (_, texts, expected) => {
    await write(Object.fromEntries(Object.entries(texts).map(([name, text]) => [`helm/web/${name}`, text])));
    const chart = await readChart(files, 'helm/web');
    const problems = chartRules.flatMap((rule) =>
      rule.checkChart(chart).map((problem) => ({ ...problem, id: rule.id })),
    );
    expect(
      problems.map(({ id, file, level }) => [id, file, ...(level === undefined ? [] : [level])].join(' ')),
    ).toEqual(expected);
  });

  it('a loose schema is reported with the paths of the values', async () => {
    const schema = {
      properties: {
        web: { properties: { image: { properties: { tag: {} } } } },
        list: { items: { properties: { x: {} } } },
      },
    };
    await write({ 'helm/web/Chart.yaml': META, 'helm/web/values.schema.json': JSON.stringify(schema) });
    const chart = await readChart(files, 'helm/web');
    const messages = chartRules.flatMap((rule) => rule.checkChart(chart).map(({ message }) => message));
    expect(messages).toContain('accepts unknown keys in the root, web, web.image, list.items');
  });
});
