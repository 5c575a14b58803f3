import { describe, expect, it } from '@jest/globals';
import { findingsOf } from '../helpers.ts';

const workload = (kind: string, spec: string, pod = ''): string =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: web }\nspec: { ${spec} template: { metadata: { labels: { app: web } }, spec: { ${pod} } } }\n---\n`;
const scaler = (min: string): string =>
  `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: web }\nspec: { ${min} scaleTargetRef: { kind: Deployment, name: web } }\n---\n`;
const budget = (spec: string): string =>
  `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: web }\nspec: { ${spec} }\n---\n`;
const SELECTED = 'selector: { matchLabels: { app: web } }';

describe('a workload with several pods', () => {
  it.each([
    ['Deployment', workload('Deployment', 'replicas: 2,'), 'spec.replicas', 'no disruption budget selects the 2 pods'],
    [
      'StatefulSet',
      workload('StatefulSet', 'replicas: 3,'),
      'spec.replicas',
      'no disruption budget selects the 3 pods',
    ],
    [
      'autoscaler',
      workload('Deployment', '') + scaler('minReplicas: 2,'),
      'spec.minReplicas',
      'no disruption budget selects the 2 pods of Deployment/web',
    ],
  ])('needs a budget, and something that spreads them: %s', (_, text, path, message) => {
    expect(findingsOf('pdb-missing', text)).toEqual([`note ${path}: ${message}`]);
    expect(findingsOf('pod-spread', text)).toHaveLength(1);
  });

  it.each([
    ['a single pod', workload('Deployment', 'replicas: 1,')],
    ['the default', workload('Deployment', '')],
    ['none', workload('Deployment', 'replicas: 0,')],
    ['an autoscaler from one', workload('Deployment', 'replicas: 4,') + scaler('')],
    ['a DaemonSet', workload('DaemonSet', 'replicas: 2,')],
    ['a Job', workload('Job', 'replicas: 2, completions: 3,')],
    ['a value of another type', workload('Deployment', 'replicas: "3",')],
  ])('is not %s', (_, text) => {
    expect(findingsOf('pdb-missing', text)).toEqual([]);
    expect(findingsOf('pod-spread', text)).toEqual([]);
  });

  it.each([
    ['topologySpreadConstraints: [{ maxSkew: 1 }]'],
    ['affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } }'],
  ])('is spread by %s', (pod) => {
    expect(findingsOf('pod-spread', workload('Deployment', 'replicas: 2,', pod))).toEqual([]);
  });

  it('has a budget if one selects it, or if one selects nothing, which is its own finding', () => {
    const text = workload('Deployment', 'replicas: 2,');
    expect(findingsOf('pdb-missing', text + budget(SELECTED))).toEqual([]);
    expect(findingsOf('pdb-missing', text + budget('selector: {}'))).toEqual([]);
    expect(findingsOf('pdb-missing', text + budget('selector: { matchLabels: { app: wep } }'))).toEqual([]);
    const elsewhere = budget(SELECTED).replace('name: web', 'name: web, namespace: other');
    expect(findingsOf('pdb-missing', text + elsewhere)).toHaveLength(1);
  });
});

describe('a budget', () => {
  const deployment = workload('Deployment', 'replicas: 3,');
  it('that sets no limit allows no eviction', () => {
    const message = 'error spec.maxUnavailable: allows no eviction: it sets neither maxUnavailable nor minAvailable';
    expect(findingsOf('pdb-blocks-drain', deployment + budget(SELECTED))).toEqual([message]);
    expect(findingsOf('pdb-blocks-drain', deployment + budget(`${SELECTED}, minAvailable: 0`))).toEqual([]);
    expect(findingsOf('pdb-blocks-drain', budget(SELECTED))).toEqual([]);
    expect(findingsOf('pdb-blocks-drain', workload('DaemonSet', '') + budget(SELECTED))).toEqual([]);
  });

  it('protects pods that are not ready, where Kubernetes has the field', () => {
    const text = deployment + budget(SELECTED);
    expect(findingsOf('pdb-unhealthy-pods', text, { minor: 27 })).toHaveLength(1);
    expect(findingsOf('pdb-unhealthy-pods', text, { minor: 26 })).toEqual([]);
    // It selects nothing, which is its own finding.
    expect(findingsOf('pdb-unhealthy-pods', budget(SELECTED))).toEqual([]);
  });
});
