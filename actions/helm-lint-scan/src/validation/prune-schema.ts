import { type Data, isData } from '../data.ts';

/**
 * A structural schema without the parts that none of the values reaches. The keys that it knows stay, and what a default
 * fills in.
 * Compiling the whole schema of an ApplicationSet takes seconds, and most objects use a hundredth of it.
 */
export function pruneSchema(schema: Data, values: readonly unknown[]): Data {
  if (values.length === 0) return withoutParts(schema);
  const objects = values.filter(isData);
  const known = isData(schema.properties) ? schema.properties : {};
  const result: Data = { ...schema };
  if (isData(schema.properties))
    result.properties = Object.fromEntries(
      Object.entries(known).map(([key, part]) => [
        key,
        isData(part) ? pruneSchema(part, [...valuesAt(objects, key), ...defaultOf(part)]) : part,
      ]),
    );
  if (isData(schema.items)) result.items = pruneSchema(schema.items, values.filter(Array.isArray).flat());
  if (isData(schema.additionalProperties))
    result.additionalProperties = pruneSchema(
      schema.additionalProperties,
      objects.flatMap((object) =>
        Object.entries(object).flatMap(([key, value]) => (Object.hasOwn(known, key) ? [] : [value])),
      ),
    );
  return result;
}

const defaultOf = (schema: Data): unknown[] => (schema.default === undefined ? [] : [schema.default]);

const valuesAt = (objects: readonly Data[], key: string): unknown[] =>
  objects.flatMap((object) => (Object.hasOwn(object, key) ? [object[key]] : []));

/** Keywords that contain schemas, or that apply to what such schemas describe. */
const PARTS = new Set(['properties', 'items', 'additionalProperties', 'allOf', 'anyOf', 'oneOf', 'not', 'required']);

function withoutParts(schema: Data): Data {
  const kept = Object.entries(schema).filter(([key]) => !PARTS.has(key) && key !== 'x-kubernetes-validations');
  return Object.fromEntries([
    ...kept,
    ...(schema.type === 'object' ? [['x-kubernetes-preserve-unknown-fields', true]] : []),
  ]);
}
