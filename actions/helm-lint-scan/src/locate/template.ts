import { at, type Path } from '../data.ts';
import { Block, type BlockEntry, type Choice } from './block.ts';
import { type Constraint, collectConstraints } from './constraints.ts';
import { type Definition, parseDefinitions, parseIncludes } from './definitions.ts';
import { commonFrame, type Frame } from './frames.ts';
import { createScope, ROOT_SCOPE, resolveExpression, type TemplateScope, UNKNOWN, type ValueSource } from './scope.ts';
import { addScopes, inlineValue, type ScopedLine } from './scoped-lines.ts';
import { parseTemplateLines, splitDocuments, type TemplateLine } from './template-lines.ts';

/** Which document of a template a resource comes from, and the path in it. */
export interface ResourceQuery {
  kind: string;
  ordinal: number;
  siblings: number;
  /** The rendered document. */
  document: unknown;
  path: Path;
  /** Whether the values at a source may have the key; they have precedence over a guess. */
  mayHave(source: ValueSource, key: string | number): boolean;
}

export interface TemplatePosition {
  file: string;
  /** 1-based: the line of the deepest key of the path that was found. */
  line: number;
  /** The number of steps of the path that lead to it. */
  depth: number;
  /** Whether no step had to be guessed. */
  sure: boolean;
  /** The only source of the value, if it has one. */
  value: ValueSource;
  /** The sources of the rest of the path, which is inserted from values; those of an item already include its index. */
  inserted: { sources: readonly ValueSource[]; depth: number };
  /** The sources of the next key of the path, which was not rendered. */
  absent: readonly ValueSource[];
  /** The actions that render the value, unless they are parts of a text. */
  actions: readonly string[];
  /** The scope of the line. */
  scope: TemplateScope;
  /** What the items of a `range` must have to have rendered this. */
  constraints(): Constraint[];
}

/** A template of a chart, parsed once for all queries. */
export interface Template {
  definitions: [name: string, definition: Definition][];
  /** Find the path of a resource in the template that rendered it, and in the templates that this one includes. */
  find(query: ResourceQuery): TemplatePosition | undefined;
}

/**
 * Read a template.
 * @param defined the named templates of the chart, by the name in `define`; complete before the first query
 */
export function createTemplate(file: string, text: string, defined: ReadonlyMap<string, Definition>): Template {
  const lines = parseTemplateLines(text);
  let documents: Documents | undefined;
  return {
    definitions: parseDefinitions(file, lines),
    find(query) {
      documents ??= readDocuments(file, lines, defined);
      const { document, sure } = chooseDocument(documents, query);
      const position = document === undefined ? undefined : findPath(document.block, query);
      return position === undefined ? undefined : { ...position, sure: position.sure && sure };
    },
  };
}

interface TemplateDocument {
  block: Block;
  /** Whether it is always rendered once, and not as a hook: `helm template` prints hooks last. */
  always: boolean;
}

interface Documents {
  all: TemplateDocument[];
  /** The documents that set the kind or include a template that does. */
  byKind: ReadonlyMap<string, TemplateDocument[]>;
  /** Those whose kind is known only when rendering. */
  unknown: TemplateDocument[];
}

/** The maximum number of includes in one document: templates that include others twice double them at every level. */
const MAX_INCLUDES = 1000;

/** A part of a template, with the file that contains it. */
interface Part {
  file: string;
  visited: readonly string[];
  lines: readonly ScopedLine[];
  frame: Frame | undefined;
}

function readDocuments(
  file: string,
  lines: readonly TemplateLine[],
  defined: ReadonlyMap<string, Definition>,
): Documents {
  const all: TemplateDocument[] = [];
  const unknown: TemplateDocument[] = [];
  const byKind = new Map<string, TemplateDocument[]>();
  const rendered = addScopes(lines, ROOT_SCOPE).filter((line) => !line.defined);
  const budget = { includes: MAX_INCLUDES };
  for (const part of splitParts({ file, visited: [], lines: rendered, frame: undefined }, defined, budget)) {
    const base = commonFrame(part.lines.filter(({ directive }) => !directive).map(({ frame }) => frame));
    const context = { file: part.file, defined, visited: part.visited, budget: { includes: MAX_INCLUDES } };
    const block = new Block({ context, lines: part.lines, base });
    const document = { block, always: base === undefined && !part.lines.some(isHook) };
    all.push(document);
    const includes = parseIncludes(part.lines).flatMap(({ name }) => defined.get(name)?.lines ?? []);
    const kinds = [...parseKinds(part.lines), ...parseKinds(includes)];
    if (kinds.length === 0 || kinds.includes(undefined)) unknown.push(document);
    for (const kind of new Set(kinds)) {
      if (kind === undefined) continue;
      const documents = byKind.get(kind) ?? [];
      documents.push(document);
      byKind.set(kind, documents);
    }
  }
  return { all, byKind, unknown };
}

