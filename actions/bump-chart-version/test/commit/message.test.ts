import { describe, expect, it } from '@jest/globals';
import { bumpedCharts, commitMessage, fillTemplate } from '../../src/commit/message.ts';
import { DIGEST, image, OLD_DIGEST, planFor } from '../helpers.ts';

describe('the message', () => {
  it('contains text from a chart on one line only', async () => {
    const plan = await planFor({ version: '1.4.2' }, '');
    const [chart] = plan.charts;
    const odd = { ...chart, name: 'x\n\nCo-authored-by: y {version}' } as typeof chart & object;
    expect(fillTemplate('{chart}', { ...plan, charts: [odd] })).toBe('x Co-authored-by: y {version}');
  });

  it('contains an unchanged version only once', async () => {
    const plan = await planFor({ version: 'none', values: 'a=c' }, 'a: b\n');
    const origin = { repository: 'o/r', sha: undefined, runUrl: undefined };
    expect(commitMessage('x', plan, origin)).toEqual({ headline: 'x', body: 'Chart-Version: helm/shop 1.0.0' });
  });

  it.each([
    ['{images}', 'web:1.4.2, api:2.0.0'],
    ['{tag}', '1.4.2, 2.0.0'],
    ['{files}', 'helm/shop/values.yaml, helm/shop/Chart.yaml'],
    ['{chart} {previous} {version}', 'shop 1.0.0 1.0.1'],
    ['{images} {images}', 'web:1.4.2, api:2.0.0 web:1.4.2, api:2.0.0'],
    ['{constructor} {other} {Tag}', '{constructor} {other} {Tag}'],
  ])('fills in %s', async (template, expected) => {
    const tags = { web: '1.4.2', api: '2.0.0', same: '3.0.0' };
    const images = Object.entries(tags).map(([name, tag]) => ({
      repository: `r.io/acme/${name}`,
      digest: DIGEST,
      tags: [tag],
    }));
    const values = [
      'web: { repository: r.io/acme/web, tag: "1.0.0", digest: "" }',
      'migration: { repository: r.io/acme/web, tag: "1.0.0", digest: "" }',
      'api: { repository: r.io/acme/api, tag: "1.0.0", digest: "" }',
      `same: { repository: r.io/acme/same, tag: "3.0.0", digest: "${DIGEST}" }`,
    ];
    const plan = await planFor({ version: 'patch', images: JSON.stringify(images) }, `${values.join('\n')}\n`);
    expect(fillTemplate(template, plan)).toBe(expected);
  });

  it.each([
    ['no images', { version: '1.4.2' }, '[] []'],
    ['an image without tags', { version: 'none', images: image('r.io/web', []) }, `[web@${DIGEST.slice(0, 19)}] []`],
    [
      'images that do not change',
      { version: '1.4.2', images: image('r.io/web', ['1.0.0'], OLD_DIGEST) },
      '[web:1.0.0] [1.0.0]',
    ],
  ])('names %s', async (_, inputs, expected) => {
    const plan = await planFor(inputs, `image: { repository: r.io/web, tag: 1.0.0, digest: "${OLD_DIGEST}" }\n`);
    expect(fillTemplate('[{images}] [{tag}]', plan)).toBe(expected);
  });

  it('shows which charts a run has bumped', () => {
    const message = (run: string, chart: string): string =>
      `x\n\nChart-Version: ${chart} 1.1.0 (was 1.0.0)\nWorkflow-Run: u/${run}`;
    const log = [message('7', 'a'), message('70', 'b'), 'Workflow-Run: u/7'];
    expect(bumpedCharts(log, ['a', 'b'], 'u/7')).toEqual(new Set(['a']));
    expect(bumpedCharts(log, ['a', 'b'], undefined)).toEqual(new Set());
  });

  it.each<[string, string, string[], string]>([
    ['names all charts that fit', 'release {chart} {version}', ['a', 'b'], 'release a, b 1.4.2'],
    [
      'counts those that do not',
      'release {chart}',
      Array(30).fill('chart'),
      'release chart0, chart1, chart2, chart3, chart4, chart5 and 24 more',
    ],
    ['keeps one long name', 'release {chart}', ['c'.repeat(90)], `release ${'c'.repeat(90)}0`],
    ['keeps a text without placeholders', 'x'.repeat(100), ['a'], 'x'.repeat(100)],
  ])('has a subject that %s', async (_, template, names, expected) => {
    const plan = await planFor({ version: '1.4.2' }, '');
    const charts = names.map((name, index) => ({
      ...plan.charts[0],
      name: names.length === 2 ? name : `${name}${index}`,
    }));
    const origin = { repository: 'o/r', sha: undefined, runUrl: undefined };
    const { headline } = commitMessage(template, { ...plan, charts } as typeof plan, origin);
    expect(headline).toBe(expected);
  });
});
