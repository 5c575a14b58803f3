import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { keyText, lookUp } from './lookup.ts';
import { nearest } from './nearest.ts';
import { pathText, type Step } from './path.ts';
import type { ParsedDocument, YamlFile } from './source.ts';

/** The way to a node by positions: which item of the mapping or list, from the document's root down. */
export type Trail = readonly number[];

/** A scalar that can be replaced, or the empty place of one. */
export interface Target {
  file: YamlFile;
  document: number;
  trail: Trail;
  /** `undefined` in `{key}`, where nothing stands for the value. */
  scalar: Scalar | undefined;
  /** The pair it is the value of; `undefined` for an item of a list. */
  pair: Pair | undefined;
  /** Whether it stands inside `[]` or `{}`. */
  flow: boolean;
  /** As it was asked for. */
  path: string;
  /** The same with list items by their index. */
  exactPath: string;
  /** 1-based. */
  line: number;
}

/** A mapping that lacks the rest of a path. */
export interface Gap {
  file: YamlFile;
  document: number;
  /** `undefined` when the document is empty, or the pair's value is. */
  map: YAMLMap | undefined;
  /** The pair in whose empty place (`key:`) a mapping can begin. */
  pair: Pair | undefined;
  trail: Trail;
  /** The keys that are missing, the outermost first. */
  keys: string[];
  path: string;
}

export type Search =
  | { found: Target }
  /** How many steps were there, and what would have to be added where, if that can be done. */
  | { missing: string; depth: number; gap: Gap | undefined }
  /** The path leads somewhere that must not be changed. */
  | { refused: string };

interface Place {
  file: YamlFile;
  document: number;
  trail: Trail;
  node: ParsedNode | null;
  pair: Pair | undefined;
  flow: boolean;
  done: readonly Step[];
  exact: readonly Step[];
  offset: number;
}

/** Where a file's place is, for messages: `helm/shop/values.yaml:12`. */
export const at = (file: YamlFile, offset: number): string => `${file.path}:${file.lineAt(offset)}`;

/** Follow a path from the root of one document. */
export function locate(file: YamlFile, document: number, steps: readonly Step[]): Search {
  const root = (file.documents[document] as ParsedDocument).contents;
  let place: Place = {
    file,
    document,
    trail: [],
    node: root,
    pair: undefined,
    flow: false,
    done: [],
    exact: [],
    offset: root?.range[0] ?? 0,
  };
  for (const [index, step] of steps.entries()) {
    if (isAlias(place.node)) return { refused: throughAlias(place, place.node, steps.slice(index)) };
    const next = descend(place, step, steps.slice(index));
    if ('node' in next) place = next;
    else return next;
  }
  return target(place);
}

function target(place: Place): Search {
  const { file, node, done } = place;
  const path = pathText(done);
  if (isAlias(node)) return { refused: throughAlias(place, node, []) };
  if (node !== null && !isScalar(node)) {
    return {
      refused: `${at(file, place.offset)}: ${path} is a ${isSeq(node) ? 'list' : 'mapping'}, not a single value`,
    };
  }
  if (node?.type === 'BLOCK_LITERAL' || node?.type === 'BLOCK_FOLDED') {
    return {
      refused: `${at(file, place.offset)}: ${path} is a block of text ("|" or ">"), which is not rewritten; write it on one line in quotes first`,
    };
  }
  const { document, trail, pair, flow, offset } = place;
  return {
    found: {
      file,
      document,
      trail,
      scalar: node ?? undefined,
      pair,
      flow,
      path,
      exactPath: pathText(place.exact),
      line: file.lineAt(offset),
    },
  };
}

function throughAlias(place: Place, alias: Alias, rest: readonly Step[]): string {
  const document = place.file.documents[place.document] as ParsedDocument;
  const source = alias.resolve(document)?.range?.[0];
  const where = source === undefined ? '' : ` (line ${place.file.lineAt(source)})`;
  const here = pathText(place.done) || 'the document';
  const reach = rest.length === 0 ? '' : `, so ${pathText([...place.done, ...rest])} has no text of its own`;
  return `${at(place.file, place.offset)}: ${here} is the alias *${alias.source}${reach}; name the value at the anchor &${alias.source}${where} instead, which changes every place that uses it`;
}

