/** The values of CEL. An int is a bigint, a double a number; a list is an array, also one of a set. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | ValueMap
  | ObjectValue
  | Timestamp
  | Duration
  | Optional
  | TypeValue
  | OpaqueValue;

export type Key = string | bigint | boolean;
export type ValueMap = ReadonlyMap<Key, Value>;

/** An object with the fields that its schema declares. */
export class ObjectValue {
  readonly fields: ReadonlyMap<string, Value>;
  /** Whether the schema has a field; an absent one that it has not may be unknown here only. */
  readonly declares: (name: string) => boolean;

  constructor(fields: ReadonlyMap<string, Value>, declares: (name: string) => boolean) {
    this.fields = fields;
    this.declares = declares;
  }
}

export class Timestamp {
  /** Since 1970. */
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

export class Duration {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

export class Optional {
  /** `undefined` when there is none. */
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

export const NONE = new Optional(undefined);

export class TypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A value of a type that Kubernetes adds, such as a quantity. Two are equal when their types and `identity` are. */
export class OpaqueValue {
  readonly type: string;
  readonly identity: string | bigint;
  /** What the functions of the type work with. */
  readonly content: unknown;

  constructor(type: string, identity: string | bigint, content?: unknown) {
    this.type = type;
    this.identity = identity;
    this.content = content;
  }
}

const unordered = new WeakSet<readonly Value[]>();

/** Marks a list that is a set or a map by its schema: its order does not matter when it is compared. */
export function markUnordered(list: readonly Value[]): readonly Value[] {
  unordered.add(list);
  return list;
}

export const isUnordered = (list: readonly Value[]): boolean => unordered.has(list);

export const isList = (value: unknown): value is readonly Value[] => Array.isArray(value);
export const isMap = (value: unknown): value is ValueMap => value instanceof Map;
export const isInt = (value: unknown): value is bigint => typeof value === 'bigint';
export const isText = (value: unknown): value is string => typeof value === 'string';

/** The name of a value's type, as `type()` returns it. */
export function typeName(value: Value): string {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
  }
  if (isList(value)) return 'list';
  if (isMap(value)) return 'map';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof ObjectValue) return 'object';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Optional) return 'optional_type';
  return value instanceof TypeValue ? 'type' : value.type;
}

/** Data of a YAML or JSON document without a schema. A whole number is an int. */
export function toValue(data: unknown): Value {
  if (typeof data === 'number') return Number.isSafeInteger(data) ? BigInt(data) : data;
  if (Array.isArray(data)) return data.map(toValue);
  if (typeof data === 'object' && data !== null)
    return new Map(Object.entries(data).map(([key, value]) => [key, toValue(value)]));
  return typeof data === 'string' || typeof data === 'boolean' || typeof data === 'bigint' ? data : null;
}
