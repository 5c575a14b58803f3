import { describe, expect, it } from '@jest/globals';
import { createMetricsServerManifests } from '../add-ons/metrics-server.ts';
import { adaptArgoManifests } from '../argo/manifests.ts';
import { type InstallValues, mergeValues, readInstallValues, type Topology } from '../argo/values.ts';
import type { KubernetesObject } from '../kubectl.ts';

const object = (
  kind: string,
  name: string,
  { component = '', ...fields }: { component?: string; [field: string]: unknown } = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, labels: { 'app.kubernetes.io/component': component } },
  ...fields,
});

const workload = (kind: string, component: string, container = component) =>
  object(kind, `argocd-${component}`, {
    component,
    spec: {
      template: {
        metadata: {},
        spec: {
          containers: [
            {
              name: container,
              image: 'published',
              imagePullPolicy: 'Always',
              readinessProbe: { periodSeconds: 30, timeoutSeconds: 5 },
            },
          ],
          initContainers: [{ name: 'copy', image: 'published' }],
        },
      },
    },
  });

const published = [
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'applications.argoproj.io' },
  },
  object('ClusterRole', 'argocd-application-controller', {
    component: 'application-controller',
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  }),
  object('ClusterRole', 'argocd-server', {
    component: 'server',
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['delete'] }],
  }),
  object('ClusterRole', 'argocd-applicationset-controller', {
    component: 'applicationset-controller',
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
  }),
  object('CustomResourceDefinition', 'applicationsets.argoproj.io'),
  object('ConfigMap', 'argocd-cm', { data: { 'resource.exclusions': 'kept' } }),
  object('ConfigMap', 'argocd-dex-other'),
  workload('StatefulSet', 'application-controller'),
  workload('Deployment', 'server'),
  workload('Deployment', 'repo-server'),
  workload('Deployment', 'redis'),
  workload('Deployment', 'dex-server'),
  workload('Deployment', 'notifications-controller'),
  workload('Deployment', 'applicationset-controller'),
];

// biome-ignore lint/suspicious/noExplicitAny: the tests access fields at any depth
const byName = (objects: KubernetesObject[]): Record<string, any> =>
  Object.fromEntries(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));

