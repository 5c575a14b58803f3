/** Writes the tables of inputs and outputs into each action's README, between its markers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActionMetadata } from './action-metadata.ts';
import type { GeneratedFile } from './generated-file.ts';

/** One line of a table cell: GitHub's Markdown ends a cell at `|` and a row at a line end. */
function cell(text: string): string {
  return text
    .trim()
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ');
}

function code(text: string): string {
  return text === '' ? '' : `\`${cell(text)}\``;
}

function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`.replaceAll(/ {2,}\|/g, ' |');
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

export function inputsTable({ inputs }: ActionMetadata): string {
  return table(
    ['input', 'default', 'meaning'],
    inputs.map(({ name, description, required, default: fallback }) => [
      code(name),
      required ? '**required**' : code(fallback ?? ''),
      cell(description),
    ]),
  );
}

export function outputsTable({ outputs }: ActionMetadata): string {
  return table(
    ['output', 'meaning'],
    outputs.map(({ name, description }) => [code(name), cell(description)]),
  );
}

/**
 * Replace what stands between `<!-- NAME:start -->` and `<!-- NAME:end -->`.
 * @throws when the document does not have each marker once, in that order
 */
export function replaceSection(document: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from || document.lastIndexOf(start) !== from || document.lastIndexOf(end) !== to)
    throw new Error(`needs ${start} and then ${end}, each once`);
  return `${document.slice(0, from + start.length)}\n${content}\n${document.slice(to)}`;
}

export async function actionDocs(root: string, actions: readonly ActionMetadata[]): Promise<GeneratedFile[]> {
  return Promise.all(
    actions.map(async (action) => {
      const path = `actions/${action.name}/README.md`;
      const current = await readFile(join(root, path), 'utf8');
      try {
        const withInputs = replaceSection(current, 'inputs', inputsTable(action));
        return { path, content: replaceSection(withInputs, 'outputs', outputsTable(action)) };
      } catch (error) {
        throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
      }
    }),
  );
}
