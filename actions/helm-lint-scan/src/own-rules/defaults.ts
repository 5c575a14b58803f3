import { type Data, dataAt, isData, listAt, type Path, stringAt } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import { findWorkloads } from '../manifests/workloads.ts';
import { fill } from './fill.ts';
import { completePod } from './pod-defaults.ts';

/** The strategy of a workload; `rollingUpdate` has values only for the type that it belongs to. */
function strategy(spec: Data, key: string, rollingUpdate: Data): Data {
  const type = stringAt(spec, key, 'type') ?? 'RollingUpdate';
  return { type, ...(type === 'RollingUpdate' ? { rollingUpdate } : {}) };
}

/** The defaults of `spec`, by kind, some of which depend on its other values. */
const SPEC_DEFAULTS: Readonly<Record<string, (spec: Data) => Data>> = {
  Deployment: (spec) => ({
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: strategy(spec, 'strategy', { maxUnavailable: '25%', maxSurge: '25%' }),
  }),
  StatefulSet: (spec) => ({
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    revisionHistoryLimit: 10,
    updateStrategy: strategy(spec, 'updateStrategy', { partition: 0 }),
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  }),
  DaemonSet: (spec) => ({
    revisionHistoryLimit: 10,
    updateStrategy: strategy(spec, 'updateStrategy', { maxUnavailable: 1, maxSurge: 0 }),
  }),
  ReplicaSet: () => ({ replicas: 1 }),
  ReplicationController: () => ({ replicas: 1 }),
  Job: (spec) => ({
    parallelism: 1,
    ...(spec.parallelism === undefined ? { completions: 1 } : {}),
    backoffLimit: 6,
    suspend: false,
    completionMode: 'NonIndexed',
  }),
  CronJob: () => ({
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  }),
  Service: (spec) => ({
    type: 'ClusterIP',
    sessionAffinity: 'None',
    ...(spec.type === 'ExternalName' ? {} : { internalTrafficPolicy: 'Cluster' }),
    ...(spec.type === 'NodePort' || spec.type === 'LoadBalancer' ? { externalTrafficPolicy: 'Cluster' } : {}),
  }),
  HorizontalPodAutoscaler: () => ({ minReplicas: 1 }),
  PersistentVolumeClaim: () => ({ volumeMode: 'Filesystem' }),
  NetworkPolicy: (spec) => ({ policyTypes: listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'] }),
};

/**
 * An object with the usual defaults of the API server, which a policy of a cluster relies on: `object.spec.replicas <= 5`.
 * Source: `SetDefaults_*` of https://github.com/kubernetes/kubernetes/tree/master/pkg/apis, in core/v1, apps/v1, batch/v1,
 * autoscaling/v2 and networking/v1
 */
export function withDefaults(resource: Resource): Data {
  const { kind, object } = resource;
  if (kind === 'Secret') return fill(object, { type: 'Opaque' });
  const defaults = Object.hasOwn(SPEC_DEFAULTS, kind) ? SPEC_DEFAULTS[kind] : undefined;
  const spec = dataAt(object, 'spec');
  const completed = defaults === undefined ? object : { ...object, spec: fill(spec, defaults(spec)) };
  if (kind === 'Service') return updateAt(completed, ['spec', 'ports'], completePorts);
  const [workload] = findWorkloads([resource]);
  if (workload === undefined) return completed;
  return updateAt(completed, workload.podPath, (pod) => completePod(pod, kind === 'Pod'));
}

/** The object with another value at a path, where it has one. */
function updateAt(object: Data, [key, ...rest]: Path, update: (value: unknown) => unknown): Data {
  if (key === undefined || !Object.hasOwn(object, key)) return object;
  const value = object[key];
  if (rest.length === 0) return { ...object, [key]: update(value) };
  return isData(value) ? { ...object, [key]: updateAt(value, rest, update) } : object;
}

const completePorts = (ports: unknown): unknown =>
  Array.isArray(ports)
    ? ports.map((port: unknown) => (isData(port) ? fill(port, { protocol: 'TCP', targetPort: port.port }) : port))
    : ports;
