import { type Data, listAt, stringAt } from '../data.ts';
import { isPodOwner } from '../manifests/custom-resources.ts';
import { LabelIndex } from '../manifests/label-index.ts';
import type { Resource } from '../manifests/resource.ts';
import { matchesSelector } from '../manifests/selectors.ts';
import { labelsAt, type Workload } from '../manifests/workloads.ts';
import { mayChange } from './references/writers.ts';
import { effectiveNamespace, type Scope } from './rule.ts';

const cache = new WeakMap<Scope, LabelIndex<Workload>>();

/** The workloads of a namespace whose pods a LabelSelector selects; an empty one selects all. */
export function selectWorkloads(scope: Scope, namespace: string, selector: Data): readonly Workload[] {
  const index =
    cache.get(scope) ??
    new LabelIndex(scope.workloads, {
      namespace: ({ resource }) => effectiveNamespace(scope, resource),
      labels: ({ labels }) => labels,
    });
  cache.set(scope, index);
  return index.select(namespace, selector);
}

/**
 * Whether a LabelSelector may select pods that the workloads do not show: those of another release or of the operator of a custom resource,
 * or pods that get labels from a controller or, as the leader of a database does, from a program.
 */
export function hasOtherPods(scope: Scope, namespace: string, selector: Data): boolean {
  // A chart selects pods that exist in its cluster, such as those of the DNS in kube-system.
  if (namespace === 'kube-system' || (scope.origin === 'chart' && namespace !== scope.namespace)) return true;
  if (mayChange(scope, { kind: 'Pod', name: '' })) return true;
  const own = withoutGenerated(selector);
  if (own !== selector && selectWorkloads(scope, namespace, own).length > 0) return true;
  const values = selectorValues(selector);
  return findPodOwners(scope).some(
    (owner) =>
      effectiveNamespace(scope, owner) === namespace &&
      (values.has(owner.name) ||
        matchesSelector(selector, labelsAt(owner.object, 'spec', 'template', 'metadata', 'labels'))),
  );
}

/** Labels that controllers add to pods. Source: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const GENERATED =
  /^(?:statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|(?:batch\.kubernetes\.io\/)?(?:job-name|controller-uid)|batch\.kubernetes\.io\/job-completion-index|pod-template-hash|controller-revision-hash|topology\.kubernetes\.io\/(?:zone|region))$/;

/** The selector itself, if it has no such label. */
function withoutGenerated(selector: Data): Data {
  const labels = Object.entries(labelsAt(selector, 'matchLabels'));
  const expressions = listAt(selector, 'matchExpressions');
  const matchLabels = labels.filter(([key]) => !GENERATED.test(key));
  const matchExpressions = expressions.filter((expression) => !GENERATED.test(stringAt(expression, 'key') ?? ''));
  return matchLabels.length === labels.length && matchExpressions.length === expressions.length
    ? selector
    : { matchLabels: Object.fromEntries(matchLabels), matchExpressions };
}

const selectorValues = (selector: Data): ReadonlySet<unknown> =>
  new Set([
    ...Object.values(labelsAt(selector, 'matchLabels')),
    ...listAt(selector, 'matchExpressions').flatMap((expression) => listAt(expression, 'values')),
  ]);

const podOwners = new WeakMap<Scope, Resource[]>();

/** The custom resources for which an operator may create pods. */
function findPodOwners(scope: Scope): Resource[] {
  const found = podOwners.get(scope) ?? scope.resources.filter(isPodOwner);
  podOwners.set(scope, found);
  return found;
}
