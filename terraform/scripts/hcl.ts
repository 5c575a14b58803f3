/** Terraform's files as data. Expressions that are not literals stay strings, `${…}`. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';

export interface Variable {
  description?: string;
  type?: string;
  default?: unknown;
  validation?: { condition: string; error_message: string }[];
  sensitive?: boolean;
}

export interface Output {
  description?: string;
  value: unknown;
}

type Blocks<Body> = Record<string, Body[]>;

export interface Configuration {
  terraform?: {
    required_version?: string;
    required_providers?: Record<string, { source: string; version: string }>[];
  }[];
  variable?: Blocks<Variable>;
  output?: Blocks<Output>;
  locals?: Record<string, unknown>[];
  module?: Blocks<{ source: string; version?: string }>;
  resource?: Record<string, Blocks<Record<string, unknown>>>;
  data?: Record<string, Blocks<Record<string, unknown>>>;
}

export async function readHcl<Shape>(file: string): Promise<Shape> {
  return (await parse(file, await readFile(file, 'utf8'))) as Shape;
}

/** All `.tf` files of a directory, merged. */
export async function readConfiguration(directory: string): Promise<Configuration> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.tf')).sort();
  const parts = await Promise.all(files.map((name) => readHcl<Configuration>(join(directory, name))));
  return parts.reduce<Configuration>(merge, {});
}

/** The first body of each block: variables, outputs and resources have one. */
export function bodies<Body>(blocks: Blocks<Body> | undefined): Record<string, Body> {
  const first = Object.entries(blocks ?? {}).map(([name, [body]]) => [name, body]);
  return Object.fromEntries(first.filter(([, body]) => body !== undefined)) as Record<string, Body>;
}

function merge<Value>(one: Value, other: Value): Value {
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other] as Value;
  if (!isRecord(one) || !isRecord(other)) return other;
  const result: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) result[key] = key in result ? merge(result[key], value) : value;
  return result as Value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
