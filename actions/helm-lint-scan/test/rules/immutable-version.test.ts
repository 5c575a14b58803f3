import { describe, expect, it } from '@jest/globals';
import { formatPath } from '../../src/data.ts';
import { immutableVersion } from '../../src/rules/workloads/immutable-version.ts';
import { scopeOf } from '../helpers.ts';

const found = (text: string): string[] => immutableVersion.check(scopeOf(text)).map(({ path }) => formatPath(path));

const LABELS = 'labels: { app: web, helm.sh/chart: web-1.2.0 }';
const job = (name: string, annotations = '', spec = ''): string =>
  `apiVersion: batch/v1
kind: Job
metadata: { ${name}, annotations: { ${annotations} } }
spec: { ${spec}template: { metadata: { ${LABELS} } } }
`;
const statefulSet = (labels: string): string =>
  `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web }
spec: { template: { metadata: { ${LABELS} } }, volumeClaimTemplates: [{ metadata: { name: data, ${labels} } }] }
`;

describe('a label that changes with each version', () => {
  it('must not be in a field that cannot be changed', () => {
    expect(found(statefulSet(LABELS))).toEqual(['spec.volumeClaimTemplates[0].metadata.labels["helm.sh/chart"]']);
    expect(found(statefulSet('labels: { app.kubernetes.io/version: "1" }'))).toHaveLength(1);
    expect(found(job('name: migrate'))).toEqual(['spec.template.metadata.labels["helm.sh/chart"]']);
    expect(found(job('name: migrate-v2'))).toHaveLength(1);
  });

  it.each([
    ['the pod template of a StatefulSet', statefulSet('labels: { app: web }')],
    ['a hook of Helm', job('name: migrate', 'helm.sh/hook: pre-install')],
    ['a hook of Argo CD', job('name: migrate', 'argocd.argoproj.io/hook: Sync')],
    ['a Job that Argo CD replaces', job('name: migrate', 'argocd.argoproj.io/sync-options: "Force=true,Replace=true"')],
    ['a Job that is deleted when it has finished', job('name: migrate', '', 'ttlSecondsAfterFinished: 60, ')],
    ['a Job with the version in its name', job('name: migrate-1-2-0')],
    ['a Job with the number of the release in its name', job('name: migrate-1')],
    ['a Job whose name is generated', job('generateName: migrate-')],
  ])('may be in %s', (_, text) => {
    expect(found(text)).toEqual([]);
  });
});
