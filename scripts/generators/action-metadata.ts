/** The actions as their `action.yml` describes them: the source of the READMEs' tables and of the workflows' types. */
import { glob, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';

export interface ActionInput {
  name: string;
  description: string;
  required: boolean;
  /** As a string, the way a step receives it; `undefined` when the input has no default. */
  default: string | undefined;
}

export interface ActionOutput {
  name: string;
  description: string;
}

export interface ActionMetadata {
  /** The name of the action's directory, as in `uses:`. */
  name: string;
  inputs: ActionInput[];
  outputs: ActionOutput[];
}

/** @throws when the file is not an action's metadata, or when an input or output has no description */
export function parseActionMetadata(name: string, yaml: string): ActionMetadata {
  const { inputs, outputs } = mapping(parse(yaml), `${name}/action.yml`);
  return {
    name,
    inputs: entries(inputs, `${name}: inputs`).map(([input, fields]) => ({
      name: input,
      description: description(fields, `${name}: input ${input}`),
      required: fields.required === true,
      default: fields.default === undefined || fields.default === null ? undefined : String(fields.default),
    })),
    outputs: entries(outputs, `${name}: outputs`).map(([output, fields]) => ({
      name: output,
      description: description(fields, `${name}: output ${output}`),
    })),
  };
}

/** Every action below `actions/`, sorted by name. */
export async function readActions(root: string): Promise<ActionMetadata[]> {
  const files: string[] = [];
  for await (const file of glob('actions/*/action.yml', { cwd: root })) files.push(file);
  return Promise.all(
    files
      .sort()
      .map(async (file) => parseActionMetadata(basename(dirname(file)), await readFile(join(root, file), 'utf8'))),
  );
}

function mapping(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where}: not a mapping`);
  return value as Record<string, unknown>;
}

function entries(value: unknown, where: string): [string, Record<string, unknown>][] {
  if (value === undefined) return [];
  return Object.entries(mapping(value, where)).map(([name, fields]) => [name, mapping(fields, `${where}: ${name}`)]);
}

function description(fields: Record<string, unknown>, where: string): string {
  if (typeof fields.description !== 'string' || fields.description.trim() === '')
    throw new Error(`${where}: no description`);
  return fields.description.trim();
}
