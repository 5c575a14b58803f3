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
  spec: { containers: Container[]; initContainers?: Container[] };
}

interface Workload extends KubernetesObject {
  spec: { replicas?: number; template: PodTemplate };
}

/** Objects that belong to no namespace. */
const CLUSTER_KINDS = ['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding'];

/** Which part of the values each component takes. */
const COMPONENTS = {
  'application-controller': 'controller',
  server: 'server',
  'repo-server': 'repoServer',
  redis: 'redis',
} as const;

const componentOf = ({ metadata }: KubernetesObject): string => metadata.labels?.['app.kubernetes.io/component'] ?? '';

/** ConfigMaps hold text alone. */
const texts = (values: Record<string, string | number | boolean>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

/**
 * Argo CD's own manifests with install values applied to them, the way the argo-cd chart applies them.
 *
 * @param image with which its components run, instead of the published one; it also holds Redis
 */
export function argoManifests(
  published: readonly KubernetesObject[],
  values: InstallValues,
  image?: string,
): KubernetesObject[] {
  const left = [
    ...(values.dex.enabled ? [] : ['dex-server']),
    ...(values.notifications.enabled ? [] : ['notifications-controller']),
    ...(values.applicationSet.replicas > 0 ? [] : ['applicationset-controller']),
  ];
  const gone = (object: KubernetesObject) =>
    left.includes(componentOf(object)) ||
    left.some((name) => object.metadata.name.startsWith(`argocd-${name.split('-')[0]}`));
  return published
    .filter((object) => !gone(object))
    .map((object) => {
      const changed = adapt(structuredClone(object), values, image);
      if (!CLUSTER_KINDS.includes(object.kind)) changed.metadata.namespace = NAMESPACE;
      return changed;
    });
}

const configMaps: Record<string, keyof InstallValues['configs']> = {
  'argocd-cm': 'cm',
  'argocd-cmd-params-cm': 'params',
  'argocd-rbac-cm': 'rbac',
};

function adapt(object: KubernetesObject, values: InstallValues, image: string | undefined): KubernetesObject {
  const component = componentOf(object);
  switch (object.kind) {
    case 'ConfigMap': {
      const part = configMaps[object.metadata.name];
      return part ? { ...object, data: { ...(object.data as object), ...texts(values.configs[part]) } } : object;
    }
    case 'ClusterRole': {
      const name = COMPONENTS[component as keyof typeof COMPONENTS];
      const own = name && values[name].clusterRoleRules;
      return own?.enabled ? { ...object, rules: own.rules } : object;
    }
    case 'Deployment':
    case 'StatefulSet':
      return adaptWorkload(object as Workload, component, values, image);
    default:
      return object;
  }
}

function adaptWorkload(
  object: Workload,
  component: string,
  values: InstallValues,
  image: string | undefined,
): KubernetesObject {
  const { template } = object.spec;
  const name = COMPONENTS[component as keyof typeof COMPONENTS];
  if (name) {
    const { replicas, resources, readinessProbe } = values[name];
    if (replicas !== undefined) object.spec.replicas = replicas;
    for (const container of template.spec.containers) {
      if (resources) container.resources = resources;
      if (readinessProbe) container.readinessProbe = mergeValues(container.readinessProbe, readinessProbe) as object;
    }
  }
  if (image) {
    for (const container of [...template.spec.containers, ...(template.spec.initContainers ?? [])]) {
      container.image = image;
      container.imagePullPolicy = 'IfNotPresent';
      if (container.name === 'redis') container.command = ['redis-server'];
    }
  }
  // The parameters are read at the start alone: a change must bring new pods, as the chart's checksums do.
  template.metadata.annotations = {
    ...template.metadata.annotations,
    'checksum/cmd-params': JSON.stringify(texts(values.configs.params)),
  };
  return object;
}
