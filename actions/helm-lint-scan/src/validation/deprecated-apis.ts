/**
 * API versions that Kubernetes no longer serves or will stop serving. The schemas alone do not contain which versions are deprecated and
 * when a version was removed.
 * Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
export interface ApiDeprecation {
  /** The minor version of Kubernetes 1 that deprecates it. */
  deprecated: number;
  /** The first minor version that does not serve it, if announced. */
  removed?: number;
  replacement?: string;
}

const DEPRECATIONS: readonly [apiVersion: string, kinds: string, deprecation: ApiDeprecation][] = [
  ['extensions/v1beta1', 'Deployment DaemonSet ReplicaSet', { deprecated: 8, removed: 16, replacement: 'apps/v1' }],
  ['extensions/v1beta1', 'NetworkPolicy', { deprecated: 9, removed: 16, replacement: 'networking.k8s.io/v1' }],
  ['extensions/v1beta1', 'PodSecurityPolicy', { deprecated: 10, removed: 16 }],
  ['extensions/v1beta1', 'Ingress', { deprecated: 14, removed: 22, replacement: 'networking.k8s.io/v1' }],
  ['apps/v1beta1', 'Deployment StatefulSet', { deprecated: 9, removed: 16, replacement: 'apps/v1' }],
  [
    'apps/v1beta2',
    'Deployment StatefulSet DaemonSet ReplicaSet',
    { deprecated: 9, removed: 16, replacement: 'apps/v1' },
  ],
  [
    'networking.k8s.io/v1beta1',
    'Ingress IngressClass',
    { deprecated: 19, removed: 22, replacement: 'networking.k8s.io/v1' },
  ],
  [
    'admissionregistration.k8s.io/v1beta1',
    'MutatingWebhookConfiguration ValidatingWebhookConfiguration',
    { deprecated: 16, removed: 22, replacement: 'admissionregistration.k8s.io/v1' },
  ],
  [
    'apiextensions.k8s.io/v1beta1',
    'CustomResourceDefinition',
    { deprecated: 16, removed: 22, replacement: 'apiextensions.k8s.io/v1' },
  ],
  [
    'apiregistration.k8s.io/v1beta1',
    'APIService',
    { deprecated: 19, removed: 22, replacement: 'apiregistration.k8s.io/v1' },
  ],
  [
    'certificates.k8s.io/v1beta1',
    'CertificateSigningRequest',
    { deprecated: 19, removed: 22, replacement: 'certificates.k8s.io/v1' },
  ],
  ['coordination.k8s.io/v1beta1', 'Lease', { deprecated: 19, removed: 22, replacement: 'coordination.k8s.io/v1' }],
  [
    'rbac.authorization.k8s.io/v1alpha1',
    'Role ClusterRole RoleBinding ClusterRoleBinding',
    { deprecated: 17, removed: 22, replacement: 'rbac.authorization.k8s.io/v1' },
  ],
  [
    'rbac.authorization.k8s.io/v1beta1',
    'Role ClusterRole RoleBinding ClusterRoleBinding',
    { deprecated: 17, removed: 22, replacement: 'rbac.authorization.k8s.io/v1' },
  ],
  ['scheduling.k8s.io/v1beta1', 'PriorityClass', { deprecated: 14, removed: 22, replacement: 'scheduling.k8s.io/v1' }],
  [
    'storage.k8s.io/v1beta1',
    'CSIDriver CSINode StorageClass VolumeAttachment',
    { deprecated: 19, removed: 22, replacement: 'storage.k8s.io/v1' },
  ],
  ['batch/v1beta1', 'CronJob', { deprecated: 21, removed: 25, replacement: 'batch/v1' }],
  ['discovery.k8s.io/v1beta1', 'EndpointSlice', { deprecated: 21, removed: 25, replacement: 'discovery.k8s.io/v1' }],
  ['events.k8s.io/v1beta1', 'Event', { deprecated: 19, removed: 25, replacement: 'events.k8s.io/v1' }],
  ['autoscaling/v2beta1', 'HorizontalPodAutoscaler', { deprecated: 22, removed: 25, replacement: 'autoscaling/v2' }],
  ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', { deprecated: 23, removed: 26, replacement: 'autoscaling/v2' }],
  ['policy/v1beta1', 'PodDisruptionBudget', { deprecated: 21, removed: 25, replacement: 'policy/v1' }],
  ['policy/v1beta1', 'PodSecurityPolicy', { deprecated: 21, removed: 25 }],
  ['node.k8s.io/v1beta1', 'RuntimeClass', { deprecated: 22, removed: 25, replacement: 'node.k8s.io/v1' }],
  ['storage.k8s.io/v1beta1', 'CSIStorageCapacity', { deprecated: 24, removed: 27, replacement: 'storage.k8s.io/v1' }],
  [
    'flowcontrol.apiserver.k8s.io/v1beta1',
    'FlowSchema PriorityLevelConfiguration',
    { deprecated: 23, removed: 26, replacement: 'flowcontrol.apiserver.k8s.io/v1' },
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1beta2',
    'FlowSchema PriorityLevelConfiguration',
    { deprecated: 26, removed: 29, replacement: 'flowcontrol.apiserver.k8s.io/v1' },
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1beta3',
    'FlowSchema PriorityLevelConfiguration',
    { deprecated: 29, removed: 32, replacement: 'flowcontrol.apiserver.k8s.io/v1' },
  ],
  ['v1', 'ComponentStatus', { deprecated: 19 }],
  ['v1', 'Endpoints', { deprecated: 33, replacement: 'discovery.k8s.io/v1 EndpointSlice' }],
];

const BY_KEY = new Map(
  DEPRECATIONS.flatMap(([apiVersion, kinds, deprecation]) =>
    kinds.split(' ').map((kind) => [`${apiVersion}/${kind}`, deprecation] as const),
  ),
);

/** The deprecation of an API version, if any. */
export const findDeprecation = (apiVersion: string, kind: string): ApiDeprecation | undefined =>
  BY_KEY.get(`${apiVersion}/${kind}`);
