import { isDay, parseDuration, parseTimestamp } from '../../cel/functions/time-text.ts';
import { type Key, markUnordered, ObjectValue, type Value } from '../../cel/index.ts';
import { at, type Data, dataAt, isData } from '../../data.ts';

/** The names that CEL reserves. */
const RESERVED = [
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
];

/**
 * The name of a property in a rule; `undefined` when rules cannot use it.
 * Source: `Escape` in apiserver/pkg/cel/escaping.go
 */
export function escapeName(name: string): string | undefined {
  if (!/^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(name)) return undefined;
  if (RESERVED.includes(name)) return `__${name}__`;
  return name.replaceAll(/__|\.|-|\//g, (part) => ESCAPES[part] ?? part);
}

const ESCAPES: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** What every object has for rules, also one in another object. Other metadata cannot be used. */
const META: Data = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } },
};

/** Schemas of whole objects, with what every object has. */
export const withMeta = (schema: Data): Data => ({
  ...schema,
  properties: { ...dataAt(schema, 'properties'), ...META },
});

/** Makes values for rules of data that its schema accepts. */
export type ToValue = (data: unknown, schema: Data) => Value | undefined;

/** Each part of an object is converted once, however many rules there are above it. */
export function createValues(): ToValue {
  const known = new WeakMap<object, Value | undefined>();
  const convert: ToValue = (data, schema) => {
    if (typeof data !== 'object' || data === null) return toScalar(data, schema);
    if (known.has(data)) return known.get(data);
    const value = Array.isArray(data) ? toList(data, schema, convert) : toObject(data as Data, schema, convert);
    known.set(data, value);
    return value;
  };
  return convert;
}

/**
 * Source: `UnstructuredToVal` in apiserver/pkg/cel/common/values.go
 * @returns `undefined` for what rules cannot use, or here not
 */
function toScalar(data: unknown, schema: Data): Value | undefined {
  if (data === null) return schema.nullable === true ? null : undefined;
  if (schema['x-kubernetes-int-or-string'] === true) return typeof data === 'number' ? toInt(data) : toText(data);
  switch (schema.type) {
    case 'integer':
      return toInt(data);
    case 'number':
      return typeof data === 'number' ? data : undefined;
    case 'boolean':
      return typeof data === 'boolean' ? data : undefined;
    case 'string':
      return typeof data === 'string' ? toFormatted(data, schema.format) : undefined;
    default:
      return undefined;
  }
}

const toInt = (data: unknown): bigint | undefined => (Number.isSafeInteger(data) ? BigInt(data as number) : undefined);
const toText = (data: unknown): string | undefined => (typeof data === 'string' ? data : undefined);

function toFormatted(text: string, format: unknown): Value | undefined {
  switch (format) {
    case 'duration':
      return parseDuration(text);
    case 'date':
      return isDay(text) ? parseTimestamp(`${text}T00:00:00Z`) : undefined;
    case 'date-time':
      return parseTimestamp(text);
    case 'byte':
      // The API server reads the alphabet for URLs. What both alphabets have is certain.
      return /^[A-Za-z0-9]*=*$/.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
    default:
      return text;
  }
}

function toList(data: readonly unknown[], schema: Data, convert: ToValue): Value | undefined {
  const items = at(schema, 'items');
  if (!isData(items)) return undefined;
  const values = data.map((item) => convert(item, items));
  if (values.includes(undefined)) return undefined;
  const list = values as Value[];
  return schema['x-kubernetes-list-type'] === 'set' || schema['x-kubernetes-list-type'] === 'map'
    ? markUnordered(list)
    : list;
}

function toObject(data: Data, schema: Data, convert: ToValue): Value | undefined {
  if (schema['x-kubernetes-embedded-resource'] === true || isData(schema.properties)) {
    const own = schema['x-kubernetes-embedded-resource'] === true ? withMeta(schema) : schema;
    return toFields(data, dataAt(own, 'properties'), convert);
  }
  if (!isData(schema.additionalProperties)) return new ObjectValue(new Map(), () => false);
  const entries = new Map<Key, Value>();
  for (const [key, item] of Object.entries(data)) {
    const value = convert(item, schema.additionalProperties);
    if (value === undefined) return undefined;
    entries.set(key, value);
  }
  return entries;
}

function toFields(data: Data, properties: Data, convert: ToValue): Value {
  const fields = new Map<string, Value>();
  /** A field that is there, but of which the value is not known. */
  const unknown = new Set<string>();
  const declared = new Set<string>();
  for (const [key, schema] of Object.entries(properties)) {
    const name = escapeName(key);
    if (name === undefined || !isData(schema)) continue;
    declared.add(name);
    if (!Object.hasOwn(data, key)) continue;
    const value = convert(data[key], schema);
    if (value === undefined) unknown.add(name);
    else fields.set(name, value);
  }
  return new ObjectValue(fields, (name) => declared.has(name) && !unknown.has(name));
}
