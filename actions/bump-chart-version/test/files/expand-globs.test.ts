import { describe, expect, it } from '@jest/globals';
import { expandGlobs, globRoots, hasGlobs } from '../../src/files/expand-globs.ts';
import { settings } from '../helpers.ts';

const PATHS = [
  'helm/web/Chart.yaml',
  'helm/web/values.yaml',
  'helm/web/values-prod.yaml',
  'helm/web/values-dev.yaml',
  'helm/web/ci/small.yaml',
  'helm/api/Chart.yaml',
  'helm/api/values-prod.yaml',
  'helm/api/charts/redis/Chart.yaml',
  'helm/docs/README.md',
  'helm/[x]/Chart.yaml',
  'README.md',
];

async function expand(inputs: Record<string, string>, paths = PATHS): Promise<[string[], string[]]> {
  const { charts, valuesFiles } = expandGlobs(await settings(inputs), paths);
  return [charts, valuesFiles];
}

const inLines = (...items: string[]): string => items.join('\n');

describe('globs in charts', () => {
  it.each<[string, string[]]>([
    ['helm/*', ['helm/[x]', 'helm/api', 'helm/web']],
    ['helm/**', ['helm/[x]', 'helm/api', 'helm/api/charts/redis', 'helm/web']],
    ['**', ['helm/[x]', 'helm/api', 'helm/api/charts/redis', 'helm/web']],
    ['helm/{web,api}', ['helm/api', 'helm/web']],
    ['helm/w?b', ['helm/web']],
    ['helm/[a-b]*', ['helm/api']],
    ['helm/@(web|other)', ['helm/web']],
    ['helm/[x]', ['helm/[x]']],
    [inLines('helm/web', 'helm/*'), ['helm/web', 'helm/[x]', 'helm/api']],
    [inLines('missing', 'helm/a*'), ['missing', 'helm/api']],
  ])('match directories with a Chart.yaml: %j', async (charts, expected) => {
    expect((await expand({ charts }))[0]).toEqual(expected);
  });

  it('match the root only by its name', async () => {
    expect((await expand({ charts: '.' }, ['Chart.yaml', 'a/Chart.yaml']))[0]).toEqual(['.']);
    expect((await expand({ charts: '**' }, ['Chart.yaml', 'a/Chart.yaml']))[0]).toEqual(['a']);
  });

  it('that match nothing are reported, all of them', async () => {
    const inputs = { charts: inLines('helm/x*', 'charts/*'), 'values-files': inLines('values.yaml', 'env-*.yaml') };
    await expect(expand(inputs)).rejects.toThrow(
      [
        'helm/x* matches no directory that has a Chart.yaml; charts are in helm/[x], helm/api, helm/api/charts/redis, helm/web',
        'charts/* matches no directory that has a Chart.yaml; charts are in helm/[x], helm/api, helm/api/charts/redis, helm/web',
        'env-*.yaml matches no file of the charts',
      ].join('\n'),
    );
    await expect(expand({ charts: 'helm/*' }, ['README.md'])).rejects.toThrow(/has a Chart.yaml$/);
  });

  it('expand to a limited number of patterns', async () => {
    await expect(settings({ charts: `x/${'{a,b}'.repeat(12)}` })).rejects.toThrow(
      'charts (line 1) expands to more than 1000 patterns',
    );
    await expect(settings({ 'values-files': '{a,b}'.repeat(12) })).rejects.toThrow('values-files (line 1) expands');
    await expect(settings({ charts: '../*' })).rejects.toThrow('charts (line 1) leaves the repository');
  });
});

