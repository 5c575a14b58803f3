import type { Data } from '../data.ts';
import { LabelIndex } from '../manifests/label-index.ts';
import type { Workload } from '../manifests/workloads.ts';
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
