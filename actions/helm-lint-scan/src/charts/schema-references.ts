import { isData, textAt } from '../data.ts';

/**
 * The schemas of JSON Schema itself that Helm's library has with it.
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

/** Under this address Helm compiles a values schema. Source: https://github.com/helm/helm/blob/v4.3.1/pkg/chart/common/util/jsonschema.go */
const OWN_ADDRESS = 'file:///values.schema.json';

const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'];
const NAMES = ['$id', 'id'];
/** Keywords that hold data. What stands in them is no schema, unless a reference into the document makes it one. */
const DATA = ['default', 'const', 'enum', 'examples', 'example'];
/** Keywords that hold schemas by names that may be any, those of keywords included. */
const NAMED = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies'];

/**
 * The references of a values schema that Helm would follow out of it: to a web address, to a file, or by a relative path. Helm takes
 * any address, that of the machine itself included, and any file (`HTTPURLLoader` and `FileLoader` in the source above).
 * When in doubt a reference counts as one that leads out. `urn:` does not: Helm takes it for a schema that allows everything.
 * @param schema as data
 * @returns the references as written, each once
 */
export function referencesOut(schema: unknown): string[] {
  const addresses = ownAddresses(schema);
  const all = textsOf(schema, addresses, false);
  // `#/properties/x/default` makes a schema of what is data elsewhere.
  const intoData = all.some(({ key, text }) => REFERENCES.includes(key) && leadsIntoData(text));
  const found = intoData ? textsOf(schema, addresses, true) : all;
  const own = new Set([OWN_ADDRESS, ...addresses.parts.values()]);
  return [...new Set(found.filter((each) => leadsOut(each, own)).map(({ text }) => text))];
}

/** A keyword that names an address. */
interface Keyword {
  key: string;
  text: string;
  /** To which a relative address is relative here; `undefined` when that is not certain. */
  base: string | undefined;
}

interface Addresses {
  /** Of the schema itself. */
  root: string | undefined;
  /** Those that the schema gives to parts of it, itself included, by the part. */
  parts: ReadonlyMap<unknown, string>;
}

/** Without recursion: a schema may have any number of levels. */
function textsOf(schema: unknown, { root, parts }: Addresses, data: boolean): Keyword[] {
  const found: Keyword[] = [];
  const open: { value: unknown; base: string | undefined; named: boolean }[] = [
    { value: schema, base: root, named: false },
  ];
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    const { value, named } = here;
    if (Array.isArray(value)) for (const each of value) open.push({ value: each, base: here.base, named: false });
    if (!isData(value)) continue;
    const renamed =
      !named && value !== schema && NAMES.some((name) => withoutFragment(textAt(value, name) ?? '') !== '');
    const base = renamed ? parts.get(value) : here.base;
    for (const [key, each] of Object.entries(value)) {
      if (!named && typeof each === 'string' && [...REFERENCES, ...NAMES, '$schema'].includes(key))
        found.push({ key, text: each, base });
      if (named || data || !DATA.includes(key)) open.push({ value: each, base, named: !named && NAMED.includes(key) });
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
 * The addresses that the schema gives to its parts, as far as every reader agrees on them: at the root, and for what lies in `$defs`
 * or `definitions` of the root, as tools do that put several schemas into one file.
 */
function ownAddresses(schema: unknown): Addresses {
  const draft = textAt(schema, '$schema') ?? '';
  const root = rootAddress(schema, draft);
  const parts = new Map<unknown, string>();
  if (root !== undefined) parts.set(schema, root);
  // The drafts before 2019 do not look into `$defs`, and draft 4 calls an address `id`.
  const places = /draft-0[67]/.test(draft) ? ['definitions'] : /draft-0/.test(draft) ? [] : ['definitions', '$defs'];
  for (const place of places) {
    const list = isData(schema) ? schema[place] : undefined;
    for (const part of isData(list) ? Object.values(list) : []) {
      if (!isData(part) || '$schema' in part || 'id' in part || hasReference(part)) continue;
      const id = textAt(part, '$id');
      const address = id === undefined ? undefined : resolved(withoutFragment(id), root);
      if (address !== undefined) parts.set(part, address);
    }
  }
  return { root, parts };
}

/** Beside a reference, the drafts before 2019 pass over an address. */
function rootAddress(schema: unknown, draft: string): string | undefined {
  const id = withoutFragment(textAt(schema, '$id') ?? '');
  if (id === '' && textAt(schema, 'id') === undefined) return OWN_ADDRESS;
  return id === '' || textAt(schema, 'id') !== undefined || hasReference(schema) || /draft-0[^67]/.test(draft)
    ? undefined
    : resolved(id, OWN_ADDRESS);
}

const hasReference = (schema: unknown): boolean => isData(schema) && REFERENCES.some((key) => key in schema);

/**
 * Addresses that Go and JavaScript read alike: a name of the web, no port, no user, no escapes, no steps up. For the rest they differ in much:
 * https://pkg.go.dev/net/url, https://url.spec.whatwg.org
 */
const ABSOLUTE = /^(?:https?:\/\/(?:[a-z0-9-]+\.)+[a-z]{2,}|file:\/\/)(?:\/[\w~-][\w.~-]*)*\/?$/;
const RELATIVE = /^(?:\.?\/)?(?:[\w~-][\w.~-]*\/)*(?:[\w~-][\w.~-]*)?$/;

/** `undefined` when Helm could take it for something else. */
function resolved(address: string, base: string | undefined): string | undefined {
  if (ABSOLUTE.test(address)) return address;
  return base !== undefined && RELATIVE.test(address) ? new URL(address, base).href : undefined;
}

/** What may stand in an `$id`: nothing that is written in another way once it was read. */
const NAME = /^[\w.~:/?=&+@,;!*()'-]*$/;

function leadsOut({ key, text, base }: Keyword, own: ReadonlySet<string>): boolean {
  const address = withoutFragment(text);
  if (NAMES.includes(key)) return !NAME.test(address);
  if (key === '$schema') return /^\W*(?:https?|file):/i.test(address) && !isBuiltIn(address);
  if (address === '' || isBuiltIn(address) || address.startsWith('urn:')) return false;
  const target = resolved(address, base);
  return target === undefined || !own.has(target);
}
