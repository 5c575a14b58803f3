import { isData, type Path } from '../data.ts';

export interface KeywordProblem {
  /** The path in the schema. */
  path: Path;
  /** `enum must be a list` */
  message: string;
}

export interface CheckedSchema {
  problems: KeywordProblem[];
  /** The patterns in it, which are strings. They are not compiled here. */
  patterns: { path: Path; pattern: string }[];
}

/** Returns what is wrong with the value of a keyword, as the end of a sentence; `undefined` when it is valid. */
type Check = (value: unknown) => string | undefined;

const isString = (value: unknown): boolean => typeof value === 'string';
const string: Check = (value) => (isString(value) ? undefined : 'must be a string');
const boolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const number: Check = (value) => (typeof value === 'number' ? undefined : 'must be a number');
const count: Check = (value) => {
  if (!Number.isInteger(value)) return 'must be a whole number';
  return Number(value) < 0 ? 'must not be negative' : undefined;
};
const strings: Check = (value) =>
  Array.isArray(value) && value.every(isString) ? undefined : 'must be a list of strings';
const mapping: Check = (value) => (isData(value) ? undefined : 'must be a mapping');
const mappings: Check = (value) => {
  if (!Array.isArray(value)) return 'must be a list';
  return value.every(isData) ? undefined : 'must be a list of mappings';
};
const schemas: Check = (value) => (Array.isArray(value) && value.length === 0 ? 'must not be empty' : mappings(value));
const oneOf =
  (...choices: string[]): Check =>
  (value) =>
    choices.includes(value as string) ? undefined : `must be one of ${choices.join(', ')}`;
/** Source: `forbiddenSchemaPaths` and the following functions in apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go */
const unsupportedKeyword: Check = () => 'is not supported by Kubernetes';

/**
 * The keywords of a CustomResourceDefinition's schema.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/#JSONSchemaProps
 */
const KEYWORDS: Record<string, Check> = {
  type: oneOf('array', 'boolean', 'integer', 'number', 'object', 'string'),
  format: string,
  title: string,
  description: string,
  pattern: string,
  nullable: boolean,
  enum: (value) => {
    if (!Array.isArray(value)) return 'must be a list';
    return value.length === 0 ? 'must not be empty' : undefined;
  },
  required: (value) => {
    const problem = strings(value);
    const list = value as string[];
    return problem ?? (new Set(list).size < list.length ? 'must not contain a key twice' : undefined);
  },
  minimum: number,
  maximum: number,
  exclusiveMinimum: boolean,
  exclusiveMaximum: boolean,
  multipleOf: (value) => number(value) ?? (Number(value) > 0 ? undefined : 'must be greater than 0'),
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minProperties: count,
  maxProperties: count,
  uniqueItems: (value) =>
    value === true ? 'must not be true: Kubernetes forbids it because it is slow for long lists' : boolean(value),
  properties: (value) => {
    const problem = mapping(value);
    return problem ?? (Object.values(value as object).every(isData) ? undefined : 'must contain only mappings');
  },
  additionalProperties: (value) =>
    typeof value === 'boolean' || isData(value) ? undefined : 'must be a mapping or a boolean',
  items: mapping,
  not: mapping,
  allOf: schemas,
  anyOf: schemas,
  oneOf: schemas,
  'x-kubernetes-preserve-unknown-fields': boolean,
  'x-kubernetes-embedded-resource': boolean,
  'x-kubernetes-int-or-string': boolean,
  'x-kubernetes-list-type': oneOf('atomic', 'set', 'map'),
  'x-kubernetes-map-type': oneOf('granular', 'atomic'),
  'x-kubernetes-list-map-keys': strings,
  'x-kubernetes-validations': mappings,
  $ref: unsupportedKeyword,
  id: unsupportedKeyword,
  additionalItems: unsupportedKeyword,
  patternProperties: unsupportedKeyword,
  definitions: unsupportedKeyword,
  dependencies: unsupportedKeyword,
};

/** Keywords that contain one schema, and a list of schemas. `properties` contains schemas by name. */
const SINGLE_SCHEMA = ['items', 'not', 'additionalProperties'];
const SCHEMA_LIST = ['allOf', 'anyOf', 'oneOf'];

/** The maximum number of problems that are reported for one schema. */
const MAX_PROBLEMS = 10;
/** The largest published schemas have about ten thousand parts on about thirty levels. Compiling them takes seconds. */
const MAX_PARTS = 20_000;
const MAX_LEVELS = 100;

/** Find everything that makes the schema invalid, for the API server and here. A null is treated as absent. */
export function checkSchema(schema: unknown): CheckedSchema {
  const checked: CheckedSchema = { problems: [], patterns: [] };
  const report = (path: Path, message: string): void => void checked.problems.push({ path, message });
  const open: { part: unknown; path: Path }[] = [{ part: schema, path: [] }];
  let parts = 0;
  for (let entry = open.pop(); entry !== undefined && checked.problems.length < MAX_PROBLEMS; entry = open.pop()) {
    const { part, path } = entry;
    if (!isData(part)) {
      if (path.length === 0) report(path, 'it must be a mapping');
      continue;
    }
    if (++parts > MAX_PARTS) report([], `it has more than ${MAX_PARTS} parts`);
    // A level is two steps: `properties` and a name.
    if (path.length > MAX_LEVELS * 2) report(path, `it has more than ${MAX_LEVELS} levels`);
    if (checked.problems.length >= MAX_PROBLEMS || parts > MAX_PARTS || path.length > MAX_LEVELS * 2) break;
    checkPart(part, path, checked);
    for (const [steps, nested] of nestedParts(part)) open.push({ part: nested, path: [...path, ...steps] });
  }
  return checked;
}

function checkPart(part: Record<string, unknown>, path: Path, checked: CheckedSchema): void {
  for (const [keyword, value] of Object.entries(part)) {
    if (value === null || !Object.hasOwn(KEYWORDS, keyword)) continue;
    const problem = KEYWORDS[keyword]?.(value);
    if (problem !== undefined) checked.problems.push({ path: [...path, keyword], message: `${keyword} ${problem}` });
    else if (keyword === 'pattern') checked.patterns.push({ path: [...path, keyword], pattern: value as string });
  }
  for (const [exclusive, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const)
    if (part[exclusive] === true && typeof part[bound] !== 'number')
      checked.problems.push({ path: [...path, exclusive], message: `${exclusive} requires ${bound}` });
}

function nestedParts(part: Record<string, unknown>): [steps: Path, nested: unknown][] {
  const properties = isData(part.properties) ? Object.entries(part.properties) : [];
  return [
    ...SINGLE_SCHEMA.map((key): [Path, unknown] => [[key], part[key]]),
    ...properties.map(([name, nested]): [Path, unknown] => [['properties', name], nested]),
    ...SCHEMA_LIST.flatMap((key) =>
      (Array.isArray(part[key]) ? part[key] : []).map((nested: unknown, index): [Path, unknown] => [
        [key, index],
        nested,
      ]),
    ),
  ];
}
