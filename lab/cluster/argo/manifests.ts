import type { KubernetesObject } from '../kubectl.ts';
import { type InstallValues, mergeValues } from './values.ts';

export const NAMESPACE = 'argocd';

interface Container {
  name: string;
  image: string;
  imagePullPolicy?: string;
  command?: string[];
  resources?: object;
  readinessProbe?: object;
}

interface PodTemplate {
  metadata: { annotations?: Record<string, string> };
  spec: {
    containers: Container[];
    initContainers?: Container[];
    affinity?: { podAntiAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: object[] } };
  };
}

/** The images to use instead of the published ones. */
export interface ArgoImages {
  /** Argo CD, and its single Redis. */
  argocd: string;
  /** Redis, Sentinel and HAProxy of the manifests with high availability. */
  redis?: string | undefined;
}

interface Workload extends KubernetesObject {
  spec: { replicas?: number; template: PodTemplate };
}

/** Kinds without a namespace. */
const CLUSTER_KINDS = ['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding'];

/** The values of each component. */
const COMPONENTS = {
  'application-controller': 'controller',
  server: 'server',
  'repo-server': 'repoServer',
  redis: 'redis',
} as const;

const getComponent = ({ metadata }: KubernetesObject): string => metadata.labels?.['app.kubernetes.io/component'] ?? '';

/** ConfigMaps contain only strings. */
const toStrings = (values: Record<string, string | number | boolean>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

/** Applies install values to Argo CD's own manifests the way the argo-cd chart does. */
export function adaptArgoManifests(
  published: readonly KubernetesObject[],
  values: InstallValues,
  images?: ArgoImages,
): KubernetesObject[] {
  const disabled = [
    ...(values.dex.enabled ? [] : ['dex-server']),
    ...(values.notifications.enabled ? [] : ['notifications-controller']),
    ...(values.applicationSet.replicas > 0 ? [] : ['applicationset-controller']),
  ];
  const isDisabled = (object: KubernetesObject) =>
    disabled.includes(getComponent(object)) ||
    disabled.some((name) => object.metadata.name.startsWith(`argocd-${name.split('-')[0]}`));
  return published
    .filter((object) => !isDisabled(object))
    .map((object) => {
      const adapted = adaptObject(structuredClone(object), values, images);
      if (!CLUSTER_KINDS.includes(object.kind)) adapted.metadata.namespace = NAMESPACE;
      return adapted;
    });
}

const CONFIG_MAPS: Record<string, keyof InstallValues['configs']> = {
  'argocd-cm': 'cm',
  'argocd-cmd-params-cm': 'params',
  'argocd-rbac-cm': 'rbac',
};

function adaptObject(
  object: KubernetesObject,
  values: InstallValues,
  images: ArgoImages | undefined,
): KubernetesObject {
  switch (object.kind) {
    case 'ConfigMap': {
      const part = CONFIG_MAPS[object.metadata.name];
      return part ? { ...object, data: { ...(object.data as object), ...toStrings(values.configs[part]) } } : object;
    }
    case 'ClusterRole': {
      const name = COMPONENTS[getComponent(object) as keyof typeof COMPONENTS];
      const custom = name && values[name].clusterRoleRules;
      return custom?.enabled ? { ...object, rules: custom.rules } : object;
    }
    case 'Deployment':
    case 'StatefulSet':
      return adaptWorkload(object as Workload, values, images);
    default:
      return object;
  }
}

function adaptWorkload(object: Workload, values: InstallValues, images: ArgoImages | undefined): KubernetesObject {
  const { template } = object.spec;
  const name = COMPONENTS[getComponent(object) as keyof typeof COMPONENTS];
  if (name) {
    const { replicas, resources, readinessProbe } = values[name];
    if (replicas !== undefined) object.spec.replicas = replicas;
    for (const container of template.spec.containers) {
      if (resources) container.resources = resources;
      if (readinessProbe) container.readinessProbe = mergeValues(container.readinessProbe, readinessProbe) as object;
    }
  }
  if (images) {
    for (const container of [...template.spec.containers, ...(template.spec.initContainers ?? [])])
      replaceImage(container, images);
  }
  // The lab has one node, and three pods of Redis.
  delete template.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  // Parameters are only read at start, so a change must recreate the pods, as the chart's checksums do.
  template.metadata.annotations = {
    ...template.metadata.annotations,
    'checksum/cmd-params': JSON.stringify(toStrings(values.configs.params)),
  };
  return object;
}

/** The published images of Redis and HAProxy have a command. Ours has the programs alone. */
const COMMANDS: Readonly<Record<string, string[]>> = {
  redis: ['redis-server'],
  haproxy: ['haproxy', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
};

function replaceImage(container: Container, { argocd, redis = argocd }: ArgoImages): void {
  container.image = container.image.includes('/argoproj/argocd') ? argocd : redis;
  container.imagePullPolicy = 'IfNotPresent';
  const command = COMMANDS[container.name];
  if (command !== undefined) container.command = command;
}
