/** Markdown tables, and the generated sections of committed documents. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GeneratedFile } from '../../workflows-src/generated-file.ts';

/** Markdown in a table cell: GitHub ends a cell at `|` and a row at a line end. */
export function markdownCell(markdown: string): string {
  return markdown
    .trim()
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ');
}

/** A table cell that shows a value as code. An empty string is an empty cell. */
export function codeCell(value: string): string {
  return value === '' ? '' : `\`${markdownCell(value)}\``;
}

/** A table. The cells are Markdown already: see `markdownCell` and `codeCell`. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replaceAll(/ {2,}\|/g, ' |');
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The part of a document between `<!-- NAME:start -->` and `<!-- NAME:end -->`. */
export interface Section {
  /** The document, from the repository's root. */
  path: string;
  name: string;
  content: string;
}

/**
 * Replaces the content between a section's markers.
 * @throws when the document does not contain each marker exactly once, in that order
 */
export function replaceSection(document: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from || document.lastIndexOf(start) !== from || document.lastIndexOf(end) !== to)
    throw new Error(`must contain ${start} and then ${end}, each exactly once`);
  return `${document.slice(0, from + start.length)}\n${content}\n${document.slice(to)}`;
}

/**
 * Each document with all of its sections replaced.
 * @param root the repository's root
 * @throws naming the document without the markers of a section
 */
export async function replaceSections(root: string, sections: readonly Section[]): Promise<GeneratedFile[]> {
  const documents = Map.groupBy(sections, ({ path }) => path);
  return Promise.all(
    [...documents].map(async ([path, documentSections]) => {
      const current = await readFile(join(root, path), 'utf8');
      try {
        const content = documentSections.reduce(
          (text, section) => replaceSection(text, section.name, section.content),
          current,
        );
        return { path, content };
      } catch (error) {
        throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
      }
    }),
  );
}
