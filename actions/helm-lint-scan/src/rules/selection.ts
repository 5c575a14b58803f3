import { type Data, listAt, stringAt } from '../data.ts';
import { matchesSelector } from '../manifests/selectors.ts';
import { labelsAt, type Workload } from '../manifests/workloads.ts';
import { effectiveNamespace, type Scope } from './rule.ts';

/** Finds the workloads of a scope by selector. */
class Selections {
  readonly #byNamespace: ReadonlyMap<string, readonly Workload[]>;
  readonly #byLabel = new Map<string, Workload[]>();
  readonly #selected = new Map<string, readonly Workload[]>();

  constructor(scope: Scope) {
    this.#byNamespace = Map.groupBy(scope.workloads, ({ resource }) => effectiveNamespace(scope, resource));
    for (const workload of scope.workloads)
      for (const [key, value] of Object.entries(workload.labels)) {
        const label = labelKey(effectiveNamespace(scope, workload.resource), key, value);
        const same = this.#byLabel.get(label) ?? [];
        same.push(workload);
        this.#byLabel.set(label, same);
      }
  }

  select(namespace: string, selector: Data): readonly Workload[] {
    const key = JSON.stringify([namespace, selector]);
    const workloads = this.#selected.get(key) ?? this.#find(namespace, selector);
    this.#selected.set(key, workloads);
    return workloads;
  }

  /** Compares only the workloads that have the rarest of the labels. */
  #find(namespace: string, selector: Data): readonly Workload[] {
    const labeled = (key: string, value: unknown): readonly Workload[] =>
      this.#byLabel.get(labelKey(namespace, key, String(value))) ?? [];
    const candidates = [
      this.#byNamespace.get(namespace) ?? [],
      ...Object.entries(labelsAt(selector, 'matchLabels')).map(([key, value]) => labeled(key, value)),
      ...listAt(selector, 'matchExpressions').flatMap((expression) => {
        const key = stringAt(expression, 'key') ?? '';
        const values = new Set(listAt(expression, 'values'));
        return stringAt(expression, 'operator') === 'In' ? [[...values].flatMap((value) => labeled(key, value))] : [];
      }),
    ];
    const fewest = candidates.reduce((best, candidate) => (candidate.length < best.length ? candidate : best));
    return fewest.filter(({ labels }) => matchesSelector(selector, labels));
  }
}

const labelKey = (namespace: string, key: string, value: string): string => JSON.stringify([namespace, key, value]);

const cache = new WeakMap<Scope, Selections>();

/** The workloads of a namespace whose pods a LabelSelector selects; an empty one selects all. */
export function selectWorkloads(scope: Scope, namespace: string, selector: Data): readonly Workload[] {
  const selections = cache.get(scope) ?? new Selections(scope);
  cache.set(scope, selections);
  return selections.select(namespace, selector);
}
