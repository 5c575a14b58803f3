/**
 * Searches in Helm's messages. They repeat text of charts, of any length, so each function reads every character a fixed number of
 * times: a pattern that can begin anywhere and runs to the end would take time with the square of the length.
 */

/** A line of a template: `chart/templates/x.yaml:6:17`. */
export interface TemplateLine {
  file: string;
  line: number;
}

/** The lines of templates that a message names. */
export function findTemplateLines(text: string): TemplateLine[] {
  // A name contains none of these characters; a colon and the line follow it.
  const parts = text.split(/([:()\n])/);
  const found: TemplateLine[] = [];
  for (let at = 0; at + 2 < parts.length; at += 2) {
    const line = /^\d+/.exec(parts[at + 2] ?? '')?.[0];
    const file = parts[at + 1] === ':' && line !== undefined ? trailingTemplate(parts[at] ?? '') : undefined;
    if (file !== undefined) found.push({ file, line: Number(line) });
  }
  return found;
}

/** The template name at the end of a text. It begins with a word and may contain spaces after its directory, but no quotes. */
function trailingTemplate(text: string): string | undefined {
  const quote = text.lastIndexOf('"');
  for (const { index, 0: directory } of text.matchAll(/\/(?:templates|charts)(?=\/)/g)) {
    const name = index + directory.length + 1;
    if (name <= quote || name >= text.length || index === 0 || /\s/.test(text[index - 1] ?? '')) continue;
    let word = index;
    while (word > 0 && !/\s/.test(text[word - 1] as string)) word--;
    return text.slice(word);
  }
  return undefined;
}

/** The text between one of the markers and `: ` on a line, and the line number that follows it. */
export function findNamedFile(markers: readonly string[], text: string): { name: string; line: number } | undefined {
  let start = 0;
  for (const line of text.split(/(?<=[\n\r\u2028\u2029])/)) {
    const found = markers
      .map((marker) => ({ marker, at: line.indexOf(marker) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0];
    const from = found === undefined ? -1 : found.at + found.marker.length;
    const colon = from < 0 ? -1 : line.indexOf(': ', from + 1);
    if (colon > 0) return { name: line.slice(from, colon), line: parseLineNumber(text.slice(start + colon + 2)) ?? 1 };
    start += line.length;
  }
  return undefined;
}

/** The number in `line 6`. */
export function parseLineNumber(text: string): number | undefined {
  const found = /\bline (\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** The text after a marker; `undefined` when the marker is not found. */
export function textAfter(marker: string, text: string): string | undefined {
  const start = text.indexOf(marker);
  return start < 0 ? undefined : text.slice(start + marker.length);
}

/** The text on one line. */
export const joinLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
