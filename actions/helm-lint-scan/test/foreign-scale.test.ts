import { describe, expect, it } from '@jest/globals';
import type { ImageReference } from '../../lib/images/images-output.ts';
import { growth, MAX_LINEAR } from '../../lib/test/growth.ts';
import { defaultVersions } from '../src/cases/default-versions.ts';
import { imageOverlay } from '../src/cases/set-images.ts';
import { Findings } from '../src/findings/findings.ts';
import { createReader } from '../src/manifests/read.ts';
import { valuesSchemaLoose } from '../src/rules/chart/values-schema.ts';
import { resourceRules } from '../src/rules/index.ts';
import { scopeOf } from './helpers.ts';

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

const service = (name: string, app: string): string =>
  `---\napiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { selector: { app: ${app} }, ports: [{ port: 80, targetPort: http }] }\n`;
const deployment = (name: string, app: string): string =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\nspec: { template: { metadata: { labels: { app: ${app} } }, spec: { containers: [{ name: a, image: a }] } } }\n`;
const budget = (name: string, app: string): string =>
  `---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: ${name} }\nspec: { minAvailable: 1, selector: { matchLabels: { app: ${app} } } }\n`;
const autoscaler = (name: string): string =>
  `---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: ${name} }\nspec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} } }\n`;
const policy = (name: string, app: string): string =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name} }\nspec: { podSelector: { matchExpressions: [{ key: app, operator: In, values: [${app}] }] } }\n`;

describe('the time that the rules take grows with the resources', () => {
  it.each<[name: string, app: (index: number) => string]>([
    ['of which each selects its own', (index) => `app-${index}`],
    ['of which each selects all', () => 'app'],
  ])('%s', async (_, app) => {
    const check = (size: number) => {
      const text = times(
        size,
        (index) =>
          deployment(`a-${index}`, app(index)) +
          service(`a-${index}`, app(index)) +
          budget(`a-${index}`, app(index)) +
          autoscaler(`a-${index}`) +
          policy(`a-${index}`, app(index)),
      );
      const scope = scopeOf(text);
      // A new scope, so that nothing is cached.
      return () => resourceRules.flatMap((rule) => rule.check({ ...scope }));
    };
    expect(await growth(check, 50)).toBeLessThan(MAX_LINEAR);
  });
});

describe('the time to set images grows with the mappings', () => {
  const image: ImageReference = {
    repository: 'a.b/c/web',
    name: 'web',
    digest: `sha256:${'a'.repeat(64)}`,
    tags: [],
  } as unknown as ImageReference;
  it.each<[name: string, values: (size: number) => unknown]>([
    [
      'that there are',
      (size) => Object.fromEntries(Array.from({ length: size }, (_, at) => [at, { repository: 'web' }])),
    ],
    ['whose registry is long', (size) => ({ a: { registry: `${'/'.repeat(size)}a`, repository: 'web' } })],
  ])('%s', async (_, values) => {
    const set = (size: number) => {
      const given = values(size);
      return () => imageOverlay(given, [image]);
    };
    expect(await growth(set, 1000)).toBeLessThan(MAX_LINEAR);
  });
});

it('the time to collect the cases of a finding grows with them', async () => {
  const [rule] = resourceRules;
  if (rule === undefined) throw new Error('there are no rules');
  const collect = (size: number) => () => {
    const findings = new Findings(new Map());
    const location = () => ({ file: 'a', line: 1, exact: true });
    for (let at = 0; at < size; at++)
      findings.add({
        rule,
        case: { subject: 'a', values: `v${at}`, kubeVersion: '' },
        path: [],
        message: 'a',
        location,
      });
    return findings;
  };
  expect(collect(10)().list()[0]?.cases).toHaveLength(10);
  expect(await growth(collect, 1000)).toBeLessThan(MAX_LINEAR);
});

describe('input larger than any real one ends quickly', () => {
  it('a schema of many levels ends', () => {
    let schema: object = { type: 'object' };
    for (let level = 0; level < 20_000; level++) schema = { properties: { a: schema } };
    const valuesSchema = { text: '', value: schema };
    expect(
      valuesSchemaLoose.checkChart({ valuesSchema } as Parameters<typeof valuesSchemaLoose.checkChart>[0]),
    ).toHaveLength(1);
  });

  it('a range of versions ends', () => {
    expect(defaultVersions(['1.34'], '1 || '.repeat(20_000))).toMatchObject([{ full: '1.34.0' }]);
  }, 10_000);

  it('documents beyond a number of values are not read, and that is a problem', () => {
    const reader = createReader(10);
    const text = 'apiVersion: v1\nkind: A\nspec: [1, 2]\n';
    expect(reader.manifests([{ path: 'a.yaml', text }]).broken).toEqual([]);
    expect(reader.manifests([{ path: 'b.yaml', text }])).toMatchObject({
      resources: [],
      broken: [{ file: 'b.yaml', message: expect.stringContaining('more than 10 values in all documents') }],
    });
    expect(reader.manifests([{ path: 'a.yaml', text }]).broken).toEqual([]);
  });
});
