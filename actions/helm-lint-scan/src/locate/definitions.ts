import type { TemplateLine } from './template-lines.ts';

/** A named template, which others may include. */
export interface Definition {
  file: string;
  lines: TemplateLine[];
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
      found.push([open.name, { file, lines: open.lines }]);
      open = undefined;
    } else if (!line.actions.some((action) => action.startsWith('define '))) open.lines.push(line);
  }
  return found;
}

export interface Include {
  name: string;
  argument: string;
}

export const parseIncludes = (lines: readonly TemplateLine[]): Include[] =>
  lines.flatMap(({ actions }) => actions.flatMap((action) => parseInclude(action) ?? []));

/** The name and argument of the template that an action includes. */
export function parseInclude(action: string): Include | undefined {
  const match = /\b(?:include|template)\s+"([^"]+)"\s*(.*)$/.exec(action);
  return match === null ? undefined : { name: match[1] as string, argument: match[2] as string };
}
