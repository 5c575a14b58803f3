import { type Data, listAt } from '../data.ts';
import { isPodOwner } from '../manifests/custom-resources.ts';
import { LabelIndex } from '../manifests/label-index.ts';
import type { Resource } from '../manifests/resource.ts';
import { matchesSelector } from '../manifests/selectors.ts';
import { labelsAt, type Workload } from '../manifests/workloads.ts';
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

/** Whether the pods that a LabelSelector selects are created by something else: by another release, or by the operator of a custom resource. */
export function hasOtherPods(scope: Scope, namespace: string, selector: Data): boolean {
  // A chart selects pods that exist in its cluster, such as those of the DNS in kube-system.
  if (namespace === 'kube-system' || (scope.origin === 'chart' && namespace !== scope.namespace)) return true;
  const values = selectorValues(selector);
  return findPodOwners(scope).some(
    (owner) =>
      effectiveNamespace(scope, owner) === namespace &&
      (values.has(owner.name) ||
        matchesSelector(selector, labelsAt(owner.object, 'spec', 'template', 'metadata', 'labels'))),
  );
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
