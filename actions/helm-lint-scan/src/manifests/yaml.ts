import {
  type Alias,
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  type ScalarTag,
  visit,
  type YAMLMap,
} from 'yaml';
import { isStackOverflow, NESTED_TOO_DEEPLY } from '../../../lib/yaml/depth.ts';
import { duplicateKeyOffsets, findPair, indexMapping, type MappingIndex } from '../../../lib/yaml/lookup.ts';
import type { Path } from '../data.ts';

export interface YamlProblem {
  /** One line, without the excerpt that the parser adds. */
  message: string;
  /** The parser's, such as `DUPLICATE_KEY`: https://eemeli.org/yaml/#errors */
  code?: ErrorCode;
  /** 1-based, in the text that was read. */
  line: number;
}

export interface YamlDocument {
  value: unknown;
  problems: YamlProblem[];
  /** 1-based. */
  firstLine: number;
  /** The 1-based line of the deepest node that stands at the path, the line of its key when there is one, and how many steps of the path lead to it. */
  find(path: Path): { line: number; depth: number };
}

/**
 * The Go parser of Kubernetes and Helm has no times and no numbers to base 60: there `190:20:30` is text.
 * Source: resolve.go of https://github.com/kubernetes-sigs/yaml
 */
const isUnknownToGo = (tag: { tag: string; format?: string | undefined }): boolean =>
  tag.tag === 'tag:yaml.org,2002:timestamp' || tag.format === 'TIME';

/** The octal numbers of YAML 1.2, which the Go parser takes beside those of 1.1: `defaultMode: 0o644`. */
const OCTAL_INTEGER: ScalarTag = {
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
    uniqueKeys: false,
    logLevel: 'silent',
    customTags: (tags) => [...tags.filter((tag) => typeof tag === 'string' || !isUnknownToGo(tag)), OCTAL_INTEGER],
  });
  const list: Document<ParsedNode>[] = Array.isArray(documents) ? documents : [];
  return list.map((document) => readDocument(document, counter, text.includes('*')));
}

/** Aliases that are followed in one document: the parser looks for each among all. */
const MAX_ALIASES = 10_000;
/** What a document may have when its aliases are replaced by what they stand for. */
const MAX_VALUES = 1_000_000;

/** What each alias stands for: the last node before it with that anchor. Found in one go, as the parser's own way looks at all nodes for each. */
function readAliases(document: Document<ParsedNode>): Map<Alias, Node | undefined> {
  const anchors = new Map<string, Node>();
  const aliases = new Map<Alias, Node | undefined>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) aliases.set(node, anchors.get(node.source));
      else if ('anchor' in node && node.anchor) anchors.set(node.anchor, node);
    },
  });
  return aliases;
}

/** How many values data has, each counted as often as it is met. */
function countValues(value: unknown, counts = new Map<object, number>()): number {
  if (typeof value !== 'object' || value === null) return 1;
  const before = counts.get(value);
  if (before !== undefined) return before;
  let count = 1;
  for (const item of Object.values(value)) count += countValues(item, counts);
  counts.set(value, count);
  return count;
}

interface OffsetProblem {
  message: string;
  /** The parser's: https://eemeli.org/yaml/#errors */
  code?: ErrorCode;
  offset: number;
}

/** @param aliased whether there may be aliases in it */
function readDocument(document: Document<ParsedNode>, counter: LineCounter, aliased: boolean): YamlDocument {
  const lineAt = (offset: number): number => Math.max(1, counter.linePos(offset).line);
  let cached: Map<Alias, Node | undefined> | undefined;
  const aliases = (): Map<Alias, Node | undefined> => {
    cached ??= readAliases(document);
    return cached;
  };
  const { value, problems } = readValue(document, aliased ? aliases : () => new Map());
  return {
    value,
    problems: distinctProblems(problems, lineAt),
    firstLine: lineAt(document.contents?.range?.[0] ?? document.range?.[0] ?? 0),
    find: (path) => findNode(document, path, { lineAt, aliases }),
  };
}

