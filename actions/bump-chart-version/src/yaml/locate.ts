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
import { closestNames } from '../../../lib/similar-names.ts';
import { keyText } from '../../../lib/yaml/lookup.ts';
import { offsetsOfDuplicate } from './duplicates.ts';
import { embeddedIn } from './embedded.ts';
import { lookUp } from './lookup.ts';
import { indexIn, pathText, type Step, writtenKey } from './path.ts';
import type { NodePath, ParsedDocument, YamlFile } from './source.ts';

/** A scalar that can be replaced, or an empty value. */
export interface ExistingNode {
  file: YamlFile;
  document: number;
  nodePath: NodePath;
  /** `undefined` in `{key}`, where the value has no text. */
  scalar: Scalar | undefined;
  /** The pair that it is the value of; `undefined` for an item of a list. */
  pair: Pair | undefined;
  /** Whether it is inside `[]` or `{}`. */
  flow: boolean;
  /** As given. */
  path: string;
  /** The same path with list items by index. */
  exactPath: string;
  /** 1-based. */
  line: number;
}

/** A mapping that lacks the rest of a path. */
export interface MissingKey {
  file: YamlFile;
  document: number;
  /** `undefined` when the document is empty, or the pair's value is. */
  map: YAMLMap | undefined;
  /** The pair with an empty value (`key:`) in which a mapping can begin. */
  pair: Pair | undefined;
  nodePath: NodePath;
  /** The keys that are missing, the outermost first. */
  keys: string[];
  path: string;
}

export type Search =
  | { found: ExistingNode }
  /** How many steps exist, and the keys to add, if that is possible. */
  | { missing: string; depth: number; missingKey: MissingKey | undefined }
  /** The path leads to something that must not be changed. */
  | { refused: string };

/** A node on the way down a path. */
interface Cursor {
  file: YamlFile;
  document: number;
  nodePath: NodePath;
  node: ParsedNode | null;
  pair: Pair | undefined;
  flow: boolean;
  steps: readonly Step[];
  exactSteps: readonly Step[];
  offset: number;
}

type DeadEnd = Exclude<Search, { found: ExistingNode }>;

/** A position in a file, for messages: `helm/shop/values.yaml:12`. */
const positionAt = (file: YamlFile, offset: number): string => `${file.path}:${file.lineAt(offset)}`;

const describeCursor = ({ file, offset, steps }: Cursor): string =>
  `${positionAt(file, offset)}: ${pathText(steps) || 'the document'}`;

/** Follows a path from the root of one document. */
export function locate(file: YamlFile, document: number, steps: readonly Step[]): Search {
  const { embedding } = file;
  let cursor = atRoot(file, document, {
    steps: embedding === undefined ? [] : [...embedding.steps, { kind: 'embedded' }],
    exactSteps: embedding === undefined ? [] : [...embedding.exactSteps, { kind: 'embedded' }],
  });
  for (const [index, step] of steps.entries()) {
    if (isAlias(cursor.node)) return { refused: aliasProblem(cursor, cursor.node, steps.slice(index)) };
    const next = descend(cursor, step, steps.slice(index));
    if ('node' in next) cursor = next;
    else return next;
  }
  return toExistingNode(cursor);
}

function atRoot(file: YamlFile, document: number, paths: Pick<Cursor, 'steps' | 'exactSteps'>): Cursor {
  const node = file.documents[document]?.contents ?? null;
  const offset = node?.range[0] ?? 0;
  return { file, document, nodePath: [], node, pair: undefined, flow: false, ...paths, offset };
}

