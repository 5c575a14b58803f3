import type { Path } from '../data.ts';
import { Block, deepest, inlineValue, type Walk } from './block.ts';
import { type Definition, definitionsIn, includesOf } from './definitions.ts';
import { type NamedLine, nameLines } from './names.ts';
import { ROOT } from './scope.ts';
import { segments, type TemplateLine, templateLines } from './template-lines.ts';

/** Which document of a template a resource comes from, and the path in it. */
export interface Wanted {
  kind: string;
  ordinal: number;
  siblings: number;
  path: Path;
}

/** A template of a chart, read once for all that is looked for in it. */
export interface Template {
  definitions: [name: string, definition: Definition][];
  /** Follow a resource's path through the template that made it, and through what that includes. */
  walk(wanted: Wanted): Walk | undefined;
}

/**
 * Read a template.
 * @param defined the templates of the chart that others may include, by the name in `define`; filled before anything is looked for
 */
export function createTemplate(file: string, text: string, defined: ReadonlyMap<string, Definition>): Template {
  const lines = templateLines(text);
  let documents: Documents | undefined;
  return {
    definitions: definitionsIn(file, lines),
    walk(wanted) {
      documents ??= readDocuments(file, lines, defined);
      const { block, sure } = chooseDocument(documents, wanted);
      const walk = block === undefined ? undefined : descend(block, wanted.path, 0);
      return walk === undefined ? undefined : { ...walk, sure: walk.sure && sure };
    },
  };
}

interface Documents {
  all: Block[];
  /** Those that say a kind themselves or include a template that does. */
  byKind: ReadonlyMap<string, Block[]>;
}

function readDocuments(
  file: string,
  lines: readonly TemplateLine[],
  defined: ReadonlyMap<string, Definition>,
): Documents {
  const named = new Map(nameLines(lines, ROOT).map((line) => [line.number, line]));
  const all: Block[] = [];
  const byKind = new Map<string, Block[]>();
  for (const part of segments(lines)) {
    const block = new Block(
      { file, defined, visited: [], budget: { includes: MAX_INCLUDES } },
      part.map((line) => named.get(line.number) as NamedLine),
    );
    all.push(block);
    const kinds = [kindOf(part), ...includesOf(part).map(({ name }) => kindOf(defined.get(name)?.lines ?? []))];
    for (const kind of new Set(kinds)) {
      if (kind === undefined) continue;
      const own = byKind.get(kind) ?? [];
      own.push(block);
      byKind.set(kind, own);
    }
  }
  return { all, byKind };
}

/** Templates that include others twice make twice as many at every level: beyond this many in one document they are not followed. */
const MAX_INCLUDES = 1000;

/** `kind: Deployment # comment`, perhaps in quotes. */
function kindOf(lines: readonly TemplateLine[]): string | undefined {
  const line = lines.find(({ key, indent, item }) => key === 'kind' && indent === 0 && !item);
  return /^kind:\s*["']?([^#"'\s]+)["']?\s*(?:#.*)?$/.exec(line?.text ?? '')?.[1];
}

function chooseDocument({ all, byKind }: Documents, { kind, siblings, ordinal }: Wanted) {
  const own = byKind.get(kind) ?? [];
  const fitting = own.length > 0 ? own : all;
  const sure = own.length > 0 && (own.length === 1 || own.length === siblings);
  return { block: fitting[own.length === siblings ? ordinal : 0] ?? fitting[0], sure };
}

/** Find the path in a block; the deepest place wins, whether it stands in the block or in something it includes. */
function descend(block: Block, path: Path, depth: number): Walk | undefined {
  const step = path[depth];
  if (step === undefined) return undefined;
  const found = typeof step === 'number' ? block.item(step) : block.key(step);
  if (found === undefined) return deepest(block.included.map((each) => descend(each, path, depth)));
  const deeper = deepest([found.below, ...found.onLine].map((each) => descend(each, path, depth + 1)));
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