/** The documents of a template, and those of the named templates that are included between its documents. */
function splitParts(part: Part, defined: ReadonlyMap<string, Definition>, budget: { includes: number }): Part[] {
  return splitDocuments(part.lines).flatMap((lines) => {
    if (lines.some(({ directive }) => !directive)) return [{ ...part, lines }];
    const nested = lines.flatMap((line) =>
      parseIncludes([line]).flatMap(({ name, argument }) => {
        const definition = defined.get(name);
        if (definition === undefined || part.visited.includes(name) || budget.includes-- <= 0) return [];
        if (!definition.lines.some(({ indent, text }) => indent === 0 && text.startsWith('---'))) return [];
        const scope = createScope(resolveExpression(argument, line.scope));
        return splitParts(
          {
            file: definition.file,
            visited: [...part.visited, name],
            lines: addScopes(definition.lines, scope),
            frame: definition.frame,
          },
          defined,
          budget,
        );
      }),
    );
    return nested.length > 0 ? nested : [{ ...part, lines }];
  });
}

/** The kinds that lines set, as in `kind: Deployment # comment`, also in quotes; `undefined` for one that an action renders. */
function parseKinds(lines: readonly TemplateLine[]): (string | undefined)[] {
  return lines
    .filter(({ key, indent, item }) => key === 'kind' && indent === 0 && !item)
    .map(({ value }) => /^["']?([^#"'\s{}]+)["']?\s*(?:#.*)?$/.exec(value)?.[1]);
}

const isHook = ({ key }: TemplateLine): boolean => key?.startsWith('helm.sh/hook') === true;

/** The maximum number of documents that are compared with a resource. */
const MAX_COMPARED = 100;

function chooseDocument(
  { all, byKind, unknown }: Documents,
  { kind, siblings, ordinal, document }: ResourceQuery,
): { document: TemplateDocument | undefined; sure: boolean } {
  const matching = byKind.get(kind) ?? [];
  const candidates = matching.length > 0 ? [...matching, ...unknown.filter((other) => !matching.includes(other))] : all;
  // Each is rendered once, in this order.
  const inOrder =
    candidates.length === siblings && matching.length === siblings && matching.every(({ always }) => always);
  if (inOrder) return { document: matching[ordinal], sure: true };
  const guess = candidates[matching.length === siblings ? ordinal : 0] ?? candidates[0];
  if (candidates.length > MAX_COMPARED) return { document: guess, sure: false };
  const fitting = candidates.filter(({ block }) => block.matches(document));
  const [first] = fitting;
  if (first === undefined) return { document: guess, sure: false };
  const isGuess = guess !== undefined && fitting.includes(guess);
  return { document: isGuess ? guess : first, sure: fitting.length === 1 };
}

/** Follow the path from the root of a document, as far as the template shows it. */
function findPath(root: Block, { document, path, mayHave }: ResourceQuery): TemplatePosition | undefined {
  const first = root.first;
  if (first === undefined) return undefined;
  const visited: { block: Block; value: unknown }[] = [{ block: root, value: document }];
  let block = root;
  let value = document;
  let sure = true;
  let absent: readonly ValueSource[] = [];
  let inserted: TemplatePosition['inserted'] = { sources: [], depth: 0 };
  let entry: BlockEntry | undefined;
  let depth = 0;
  for (const step of path) {
    const next = at(value, step);
    const choice: Choice = block.choose(step, value);
    const [found] = choice.entries;
    if (next === undefined) {
      absent = choice.entries.length === 1 && found !== undefined ? [entrySource(found)] : [];
      break;
    }
    if (found === undefined) {
      inserted = { sources: choice.sources, depth: typeof step === 'number' ? depth + 1 : depth };
      break;
    }
    sure &&= choice.sure && !choice.sources.some((source) => !found.required && mayHave(source, step));
    entry = found;
    value = next;
    depth++;
    block = found.nested;
    visited.push({ block, value });
    if (found.whole) {
      depth = countSteps(document, path);
      break;
    }
  }
  return {
    file: entry?.file ?? first.file,
    line: entry?.line.number ?? first.line,
    depth,
    sure,
    value: entry === undefined ? (root.whole ?? UNKNOWN) : entry.whole ? UNKNOWN : entrySource(entry),
    inserted,
    absent,
    actions: entry === undefined ? [] : valueActions(entry),
    scope: entry?.line.scope ?? ROOT_SCOPE,
    constraints: () => collectConstraints(visited),
  };
}

const entrySource = ({ nested, line }: BlockEntry): ValueSource =>
  nested.whole ?? (line.key === undefined ? UNKNOWN : inlineValue(line));

function valueActions({ whole, line: { value, actions } }: BlockEntry): readonly string[] {
  const isOnly = actions.length === 1 && /^(["']?)\{\{.*\}\}\1(?:\s+#.*)?$/.test(value);
  return whole || isOnly ? actions : [];
}

/** The number of steps of a path that exist in a value. */
function countSteps(value: unknown, path: Path): number {
  let here = value;
  for (const [count, step] of path.entries()) {
    here = at(here, step);
    if (here === undefined) return count;
  }
  return path.length;
}
