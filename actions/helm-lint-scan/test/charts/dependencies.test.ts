import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { packTar } from 'modern-tar';
import { readChart } from '../../src/charts/chart.ts';
import { templateSource } from '../../src/charts/subcharts.ts';
import { files, META, root, useCheckout, write } from '../checkout.ts';

useCheckout();

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

it('a packed dependency that cannot be unpacked has no values', async () => {
  await write({ 'helm/web/Chart.yaml': META, 'helm/web/charts/a.tgz': 'no archive', 'helm/web/charts/b.tgz': '' });
  await writeFile(join(root, 'helm/web/charts/c.tgz'), gzipSync('no archive'.repeat(100)));
  expect((await readChart(files, 'helm/web')).subcharts).toEqual([]);
});

describe('dependencies that are not read', () => {
  const unread = async (): Promise<string[]> =>
    (await readChart(files, 'helm/web')).unreadDependencies.map(({ file, why }) => `${file}: ${why}`);

  it('are reported at their archive, and do not affect the others', async () => {
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

  it('are those that a link to a parent directory repeats without end', async () => {
    await write({ 'helm/web/Chart.yaml': META, 'helm/web/charts/x': '' });
    for (const name of ['a', 'b']) await symlink('..', join(root, `helm/web/charts/${name}`));
    expect((await unread())[0]).toMatch(/^helm\/web\/charts\/a\/.*: the chart has more than 20 levels of dependencies/);
  });

  it('are those that aliases multiply', async () => {
    const twice = (name: string) =>
      `dependencies: [{ name: ${name}, alias: a }, { name: ${name}, alias: b }]\nname: d\n`;
    let directory = 'helm/web';
    await write({ 'helm/web/Chart.yaml': twice('d') });
    for (let level = 0; level < 15; level++) {
      directory += '/charts/d';
      await write({ [`${directory}/Chart.yaml`]: twice('d') });
    }
    expect(await unread()).toEqual([
      'helm/web/Chart.yaml: with their aliases, its dependencies are more than 1000 charts',
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
  const { externalReferences } = await readChart(files, 'helm/web');
  expect(externalReferences.map(({ schema: { file, inside } }) => [file, inside])).toEqual([
    ['helm/web/values.schema.json', undefined],
    ['helm/web/charts/[a]/values.schema.json', undefined],
    ['helm/web/charts/d/values.schema.json', undefined],
    ['helm/web/charts/linked/values.schema.json', undefined],
    ['helm/web/charts/node_modules/values.schema.json', undefined],
    ['helm/web/charts/y.tgz', 'charts/x-1.0.0.tgz/values.schema.json'],
  ]);
});
