import { type Data, dataAt, isData, listAt, stringAt } from '../data.ts';
import type { GlobMatch } from '../findings/globs.ts';
import { apiGroup } from '../manifests/resource.ts';
import { matchesSelector } from '../manifests/selectors.ts';
import { labelsAt } from '../manifests/workloads.ts';
import type { Candidate } from './own-rule.ts';

/** The globs of `match`. An omitted list matches everything. */
export interface MatchGlobs {
  /** `Deployment` or `apps/v1/Deployment`. */
  kinds?: readonly string[];
  charts?: readonly string[];
  namespaces?: readonly string[];
}

export function matchGlobs(
  match: MatchGlobs,
  globs: ReadonlyMap<string, GlobMatch>,
): (candidate: Candidate) => boolean {
  const fits = (patterns: readonly string[] | undefined, textFor: (pattern: string) => string): boolean =>
    patterns === undefined || patterns.some((pattern) => globs.get(pattern)?.(textFor(pattern)) === true);
  return ({ resource: { apiVersion, kind }, subject, namespace }) =>
    fits(match.kinds, (pattern) => (pattern.includes('/') ? `${apiVersion}/${kind}` : kind)) &&
    fits(match.charts, () => subject) &&
    fits(match.namespaces, () => namespace);
}

/** A policy could lock everyone out. Source: `admissionResources` of plugin/policy/generic/plugin.go, beside the file below */
const NEVER_MATCHED = /^(?:Validating|Mutating)AdmissionPolicy(?:Binding)?$/;

/**
 * Whether a resource is one that the MatchResources of a policy select when it is created.
 * Source: https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/matching/matching.go
 */
export function matchesResources(match: Data, { resource, namespace }: Candidate): boolean {
  const labels = labelsAt(resource.object, 'metadata', 'labels');
  // The only label of a namespace that every cluster sets.
  const namespaceLabels = {
    'kubernetes.io/metadata.name': resource.kind === 'Namespace' ? resource.name : namespace,
  };
  if (NEVER_MATCHED.test(resource.kind)) return false;
  const hasNoNamespace = isClusterScoped(resource) && resource.kind !== 'Namespace';
  const matches = (rule: unknown): boolean => matchesRule(rule, { resource, namespace, subject: '' });
  const rules = match.resourceRules;
  return (
    (!isData(match.objectSelector) || matchesSelector(match.objectSelector, labels)) &&
    (!isData(match.namespaceSelector) || hasNoNamespace || matchesSelector(match.namespaceSelector, namespaceLabels)) &&
    !listAt(match, 'excludeResourceRules').some(matches) &&
    (!Array.isArray(rules) || rules.length === 0 || rules.some(matches))
  );
}

/** Source: https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules/rules.go */
function matchesRule(rule: unknown, { resource }: Candidate): boolean {
  const { apiVersion, kind, name } = resource;
  const includes = (key: string, values: readonly string[]): boolean => {
    const wanted = listAt(rule, key);
    return wanted.includes('*') || values.some((value) => wanted.includes(value));
  };
  const names = listAt(rule, 'resourceNames');
  const scope = stringAt(rule, 'scope') ?? '*';
  return (
    includes('apiGroups', [apiGroup(apiVersion)]) &&
    includes('apiVersions', [apiVersion.slice(apiVersion.lastIndexOf('/') + 1)]) &&
    includes('operations', ['CREATE']) &&
    includes('resources', ['*/*', pluralName(kind)]) &&
    (names.length === 0 || names.includes(name)) &&
    (scope === '*' || (scope === 'Cluster') === isClusterScoped(resource))
  );
}

/** The name of a kind as a resource: `deployments`, `ingresses`, `networkpolicies`, `gateways`. */
export function pluralName(kind: string): string {
  const name = kind.toLowerCase();
  if (name === 'endpoints') return name;
  if (/(?:s|x|ch|sh)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

const CLUSTER_SCOPED = new Set(
  `APIService CSIDriver CSINode CertificateSigningRequest CustomResourceDefinition DeviceClass FlowSchema GatewayClass IngressClass
  MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node PersistentVolume PriorityClass
  PriorityLevelConfiguration RuntimeClass StorageClass ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
  ValidatingWebhookConfiguration VolumeAttachment VolumeAttributesClass`.split(/\s+/),
);

/** Whether a kind has no namespace: those of Kubernetes, and by their name those of others, such as ClusterIssuer. */
export const isClusterScoped = ({ kind }: { kind: string }): boolean =>
  CLUSTER_SCOPED.has(kind) || kind.startsWith('Cluster');

/** Labels of namespaces, other than their name, that a selector asks for. */
export function unknownNamespaceLabels(match: Data): string[] {
  const selector = dataAt(match, 'namespaceSelector');
  const keys = [
    ...Object.keys(dataAt(selector, 'matchLabels')),
    ...listAt(selector, 'matchExpressions').flatMap((expression) => stringAt(expression, 'key') ?? []),
  ];
  return keys.filter((key) => key !== 'kubernetes.io/metadata.name');
}
