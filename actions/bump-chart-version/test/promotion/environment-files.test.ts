import { describe, expect, it } from '@jest/globals';
import type { Plan } from '../../src/plan/plan.ts';
import { CHART, newText } from '../helpers.ts';
import { A, B, planOf } from './scene.ts';

const BASE = 'web:\n  image:\n    repository: ghcr.io/acme/web\n    tag: ""\n    digest: ""\n';
const CHART_FILES = { 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': BASE };
const INPUTS = {
  charts: 'helm/shop',
  version: 'none',
  from: 'helm/shop/values-staging.yaml',
  'values-files': 'values-production.yaml',
};

/** The plan for values files that override those of the chart. */
const promote = (
  staging: string,
  production: string,
  { inputs = {}, files = {} }: { inputs?: Record<string, string>; files?: Record<string, string> } = {},
): Promise<Plan> =>
  planOf(
    { ...INPUTS, ...inputs },
    {
      ...CHART_FILES,
      'helm/shop/values-staging.yaml': staging,
      'helm/shop/values-production.yaml': production,
      ...files,
    },
  );

const overlay = (tag: string, digest: string): string => `web: {image: {tag: ${tag}, digest: "${digest}"}}\n`;
const production = (plan: Plan): string | undefined => newText(plan, 'helm/shop/values-production.yaml');

describe('the values files of environments that have only tags', () => {
  it('get their names from the values of the chart, which stay', async () => {
    const plan = await promote(overlay('1.4.2', A), overlay('1.4.1', B));
    expect(plan.files.map(({ path }) => path)).toEqual(['helm/shop/values-production.yaml']);
    expect(production(plan)).toBe(overlay('1.4.2', A));
    expect(plan.warnings).toEqual([]);
    expect(plan.images).toMatchObject([{ repository: 'ghcr.io/acme/web', promotedFrom: INPUTS.from }]);
  });

  it('can be promoted to the values of the chart', async () => {
    const plan = await promote(overlay('1.4.2', A), '', { inputs: { 'values-files': 'values.yaml' } });
    expect(newText(plan, 'helm/shop/values.yaml')).toBe(
      BASE.replace('tag: ""', 'tag: "1.4.2"').replace('digest: ""', `digest: "${A}"`),
    );
  });

  it('can be outside the chart', async () => {
    const files = { 'env/staging.yaml': overlay('1.4.2', A), 'env/production.yaml': overlay('1.4.1', B) };
    const inputs = { from: 'env/staging.yaml', 'values-files': 'env/production.yaml' };
    expect(newText(await promote('', '', { inputs, files }), 'env/production.yaml')).toBe(overlay('1.4.2', A));
  });

  it('are an error where a digest of the chart would stay beside the new tag', async () => {
    const files = { 'helm/shop/values.yaml': BASE.replace('digest: ""', `digest: "${B}"`) };
    const old = 'web: {image: {tag: 1.4.1}}\n';
    await expect(promote(overlay('1.4.2', A), old, { files })).rejects.toThrow(
      'helm/shop/values-production.yaml:1: web.image.tag (ghcr.io/acme/web): helm/shop/values.yaml:3: web.image has a digest, which would stay the old one',
    );
    const both = { 'values-files': 'values.yaml\nvalues-production.yaml' };
    const plan = await promote(overlay('1.4.2', A), old, { files, inputs: both });
    expect(newText(plan, 'helm/shop/values.yaml')).toContain(`digest: "${A}"`);
    expect(production(plan)).toBe(old.replace('1.4.1', '1.4.2'));
  });

  it('name nothing without the values of the chart', async () => {
    const files = { 'helm/shop/values.yaml': 'replicas: 1\n' };
    await expect(promote(overlay('1.4.2', A), overlay('1.4.1', B), { files })).rejects.toThrow(
      'helm/shop/values-staging.yaml names no image',
    );
  });

  it('leave an image alone that only the values of the chart name', async () => {
    const files = { 'helm/shop/values.yaml': `${BASE}job: ghcr.io/acme/job:1.0.0\n` };
    const plan = await promote(`${overlay('1.4.2', A)}job: ghcr.io/acme/job:1.1.0\n`, overlay('1.4.1', B), { files });
    expect(plan.files.map(({ path }) => path)).toEqual(['helm/shop/values-production.yaml']);
    expect(plan.warnings).toEqual([
      'helm/shop/values-staging.yaml:2 has ghcr.io/acme/job, which nothing names in the files to change',
    ]);
  });
});

describe('several charts', () => {
  const web = (tag: string): string => `web: ghcr.io/acme/web:${tag}@${tag === '1.4.2' ? A : B}\n`;
  const api = (tag: string): string => `api: ghcr.io/acme/api:${tag}\n`;
  const charts = {
    'helm/a/Chart.yaml': CHART,
    'helm/a/values.yaml': web('1.4.1'),
    'helm/b/Chart.yaml': CHART.replace('shop', 'b'),
    'helm/b/values.yaml': `${web('1.4.1')}${api('1.0.0')}`,
  };

  it.each(['environments/staging.yaml', 'helm/a/values-staging.yaml'])('get the images of %s', async (from) => {
    const staging = `${web('1.4.2')}${api('1.1.0')}`;
    const inputs = { charts: 'helm/a\nhelm/b', from, version: 'patch' };
    const plan = await planOf(inputs, { ...charts, [from]: staging });
    expect(newText(plan, 'helm/a/values.yaml')).toBe(web('1.4.2'));
    expect(newText(plan, 'helm/b/values.yaml')).toBe(staging);
    expect(plan.charts.map(({ version }) => version)).toEqual(['1.0.1', '1.0.1']);
    const more = await planOf(inputs, { ...charts, [from]: `${staging}next: ghcr.io/acme/next:1.0.0\n` });
    expect(newText(more, 'helm/b/values.yaml')).toBe(staging);
    expect(more.warnings).toContain(`${from}:3 has ghcr.io/acme/next, which nothing names in the files to change`);
  });
});
