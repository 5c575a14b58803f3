import { at, isData, type Path } from '../data.ts';

type Key = string | number;

/** The items of a list or a mapping that a `range` iterates over. */
export interface Items {
  /**
   * The items that a `*` may stand for, the most likely first.
   * @param rest the rest of the path, in the item; the item must have it up to the first `*`
   * @param name the name of the resource
   */
  choose(rest: Path, name: string): { keys: Key[]; sure: boolean };
}

const cache = new WeakMap<object, Items>();

/** Cached, because every finding in a `range` needs the items that it iterates over. */
export function getItems(holder: unknown): Items {
  if (!Array.isArray(holder) && !isData(holder)) return { choose: () => ({ keys: [], sure: false }) };
  const items = cache.get(holder) ?? readItems(holder);
  cache.set(holder, items);
  return items;
}

/** The maximum number of candidates: items with the same name, or items of items, which may have no name. */
const MAX_CANDIDATES = 100;

function readItems(holder: object): Items {
  const keys: Key[] = Array.isArray(holder) ? [...holder.keys()] : Object.keys(holder);
  const names = new NameIndex(holder, keys);
  let paths: PathIndex | undefined;
  return {
    choose(rest, name) {
      const star = rest.indexOf('*');
      const path = star < 0 ? rest : rest.slice(0, star);
      const named = names
        .find(name)
        .map((position) => keys[position] as Key)
        .filter((key) => at(holder, key, ...path) !== undefined);
      if (named.length > 0) return { keys: named.reverse(), sure: named.length === 1 };
      paths ??= new PathIndex(holder, keys);
      const { last, count } = paths.find(path);
      if (count === 0) return { keys: [], sure: false };
      const from = star < 0 ? last : Math.max(0, last - MAX_CANDIDATES);
      return { keys: keys.slice(from, last + 1).reverse(), sure: count === 1 };
    },
  };
}

/** The positions of items by their key or their `name`. */
class NameIndex {
  readonly #positions = new Map<string, number[]>();
  readonly #lengths: readonly number[];

  constructor(holder: object, keys: readonly Key[]) {
    for (const [position, key] of keys.entries()) {
      const itemName = typeof key === 'string' ? key : at(holder, key, 'name');
      if (typeof itemName !== 'string') continue;
      const same = this.#positions.get(itemName) ?? [];
      same.push(position);
      if (same.length > MAX_CANDIDATES) same.shift();
      this.#positions.set(itemName, same);
    }
    this.#lengths = [...new Set([...this.#positions.keys()].map(({ length }) => length))];
  }

  /** In order. `shop-web` is named after the item `web`, or an item whose `name` is `web`. */
  find(name: string): number[] {
    if (name.length > MAX_NAME_LENGTH) return [];
    // Its suffixes after a dash, and its words.
    const ends = this.#lengths.flatMap((length) =>
      length === name.length || name.at(-length - 1) === '-' ? [name.slice(name.length - length)] : [],
    );
    const found = [...new Set([...name.split('-'), ...ends])].flatMap((part) => this.#positions.get(part) ?? []);
    return found.sort((a, b) => a - b);
  }
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const MAX_NAME_LENGTH = 253;

/** The maximum number of nodes of items that are indexed: aliases can turn a few into many. */
const MAX_NODES = 500_000;

interface PathNode {
  /** The position of the last item with the path, and the number of items with it. */
  last: number;
  count: number;
  children: Map<string, PathNode>;
}

/** Which items have a path. */
class PathIndex {
  readonly #root: PathNode = { last: -1, count: 0, children: new Map() };

  constructor(holder: object, keys: readonly Key[]) {
    let budget = MAX_NODES;
    for (const [position, key] of keys.entries()) {
      const open: [value: unknown, node: PathNode][] = [[at(holder, key), this.#root]];
      for (let next = open.pop(); next !== undefined && budget-- > 0; next = open.pop()) {
        const [value, node] = next;
        node.last = position;
        node.count++;
        if (typeof value !== 'object' || value === null) continue;
        for (const [step, nested] of Object.entries(value)) {
          const child = node.children.get(step) ?? { last: -1, count: 0, children: new Map() };
          node.children.set(step, child);
          open.push([nested, child]);
        }
      }
    }
  }

  find(path: Path): { last: number; count: number } {
    let node: PathNode | undefined = this.#root;
    for (const step of path) node = node?.children.get(String(step));
    return node ?? { last: -1, count: 0 };
  }
}
