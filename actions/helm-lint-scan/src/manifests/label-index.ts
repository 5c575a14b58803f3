import { type Data, listAt, stringAt } from '../data.ts';
import { matchesSelector } from './selectors.ts';
import { labelsAt } from './workloads.ts';

type Labels = Readonly<Record<string, string>>;

/** Finds what has labels, such as pods or services, by selector. */
export class LabelIndex<T> {
  readonly #labels: (item: T) => Labels;
  readonly #byNamespace: ReadonlyMap<string, readonly T[]>;
  readonly #byLabel = new Map<string, T[]>();
  readonly #selected = new Map<string, readonly T[]>();

  constructor(items: readonly T[], read: { namespace(item: T): string; labels(item: T): Labels }) {
    this.#labels = read.labels;
    this.#byNamespace = Map.groupBy(items, read.namespace);
    for (const item of items)
      for (const [key, value] of Object.entries(read.labels(item))) {
        const label = labelKey(read.namespace(item), key, value);
        const same = this.#byLabel.get(label) ?? [];
        same.push(item);
        this.#byLabel.set(label, same);
      }
  }

  /** What a LabelSelector selects in a namespace; an empty one selects all. */
  select(namespace: string, selector: Data): readonly T[] {
    const key = JSON.stringify([namespace, selector]);
    const selected = this.#selected.get(key) ?? this.#find(namespace, selector);
    this.#selected.set(key, selected);
    return selected;
  }

  /** Compares only what has the rarest of the labels. */
  #find(namespace: string, selector: Data): readonly T[] {
    const labeled = (key: string, value: unknown): readonly T[] =>
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
    return fewest.filter((item) => matchesSelector(selector, this.#labels(item)));
  }
}

const labelKey = (namespace: string, key: string, value: string): string => JSON.stringify([namespace, key, value]);