function descend(place: Place, step: Step, rest: readonly Step[]): Place | Exclude<Search, { found: Target }> {
  const { file, node, done } = place;
  if (step.kind === 'key') return intoMap(place, step.key, rest);
  const here = `${at(file, place.offset)}: ${pathText(done) || 'the document'}`;
  if (!isSeq(node)) return { missing: `${here} is not a list`, depth: done.length, gap: undefined };
  const matches = node.items.flatMap((item, index) =>
    (step.kind === 'index' ? index === step.index : itemMatches(place, item, step)) ? [index] : [],
  );
  const [index] = matches;
  if (index === undefined)
    return {
      missing: `${here} has no item ${pathText([step])}; it has ${itemsText(place, step)}`,
      depth: done.length,
      gap: undefined,
    };
  if (matches.length > 1) {
    const lines = matches.map((each) => file.lineAt((node.items[each] as ParsedNode).range[0]));
    return {
      refused: `${here} has ${matches.length} items ${pathText([step])} (lines ${lines.join(', ')}); it must be one`,
    };
  }
  const item = node.items[index] as ParsedNode;
  return {
    ...place,
    trail: [...place.trail, index],
    node: item,
    pair: undefined,
    flow: place.flow || node.flow === true,
    done: [...done, step],
    exact: [...place.exact, { kind: 'index', index }],
    offset: item.range[0],
  };
}

function itemMatches(place: Place, item: unknown, step: { key: string; value: string }): boolean {
  const node = lookUp(place.file.documents[place.document] as ParsedDocument, item, step.key)?.node;
  return isScalar(node) && (String(node.value) === step.value || node.source === step.value);
}

function itemsText(place: Place, step: Step): string {
  const items = isSeq(place.node) ? place.node.items : [];
  if (step.kind !== 'match') return items.length === 1 ? '1 item' : `${items.length} items`;
  const document = place.file.documents[place.document] as ParsedDocument;
  const values = items.flatMap((item) => {
    const node = lookUp(document, item, step.key)?.node;
    return isScalar(node) ? [`[${step.key}=${String(node.value)}]`] : [];
  });
  return values.length === 0 ? `no item with ${step.key}` : values.slice(0, 8).join(', ');
}

/** Whether a block mapping can begin on the line after an empty value: not in `{}`, nor behind an anchor or tag that means the nothing. */
function canBegin({ pair, node, flow }: Place): boolean {
  const tokens = (pair?.srcToken as { sep?: { type: string }[] } | undefined)?.sep ?? [];
  const isBare = !isScalar(node) || (node.anchor === undefined && node.tag === undefined);
  return !flow && isBare && tokens.some(({ type }) => type === 'map-value-ind');
}

function intoMap(place: Place, key: string, rest: readonly Step[]): Place | Exclude<Search, { found: Target }> {
  const { file, node, done, document } = place;
  const isEmpty = node === null || (isScalar(node) && node.value === null && node.source === '');
  const isOpen = isEmpty && (done.length === 0 || canBegin(place));
  const canAdd = rest.every((step) => step.kind === 'key') && (isMap(node) || isOpen);
  const gap: Gap | undefined = canAdd
    ? {
        file,
        document,
        map: isMap(node) ? node : undefined,
        pair: isMap(node) ? undefined : place.pair,
        trail: place.trail,
        keys: rest.flatMap((step) => (step.kind === 'key' ? [step.key] : [])),
        path: pathText([...done, ...rest]),
      }
    : undefined;
  const here = `${at(file, place.offset)}: ${pathText(done) || 'the document'}`;
  if (!isMap(node)) {
    const kind = isEmpty ? 'is empty' : isSeq(node) ? 'is a list' : 'is a single value';
    return { missing: `${here} ${kind} and has no key ${JSON.stringify(key)}`, depth: done.length, gap };
  }
  const index = node.items.findIndex((pair) => keyText(pair.key) === key);
  if (index >= 0) {
    const pair = node.items[index] as Pair<ParsedNode, ParsedNode | null>;
    return {
      ...place,
      trail: [...place.trail, index],
      node: pair.value,
      pair,
      flow: place.flow || node.flow === true,
      done: [...done, { kind: 'key', key }],
      exact: [...place.exact, { kind: 'key', key }],
      offset: pair.key.range[0],
    };
  }
  const inherited = lookUp(file.documents[document] as ParsedDocument, node, key);
  if (inherited !== undefined) {
    const line = file.lineAt(inherited.node?.range?.[0] ?? 0);
    return {
      missing: `${here} has ${JSON.stringify(key)} only through the merge key << (line ${line}${inherited.anchor === undefined ? '' : `, anchor &${inherited.anchor}`}); name the value there, or override it here`,
      depth: done.length + 1,
      gap,
    };
  }
  return { missing: `${here} has no key ${JSON.stringify(key)}${nearest(node, key)}`, depth: done.length, gap };
}
