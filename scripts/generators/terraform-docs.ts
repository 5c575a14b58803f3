/** The tables of variables and outputs in the README of each Terraform root and module. */
import { glob } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bodies, type Configuration, readConfiguration, type Variable } from '../../terraform/scripts/hcl.ts';
import { codeCell, markdownCell, markdownTable, type Section } from './markdown.ts';

const CONFIGURATIONS = 'terraform/{*,modules/*}/versions.tf';

/** A configuration has many files, whose order means nothing to readers. */
const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

const isObject = ({ type = '' }: Variable): boolean => type.includes('object(');

/** The type as written in the file, without the `${…}` that the parser adds. */
const typeOf = ({ type = '' }: Variable): string => type.replace(/^\$\{([\s\S]*)\}$/, '$1').replaceAll(/^ {2}/gm, '');

function defaultCell(variable: Variable): string {
  if (!('default' in variable)) return '**required**';
  if (isObject(variable) && variable.default !== null) return 'see below';
  return codeCell(JSON.stringify(variable.default));
}

/** The part of a description before the list of its fields. */
const firstPart = ({ description = '' }: Variable): string => description.split(/\n- /)[0] ?? '';

/** A table of all variables, and then the type and fields of each that is an object. */
export function variablesTable(configuration: Configuration): string {
  const variables = Object.entries(bodies(configuration.variable)).sort(byName);
  if (variables.length === 0) return 'None.';
  const rows = variables.map(([name, variable]) => [
    codeCell(name),
    defaultCell(variable),
    markdownCell(firstPart(variable)),
  ]);
  const objects = variables.filter(([, variable]) => isObject(variable));
  return [
    markdownTable(['variable', 'default', 'meaning'], rows),
    ...objects.map(([name, variable]) =>
      [`### \`${name}\``, variable.description?.trim(), `\`\`\`hcl\n${typeOf(variable)}\n\`\`\``].join('\n\n'),
    ),
  ].join('\n\n');
}

export function outputsTable(configuration: Configuration): string {
  const outputs = Object.entries(bodies(configuration.output)).sort(byName);
  if (outputs.length === 0) return 'None.';
  return markdownTable(
    ['output', 'meaning'],
    outputs.map(([name, { description = '' }]) => [codeCell(name), markdownCell(description)]),
  );
}

/** @param root the repository's root */
export async function terraformDocs(root: string): Promise<Section[]> {
  const directories: string[] = [];
  for await (const file of glob(CONFIGURATIONS, { cwd: root })) directories.push(dirname(file).replaceAll('\\', '/'));
  const sections = await Promise.all(
    directories.sort().map(async (directory) => {
      const path = `${directory}/README.md`;
      const configuration = await readConfiguration(join(root, directory));
      return [
        { path, name: 'variables', content: `\n${variablesTable(configuration)}\n` },
        { path, name: 'outputs', content: `\n${outputsTable(configuration)}\n` },
      ];
    }),
  );
  return sections.flat();
}
