import { describe, expect, it } from '@jest/globals';
import { nearestMinor, servedApis } from '../../src/validation/served-apis.ts';
import { createSchemaStore } from '../../src/validation/store.ts';

const store = createSchemaStore();

async function served(minor: number): Promise<string[]> {
  const schemas = await store.load(`1.${minor}`);
  if (schemas === undefined) throw new Error(`1.${minor} is not bundled`);
  return servedApis(schemas, minor);
}

const STABLE = [
  'admissionregistration.k8s.io/v1',
  'apiextensions.k8s.io/v1',
  'apiregistration.k8s.io/v1',
  'apps/v1',
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'batch/v1',
  'certificates.k8s.io/v1',
  'coordination.k8s.io/v1',
  'discovery.k8s.io/v1',
  'events.k8s.io/v1',
  'networking.k8s.io/v1',
  'node.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
  'scheduling.k8s.io/v1',
  'storage.k8s.io/v1',
  'v1',
];
const FLOW = 'flowcontrol.apiserver.k8s.io';

describe('what an API server serves by default', () => {
  // From pkg/controlplane/instance.go of each version.
  it.each<[minor: number, more: string[]]>([
    [25, ['autoscaling/v2beta2', `${FLOW}/v1beta1`, `${FLOW}/v1beta2`, 'storage.k8s.io/v1beta1']],
    [26, [`${FLOW}/v1beta2`, `${FLOW}/v1beta3`, 'storage.k8s.io/v1beta1']],
    [27, [`${FLOW}/v1beta2`, `${FLOW}/v1beta3`]],
    [28, [`${FLOW}/v1beta2`, `${FLOW}/v1beta3`]],
    [29, [`${FLOW}/v1`, `${FLOW}/v1beta3`]],
    [30, [`${FLOW}/v1`, `${FLOW}/v1beta3`]],
    [31, [`${FLOW}/v1`, `${FLOW}/v1beta3`]],
    [32, [`${FLOW}/v1`]],
    [33, [`${FLOW}/v1`]],
    [34, [`${FLOW}/v1`, 'resource.k8s.io/v1']],
    [35, [`${FLOW}/v1`, 'resource.k8s.io/v1']],
    [36, [`${FLOW}/v1`, 'resource.k8s.io/v1']],
    [37, [`${FLOW}/v1`, 'resource.k8s.io/v1', 'storagemigration.k8s.io/v1']],
  ])('1.%i has the stable versions and no other beta version', async (minor, more) => {
    const versions = (await served(minor)).filter((name) => /(?:^|\/)v\d+(?:(?:alpha|beta)\d+)?$/.test(name));
    expect(versions).toEqual([...STABLE, ...more].sort());
  });

  it.each([
    [34, 'policy/v1/PodDisruptionBudget', true],
    [34, 'apiregistration.k8s.io/v1/APIService', true],
    [34, 'storage.k8s.io/v1/VolumeAttributesClass', true],
    [33, 'storage.k8s.io/v1/VolumeAttributesClass', false],
    [34, 'apps/v1/Scale', true],
    [34, 'v1/Eviction', true],
    [34, 'policy/v1/Eviction', false],
    [34, 'autoscaling/v1/Scale', false],
    [34, 'v1/Status', false],
    [34, 'batch/v1/CronJobList', false],
    [37, 'certificates.k8s.io/v1/PodCertificateRequest', true],
    [36, 'certificates.k8s.io/v1/PodCertificateRequest', false],
    [25, 'autoscaling/v2beta2/HorizontalPodAutoscaler', true],
    [26, 'autoscaling/v2beta2/HorizontalPodAutoscaler', false],
  ])('1.%i: %s is served: %s', async (minor, name, expected) => {
    expect((await served(minor)).includes(name)).toBe(expected);
  });
});

it.each([
  ['1.34', '1.34'],
  ['1.40', '1.37'],
  ['1.19', '1.25'],
])('the version nearest to %s is %s', async (minor, expected) => {
  expect(nearestMinor(await store.minors(), minor)).toBe(expected);
});
