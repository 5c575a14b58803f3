import { isData, stringAt } from '../data.ts';

/**
 * The meta-schemas of JSON Schema that Helm's library includes.
 * Source: https://github.com/santhosh-tekuri/jsonschema/blob/v6.0.3/loader.go, `openMeta`
 */
const BUILT_IN = new Set([
  'schema',
  'draft-04/schema',
  'draft-06/schema',
  'draft-07/schema',
  'draft/2019-09/schema',
  ...['applicator', 'content', 'core', 'format', 'meta-data', 'validation'].map((name) => `draft/2019-09/meta/${name}`),
  'draft/2020-12/schema',
  ...[
    'applicator',
    'content',
    'core',
    'format-annotation',
    'format-assertion',
    'meta-data',
    'unevaluated',
    'validation',
  ].map((name) => `draft/2020-12/meta/${name}`),
]);

const isBuiltIn = (address: string): boolean =>
  BUILT_IN.has(/^https?:\/\/json-schema\.org\/(.*)$/s.exec(address)?.[1] ?? '');

/** The address under which Helm compiles a values schema. Source: https://github.com/helm/helm/blob/v4.3.1/pkg/chart/common/util/jsonschema.go */
const SCHEMA_ADDRESS = 'file:///values.schema.json';

const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'];
const NAMES = ['$id', 'id'];
/** Keywords whose value is data and not a schema, unless a reference into the document makes it one. */
const DATA = ['default', 'const', 'enum', 'examples', 'example'];
/** Keywords whose value maps arbitrary names, also those of keywords, to schemas. */
const NAMED = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies'];

/**
 * The references of a values schema to something outside it: to a web address, to a file, or by a relative path. Helm follows any
 * address, also of the machine itself, and reads any file (`HTTPURLLoader` and `FileLoader` in the source above).
 * When in doubt, a reference is external. `urn:` is not: Helm treats it as a schema that allows everything.
 * @param schema parsed
 * @returns the references as written, each once
 */
export function findExternalReferences(schema: unknown): string[] {
  const addresses = assignedAddresses(schema);
  const all = collectKeywords(schema, addresses, false);
  // `#/properties/x/default` makes data a schema.
  const intoData = all.some(({ key, text }) => REFERENCES.includes(key) && leadsIntoData(text));
  const found = intoData ? collectKeywords(schema, addresses, true) : all;
  const internal = new Set([SCHEMA_ADDRESS, ...addresses.parts.values()]);
  return [...new Set(found.filter((keyword) => isExternal(keyword, internal)).map(({ text }) => text))];
}

/** A keyword that names an address. */
interface Keyword {
  key: string;
  text: string;
  /** The base of relative addresses here; `undefined` when it is uncertain. */
  base: string | undefined;
}

interface Addresses {
  /** The address of the schema itself. */
  root: string | undefined;
  /** The addresses that the schema assigns to its parts, itself included, by the part. */
  parts: ReadonlyMap<unknown, string>;
}

/** Not recursive, because a schema can have any number of levels. */
function collectKeywords(schema: unknown, { root, parts }: Addresses, data: boolean): Keyword[] {
  const found: Keyword[] = [];
  const open: { value: unknown; base: string | undefined; named: boolean }[] = [
    { value: schema, base: root, named: false },
  ];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { value, named } = entry;
    if (Array.isArray(value)) for (const item of value) open.push({ value: item, base: entry.base, named: false });
    if (!isData(value)) continue;
    const renamed =
      !named && value !== schema && NAMES.some((name) => withoutFragment(stringAt(value, name) ?? '') !== '');
    const base = renamed ? parts.get(value) : entry.base;
    for (const [key, nested] of Object.entries(value)) {
      if (!named && typeof nested === 'string' && [...REFERENCES, ...NAMES, '$schema'].includes(key))
        found.push({ key, text: nested, base });
      if (named || data || !DATA.includes(key))
        open.push({ value: nested, base, named: !named && NAMED.includes(key) });
    }
  }
  return found;
}

function leadsIntoData(reference: string): boolean {
  const pointer = reference.slice(reference.indexOf('#') + 1);
  try {
    return decodeURIComponent(pointer)
      .split('/')
      .some((step) => DATA.includes(step));
  } catch {
    return true;
  }
}

const withoutFragment = (address: string): string => address.replace(/#.*$/s, '');

/**
 * The addresses that the schema assigns to its parts, where all implementations agree: at the root, and in `$defs` or `definitions`
 * of the root, where tools that bundle several schemas into one file put them.
 */
function assignedAddresses(schema: unknown): Addresses {
  const draft = stringAt(schema, '$schema') ?? '';
  const root = rootAddress(schema, draft);
  const parts = new Map<unknown, string>();
  if (root !== undefined) parts.set(schema, root);
  // Drafts before 2019 ignore `$defs`, and draft 4 calls an address `id`.
  const places = /draft-0[67]/.test(draft) ? ['definitions'] : /draft-0/.test(draft) ? [] : ['definitions', '$defs'];
  for (const place of places) {
    const list = isData(schema) ? schema[place] : undefined;
    for (const part of isData(list) ? Object.values(list) : []) {
      if (!isData(part) || '$schema' in part || 'id' in part || hasReference(part)) continue;
      const id = stringAt(part, '$id');
      const address = id === undefined ? undefined : resolveAddress(withoutFragment(id), root);
      if (address !== undefined) parts.set(part, address);
    }
  }
  return { root, parts };
}

/** Drafts before 2019 ignore an address beside a reference. */
function rootAddress(schema: unknown, draft: string): string | undefined {
  const id = withoutFragment(stringAt(schema, '$id') ?? '');
  if (id === '' && stringAt(schema, 'id') === undefined) return SCHEMA_ADDRESS;
  return id === '' || stringAt(schema, 'id') !== undefined || hasReference(schema) || /draft-0[^67]/.test(draft)
    ? undefined
    : resolveAddress(id, SCHEMA_ADDRESS);
}

const hasReference = (schema: unknown): boolean => isData(schema) && REFERENCES.some((key) => key in schema);

/**
 * Addresses that Go and JavaScript parse alike: a domain name, no port, no user, no escapes, no `..`. They differ in many others:
 * https://pkg.go.dev/net/url, https://url.spec.whatwg.org
 */
const ABSOLUTE = /^(?:https?:\/\/(?:[a-z0-9-]+\.)+[a-z]{2,}|file:\/\/)(?:\/[\w~-][\w.~-]*)*\/?$/;
const RELATIVE = /^(?:\.?\/)?(?:[\w~-][\w.~-]*\/)*(?:[\w~-][\w.~-]*)?$/;

/** `undefined` when Helm could resolve it differently. */
function resolveAddress(address: string, base: string | undefined): string | undefined {
  if (ABSOLUTE.test(address)) return address;
  return base !== undefined && RELATIVE.test(address) ? new URL(address, base).href : undefined;
}

/** An `$id` that is not rewritten when it is parsed. */
const NAME = /^[\w.~:/?=&+@,;!*()'-]*$/;

function isExternal({ key, text, base }: Keyword, internal: ReadonlySet<string>): boolean {
  const address = withoutFragment(text);
  if (NAMES.includes(key)) return !NAME.test(address);
  if (key === '$schema') return /^\W*(?:https?|file):/i.test(address) && !isBuiltIn(address);
  if (address === '' || isBuiltIn(address) || address.startsWith('urn:')) return false;
  const target = resolveAddress(address, base);
  return target === undefined || !internal.has(target);
}
