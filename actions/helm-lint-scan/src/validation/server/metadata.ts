import { isIP } from 'node:net';
import { hasFormat, isRequired } from './checks.ts';
import type { Field, FieldErrors, ServerContext } from './field.ts';
import { dns1035Label, dnsLabel, dnsSubdomain, type Format, pathSegment, qualifiedName } from './formats/names.ts';
import { checkAnnotations, checkLabels } from './selectors.ts';

/** Source: `ValidateObjectMetaAccessor` in apimachinery/pkg/api/validation/objectmeta.go */
export function* checkMetadata(metadata: Field, format: Format): FieldErrors {
  yield* hasFormat(metadata.at('name'), format);
  yield* hasFormat(metadata.at('generateName'), (text) => format(maskTrailingDash(text)));
  yield* hasFormat(metadata.at('namespace'), dnsLabel);
  yield* checkLabels(metadata.at('labels'));
  yield* checkAnnotations(metadata.at('annotations'));
  for (const finalizer of metadata.at('finalizers').items)
    for (const problem of qualifiedName(finalizer.text)) yield finalizer.invalid(problem);
  for (const owner of metadata.at('ownerReferences').items)
    for (const key of ['apiVersion', 'kind', 'name', 'uid']) yield* isRequired(owner.at(key), 'must not be empty');
  const [, ...others] = metadata.at('ownerReferences').items.filter((owner) => owner.at('controller').isTrue);
  for (const other of others)
    yield other.at('controller').invalid('Only one reference can have Controller set to true');
}

/** The server appends letters to a generated name. Source: `maskTrailingDash` in apimachinery/pkg/api/validation/generic.go */
const maskTrailingDash = (name: string): string =>
  name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;

/** By API group. */
const SUBDOMAIN_KINDS: Readonly<Record<string, readonly string[]>> = {
  '': [
    'ConfigMap',
    'Endpoints',
    'LimitRange',
    'Node',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'Pod',
    'PodTemplate',
    'ReplicationController',
    'ResourceQuota',
    'Secret',
    'ServiceAccount',
  ],
  'admissionregistration.k8s.io': [
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  apps: ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet'],
  autoscaling: ['HorizontalPodAutoscaler'],
  batch: ['CronJob', 'Job'],
  'coordination.k8s.io': ['Lease'],
  'discovery.k8s.io': ['EndpointSlice'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['Ingress', 'IngressClass', 'NetworkPolicy', 'ServiceCIDR'],
  'node.k8s.io': ['RuntimeClass'],
  'resource.k8s.io': ['DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': [
    'CSIDriver',
    'CSINode',
    'CSIStorageCapacity',
    'StorageClass',
    'VolumeAttachment',
    'VolumeAttributesClass',
  ],
};

const LABEL_KINDS = ['/Namespace', 'apps/StatefulSet'];

/**
 * The format of the names of a kind. That of custom resources is the one of most kinds. All others, such as roles and
 * disruption budgets, only have to fit into a URL.
 * Source: the `NameIs…` functions that the kinds' validation.go pass to `ValidateObjectMeta`, and `BeforeCreate` in
 * apiserver/pkg/registry/rest/create.go
 */
export function nameFormat({ apiVersion, kind }: Kind, { minor }: ServerContext): Format {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const key = `${group}/${kind}`;
  if (key === '/Service') return serviceName(minor);
  if (key === 'networking.k8s.io/IPAddress') return ipAddress;
  if (LABEL_KINDS.includes(key)) return dnsLabel;
  const isSubdomain = Object.hasOwn(SUBDOMAIN_KINDS, group) && SUBDOMAIN_KINDS[group]?.includes(kind);
  return isSubdomain || isCustom(group) ? dnsSubdomain : pathSegment;
}

/** What a name is given to. */
export interface Kind {
  apiVersion: string;
  kind: string;
}

const ipAddress: Format = (text) =>
  isIP(text) === 0 ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'] : [];

/** From this version on the name of a Service may begin with a digit: RelaxedServiceNameValidation is on by default. */
const FIRST_WITH_RELAXED_SERVICE_NAMES = 36;

export const serviceName = (minor: number): Format =>
  minor < FIRST_WITH_RELAXED_SERVICE_NAMES ? dns1035Label : dnsLabel;

/** A group outside of Kubernetes: its own have no dot or end in k8s.io. */
const isCustom = (group: string): boolean => group.includes('.') && !group.endsWith('.k8s.io');
