import { type Data, dataAt, isData } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';

/** The schema of one version of a custom resource. */
export interface CustomSchema {
  /** `group/version/Kind`. */
  key: string;
  apiVersion: string;
  schema: Data;
  hasPatterns: boolean;
}

export const isCrd = ({ apiVersion, kind }: Resource): boolean =>
  kind === 'CustomResourceDefinition' && apiVersion.startsWith('apiextensions.k8s.io/');

/** @param schema one without problems, see {@link checkSchema} in check-schema.ts */
export function toCustomSchema(
  { apiVersion, kind, hasPatterns }: { apiVersion: string; kind: string; hasPatterns: boolean },
  schema: Data,
): CustomSchema {
  return { key: `${apiVersion}/${kind}`, apiVersion, schema: withObjectKeys(toStrictSchema(schema)), hasPatterns };
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
  const type = readTypes(schema);
  if (type !== undefined) result.type = type;
  return { ...result, ...objectKeywords(schema, structural) };
}

function readTypes(schema: Data): string[] | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  if (typeof schema.type !== 'string') return undefined;
  return schema.nullable === true ? [schema.type, 'null'] : [schema.type];
}

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
  const open =
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema['x-kubernetes-embedded-resource'] === true ||
    schema.additionalProperties !== undefined;
  if (structural && result.properties !== undefined && !open) result.additionalProperties = false;
  return result;
}
