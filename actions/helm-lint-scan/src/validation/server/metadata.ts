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
}

/** The server appends letters to a generated name. Source: `maskTrailingDash` in apimachinery/pkg/api/validation/generic.go */
const maskTrailingDash = (name: string): string =>
  name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;

const SUBDOMAIN_KINDS = [
  'v1/ConfigMap',
  'v1/Endpoints',
  'v1/LimitRange',
  'v1/PersistentVolume',
  'v1/PersistentVolumeClaim',
  'v1/Pod',
  'v1/PodTemplate',
  'v1/ReplicationController',
  'v1/ResourceQuota',
  'v1/Secret',
  'v1/ServiceAccount',
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/v1/CustomResourceDefinition',
  'apps/v1/ControllerRevision',
  'apps/v1/DaemonSet',
  'apps/v1/Deployment',
  'apps/v1/ReplicaSet',
  'autoscaling/v1/HorizontalPodAutoscaler',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'batch/v1/CronJob',
  'batch/v1/Job',
  'coordination.k8s.io/v1/Lease',
  'discovery.k8s.io/v1/EndpointSlice',
  'networking.k8s.io/v1/Ingress',
  'networking.k8s.io/v1/IngressClass',
  'networking.k8s.io/v1/NetworkPolicy',
  'node.k8s.io/v1/RuntimeClass',
  'scheduling.k8s.io/v1/PriorityClass',
  'storage.k8s.io/v1/StorageClass',
];

const LABEL_KINDS = ['v1/Namespace', 'apps/v1/StatefulSet'];

/**
 * The format of the names of a kind. That of custom resources is the one of most kinds. All others, such as roles and
 * disruption budgets, only have to fit into a URL.
 * Source: the `NameIs…` functions that the kinds' validation.go pass to `ValidateObjectMeta`, and `BeforeCreate` in
 * apiserver/pkg/registry/rest/create.go
 */
export function nameFormat(key: string, { minor }: ServerContext): Format {
  if (key === 'v1/Service') return serviceName(minor);
  if (LABEL_KINDS.includes(key)) return dnsLabel;
  return SUBDOMAIN_KINDS.includes(key) || isCustom(key) ? dnsSubdomain : pathSegment;
}

/** Up to 1.34 a Service must not begin with a digit. The feature RelaxedServiceNameValidation, alpha in 1.34, ends that. */
export const serviceName = (minor: number): Format => (minor <= 34 ? dns1035Label : dnsLabel);

/** A group outside of Kubernetes: its own have no dot or end in k8s.io. */
const isCustom = (key: string): boolean => {
  const group = key.split('/').length === 3 ? (key.split('/')[0] ?? '') : '';
  return group.includes('.') && !group.endsWith('.k8s.io');
};
