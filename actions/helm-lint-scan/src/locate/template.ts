import type { Path } from '../data.ts';
import { Block, deepestPosition, inlineValue, type TemplatePosition } from './block.ts';
import { type Definition, parseDefinitions, parseIncludes } from './definitions.ts';
import { ROOT_SCOPE } from './scope.ts';
import { addScopes, type ScopedLine } from './scoped-lines.ts';
import { parseTemplateLines, splitDocuments, type TemplateLine } from './template-lines.ts';

/** Which document of a template a resource comes from, and the path in it. */
export interface ResourceQuery {
  kind: string;
  ordinal: number;
  siblings: number;
  path: Path;
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
      const { block, sure } = chooseDocument(documents, query);
      const position = block === undefined ? undefined : findPath(block, query.path, 0);
      return position === undefined ? undefined : { ...position, sure: position.sure && sure };
    },
  };
}

interface Documents {
  all: Block[];
  /** The documents that set the kind or include a template that does. */
  byKind: ReadonlyMap<string, Block[]>;
}

function readDocuments(
  file: string,
  lines: readonly TemplateLine[],
  defined: ReadonlyMap<string, Definition>,
): Documents {
  const named = new Map(addScopes(lines, ROOT_SCOPE).map((line) => [line.number, line]));
  const all: Block[] = [];
  const byKind = new Map<string, Block[]>();
  for (const part of splitDocuments(lines)) {
    const block = new Block(
      { file, defined, visited: [], budget: { includes: MAX_INCLUDES } },
      part.map((line) => named.get(line.number) as ScopedLine),
    );
    all.push(block);
    const kinds = [
      parseKind(part),
      ...parseIncludes(part).map(({ name }) => parseKind(defined.get(name)?.lines ?? [])),
    ];
    for (const kind of new Set(kinds)) {
      if (kind === undefined) continue;
      const blocks = byKind.get(kind) ?? [];
      blocks.push(block);
      byKind.set(kind, blocks);
    }
  }
  return { all, byKind };
}

/** The maximum number of includes in one document: templates that include others twice double them at every level. */
const MAX_INCLUDES = 1000;

/** Parses `kind: Deployment # comment`, also in quotes. */
function parseKind(lines: readonly TemplateLine[]): string | undefined {
  const line = lines.find(({ key, indent, item }) => key === 'kind' && indent === 0 && !item);
  return /^kind:\s*["']?([^#"'\s]+)["']?\s*(?:#.*)?$/.exec(line?.text ?? '')?.[1];
}

function chooseDocument({ all, byKind }: Documents, { kind, siblings, ordinal }: ResourceQuery) {
  const matching = byKind.get(kind) ?? [];
  const candidates = matching.length > 0 ? matching : all;
  const sure = matching.length > 0 && (matching.length === 1 || matching.length === siblings);
  return { block: candidates[matching.length === siblings ? ordinal : 0] ?? candidates[0], sure };
}

/** Find the path in a block or in the templates that it includes; the deepest position wins. */
function findPath(block: Block, path: Path, depth: number): TemplatePosition | undefined {
  const step = path[depth];
  if (step === undefined) return undefined;
  const found = typeof step === 'number' ? block.item(step) : block.key(step);
  if (found === undefined) return deepestPosition(block.included.map((included) => findPath(included, path, depth)));
  const deeper = deepestPosition([found.nested, ...found.inline].map((nested) => findPath(nested, path, depth + 1)));
  if (deeper !== undefined) return { ...deeper, sure: deeper.sure && found.sure };
  return {
    file: block.file,
    line: found.line.number,
    depth: depth + 1,
    sure: found.sure,
    value: inlineValue(found.line),
    inserted: found.inserted(),
  };
}
