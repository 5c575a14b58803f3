import { type Data, dataAt, isData } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import { readFormat } from './custom/formats.ts';

/** The schema of one version of a custom resource. */
export interface CustomSchema {
  /** `group/version/Kind`. */
  key: string;
  apiVersion: string;
  kind: string;
  /** A JSON Schema that also rejects unknown keys. */
  schema: Data;
  /** The schema as its definition has it. */
  structural: Data;
  hasPatterns: boolean;
  /** The API versions that the definition serves; absent when other definitions of the kind may serve others. */
  served?: readonly string[];
}

export const isCrd = ({ apiVersion, kind }: Resource): boolean =>
  kind === 'CustomResourceDefinition' && apiVersion.startsWith('apiextensions.k8s.io/');

/** @param schema one without problems, see {@link checkSchema} in check-schema.ts */
export function toCustomSchema(
  definition: Pick<CustomSchema, 'apiVersion' | 'kind' | 'hasPatterns' | 'served'>,
  schema: Data,
): CustomSchema {
  const key = `${definition.apiVersion}/${definition.kind}`;
  return { ...definition, key, schema: withObjectKeys(toStrictSchema(schema)), structural: schema };
}

/** Every object has these keys, but few CustomResourceDefinitions declare them. */
function withObjectKeys(schema: Data): Data {
  const meta = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };
  return { ...schema, properties: { ...dataAt(schema, 'properties'), ...meta } };
}

/** Keywords with the same meaning in JSON Schema. They are copied unchanged. */
const COPIED_KEYWORDS = [
  'enum',
  'required',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'pattern',
  'multipleOf',
  'minProperties',
  'maxProperties',
];
const COMBINATORS = ['allOf', 'anyOf', 'oneOf'];

/**
 * A structural schema as a JSON Schema that rejects unknown keys, which the API would silently drop.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 * @param structural false below `allOf`, `anyOf`, `oneOf` and `not`, which only add conditions
 */
function toStrictSchema(schema: Data, structural = true): Data {
  const result: Data = {};
  for (const key of COPIED_KEYWORDS) if ((schema[key] ?? null) !== null) result[key] = schema[key];
  // A boolean in OpenAPI 3.0, a number in JSON Schema.
  if (schema.exclusiveMinimum === true) result.exclusiveMinimum = schema.minimum;
  if (schema.exclusiveMaximum === true) result.exclusiveMaximum = schema.maximum;
  if (isData(schema.items)) result.items = toStrictSchema(schema.items, structural);
  if (isData(schema.not)) result.not = toStrictSchema(schema.not, false);
  for (const key of COMBINATORS)
    if (Array.isArray(schema[key])) result[key] = schema[key].filter(isData).map((part) => toStrictSchema(part, false));
  const format = readFormat(schema);
  if (format !== undefined) result.format = format;
  if (schema.nullable === true && Array.isArray(result.enum)) result.enum = [...result.enum, null];
  const type = readTypes(schema);
  if (type !== undefined) result.type = type;
  return { ...result, ...objectKeywords(schema, structural) };
}

function readTypes(schema: Data): string[] | undefined {
  const types = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : [schema.type];
  if (typeof types[0] !== 'string') return undefined;
  return schema.nullable === true ? [...types.map(String), 'null'] : types.map(String);
}

/** The keys of an object in an object, whose values are checked otherwise. */
const EMBEDDED_KEYS: Data = { apiVersion: {}, kind: {}, metadata: {} };

function objectKeywords(schema: Data, structural: boolean): Data {
  const result: Data = {};
  if (isData(schema.properties))
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).flatMap(([key, value]) =>
        isData(value) ? [[key, toStrictSchema(value, structural)]] : [],
      ),
    );
  if (isData(schema.additionalProperties))
    result.additionalProperties = toStrictSchema(schema.additionalProperties, structural);
  const isOpen =
    schema['x-kubernetes-preserve-unknown-fields'] === true || (schema.additionalProperties ?? undefined) !== undefined;
  if (!structural || isOpen || schema.type !== 'object') return result;
  const own = schema['x-kubernetes-embedded-resource'] === true ? EMBEDDED_KEYS : {};
  return { ...result, properties: { ...own, ...dataAt(result, 'properties') }, additionalProperties: false };
}
