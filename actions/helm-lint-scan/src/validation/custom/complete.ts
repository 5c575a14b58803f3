import { at, type Data, dataAt, isData } from '../../data.ts';

/**
 * An object as the API server completes it before it validates: without nulls where the schema does not allow them, and with defaults.
 * The positions in lists stay.
 * Source: `PruneNonNullableNullsWithoutDefaults` and `Default` in apiextensions-apiserver/pkg/apiserver/schema/defaulting
 */
export const complete = (object: Data, schema: Data): Data =>
  withDefaults(withoutNulls(object, schema), schema) as Data;

/** The schema of a key: that of the property, or of all further keys. */
export function schemaOf(key: string, schema: Data | undefined): Data | undefined {
  const properties = dataAt(schema, 'properties');
  const own = Object.hasOwn(properties, key) ? properties[key] : at(schema, 'additionalProperties');
  return isData(own) ? own : undefined;
}

export function itemSchema(schema: Data | undefined): Data | undefined {
  const items = at(schema, 'items');
  return isData(items) ? items : undefined;
}

const hasDefault = (schema: Data): boolean => (schema.default ?? null) !== null;

/** A null that the schema does not allow. */
const isForbiddenNull = (value: unknown, schema: Data | undefined): schema is Data =>
  value === null && schema !== undefined && schema.nullable !== true;

function withoutNulls(value: unknown, schema: Data | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, itemSchema(schema)));
  if (!isData(value)) return value;
  return fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const own = schemaOf(key, schema);
      return isForbiddenNull(item, own) && !hasDefault(own) ? [] : [[key, withoutNulls(item, own)]];
    }),
  );
}

function withDefaults(value: unknown, schema: Data | undefined): unknown {
  const complete = (item: unknown, own: Data | undefined): unknown =>
    withDefaults(isForbiddenNull(item, own) ? (own.default ?? null) : item, own);
  if (Array.isArray(value)) return value.map((item) => complete(item, itemSchema(schema)));
  if (!isData(value)) return value;
  const absent = Object.entries(dataAt(schema, 'properties')).flatMap(([key, own]): [string, unknown][] =>
    isData(own) && hasDefault(own) && !Object.hasOwn(value, key) ? [[key, own.default]] : [],
  );
  return fromEntries(
    [...Object.entries(value), ...absent].map(([key, item]) => [key, complete(item, schemaOf(key, schema))]),
  );
}

/** A key may have the name of an inherited property, such as `__proto__`. */
const fromEntries = (entries: [key: string, value: unknown][]): Data => Object.fromEntries(entries);
