/** Writes the tables of variables and outputs into the README of each Terraform root and module, between its markers. */
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bodies, type Configuration, readConfiguration, type Variable } from '../terraform/scripts/hcl.ts';
import { replaceSection } from './action-docs.ts';
import type { GeneratedFile } from './generated-file.ts';

const DIRECTORYS = 'terraform/{*,modules/*}/versions.tf';

/** One line of a table cell: GitHub's Markdown ends a cell at `|` and a row at a line end. */
function cell(text: string): string {
  return text
    .trim()
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ');
}

function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A configuration has many files; their order is not the reader's. */
const byName = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);

const isObject = ({ type = '' }: Variable): boolean => type.includes('object(');

/** The type as it stands in the file, without the `${…}` of the parser. */
const typeOf = ({ type = '' }: Variable): string => type.replace(/^\$\{([\s\S]*)\}$/, '$1').replaceAll(/^ {2}/gm, '');

function fallback(variable: Variable): string {
  if (!('default' in variable)) return '**required**';
  if (isObject(variable) && variable.default !== null) return 'see below';
  return `\`${cell(JSON.stringify(variable.default))}\``;
}

/** The part of a description before the list of its fields. */
const firstPart = ({ description = '' }: Variable): string => description.split(/\n- /)[0] ?? '';

/** A table of all variables, and then the type and fields of each that is an object. */
export function variablesTable(configuration: Configuration): string {
  const variables = Object.entries(bodies(configuration.variable)).sort(byName);
  if (variables.length === 0) return 'None.';
  const rows = variables.map(([name, variable]) => [`\`${name}\``, fallback(variable), cell(firstPart(variable))]);
  const objects = variables.filter(([, variable]) => isObject(variable));
  return [
    table(['variable', 'default', 'meaning'], rows),
    ...objects.map(([name, variable]) =>
      [`### \`${name}\``, variable.description?.trim(), `\`\`\`hcl\n${typeOf(variable)}\n\`\`\``].join('\n\n'),
    ),
  ].join('\n\n');
}

export function outputsTable(configuration: Configuration): string {
  const outputs = Object.entries(bodies(configuration.output)).sort(byName);
  if (outputs.length === 0) return 'None.';
  return table(
    ['output', 'meaning'],
    outputs.map(([name, { description = '' }]) => [`\`${name}\``, cell(description)]),
  );
}

/** @param root the repository's root */
export async function terraformDocs(root: string): Promise<GeneratedFile[]> {
  const directories: string[] = [];
  for await (const file of glob(DIRECTORYS, { cwd: root })) directories.push(dirname(file).replaceAll('\\', '/'));
  return Promise.all(directories.sort().map((directory) => readme(root, directory)));
}

async function readme(root: string, directory: string): Promise<GeneratedFile> {
  const path = `${directory}/README.md`;
  const current = await readFile(join(root, path), 'utf8');
  const configuration = await readConfiguration(join(root, directory));
  try {
    const withVariables = replaceSection(current, 'variables', `\n${variablesTable(configuration)}\n`);
    return { path, content: replaceSection(withVariables, 'outputs', `\n${outputsTable(configuration)}\n`) };
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
