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
  Schema,
  visit,
  type YAMLMap,
} from 'yaml';
import { isStackOverflow, NESTED_TOO_DEEPLY } from '../../../lib/yaml/depth.ts';
import { duplicateKeyOffsets, findPair, indexMapping, type MappingIndex } from '../../../lib/yaml/lookup.ts';
import type { Path } from '../data.ts';

export interface YamlProblem {
  /** One line, without the excerpt that the parser adds. */
  message: string;
  /** The code of the parser, such as `DUPLICATE_KEY`: https://eemeli.org/yaml/#errors */
  code?: ErrorCode;
  /** 1-based, in the parsed text. */
  line: number;
}

export interface YamlDocument {
  value: unknown;
  problems: YamlProblem[];
  /** 1-based. */
  firstLine: number;
  /** The 1-based line of the deepest existing node on the path (that of its key, if it has one), and the number of steps that lead to it. */
  find(path: Path): { line: number; depth: number };
}

/**
 * The Go parser of Kubernetes and Helm has no timestamps and no base 60 numbers: `190:20:30` is a string.
 * Source: resolve.go of https://github.com/kubernetes-sigs/yaml
 */
const isUnknownToGo = (tag: { tag: string; format?: string | undefined }): boolean =>
  tag.tag === 'tag:yaml.org,2002:timestamp' || tag.format === 'TIME';

/** The octal numbers of YAML 1.2, which the Go parser accepts in addition to those of 1.1: `defaultMode: 0o644`. */
const OCTAL_INTEGER: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^0o[0-7]+$/,
  resolve: (text) => Number(text),
};

/** A point without a digit is not a number to the Go parser: `searches: [.]`. */
const LONE_POINT: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  test: /^[-+]?\._*$/,
  resolve: (text) => text,
};

/** One for all documents: the parser would make one for each. */
const SCHEMA = new Schema({
  schema: 'yaml-1.1',
  merge: true,
  resolveKnownTags: false,
  customTags: (tags) => [
    LONE_POINT,
    ...tags.filter((tag) => typeof tag === 'string' || !isUnknownToGo(tag)),
    OCTAL_INTEGER,
  ],
});

/**
 * YAML as Kubernetes reads it: version 1.1 (`yes` is a boolean, 010 is eight), merge keys, no duplicate keys.
 * Broken documents are returned with their problems and without a value.
 */
export function readYaml(text: string): YamlDocument[] {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    schema: SCHEMA,
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const list: Document<ParsedNode>[] = Array.isArray(documents) ? documents : [];
  return list.map((document) => readDocument(document, counter, text.includes('*')));
}

/** The maximum number of aliases in one document: the parser searches all nodes for each. */
const MAX_ALIASES = 10_000;
/** The maximum number of values in a document after its aliases are resolved. */
const MAX_VALUES = 1_000_000;

/** The node of each alias: the last one before it with that anchor. One pass finds all; the parser would search all nodes for each alias. */
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

/** The number of values in data, where an aliased value counts each time. */
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
  /** The code of the parser: https://eemeli.org/yaml/#errors */
  code?: ErrorCode;
  offset: number;
}

/** @param aliased whether it may contain aliases */
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
    // The parser's check of duplicate keys takes quadratic time, so it is off. This one has its code and message.
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
    // An unknown anchor, aliases of aliases that would expand exponentially, or too many levels.
    const [unresolved] = isStackOverflow(message)
      ? []
      : ([...aliases()].find(([, target]) => target === undefined) ?? []);
    return { value: undefined, problems: [...problems, { message, offset: unresolved?.range?.[0] ?? start }] };
  }
}

/** Each problem once per line. Too deep nesting causes other problems, which are left out. */
function distinctProblems(problems: readonly OffsetProblem[], lineAt: (offset: number) => number): YamlProblem[] {
  const nesting = problems.find(({ message }) => isStackOverflow(message));
  if (nesting !== undefined) return [{ message: `It ${NESTED_TOO_DEEPLY}`, line: lineAt(nesting.offset) }];
  const lines = problems.map(({ offset, ...problem }) => ({ ...problem, line: lineAt(offset) }));
  return [...new Map(lines.map((problem) => [`${problem.line} ${problem.message}`, problem])).values()];
}

/** The maximum number of duplicate keys that are reported. */
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

/** Cached, because every finding in a mapping looks up one of its keys. */
function getIndex(map: YAMLMap): MappingIndex {
  const index = mappingIndices.get(map) ?? indexMapping(map, readKey);
  mappingIndices.set(map, index);
  return index;
}

/** The parser represents the key `<<` by a symbol. */
function readKey(key: unknown): string | undefined {
  const value = isScalar(key) ? key.value : key;
  return typeof value === 'symbol' ? value.description : String(value);
}
