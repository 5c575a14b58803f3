import type { Frame } from './frames.ts';
import type { TemplateLine } from './template-lines.ts';

/** A named template, which others may include. */
export interface Definition {
  file: string;
  lines: TemplateLine[];
  frame: Frame | undefined;
  /** Whether several files define a template with this name. Which of them Helm uses depends on their order. */
  ambiguous?: boolean;
}

/** The `define` blocks among the lines of a template. */
export function parseDefinitions(
  file: string,
  lines: readonly TemplateLine[],
): [name: string, definition: Definition][] {
  const found: [string, Definition][] = [];
  let open: { name: string; lines: TemplateLine[]; depth: number } | undefined;
  for (const line of lines) {
    let ends = false;
    for (const action of line.actions) {
      const name = /^define\s+"([^"]+)"/.exec(action)?.[1];
      if (name !== undefined) open = { name, lines: [], depth: 0 };
      else if (open !== undefined && /^(with|range|if|block)\b/.test(action)) open.depth++;
      else if (open !== undefined && /^end\b/.test(action) && open.depth-- === 0) ends = true;
    }
    if (open === undefined) continue;
    if (ends) {
      found.push([open.name, { file, lines: open.lines, frame: defineFrame(open.lines) }]);
      open = undefined;
    } else if (!line.actions.some((action) => action.startsWith('define '))) open.lines.push(line);
  }
  return found;
}

/** The frame of a `define`, the outermost of its lines. */
function defineFrame([first]: readonly TemplateLine[]): Frame | undefined {
  let frame = first?.frame;
  while (frame?.parent !== undefined) frame = frame.parent;
  return frame;
}

export interface Include {
  name: string;
  argument: string;
  /** Whether the action inserts exactly what the template renders. */
  plain: boolean;
}

/** `include "name" ARGUMENT | nindent 4`: nothing before it, and only white space is changed after it. */
const PLAIN_INCLUDE = /^(?:include|template)\s+"[^"]+"[^|]*(?:\|\s*(?:n?indent\s+\S+|trim)\s*)*$/;

export const parseIncludes = (lines: readonly TemplateLine[]): Include[] =>
  lines.flatMap(({ actions }) => actions.flatMap((action) => parseInclude(action) ?? []));

/** The name and argument of the template that an action includes. */
export function parseInclude(action: string): Include | undefined {
  const match = /\b(?:include|template)\s+"([^"]+)"\s*(.*)$/.exec(action);
  if (match === null) return undefined;
  const plain = PLAIN_INCLUDE.test(action);
  return { name: match[1] as string, argument: match[2] as string, plain };
}