describe('argoManifests', () => {
  it('removes the broad permissions that the published manifests grant', async () => {
    const objects = adaptArgoManifests(published, await readInstallValues());
    const roles = objects.filter(({ kind }) => kind === 'ClusterRole');
    expect(roles).toHaveLength(2);
    expect(JSON.stringify(roles)).not.toContain('"*"');
  });

  it('omits disabled components and those without replicas, with their permissions, but keeps their definitions', async () => {
    const objects = byName(adaptArgoManifests(published, await readInstallValues()));
    expect(Object.keys(objects).filter((name) => /dex|notifications|applicationset/.test(name))).toEqual([
      'CustomResourceDefinition/applicationsets.argoproj.io',
    ]);
  });

  it('adds the values to the existing settings, as strings', async () => {
    const { data, metadata } = byName(adaptArgoManifests(published, await readInstallValues()))['ConfigMap/argocd-cm'];
    expect(data).toMatchObject({
      'resource.exclusions': 'kept',
      'exec.enabled': 'false',
      'timeout.reconciliation': '3s',
    });
    expect(metadata.namespace).toBe('argocd');
  });

  it('sets the resources of each component, and merges its probe', async () => {
    const objects = byName(adaptArgoManifests(published, await readInstallValues()));
    const [container] = objects['Deployment/argocd-server'].spec.template.spec.containers;
    expect(container.resources.requests.cpu).toBe('20m');
    expect(container.readinessProbe).toEqual({ initialDelaySeconds: 0, periodSeconds: 1, timeoutSeconds: 5 });
  });

  it('uses one image for all components, Redis included, or the published ones', async () => {
    const values = await readInstallValues();
    const objects = byName(adaptArgoManifests(published, values, { argocd: 'own' }));
    const { containers, initContainers } = objects['Deployment/argocd-redis'].spec.template.spec;
    expect(containers[0]).toMatchObject({ image: 'own', imagePullPolicy: 'IfNotPresent', command: ['redis-server'] });
    expect(initContainers[0].image).toBe('own');
    expect(JSON.stringify(adaptArgoManifests(published, values))).not.toContain('"own"');
  });

  it('uses another image for the Redis and HAProxy of high availability, with its commands, on one node', async () => {
    const name = 'Deployment/argocd-redis-ha-haproxy';
    const proxy = byName([workload('Deployment', 'redis-ha-haproxy', 'haproxy')])[name];
    const pod = proxy.spec.template.spec;
    pod.initContainers[0].image = 'quay.io/argoproj/argocd:v1';
    pod.affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}], preferred: [] } };
    const images = { argocd: 'own', redis: 'redis' };
    const adapted = byName(adaptArgoManifests([proxy], await readInstallValues('ha'), images))[name];
    const { containers, initContainers, affinity } = adapted.spec.template.spec;
    expect(containers[0]).toMatchObject({
      image: 'redis',
      command: ['haproxy', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
    });
    expect(initContainers[0].image).toBe('own');
    expect(affinity).toEqual({ podAntiAffinity: { preferred: [] } });
  });

  it('has the replicas of production with high availability, and one pod of each part otherwise', async () => {
    const replicas = async (topology: Topology) => {
      const values = await readInstallValues(topology);
      return [values.server.replicas, values.repoServer.replicas];
    };
    expect(await replicas('single')).toEqual([1, 1]);
    expect(await replicas('ha')).toEqual([2, 2]);
  });

  it('recreates the pods when a parameter changes, and does not modify its input', async () => {
    const before = structuredClone(published);
    const values = await readInstallValues();
    const changed = mergeValues(values, { configs: { params: { 'controller.log.level': 'debug' } } }) as InstallValues;
    const annotations = (installValues: InstallValues) =>
      byName(adaptArgoManifests(published, installValues))['Deployment/argocd-server'].spec.template.metadata
        .annotations;
    expect(annotations(changed)).not.toEqual(annotations(values));
    expect(published).toEqual(before);
  });
});

describe('mergeValues', () => {
  it.each([
    [{ a: { b: 1, c: 2 } }, { a: { b: 3 } }, { a: { b: 3, c: 2 } }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: 1 }, undefined, { a: 1 }],
    [{ a: { b: 1 } }, { a: null }, { a: null }],
    [{ a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
  ])('%j merged with %j is %j', (base, override, expected) => {
    expect(mergeValues(base, override)).toEqual(expected);
  });
});

describe('metricsManifests', () => {
  const deployment = {
    ...object('Deployment', 'metrics-server'),
    spec: {
      template: {
        spec: {
          volumes: [],
          containers: [
            { args: ['--cert-dir=/tmp', '--metric-resolution=15s', '--secure-port=10250'], volumeMounts: [] },
          ],
        },
      },
    },
  };
  const service = {
    ...object('APIService', 'v1beta1.metrics.k8s.io'),
    spec: { insecureSkipTLSVerify: true, group: 'metrics.k8s.io' },
  };

  it('verifies certificates on both sides and measures every 10 s', () => {
    const options = { image: 'own', certificate: { certificate: 'c', key: 'k' }, authority: 'ca' };
    const objects = byName(createMetricsServerManifests([deployment, service], options));
    expect(objects['APIService/v1beta1.metrics.k8s.io'].spec).toEqual({
      group: 'metrics.k8s.io',
      caBundle: Buffer.from('ca').toString('base64'),
    });
    const [{ args, image }] = objects['Deployment/metrics-server'].spec.template.spec.containers;
    expect(image).toBe('own');
    expect(args).toEqual(
      expect.arrayContaining([
        '--metric-resolution=10s',
        '--kubelet-certificate-authority=/cluster-ca/ca.crt',
        '--secure-port=10250',
      ]),
    );
    expect(args.join()).not.toMatch(/insecure|cert-dir|15s/);
  });
});
