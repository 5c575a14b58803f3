import { type Data, listAt, stringAt } from '../data.ts';
import { matchesSelector } from '../manifests/selectors.ts';
import { labelsAt, type Workload } from '../manifests/workloads.ts';
import { namespaceIn, type Scope } from './rule.ts';

/** The workloads of a scope, by what selects them. */
class Selections {
  readonly #byNamespace: ReadonlyMap<string, readonly Workload[]>;
  readonly #byLabel = new Map<string, Workload[]>();
  readonly #known = new Map<string, readonly Workload[]>();

  constructor(scope: Scope) {
    this.#byNamespace = Map.groupBy(scope.workloads, ({ resource }) => namespaceIn(scope, resource));
    for (const workload of scope.workloads)
      for (const [key, value] of Object.entries(workload.labels)) {
        const label = labelKey(namespaceIn(scope, workload.resource), key, value);
        const same = this.#byLabel.get(label) ?? [];
        same.push(workload);
        this.#byLabel.set(label, same);
      }
  }

  select(namespace: string, selector: Data): readonly Workload[] {
    const key = JSON.stringify([namespace, selector]);
    const known = this.#known.get(key) ?? this.#find(namespace, selector);
    this.#known.set(key, known);
    return known;
  }

  /** Only the workloads that have the rarest of the labels are compared. */
  #find(namespace: string, selector: Data): readonly Workload[] {
    const having = (key: string, value: unknown): readonly Workload[] =>
      this.#byLabel.get(labelKey(namespace, key, String(value))) ?? [];
    const candidates = [
      this.#byNamespace.get(namespace) ?? [],
      ...Object.entries(labelsAt(selector, 'matchLabels')).map(([key, value]) => having(key, value)),
      ...listAt(selector, 'matchExpressions').flatMap((each) => {
        const key = stringAt(each, 'key') ?? '';
        const values = new Set(listAt(each, 'values'));
        return stringAt(each, 'operator') === 'In' ? [[...values].flatMap((value) => having(key, value))] : [];
      }),
    ];
    const fewest = candidates.reduce((one, other) => (other.length < one.length ? other : one));
    return fewest.filter(({ labels }) => matchesSelector(selector, labels));
  }
}

const labelKey = (namespace: string, key: string, value: string): string => JSON.stringify([namespace, key, value]);

const known = new WeakMap<Scope, Selections>();

/** The workloads of a namespace whose pods a LabelSelector selects; an empty one selects all. */
export function selectedBy(scope: Scope, namespace: string, selector: Data): readonly Workload[] {
  const selections = known.get(scope) ?? new Selections(scope);
  known.set(scope, selections);
  return selections.select(namespace, selector);
}
