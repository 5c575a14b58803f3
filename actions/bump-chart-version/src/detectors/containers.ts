import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { indexMapping, keyText } from '../../../lib/yaml/lookup.ts';
import type { Step } from '../yaml/path.ts';
import type { ParsedDocument } from '../yaml/source.ts';
import { registriesIn } from './registries.ts';

/** One value as text: of a key, or of an item. */
export interface Field {
  name: string;
  steps: readonly Step[];
  /** `''` when it is empty; the spelling of a number. */
  text: string;
  isString: boolean;
  /** Where it starts in the file. */
  offset: number;
  /** Identifies it: the pair or the item. */
  owner: unknown;
  /** Where a reader finds it; `undefined` for an item. */
  from: { map: YAMLMap; key: string } | undefined;
}

/** Values with names that can belong together: those of a mapping, or parameters with one prefix. */
export interface Fields {
  steps: readonly Step[];
  offset: number;
  fields: readonly Field[];
  /** The registries for repositories without one, from the keys around: `global.imageRegistry`, for example. */
  registries: readonly string[];
}

/** A mapping in a document. Its fields are those with a scalar value, also through aliases and merge keys. */
export interface MappingNode extends Fields {
  map: YAMLMap;
  /** The key that leads to it, possibly through a list; `''` at the root. */
  key: string;
  /** The keys of the document's root, to recognize its kind. */
  root: unknown;
}

export interface ListNode {
  steps: readonly Step[];
  key: string;
  /** The items that are scalars. */
  texts: readonly Field[];
  /** The items that are mappings. */
  mappings: readonly MappingNode[];
  registries: readonly string[];
}

/** Receives each mapping and each list, a container before those inside it. A container that aliases repeat is visited once. */
export interface Visitor {
  mapping(mapping: MappingNode): void;
  list(list: ListNode): void;
}

interface Position {
  steps: readonly Step[];
  key: string;
  registries: readonly string[];
}

export function visitContainers(document: ParsedDocument, visitor: Visitor): void {
  const visit = (node: unknown, position: Position): void => {
    if (isMap(node)) {
      const mapping = toMapping(document, node, position);
      visitor.mapping(mapping);
      for (const { key, value } of node.items) {
        const name = keyText(key);
        if (name === undefined) continue;
        const steps: Step[] = [...position.steps, { kind: 'key', key: name }];
        visit(value, { steps, key: name, registries: mapping.registries });
      }
    } else if (isSeq(node)) {
      visitor.list(toList(document, node.items, position));
      for (const [index, item] of node.items.entries())
        visit(item, { ...position, steps: [...position.steps, { kind: 'index', index }] });
    }
  };
  visit(document.contents, { steps: [], key: '', registries: [] });
}

function toMapping(document: ParsedDocument, map: YAMLMap, { steps, key, registries }: Position): MappingNode {
  const pairs = pairsOf(document, map);
  const own = new Set<Pair>(map.items);
  const fields = [...pairs].flatMap(([name, pair]) => {
    const value = resolve(document, pair.value);
    return toField(name, value, {
      steps: [...steps, { kind: 'key', key: name }],
      offset: startOf(pair.key),
      // What is merged in can be merged into another mapping too.
      owner: own.has(pair) ? pair : Symbol(name),
      from: { map, key: name },
    });
  });
  const global = registriesIn((name) => resolve(document, pairs.get(name)?.value), resolverOf(document));
  return {
    steps,
    offset: startOf(map),
    fields,
    registries: global.length > 0 ? global : registries,
    map,
    key,
    root: document.contents,
  };
}

function toList(document: ParsedDocument, items: readonly unknown[], position: Position): ListNode {
  const at = (index: number): Step[] => [...position.steps, { kind: 'index', index }];
  return {
    steps: position.steps,
    key: position.key,
    texts: items.flatMap((item, index) =>
      toField('', item, { steps: at(index), offset: startOf(item), owner: item, from: undefined }),
    ),
    mappings: items.flatMap((item, index) =>
      isMap(item) ? [toMapping(document, item, { ...position, steps: at(index) })] : [],
    ),
    registries: position.registries,
  };
}

function toField(name: string, node: unknown, where: Pick<Field, 'steps' | 'offset' | 'owner' | 'from'>): Field[] {
  if (node !== null && node !== undefined && !isScalar(node)) return [];
  const value = node?.value ?? null;
  const text = value === null ? '' : typeof value === 'string' ? value : (node?.source ?? String(value));
  return [{ name, text, isString: typeof value === 'string', ...where }];
}

/** The pairs of a mapping by key, its own before those that are merged in. */
function pairsOf(document: ParsedDocument, map: YAMLMap): Map<string, Pair> {
  const found = new Map<string, Pair>();
  const searched = new Set<unknown>();
  const pending: unknown[] = [map];
  while (pending.length > 0) {
    const next = resolve(document, pending.pop());
    if (!isMap(next) || searched.has(next)) continue;
    searched.add(next);
    const { pairs, merged } = indexMapping(next);
    for (const [key, pair] of pairs) if (key !== '<<' && !found.has(key)) found.set(key, pair);
    for (const source of merged.toReversed()) pending.push(source);
  }
  return found;
}

const resolve = (document: ParsedDocument, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
const resolverOf =
  (document: ParsedDocument) =>
  (node: unknown): unknown =>
    resolve(document, node);

const startOf = (node: unknown): number => (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;
