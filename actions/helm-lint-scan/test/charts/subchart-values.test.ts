import { describe, expect, it } from '@jest/globals';
import { readChart } from '../../src/charts/chart.ts';
import { findStrayValues } from '../../src/charts/subchart-values.ts';
import { formatPath } from '../../src/data.ts';
import { readTemplates } from '../../src/locate/locate.ts';
import { readYaml } from '../../src/manifests/yaml.ts';
import { files, META, useCheckout, write } from '../checkout.ts';

useCheckout();

const DEPENDENCIES = 'dependencies: [{ name: redis, version: 1.0.0 }, { name: db, alias: store, version: 1.0.0 }]\n';

async function strayIn(values: string): Promise<string[]> {
  await write({
    'helm/web/Chart.yaml': META + DEPENDENCIES,
    'helm/web/templates/a.yaml': 'a: {{ .Values.radis }}\n',
    'helm/web/charts/redis/Chart.yaml': 'name: redis\nversion: 1.0.0\n',
    'helm/web/charts/redis/values.yaml': 'replicas: 1\nauth: { password: "", user: a }\nlabels: {}\nenv1: a\n',
    'helm/web/charts/redis/templates/a.yaml': 'a: {{ .Values.replica }}\n',
    'helm/web/charts/redis/charts/disk/Chart.yaml': 'name: dsk\nversion: 1.0.0\n',
    'helm/web/charts/db/Chart.yaml': 'name: db\nversion: 1.0.0\n',
    'helm/web/charts/db/values.yaml': 'size: 1\n',
  });
  const chart = await readChart(files, 'helm/web');
  const found = findStrayValues(chart, readYaml(values)[0]?.value, await readTemplates(files, chart));
  return found.map(({ path, message }) => `${formatPath(path)}: ${message.replace(/.*; /, '')}`);
}

describe('values for a dependency', () => {
  it.each([
    ['redis: { repliacs: 2 }', ['redis.repliacs: did you mean replicas?']],
    ['redis: { auth: { pasword: x } }', ['redis.auth.pasword: did you mean password?']],
    ['rediss: { replicas: 2 }', ['rediss: did you mean redis?']],
    ['db: { size: 2 }', ['db: did you mean store?']],
  ])('that reach none are found: %s', async (values, expected) => {
    expect(await strayIn(values)).toEqual(expected);
  });

  it.each([
    ['redis: { replicas: 2, enabled: true, auth: { user: b } }'],
    // The template of the dependency reads it, although it has no default.
    ['redis: { replica: 2 }'],
    ['radis: { a: 1 }'],
    ['redis: { somethingElse: 1, labels: { lables: a }, env2: b }'],
    ['redis: { dsk: { a: 1 } }'],
    ['store: { size: 2 }\nglobal: { a: 1 }'],
    ['redis: text'],
  ])('that may be right are not: %s', async (values) => {
    expect(await strayIn(values)).toEqual([]);
  });
});