function readValue(
  document: Document<ParsedNode>,
  aliases: DocumentLookup['aliases'],
): { value: unknown; problems: OffsetProblem[] } {
  const start = document.range?.[0] ?? 0;
  const problems = document.errors.map(({ message, code, pos }): OffsetProblem => ({ message, code, offset: pos[0] }));
  try {
    // Without the duplicate keys of the parser, whose own check takes time with the square of the keys; with its code and message.
    const duplicates = duplicateKeyOffsets(document.contents).map(
      (offset): OffsetProblem => ({ message: 'Map keys must be unique', code: 'DUPLICATE_KEY', offset }),
    );
    if (duplicates.length > 0) problems.push(...duplicates.slice(0, MAX_DUPLICATES));
    if (problems.length > 0)
      return {
        value: undefined,
        problems: problems.sort((a, b) => (duplicates.length > 0 ? a.offset - b.offset : 0)),
      };
    const count = aliases().size;
    if (count > MAX_ALIASES)
      return {
        value: undefined,
        problems: [{ message: `It has ${count} aliases, more than ${MAX_ALIASES}`, offset: start }],
      };
    const value: unknown = document.toJS({ maxAliasCount: 1000 });
    return count > 0 && countValues(value) > MAX_VALUES
      ? {
          value: undefined,
          problems: [{ message: `Its aliases stand for more than ${MAX_VALUES} values`, offset: start }],
        }
      : { value, problems };
  } catch (error) {
    const { message } = error as Error;
    // An alias of nothing, aliases of aliases that would expand without end, or too many levels.
    const [unresolved] = isStackOverflow(message)
      ? []
      : ([...aliases()].find(([, target]) => target === undefined) ?? []);
    return { value: undefined, problems: [...problems, { message, offset: unresolved?.range?.[0] ?? start }] };
  }
}

/** Each once for a line. What is nested too deeply makes other faults, which say nothing more. */
function distinctProblems(problems: readonly OffsetProblem[], lineAt: (offset: number) => number): YamlProblem[] {
  const nesting = problems.find(({ message }) => isStackOverflow(message));
  if (nesting !== undefined) return [{ message: `It ${NESTED_TOO_DEEPLY}`, line: lineAt(nesting.offset) }];
  const lines = problems.map(({ offset, ...problem }) => ({ ...problem, line: lineAt(offset) }));
  return [...new Map(lines.map((problem) => [`${problem.line} ${problem.message}`, problem])).values()];
}

/** The most duplicate keys that are reported. */
const MAX_DUPLICATES = 1000;

interface DocumentLookup {
  lineAt(offset: number): number;
  aliases(): ReadonlyMap<Alias, Node | undefined>;
}

function findNode(document: Document<ParsedNode>, path: Path, { lineAt, aliases }: DocumentLookup) {
  const resolve = (node: unknown): unknown => (isAlias(node) ? aliases().get(node) : node);
  let node: unknown = document.contents;
  let line = lineAt(document.contents?.range?.[0] ?? 0);
  let depth = 0;
  for (const step of path) {
    node = resolve(node);
    if (isMap(node)) {
      const found = findPair(node, String(step), { resolve, index: getIndex });
      if (found === undefined) break;
      line = lineAt((found.pair.key as Node).range?.[0] ?? 0);
      node = found.pair.value;
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

const mappingIndices = new WeakMap<YAMLMap, MappingIndex>();

/** Indexed once: every finding in a mapping looks up one of its keys. */
function getIndex(map: YAMLMap): MappingIndex {
  const index = mappingIndices.get(map) ?? indexMapping(map, readKey);
  mappingIndices.set(map, index);
  return index;
}

/** The parser makes a symbol of the key `<<`. */
function readKey(key: unknown): string | undefined {
  const value = isScalar(key) ? key.value : key;
  return typeof value === 'symbol' ? value.description : String(value);
}