function toExistingNode(cursor: Cursor): Search {
  const { file, document, nodePath, node, pair, flow, offset, steps } = cursor;
  const path = pathText(steps);
  if (isAlias(node)) return { refused: aliasProblem(cursor, node, []) };
  if (node !== null && !isScalar(node)) {
    return {
      refused: `${positionAt(file, offset)}: ${path} is a ${isSeq(node) ? 'list' : 'mapping'}, not a single value`,
    };
  }
  if (node?.type === 'BLOCK_LITERAL' || node?.type === 'BLOCK_FOLDED') {
    return {
      refused: `${positionAt(file, offset)}: ${path} is a block scalar ("|" or ">"), which is not rewritten; write it on one line in quotes first, or name a value of the YAML in it, as in ${path}|image.tag`,
    };
  }
  return {
    found: {
      file,
      document,
      nodePath,
      scalar: node ?? undefined,
      pair,
      flow,
      path,
      exactPath: pathText(cursor.exactSteps),
      line: file.lineAt(offset),
    },
  };
}

function aliasProblem(cursor: Cursor, alias: Alias, rest: readonly Step[]): string {
  const document = cursor.file.documents[cursor.document] as ParsedDocument;
  const source = alias.resolve(document)?.range?.[0];
  const line = source === undefined ? '' : ` (line ${cursor.file.lineAt(source)})`;
  const reach = rest.length === 0 ? '' : `, so ${pathText([...cursor.steps, ...rest])} has no separate value`;
  return `${describeCursor(cursor)} is the alias *${alias.source}${reach}; set the value at the anchor &${alias.source}${line} instead, which changes every value that uses it`;
}

function descend(cursor: Cursor, step: Step, rest: readonly Step[]): Cursor | DeadEnd {
  const { file, node, steps } = cursor;
  if (step.kind === 'key') return intoMap(cursor, step.key, rest);
  if (step.kind === 'embedded') return intoBlock(cursor, step);
  const location = describeCursor(cursor);
  if (!isSeq(node)) return { missing: `${location} is not a list`, depth: steps.length, missingKey: undefined };
  const matches = node.items.flatMap((item, index) =>
    (step.kind === 'index' ? index === indexIn(node.items, step.index) : itemMatches(cursor, item, step))
      ? [index]
      : [],
  );
  const [index] = matches;
  if (index === undefined)
    return {
      missing: `${location} has no item ${pathText([step])}; it has ${describeItems(cursor, step)}`,
      depth: steps.length,
      missingKey: undefined,
    };
  if (matches.length > 1) {
    const lines = matches.map((match) => file.lineAt((node.items[match] as ParsedNode).range[0]));
    return {
      refused: `${location} has ${matches.length} items ${pathText([step])} (lines ${lines.join(', ')}); it must be unique`,
    };
  }
  const item = node.items[index] as ParsedNode;
  return {
    ...cursor,
    nodePath: [...cursor.nodePath, index],
    node: item,
    pair: undefined,
    flow: cursor.flow || node.flow === true,
    steps: [...steps, step],
    exactSteps: [...cursor.exactSteps, { kind: 'index', index }],
    offset: item.range[0],
  };
}

function intoBlock(cursor: Cursor, step: Step): Cursor | DeadEnd {
  const { node, document, nodePath } = cursor;
  const [steps, exactSteps] = [
    [...cursor.steps, step],
    [...cursor.exactSteps, step],
  ];
  const file = embeddedIn(node, { ...cursor, document, nodePath });
  if ('problem' in file) return { refused: `${describeCursor(cursor)} ${file.problem}` };
  if (file.documents.length > 1) {
    return { refused: `${describeCursor(cursor)} contains ${file.documents.length} documents; it must contain one` };
  }
  return atRoot(file, 0, { steps, exactSteps });
}

function itemMatches({ file, document }: Cursor, item: unknown, step: { key: string; value: string }): boolean {
  const node = lookUp(file.documents[document] as ParsedDocument, item, step.key)?.node;
  return isScalar(node) && (String(node.value) === step.value || node.source === step.value);
}

