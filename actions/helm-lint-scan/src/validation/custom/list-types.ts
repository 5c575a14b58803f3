import { type Data, isData, listAt, type Path } from '../../data.ts';
import { Field, type FieldErrors } from '../server/field.ts';
import { itemSchema, schemaOf } from './complete.ts';

/**
 * Duplicates in lists that are sets or maps. Each is reported once, at its second place.
 * Source: apiextensions-apiserver/pkg/apiserver/schema/listtype/validation.go
 */
export function* checkListTypes(value: unknown, schema: Data | undefined, path: Path = []): FieldErrors {
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    yield* checkList(value, schema, path);
    for (const [index, item] of value.entries()) yield* checkListTypes(item, itemSchema(schema), [...path, index]);
  } else if (isData(value))
    for (const [key, item] of Object.entries(value)) yield* checkListTypes(item, schemaOf(key, schema), [...path, key]);
}

function* checkList(list: readonly unknown[], schema: Data, path: Path): FieldErrors {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return;
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String);
  if (type === 'map' && !list.every((item) => item === null || isData(item))) return;
  const counts = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    const identity = type === 'set' ? item : keysOf(item, keys);
    const text = stable(identity);
    const count = (counts.get(text) ?? 0) + 1;
    counts.set(text, count);
    if (count === 2) yield new Field(item, [...path, index]).duplicate(shown(identity));
  }
}

/** The keys that an item has. */
const keysOf = (item: unknown, keys: readonly string[]): Data =>
  Object.fromEntries(keys.flatMap((key) => (isData(item) && Object.hasOwn(item, key) ? [[key, item[key]]] : [])));

const shown = (identity: unknown): unknown => (isData(identity) ? stable(identity) : identity);

/** As JSON, with the keys in order. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    isData(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
