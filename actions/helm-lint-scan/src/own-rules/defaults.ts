import { type Data, dataAt, isData, listAt, type Path, stringAt } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import { findWorkloads } from '../manifests/workloads.ts';

/** Fields that the API server fills in before it asks admission policies, by kind. */
const SPEC_DEFAULTS: Readonly<Record<string, Data>> = {
  Deployment: {
    replicas: 1,
    minReadySeconds: 0,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: 'RollingUpdate' },
  },
  StatefulSet: {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    revisionHistoryLimit: 10,
    updateStrategy: { type: 'RollingUpdate' },
  },
  DaemonSet: { revisionHistoryLimit: 10, updateStrategy: { type: 'RollingUpdate' } },
  ReplicaSet: { replicas: 1 },
  ReplicationController: { replicas: 1 },
  Job: { completions: 1, parallelism: 1, backoffLimit: 6, suspend: false, completionMode: 'NonIndexed' },
  CronJob: { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
  Service: { type: 'ClusterIP', sessionAffinity: 'None' },
  HorizontalPodAutoscaler: { minReplicas: 1 },
};

const POD_DEFAULTS: Data = {
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  terminationGracePeriodSeconds: 30,
  schedulerName: 'default-scheduler',
  securityContext: {},
};

const PROBE_DEFAULTS: Data = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

/**
 * An object with the usual defaults of the API server, which a policy for a cluster relies on: `object.spec.replicas <= 5`.
 * Source: `SetDefaults_*` of https://github.com/kubernetes/kubernetes/tree/master/pkg/apis, in core/v1, apps/v1, batch/v1 and
 * autoscaling/v2
 */
export function withDefaults(resource: Resource): Data {
  const { kind, object } = resource;
  const known = Object.hasOwn(SPEC_DEFAULTS, kind) ? SPEC_DEFAULTS[kind] : undefined;
  const completed = known === undefined ? object : { ...object, spec: fill(dataAt(object, 'spec'), known) };
  const withPorts = kind === 'Service' ? updateAt(completed, ['spec', 'ports'], completePorts) : completed;
  const [workload] = findWorkloads([resource]);
  return workload === undefined ? withPorts : updateAt(withPorts, workload.podPath, completePod);
}

/** The object and its defaults, which do not replace a value; a null counts as absent. */
function fill(object: Data, defaults: Data): Data {
  const present = Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
  return { ...defaults, ...present };
}

/** The object with another value at a path, where it has one. */
function updateAt(object: Data, [key, ...rest]: Path, update: (value: unknown) => unknown): Data {
  if (key === undefined || !Object.hasOwn(object, key)) return object;
  const value = object[key];
  if (rest.length === 0) return { ...object, [key]: update(value) };
  return isData(value) ? { ...object, [key]: updateAt(value, rest, update) } : object;
}

function completePod(pod: unknown): unknown {
  if (!isData(pod)) return pod;
  const lists = ['containers', 'initContainers'].filter((key) => Array.isArray(pod[key]));
  return {
    ...fill(pod, POD_DEFAULTS),
    ...Object.fromEntries(lists.map((key) => [key, listAt(pod, key).map(completeContainer)])),
  };
}

function completeContainer(container: unknown): unknown {
  if (!isData(container)) return container;
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((key) => isData(container[key]));
  return {
    ...fill(container, {
      imagePullPolicy: pullPolicy(stringAt(container, 'image') ?? ''),
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      resources: {},
    }),
    ...(Array.isArray(container.ports) ? { ports: container.ports.map(withProtocol) } : {}),
    ...Object.fromEntries(probes.map((key) => [key, fill(dataAt(container, key), PROBE_DEFAULTS)])),
  };
}

const withProtocol = (port: unknown): unknown => (isData(port) ? fill(port, { protocol: 'TCP' }) : port);

const completePorts = (ports: unknown): unknown =>
  Array.isArray(ports)
    ? ports.map((port: unknown) => (isData(port) ? fill(port, { protocol: 'TCP', targetPort: port.port }) : port))
    : ports;

/** `Always` for the tag `latest`, which is also that of an image without tag and digest. */
function pullPolicy(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !image.includes('@') && (!name.includes(':') || name.endsWith(':latest')) ? 'Always' : 'IfNotPresent';
}
