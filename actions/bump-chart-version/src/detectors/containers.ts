import { isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { indexMapping, keyText } from '../../../lib/yaml/lookup.ts';
import type { Step } from '../yaml/path.ts';
import type { ParsedDocument } from '../yaml/source.ts';
import { REGISTRY_ROOTS, registriesIn } from './registries.ts';

/** One value as text: of a key, or of an item. */
export interface Field {
  readonly name: string;
  readonly steps: readonly Step[];
  /** `''` when it is empty; the spelling of a number. */
  readonly text: string;
  readonly isString: boolean;
  /** Where it starts in the file. */
  readonly offset: number;
  /** Identifies it: the pair or the item. */
  readonly owner: unknown;
  /** Where a reader finds it; `undefined` for an item. */
  readonly from: { map: YAMLMap; key: string } | undefined;
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
  const visitMapping = (mapping: MappingNode): void => {
    visitor.mapping(mapping);
    for (const { key, value } of mapping.map.items) {
      const name = keyText(key);
      if (name === undefined || !(isMap(value) || isSeq(value))) continue;
      const steps: Step[] = [...mapping.steps, { kind: 'key', key: name }];
      visit(value, { steps, key: name, registries: mapping.registries });
    }
  };
  const visit = (node: unknown, position: Position): void => {
    if (isMap(node)) visitMapping(toMapping(document, node, position));
    if (!isSeq(node)) return;
    const list = toList(document, node.items, position);
    visitor.list(list);
    for (const mapping of list.mappings) visitMapping(mapping);
    for (const [index, item] of node.items.entries())
      if (isSeq(item)) visit(item, { ...position, steps: [...position.steps, { kind: 'index', index }] });
  };
  visit(document.contents, { steps: [], key: '', registries: [] });
}

function toMapping(document: ParsedDocument, map: YAMLMap, { steps, key, registries }: Position): MappingNode {
  const fields: Field[] = [];
  let mayHaveRegistries = false;
  for (const { name, pair, isOwn } of pairsOf(document, map)) {
    mayHaveRegistries ||= REGISTRY_ROOTS.has(name);
    const node = resolve(document, pair.value);
    // What is merged in can be merged into another mapping too.
    const owner = isOwn ? pair : Symbol(name);
    if (isText(node)) fields.push(new KeyField(node, { name, owner, parent: steps, map, keyNode: pair.key }));
  }
  const global = mayHaveRegistries ? registriesIn(document, map) : [];
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
  return {
    steps: position.steps,
    key: position.key,
    texts: items.flatMap((item, index) => (isText(item) ? [new ItemField(item, position.steps, index)] : [])),
    mappings: items.flatMap((item, index) =>
      isMap(item)
        ? [toMapping(document, item, { ...position, steps: [...position.steps, { kind: 'index', index }] })]
        : [],
    ),
    registries: position.registries,
  };
}

type Text = Scalar | null | undefined;

const isText = (node: unknown): node is Text => node === null || node === undefined || isScalar(node);

/** A document can have many thousands of scalars, most of which no detector asks for more than their name. */
abstract class TextField {
  readonly #node: Text;

  constructor(node: Text) {
    this.#node = node;
  }

  get text(): string {
    const value = this.#node?.value ?? null;
    if (value === null) return '';
    return typeof value === 'string' ? value : (this.#node?.source ?? String(value));
  }

  get isString(): boolean {
    return typeof this.#node?.value === 'string';
  }
}

interface KeyOrigin {
  name: string;
  owner: unknown;
  parent: readonly Step[];
  map: YAMLMap;
  keyNode: unknown;
}

class KeyField extends TextField implements Field {
  readonly #origin: KeyOrigin;

  constructor(node: Text, origin: KeyOrigin) {
    super(node);
    this.#origin = origin;
  }

  get name(): string {
    return this.#origin.name;
  }

  get owner(): unknown {
    return this.#origin.owner;
  }

  get steps(): readonly Step[] {
    return [...this.#origin.parent, { kind: 'key', key: this.#origin.name }];
  }

  get offset(): number {
    return startOf(this.#origin.keyNode);
  }

  get from(): Field['from'] {
    return { map: this.#origin.map, key: this.#origin.name };
  }
}

class ItemField extends TextField implements Field {
  readonly name = '';
  readonly from = undefined;
  readonly owner: Text;
  readonly #parent: readonly Step[];
  readonly #index: number;

  constructor(node: Text, parent: readonly Step[], index: number) {
    super(node);
    this.owner = node;
    this.#parent = parent;
    this.#index = index;
  }

  get steps(): readonly Step[] {
    return [...this.#parent, { kind: 'index', index: this.#index }];
  }

  get offset(): number {
    return startOf(this.owner);
  }
}

/** A field under another name. */
export const renamed = ({ steps, text, isString, offset, owner, from }: Field, name: string): Field => ({
  name,
  steps,
  text,
  isString,
  offset,
  owner,
  from,
});

interface NamedPair {
  name: string;
  pair: Pair;
  /** Whether it is not merged in. */
  isOwn: boolean;
}

/** The pairs of a mapping, its own before those that are merged in. */
function pairsOf(document: ParsedDocument, map: YAMLMap): NamedPair[] {
  const own = map.items.flatMap((pair) => {
    const name = keyText(pair.key);
    return name === undefined ? [] : [{ name, pair, isOwn: true }];
  });
  if (!own.some(({ name }) => name === '<<')) return own;
  const found = new Map<string, NamedPair>();
  const searched = new Set<unknown>();
  const pending: unknown[] = [map];
  while (pending.length > 0) {
    const next = resolve(document, pending.pop());
    if (!isMap(next) || searched.has(next)) continue;
    searched.add(next);
    const { pairs, merged } = indexMapping(next);
    for (const [name, pair] of pairs)
      if (name !== '<<' && !found.has(name)) found.set(name, { name, pair, isOwn: next === map });
    for (const source of merged.toReversed()) pending.push(source);
  }
  return [...found.values()];
}

const resolve = (document: ParsedDocument, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);

const startOf = (node: unknown): number => (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;
