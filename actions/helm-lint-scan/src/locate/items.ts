import { at, isData, type Path } from '../data.ts';
import { allowsText, type Constraint, possibleTexts } from './constraints.ts';
import { isItemStep } from './scope.ts';

type Key = string | number;

/** A constraint on an item, with its path in the item. */
export interface ItemConstraint {
  constraint: Constraint;
  rest: Path;
}

/** The items of a list or a mapping that a `range` iterates over. */
export interface Items {
  /**
   * The items that a `*` may stand for, the most likely first.
   * @param rest the rest of the path, in the item; the item must have it up to the first `*`
   * @param constraints what was rendered from the item
   */
  choose(rest: Path, constraints: readonly ItemConstraint[]): { keys: readonly Key[]; sure: boolean };
}

const NONE: Items = { choose: () => ({ keys: [], sure: false }) };

const cache = new WeakMap<object, Items>();

/** Cached, because every finding in a `range` needs the items that it iterates over. */
export function getItems(holder: unknown): Items {
  if (!Array.isArray(holder) && !isData(holder)) return NONE;
  const items = cache.get(holder) ?? readItems(holder);
  cache.set(holder, items);
  return items;
}

/** The maximum number of candidates that are compared. */
const MAX_CANDIDATES = 100;

function readItems(holder: object): Items {
  const keys: Key[] = Array.isArray(holder) ? [...holder.keys()] : Object.keys(holder);
  const indices = new Map<string, TextIndex>();
  const getIndex = ({ constraint: { isKey }, rest }: ItemConstraint): TextIndex => {
    const id = isKey ? '' : JSON.stringify(rest);
    const index = indices.get(id) ?? indexTexts(keys, (key) => (isKey ? key : at(holder, key, ...rest)));
    indices.set(id, index);
    return index;
  };
  return {
    choose(rest, constraints) {
      const star = rest.findIndex(isItemStep);
      const path = star < 0 ? rest : rest.slice(0, star);
      const lists = constraints.map((item) => findKeys(getIndex(item), item.constraint));
      const [least = keys, ...others] = lists.filter((list) => list !== undefined).sort((a, b) => a.length - b.length);
      const sets = others.map((list) => new Set(list));
      const compared = least.length > MAX_CANDIDATES ? least.slice(-1) : least;
      const found = compared.filter(
        (key) => at(holder, key, ...path) !== undefined && sets.every((set) => set.has(key)),
      );
      // Without a constraint that decides, an item that lacks the path could be meant.
      const isDecided = least !== keys || keys.length === 1;
      return { keys: found, sure: isDecided && least.length <= MAX_CANDIDATES && found.length === 1 };
    },
  };
}

/** The keys of the items by a text of theirs. */
interface TextIndex {
  byText: ReadonlyMap<string, Key[]>;
  /** The lengths of the texts. */
  lengths: readonly number[];
}

function indexTexts(keys: readonly Key[], read: (key: Key) => unknown): TextIndex {
  const byText = new Map<string, Key[]>();
  for (const key of keys) {
    const value = read(key);
    if (typeof value === 'object' || value === undefined) continue;
    const text = String(value);
    const same = byText.get(text) ?? [];
    same.push(key);
    byText.set(text, same);
  }
  return { byText, lengths: [...new Set([...byText.keys()].map(({ length }) => length))] };
}

/** The keys of the items that the constraint allows; `undefined` if it does not decide. */
function findKeys({ byText, lengths }: TextIndex, constraint: Constraint): Key[] | undefined {
  const texts = possibleTexts(constraint, lengths);
  if (texts === undefined) return undefined;
  return [...new Set(texts)].filter((text) => allowsText(constraint, text)).flatMap((text) => byText.get(text) ?? []);
}
