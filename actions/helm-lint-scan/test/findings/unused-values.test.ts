import { expect, it } from '@jest/globals';
import { readCase } from '../../src/cases/values-case.ts';
import { readChart } from '../../src/charts/chart.ts';
import { Findings } from '../../src/findings/findings.ts';
import { reportUnusedValues } from '../../src/findings/unused-values.ts';
import { readTemplates } from '../../src/locate/locate.ts';
import { files, META, useCheckout, write } from '../checkout.ts';

useCheckout();

/** What is found in charts that are checked with their values files: `FILE:LINE MESSAGE`. */
async function found(texts: Record<string, string>, charts: Record<string, string[]>): Promise<string[]> {
  await write({ 'helm/web/Chart.yaml': META, 'helm/web/templates/a.yaml': TEMPLATE, ...texts });
  const findings = new Findings(new Map());
  const read = await Promise.all(
    Object.entries(charts).map(async ([path, paths]) => {
      const chart = await readChart(files, path);
      const cases = await Promise.all([[], ...paths.map((file) => [file])].map((of) => readCase(files, path, of)));
      const stacks = cases.map((values) => ({ chart, values }));
      return { stacks, templates: [chart, await readTemplates(files, chart)] as const };
    }),
  );
  reportUnusedValues(
    read.flatMap(({ stacks }) => stacks),
    new Map(read.map(({ templates }) => templates)),
    findings,
  );
  return findings.list().map(({ level, location, message }) => `${level} ${location.file}:${location.line} ${message}`);
}

const TEMPLATE = 'a: {{ .Values.web.replicas }}\nb: {{ .Values.web.enable }}\n';
const WEB = { 'helm/web': [] };

it('a value that no template reads is noted, with the key that a template reads instead', async () => {
  const values = '# values\nweb:\n  replicas: 1\n  enabled: true\nother:\n  deep: 1\n';
  expect(await found({ 'helm/web/values.yaml': values }, WEB)).toEqual([
    'note helm/web/values.yaml:4 no template reads web.enabled; did you mean enable?',
    'note helm/web/values.yaml:5 no template reads other',
  ]);
});

it('a values file is only asked about what values.yaml does not have', async () => {
  const texts = {
    'helm/web/values.yaml': 'web: { replicas: 1 }\nunused: 1\n',
    'helm/web/ci/a.yaml': 'unused: 2\nweb:\n  repliacs: 2\n',
  };
  expect(await found(texts, { 'helm/web': ['helm/web/ci/a.yaml'] })).toEqual([
    'note helm/web/ci/a.yaml:3 no template reads web.repliacs; did you mean replicas?',
    'note helm/web/values.yaml:2 no template reads unused',
  ]);
});

it('a values file of several charts may be for any of them', async () => {
  const texts = { 'helm/api/Chart.yaml': META, 'helm/api/templates/a.yaml': '', 'env.yaml': 'unused: 1\n' };
  expect(await found(texts, { 'helm/web': ['env.yaml'], 'helm/api': ['env.yaml'] })).toEqual([]);
});

it('a value with an anchor may be there for others, and one for a misspelled dependency has its own rule', async () => {
  const texts = {
    'helm/web/Chart.yaml': `${META}dependencies: [{ name: redis, version: 1.0.0 }]\n`,
    'helm/web/charts/redis/Chart.yaml': 'name: redis\nversion: 1.0.0\n',
    'helm/web/values.yaml': 'common: &common { a: 1 }\nmore:\n  b: &b 1\nrediss: { a: 1 }\nlast:\n  a: "R&D"\n',
  };
  expect(await found(texts, WEB)).toEqual(['note helm/web/values.yaml:5 no template reads last']);
});

it('many values in one file are ten findings', async () => {
  const keys = Array.from({ length: 30 }, (_, index) => `key${index}`);
  const notes = await found({ 'helm/web/values.yaml': keys.map((key) => `${key}: 1\n`).join('') }, WEB);
  expect(notes).toHaveLength(10);
  expect(notes.at(-1)).toBe(
    `note helm/web/values.yaml:10 no template reads 21 more values: ${keys.slice(9).join(', ')}`,
  );
});