describe('globs in values-files', () => {
  it.each<[string, string, string[]]>([
    ['helm/web', 'values*.yaml', ['values-dev.yaml', 'values-prod.yaml', 'values.yaml']],
    ['helm/*', 'values-*.yaml', ['values-dev.yaml', 'values-prod.yaml']],
    ['helm/web', 'ci/*', ['ci/small.yaml']],
    ['helm/web', '**/*.yaml', ['Chart.yaml', 'ci/small.yaml', 'values-dev.yaml', 'values-prod.yaml', 'values.yaml']],
    ['helm/web', inLines('values.yaml', 'values*.yaml'), ['values.yaml', 'values-dev.yaml', 'values-prod.yaml']],
  ])('match files of the charts %s: %j', async (charts, valuesFiles, expected) => {
    expect((await expand({ charts, 'values-files': valuesFiles }))[1]).toEqual(expected);
  });

  it('match files of a chart at the root, and a file that is called like a glob', async () => {
    const paths = ['Chart.yaml', 'values-a.yaml', 'values-*.yaml', 'x/values-b.yaml'];
    expect((await expand({ charts: '.', 'values-files': 'values-?.yaml' }, paths))[1]).toEqual([
      'values-*.yaml',
      'values-a.yaml',
    ]);
    expect((await expand({ charts: '.', 'values-files': 'values-*.yaml' }, paths))[1]).toEqual(['values-*.yaml']);
  });
});

describe('globs beside directories without a Chart.yaml', () => {
  const paths = [
    ...PATHS,
    'environments/dev/values.yaml',
    'environments/prod/values.yaml',
    'environments/docs/README.md',
    'environments/prod/web/values.yaml',
  ];

  it('match those that have one of the values files, with version: none', async () => {
    const inputs = { version: 'none', values: 'a=b', charts: 'environments/*' };
    expect((await expand(inputs, paths))[0]).toEqual(['environments/dev', 'environments/prod']);
    expect(await expand({ ...inputs, 'values-files': '*.yaml' }, paths)).toEqual([
      ['environments/dev', 'environments/prod'],
      ['values.yaml'],
    ]);
    await expect(expand({ ...inputs, version: 'patch' }, paths)).rejects.toThrow(
      'environments/* matches no directory that has a Chart.yaml; charts are',
    );
    await expect(expand({ ...inputs, charts: 'environments/d?cs' }, paths)).rejects.toThrow(
      'matches no directory that has a Chart.yaml or one of the values files; charts are',
    );
    expect((await expand({ ...inputs, charts: '*/*' }, paths))[0]).toEqual(['helm/[x]', 'helm/api', 'helm/web']);
  });

  it('match values files from the root where no chart has one', async () => {
    const charts = 'helm/web';
    expect((await expand({ charts, 'values-files': 'environments/*/values.yaml' }, paths))[1]).toEqual([
      'environments/dev/values.yaml',
      'environments/prod/values.yaml',
    ]);
    expect((await expand({ charts, 'values-files': 'ci/*.yaml' }, [...paths, 'ci/other.yaml']))[1]).toEqual([
      'ci/small.yaml',
    ]);
    await expect(expand({ charts, 'values-files': 'env/*.yaml' }, paths)).rejects.toThrow(
      'env/*.yaml matches no file of the charts, and none from the root',
    );
    await expect(expand({ charts, 'values-files': 'README.m?' }, paths)).rejects.toThrow(
      /matches no file of the charts$/,
    );
    expect(
      globRoots(await settings({ charts, 'values-files': inLines('values-*.yaml', 'environments/*/x.yaml') })),
    ).toEqual(['helm/web', 'environments']);
  });
});

it('lists files only for globs, and only where they can match', async () => {
  const rootsOf = async (charts: string): Promise<string[]> => globRoots(await settings({ charts }));
  expect(hasGlobs(await settings({ charts: 'helm/shop' }))).toBe(false);
  expect(hasGlobs(await settings({ charts: 'helm/*' }))).toBe(true);
  expect(hasGlobs(await settings({ 'values-files': 'values-*.yaml' }))).toBe(true);
  expect(await rootsOf(inLines('helm/*', 'a/b/c', 'x/y/{z,w}/v', 'helm/**'))).toEqual(['helm', 'a/b/c', 'x/y']);
  expect(await rootsOf('*')).toEqual(['.']);
  expect(await rootsOf('{a,b/c}/d')).toEqual(['.']);
});
