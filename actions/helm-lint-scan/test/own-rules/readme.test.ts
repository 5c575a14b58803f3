import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CRON_JOB, check, DEPLOYMENT } from './helpers.ts';

/** The rules file of the README. */
const RULES = (readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
  .split('```yaml\n')
  .find((text) => text.startsWith('rules:\n  - id:'))
  ?.split('```')[0] ?? '') as string;

const labelled = DEPLOYMENT.replace('labels: { app: web }', 'labels: { app: web, team: shop }').replace(
  '  template:\n',
  '  template:\n    metadata: { labels: { app: web, tier: front } }\n',
);
const policy = (labels: string, namespace = 'shop'): string =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: a, namespace: ${namespace} }\nspec: { podSelector: { matchLabels: { ${labels} } } }\n`;

describe('the rules of the README', () => {
  it('find what they say', async () => {
    const found = await check(RULES, `${labelled}${policy('app: web')}---\n${CRON_JOB}`);
    expect(found.map(({ rule, resource, path, message }) => [rule, resource, path, message])).toEqual([
      [
        'own/registry',
        'Deployment/web',
        'spec.template.spec.containers.0.image',
        'the image of web is docker.io/web:1',
      ],
      [
        'own/registry',
        'CronJob/backup',
        'spec.jobTemplate.spec.template.spec.containers.0.image',
        'the image of backup is docker.io/backup:1',
      ],
      ['own/team', 'CronJob/backup', 'metadata.labels', 'A workload has no team'],
    ]);
  });

  it.each([
    ['another label', policy('app: api'), 1],
    ['one more label than the pods have', policy('app: web, tier: back'), 1],
    ['another namespace', policy('app: web', 'other'), 1],
    ['all labels', policy('app: web, tier: front'), 0],
    ['no label', policy(''), 0],
  ])('compare workloads with network policies: %s', async (_what, manifests, count) => {
    const found = await check(RULES, labelled + manifests);
    expect(found.filter(({ rule }) => rule === 'own/network-policy')).toHaveLength(count);
    expect(found.filter(({ rule }) => rule === 'rule-failed')).toEqual([]);
  });

  it('apply where they say', async () => {
    const exposed = labelled.replace('name: web\n', 'name: web\n  annotations: { internet: "true" }\n');
    expect((await check(RULES, exposed)).filter(({ rule }) => rule === 'own/network-policy')).toEqual([]);
  });
});
