import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { packTar } from 'modern-tar';
import { parseValuesLine, planCases, type ValuesDeclaration } from '../src/cases/case-paths.ts';
import { layeredValues, mergeValues, readCase } from '../src/cases/values-case.ts';
import { readChart } from '../src/charts/chart.ts';
import { type ChartQuery, findChartDirectories as findDirectories } from '../src/charts/chart-directories.ts';
import { templateSource } from '../src/charts/subcharts.ts';
import { Refusals } from '../src/error-collector.ts';
import { type Files, openFiles } from '../src/inputs/files.ts';
import { readManifestFiles } from '../src/manifests/files.ts';
import { chartRules } from '../src/rules/index.ts';

let root = '';
let files: Files;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'charts-test-')));
  files = openFiles(root);
});
afterEach(() => rm(root, { recursive: true }));

async function write(texts: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const META = 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "1.0.0"\nkubeVersion: ">=1.30.0-0"\n';

async function findChartDirectories(checkout: Files, query: ChartQuery): Promise<string[]> {
  const refusals = new Refusals();
  const { directories } = await findDirectories(checkout, query, refusals);
  refusals.finish();
  return directories;
}

describe('chart directories', () => {
  it('are those of the globs that hold a Chart.yaml', async () => {
    await write({
      'helm/web/Chart.yaml': META,
      'helm/api/Chart.yaml': META,
      'helm/README.md': '',
      'helm/none/x': '',
      'node_modules/a/Chart.yaml': META,
    });
    expect(await findChartDirectories(files, { patterns: ['helm/*', 'helm/web', '**'], required: true })).toEqual([
      'helm/api',
      'helm/web',
    ]);
  });

  it.each(['helm/*', 'helm/web'])('%s that is not there is an error, unless there may be none', async (pattern) => {
    await expect(findChartDirectories(files, { patterns: [pattern], required: true })).rejects.toThrow(
      'there is nothing of that name',
    );
    await write({ 'helm/web/x': '' });
    await expect(findChartDirectories(files, { patterns: [pattern], required: true })).rejects.toThrow(
      'helm/web has no Chart.yaml',
    );
    expect(await findChartDirectories(files, { patterns: [pattern], required: false })).toEqual([]);
  });

  it('may hold links that stay in the workspace, and no others', async () => {
    await write({ 'helm/web/Chart.yaml': META, 'shared/x.yaml': '' });
    await symlink('../../shared/x.yaml', join(root, 'helm/web/x.yaml'));
    expect(await findChartDirectories(files, { patterns: ['helm/*'], required: true })).toEqual(['helm/web']);
    await symlink('/etc/hosts', join(root, 'helm/web/y.yaml'));
    await expect(findChartDirectories(files, { patterns: ['helm/*'], required: true })).rejects.toThrow(
      'helm/web/y.yaml leads out of the workspace (a link)',
    );
  });
});

describe('cases', () => {
  const declare = (...lines: string[]): ValuesDeclaration[] =>
    lines.map((line) => {
      const parsed = parseValuesLine(line);
      if ('problem' in parsed) throw new Error(parsed.problem);
      return parsed.value;
    });
  const plan = async (...lines: string[]): Promise<string[]> => {
    const directories = await findChartDirectories(files, { patterns: ['helm/*'], required: true });
    const cases = [...(await planCases(files, { directories, unusable: [] }, declare(...lines)))].flatMap(
      ([directory, each]) =>
        each.map(async (paths) => `${directory}: ${(await readCase(files, directory, paths)).name}`),
    );
    return Promise.all(cases);
  };
  beforeEach(() =>
    write({
      'helm/web/Chart.yaml': META,
      'helm/web/values.yaml': 'a: 1\n',
      'helm/web/values-prod.yaml': 'a: 2\n',
      'helm/web/ci/ha.yml': '',
      'helm/web/ci/notes.txt': '',
      'helm/api/Chart.yaml': META,
      'env/prod.yaml': '',
      'env/test.yaml': '',
    }),
  );

  it('are found by the names that charts use', async () => {
    expect(await plan()).toEqual([
      'helm/api: defaults',
      'helm/web: defaults',
      'helm/web: ci/ha.yml',
      'helm/web: values-prod.yaml',
    ]);
  });

  it('are those declared, for the charts that a line names', async () => {
    expect(await plan('helm/web: values-prod.yaml + env/*.yaml', 'helm/web:', 'helm/w*:')).toEqual([
      'helm/api: defaults',
      'helm/web: values-prod.yaml + env/prod.yaml',
      'helm/web: values-prod.yaml + env/test.yaml',
      'helm/web: defaults',
    ]);
  });

  it('that name a chart or a file that is not there are all named in one error', async () => {
    await expect(plan('helm/x: a.yaml', 'helm/*: b.yaml')).rejects.toThrow(
      'helm/x: a.yaml: no chart of this run is helm/x\nhelm/*: b.yaml: there is no b.yaml in helm/api or in the repository\nhelm/*: b.yaml: there is no b.yaml in helm/web or in the repository',
    );
  });
});

it.each([
  [{ a: 1, b: { c: 1, d: 2 } }, { b: { c: 3, e: 4 } }, { a: 1, b: { c: 3, d: 2, e: 4 } }],
  [{ a: { b: 1 } }, { a: null }, {}],
  [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
  [{ a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
  [{}, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  [{ a: 1 }, undefined, { a: 1 }],
])('values are merged as Helm does (%#)', (below, above, merged) => {
  expect(mergeValues(below, above)).toEqual(merged);
});

it('a packed dependency that cannot be unpacked has no values', async () => {
  await write({ 'helm/web/Chart.yaml': META, 'helm/web/charts/a.tgz': 'no archive', 'helm/web/charts/b.tgz': '' });
  await writeFile(join(root, 'helm/web/charts/c.tgz'), gzipSync('no archive'.repeat(100)));
  expect((await readChart(files, 'helm/web')).subcharts).toEqual([]);
});

describe('manifests', () => {
  it('are the YAML and JSON files of the globs', async () => {
    await write({ 'argocd/a.yaml': 'a', 'argocd/b/c.yml': 'c', 'argocd/d.json': '{}', 'argocd/README.md': '' });
    expect(
      (await readManifestFiles(files, 'manifests', ['argocd/**', 'argocd/a.yaml'])).map(({ path }) => path),
    ).toEqual(['argocd/a.yaml', 'argocd/b/c.yml', 'argocd/d.json']);
    await expect(readManifestFiles(files, 'crds', ['crds/*'])).rejects.toThrow('the input crds asks for "crds/*"');
  });

  it('may not be links out of the workspace', async () => {
    await symlink('/etc', join(root, 'argocd'));
    await expect(readManifestFiles(files, 'manifests', ['argocd/hosts*'])).rejects.toThrow(
      'leads out of the workspace (a link)',
    );
  });
});

describe("rules about a chart's own files", () => {
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
    expect(chartRules.flatMap((rule) => rule.checkChart(chart).map(({ file }) => `${rule.id} ${file}`))).toEqual(
      expected,
    );
  });

  it('a loose schema is told by the paths of the values', async () => {
    const schema = {
      properties: {
        web: { properties: { image: { properties: { tag: {} } } } },
        list: { items: { properties: { x: {} } } },
      },
    };
    await write({ 'helm/web/Chart.yaml': META, 'helm/web/values.schema.json': JSON.stringify(schema) });
    const chart = await readChart(files, 'helm/web');
    const messages = chartRules.flatMap((rule) => rule.checkChart(chart).map(({ message }) => message));
    expect(messages).toContain('takes keys that it does not know in the root, web, web.image, list.items');
  });
});

describe('subcharts', () => {
  const named = (name: string, more = '') => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n${more}`;
  it('are found at any depth, under their alias, in whatever directory they are', async () => {
    await write({
      'helm/web/Chart.yaml': `${META}dependencies:\n  - { name: cache, alias: first }\n  - { name: cache, alias: second }\n`,
      'helm/web/charts/Cache/Chart.yaml': named('cache'),
      'helm/web/charts/Cache/charts/deep/Chart.yaml': named('deep'),
      'helm/web/charts/unlisted/Chart.yaml': named('unlisted'),
    });
    const chart = await readChart(files, 'helm/web');
    expect(chart.subcharts.map(({ keys, directory }) => [keys.join('.'), directory]).sort()).toEqual([
      ['first', 'helm/web/charts/Cache'],
      ['first.deep', 'helm/web/charts/Cache/charts/deep'],
      ['second', 'helm/web/charts/Cache'],
      ['second.deep', 'helm/web/charts/Cache/charts/deep'],
      ['unlisted', 'helm/web/charts/unlisted'],
    ]);
    expect(templateSource(chart, 'web/charts/second/charts/deep/templates/a/b.yaml')).toEqual({
      file: 'helm/web/charts/Cache/charts/deep/templates/a/b.yaml',
      keys: ['second', 'deep'],
    });
    expect(templateSource(chart, 'web/charts/packed/templates/a.yaml')).toEqual({
      file: 'helm/web/charts/packed/templates/a.yaml',
      keys: ['packed'],
    });
    expect(templateSource(chart, 'web/templates/charts/x.yaml').file).toBe('helm/web/templates/charts/x.yaml');
  });
});

it('the values of dependencies stand below their keys, under those of what depends on them', async () => {
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

describe('dependencies that are not read', () => {
  const unread = async (): Promise<string[]> =>
    (await readChart(files, 'helm/web')).unread.map(({ file, why }) => `${file}: ${why}`);

  it('are told by their archive, and take nothing from the others', async () => {
    await write({
      'helm/web/Chart.yaml': META,
      'helm/web/charts/a.tgz': 'no archive',
      'helm/web/charts/b.tgz/x': '',
      'helm/web/charts/_c.tgz': 'Helm passes over it',
      'helm/web/charts/d/Chart.yaml': 'name: d\n',
    });
    expect(await unread()).toEqual([
      'helm/web/charts/a.tgz: incorrect header check',
      'helm/web/charts/b.tgz: it is a directory',
    ]);
    expect((await readChart(files, 'helm/web')).subcharts.map(({ name }) => name)).toEqual(['d']);
  });

  it('are those that a link to a directory above makes without end', async () => {
    await write({ 'helm/web/Chart.yaml': META, 'helm/web/charts/x': '' });
    for (const name of ['a', 'b']) await symlink('..', join(root, `helm/web/charts/${name}`));
    expect((await unread())[0]).toMatch(/^helm\/web\/charts\/a\/.*: the chart has more than 20 levels of dependencies/);
  });

  it('are those that aliases make of a few charts', async () => {
    const twice = (name: string) =>
      `dependencies: [{ name: ${name}, alias: a }, { name: ${name}, alias: b }]\nname: d\n`;
    let directory = 'helm/web';
    await write({ 'helm/web/Chart.yaml': twice('d') });
    for (let level = 0; level < 15; level++) {
      directory += '/charts/d';
      await write({ [`${directory}/Chart.yaml`]: twice('d') });
    }
    expect(await unread()).toEqual([
      'helm/web/Chart.yaml: by their aliases, its dependencies are more than 1000 charts',
    ]);
  });
});

it('references out of values schemas are found at any depth, packed or not', async () => {
  const schema = JSON.stringify({ $ref: 'file:///etc/passwd' });
  const inner = await packTar([
    { header: { name: 'x/Chart.yaml', size: 8 }, body: 'name: x\n' },
    { header: { name: 'x/values.schema.json', size: schema.length }, body: schema },
  ]);
  const packed = gzipSync(inner);
  const outer = await packTar([
    { header: { name: 'y/Chart.yaml', size: 8 }, body: 'name: y\n' },
    { header: { name: 'y/charts/x-1.0.0.tgz', size: packed.length }, body: packed },
  ]);
  await write({
    'helm/web/Chart.yaml': META,
    'helm/web/values.schema.json': schema,
    'helm/web/charts/d/Chart.yaml': 'name: d\n',
    'helm/web/charts/d/values.schema.json': schema,
    'helm/web/charts/node_modules/Chart.yaml': 'name: n\n',
    'helm/web/charts/node_modules/values.schema.json': schema,
    'helm/web/charts/[a]/Chart.yaml': 'name: a\n',
    'helm/web/charts/[a]/values.schema.json': schema,
    'shared/Chart.yaml': 'name: shared\n',
    'shared/values.schema.json': schema,
  });
  await symlink('../../../shared', join(root, 'helm/web/charts/linked'));
  await writeFile(join(root, 'helm/web/charts/y.tgz'), gzipSync(outer));
  const { foreignReferences } = await readChart(files, 'helm/web');
  expect(foreignReferences.map(({ schema: { file, inside } }) => [file, inside])).toEqual([
    ['helm/web/values.schema.json', undefined],
    ['helm/web/charts/[a]/values.schema.json', undefined],
    ['helm/web/charts/d/values.schema.json', undefined],
    ['helm/web/charts/linked/values.schema.json', undefined],
    ['helm/web/charts/node_modules/values.schema.json', undefined],
    ['helm/web/charts/y.tgz', 'charts/x-1.0.0.tgz/values.schema.json'],
  ]);
});
