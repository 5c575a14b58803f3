import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
  type ScalarTag,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Path } from '../data.ts';

export interface YamlFault {
  /** One line, without the excerpt that the parser adds. */
  message: string;
  /** 1-based, in the text that was read. */
  line: number;
}

export interface YamlDocument {
  value: unknown;
  faults: YamlFault[];
  /** 1-based. */
  firstLine: number;
  /** The 1-based line of the deepest node that stands at the path, the line of its key when there is one, and how many steps of the path lead to it. */
  find(path: Path): { line: number; depth: number };
}

/**
 * The Go parser of Kubernetes and Helm has no times and no numbers to base 60: there `190:20:30` is text.
 * Source: resolve.go of https://github.com/kubernetes-sigs/yaml
 */
const isForeign = (tag: { tag: string; format?: string | undefined }): boolean =>
  tag.tag === 'tag:yaml.org,2002:timestamp' || tag.format === 'TIME';

/** The octal numbers of YAML 1.2, which the Go parser takes beside those of 1.1: `defaultMode: 0o644`. */
const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^0o[0-7]+$/,
  resolve: (text) => Number(text),
};

/**
 * YAML as Kubernetes reads it: version 1.1 (`yes` is a boolean, 010 is eight), merge keys, no key twice.
 * Broken documents are returned with their faults and without a value.
 */
export function readYaml(text: string): YamlDocument[] {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    schema: 'yaml-1.1',
    merge: true,
    lineCounter: counter,
    prettyErrors: false,
    logLevel: 'silent',
    customTags: (tags) => [...tags.filter((tag) => typeof tag === 'string' || !isForeign(tag)), OCTAL],
  });
  const list: Document<ParsedNode>[] = Array.isArray(documents) ? documents : [];
  return list.map((document) => readDocument(document, counter));
}

/** Where the first alias stands whose anchor is not there. */
function unresolved(document: Document<ParsedNode>): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) !== undefined) return undefined;
      offset = node.range?.[0];
      return visit.BREAK;
    },
  });
  return offset;
}

/** What the engine says when a text has more levels than its stack; the parser hands it on, once for each. */
const DEPTH = /^Maximum call stack/;

function readDocument(document: Document<ParsedNode>, counter: LineCounter): YamlDocument {
  const lineAt = (offset: number): number => Math.max(1, counter.linePos(offset).line);
  const faults = new Map<string, YamlFault>();
  const refuse = (text: string, offset: number): void => {
    const fault = { message: DEPTH.test(text) ? 'It is nested too deeply' : text, line: lineAt(offset) };
    faults.set(`${fault.line} ${fault.message}`, fault);
  };
  for (const { message, pos } of document.errors) refuse(message, pos[0]);
  let value: unknown;
  if (faults.size === 0) {
    try {
      value = document.toJS({ maxAliasCount: 1000 });
    } catch (error) {
      // An alias of nothing, or aliases of aliases that would expand without end.
      refuse((error as Error).message, unresolved(document) ?? document.range?.[0] ?? 0);
    }
  }
  return {
    value,
    faults: [...faults.values()],
    firstLine: lineAt(document.contents?.range?.[0] ?? document.range?.[0] ?? 0),
    find: (path) => findNode(document, path, lineAt),
  };
}

function findNode(document: Document<ParsedNode>, path: Path, lineAt: (offset: number) => number) {
  let node: unknown = document.contents;
  let line = lineAt(document.contents?.range?.[0] ?? 0);
  let depth = 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = pairOf(node, step, document);
      if (pair === undefined) break;
      line = lineAt((pair.key as Node).range?.[0] ?? 0);
      node = isPair(pair) ? pair.value : undefined;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (item === undefined) break;
      if (isNode(item) && item.range) line = lineAt(item.range[0]);
      node = item;
    } else break;
    depth++;
  }
  return { line, depth };
}

/**
 * The pair of a key in a mapping, or else in the mappings that `<<` puts there.
 * @param within mappings on the way here: one that is put into itself ends
 */
function pairOf(
  map: YAMLMap,
  step: string | number,
  document: Document<ParsedNode>,
  within: readonly YAMLMap[] = [],
): Pair | undefined {
  const [own] = map.items.filter(({ key }) => keyText(key) === String(step));
  if (own !== undefined) return own;
  const path = [...within, map];
  const merged = map.items
    .filter(({ key }) => keyText(key) === '<<')
    .flatMap(({ value }) => (isSeq(value) ? value.items : [value]))
    .map((each) => (isAlias(each) ? each.resolve(document) : each));
  for (const source of merged) {
    if (!isMap(source) || path.includes(source)) continue;
    const pair = pairOf(source, step, document, path);
    if (pair !== undefined) return pair;
  }
  return undefined;
}

/** The parser makes a symbol of the key `<<`. */
function keyText(key: unknown): string | undefined {
  const value = isScalar(key) ? key.value : key;
  return typeof value === 'symbol' ? value.description : String(value);
}