function describeItems(cursor: Cursor, step: Step): string {
  const items = isSeq(cursor.node) ? cursor.node.items : [];
  if (step.kind !== 'match') return items.length === 1 ? '1 item' : `${items.length} items`;
  const document = cursor.file.documents[cursor.document] as ParsedDocument;
  const values = items.flatMap((item) => {
    const node = lookUp(document, item, step.key)?.node;
    return isScalar(node) ? [`[${step.key}=${String(node.value)}]`] : [];
  });
  return values.length === 0 ? `no item with ${step.key}` : values.slice(0, MAX_LISTED_ITEMS).join(', ');
}

const MAX_LISTED_ITEMS = 8;

/** Whether a block mapping can begin on the line after an empty value: not in `{}`, nor after an anchor or tag of the empty value. */
function canBeginMapping({ pair, node, flow }: Cursor): boolean {
  const tokens = (pair?.srcToken as { sep?: { type: string }[] } | undefined)?.sep ?? [];
  const isBare = !isScalar(node) || (node.anchor === undefined && node.tag === undefined);
  return !flow && isBare && tokens.some(({ type }) => type === 'map-value-ind');
}

function intoMap(cursor: Cursor, key: string, rest: readonly Step[]): Cursor | DeadEnd {
  const { file, node, steps, document } = cursor;
  const isEmpty = node === null || (isScalar(node) && node.value === null && node.source === '');
  const isRoot = cursor.nodePath.length === 0;
  const isOpen = isEmpty && (isRoot ? file.embedding === undefined : canBeginMapping(cursor));
  const canAdd = rest.every((step) => step.kind === 'key') && (isMap(node) || isOpen);
  const missingKey: MissingKey | undefined = canAdd
    ? {
        file,
        document,
        map: isMap(node) ? node : undefined,
        pair: isMap(node) ? undefined : cursor.pair,
        nodePath: cursor.nodePath,
        keys: rest.flatMap((step) => (step.kind === 'key' ? [step.key] : [])),
        path: pathText([...steps, ...rest]),
      }
    : undefined;
  const location = describeCursor(cursor);
  if (!isMap(node)) {
    const kind = isEmpty ? 'is empty' : isSeq(node) ? 'is a list' : 'is a single value';
    return { missing: `${location} ${kind} and has no key ${JSON.stringify(key)}`, depth: steps.length, missingKey };
  }
  const index = node.items.findIndex((pair) => keyText(pair.key) === key);
  const offsets = offsetsOfDuplicate(node, key);
  if (offsets.length > 0) {
    const lines = offsets.map((offset) => file.lineAt(offset)).join(', ');
    return {
      refused: `${location} has the duplicate key ${JSON.stringify(writtenKey(key))} (lines ${lines}); remove all but one`,
    };
  }
  if (index >= 0) {
    const pair = node.items[index] as Pair<ParsedNode, ParsedNode | null>;
    return {
      ...cursor,
      nodePath: [...cursor.nodePath, index],
      node: pair.value,
      pair,
      flow: cursor.flow || node.flow === true,
      steps: [...steps, { kind: 'key', key }],
      exactSteps: [...cursor.exactSteps, { kind: 'key', key }],
      offset: pair.key.range[0],
    };
  }
  const inherited = lookUp(file.documents[document] as ParsedDocument, node, key);
  if (inherited !== undefined) {
    const line = file.lineAt(inherited.node?.range?.[0] ?? 0);
    return {
      missing: `${location} has ${JSON.stringify(key)} only through the merge key << (line ${line}${inherited.anchor === undefined ? '' : `, anchor &${inherited.anchor}`}); set the value there, or override it here`,
      depth: steps.length + 1,
      missingKey,
    };
  }
  return {
    missing: `${location} has no key ${JSON.stringify(key)}${nearestKeys(node, key)}`,
    depth: steps.length,
    missingKey,
  };
}

/** The keys closest to the missing one; all keys when there are few. */
function nearestKeys(map: YAMLMap, key: string): string {
  const keys = map.items.flatMap((pair) => keyText(pair.key) ?? []);
  return keys.length === 0 ? '; the mapping is empty' : `; nearest: ${closestNames(key, keys).join(', ')}`;
}
