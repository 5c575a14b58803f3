import type { Field, Fields } from './containers.ts';
import type { NameKey, Pin } from './detector.ts';
import { type PinForm, parseDigestText, readPin } from './pin-text.ts';

/** A key in the spelling in which keys are compared: `imageTag`, `image-tag` and `image_tag` are `imagetag`. */
export const normalizeKey = (key: string): string => key.toLowerCase().replaceAll(/[-_]/g, '');

const NAME_KEY = /^(.*?)(repository|repo|imagename|image|name)$/;
const ENDS_IN_NAME = /(?:repository|repo|image|name)$/i;

export function nameKeyOf(field: Field): NameKey | undefined {
  if (!ENDS_IN_NAME.test(field.name)) return undefined;
  const [, prefix, word] = NAME_KEY.exec(normalizeKey(field.name)) ?? [];
  if (prefix === undefined) return undefined;
  const kind = word === 'repository' || word === 'repo' ? 'repository' : word === 'image' ? 'image' : 'name';
  return { prefix, kind, field };
}

/** The fields of a mapping by their normalized names: a mapping can have many thousands. */
interface FieldIndex {
  byName: ReadonlyMap<string, Field[]>;
  /** Of the keys that name an image. */
  prefixes: ReadonlySet<string>;
}

const indexes = new WeakMap<object, FieldIndex>();

function indexOf({ fields }: Pick<Fields, 'fields'>): FieldIndex {
  const known = indexes.get(fields);
  if (known !== undefined) return known;
  const index = {
    byName: Map.groupBy(fields, ({ name }) => normalizeKey(name)),
    prefixes: new Set(fields.flatMap((field) => nameKeyOf(field)?.prefix || [])),
  };
  indexes.set(fields, index);
  return index;
}

/** The first field that has one of these names, in their order. */
export function fieldNamed(fields: Pick<Fields, 'fields'>, names: readonly string[]): Field | undefined {
  const { byName } = indexOf(fields);
  for (const name of names) {
    const found = byName.get(name)?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

const around = (key: NameKey, words: readonly string[]): string[] => [
  ...new Set(
    words.flatMap((word) => [
      `${key.prefix}${word}`,
      `${key.prefix}image${word}`,
      `${normalizeKey(key.field.name)}${word}`,
    ]),
  ),
];

const tagField = (fields: Fields, key: NameKey): Field | undefined => fieldNamed(fields, around(key, ['tag']));

/** The sibling that repeats the tag of a reference, or has the tag where the reference has only a digest. */
export function repeatedTag(fields: Fields, key: NameKey, tag: string | undefined): Field | undefined {
  const field = tagField(fields, key);
  return field === undefined || field.text === '' || field.text !== (tag ?? field.text) ? undefined : field;
}

const versionField = (fields: Fields, key: NameKey): Field | undefined => fieldNamed(fields, around(key, ['version']));

export const registryField = (fields: Fields, key: NameKey): Field | undefined =>
  fieldNamed(fields, around(key, ['registry']));

/** The endings of keys that hold a digest, the commonest first. */
const DIGEST_WORDS = ['digest', 'tagdigest', 'sha', 'sha256', 'tagsha'];
const DIGEST_KEY = /(?:digest|sha|sha256|pin)$/;
const FORMER_KEY = /^(?:previous|prev|old|last|former)/;

export interface DigestPins {
  pins: Pin[];
  fields: Field[];
  /** Hex digits as long as a digest, in a key that does not say so: more likely a checksum or a secret. */
  doubtful: Pin[];
}

/**
 * The siblings that hold the image's digest: all that have one, or the first empty one. A pin that stayed behind would win over the new tag:
 * container runtimes take the digest and ignore the tag.
 * @param isPinned whether the tag or the reference already contains a digest, so that an empty key is not used
 */
export function digestPins(fields: Fields, key: NameKey, isPinned: boolean): DigestPins {
  const { byName } = indexOf(fields);
  const named = around(key, DIGEST_WORDS).flatMap((name) => byName.get(name) ?? []);
  const others = key.prefix === '' ? otherDigests(fields, named) : [];
  const isSure = ({ name, text }: Field): boolean =>
    parseDigestText(text)?.isHex === false || DIGEST_KEY.test(normalizeKey(name));
  const filled = [...named.filter(({ text }) => text !== ''), ...others.filter(isSure)];
  const used = isPinned || filled.length > 0 ? filled : named.slice(0, 1);
  return {
    pins: used.map((field) => toPin(field, digestForm(field))),
    fields: used,
    doubtful: others.filter((field) => !isSure(field)).map((field) => toPin(field, 'hex')),
  };
}

/** The fields of other names that hold a digest, without those of a former image and those of an image with a prefix: `sidecarDigest`. */
function otherDigests(fields: Fields, named: readonly Field[]): Field[] {
  const { prefixes } = indexOf(fields);
  return fields.fields.filter((field) => {
    if (parseDigestText(field.text) === undefined || named.includes(field)) return false;
    const name = normalizeKey(field.name);
    const isOfAnother = [...name].some((_, length) => prefixes.has(name.slice(0, length + 1)));
    return !FORMER_KEY.test(name) && !isOfAnother;
  });
}

/** An empty `sha` takes hex digits, as in grafana's charts: `{{ if .sha }}@sha256:{{ .sha }}{{ end }}`. */
function digestForm({ name, text }: Field): PinForm {
  return text === '' && /sha(?:256)?$/.test(normalizeKey(name)) ? 'hex' : 'digest';
}

export const toPin = ({ steps, text, from }: Field, form: PinForm): Pin => ({ steps, form, old: text, from });

export const hasDigest = (pin: Pin): boolean => readPin(pin.form, pin.old).digest !== undefined;

/** What holds the tag and the digest of a name. */
export interface PinsAround {
  tagged: Field | undefined;
  /** Whether the tag is in `version`. */
  isVersion: boolean;
  tagPins: Pin[];
  isPinnedByTag: boolean;
  digests: DigestPins;
}

/** With `repository: r.io/web@sha256` the template's colon makes the tag a digest. */
export const ALGORITHM = /@sha256$/;

/** The fields beside a name that pin it. The name's own field can be in another mapping. */
export function pinsAround(fields: Fields, key: NameKey): PinsAround {
  const isDigestTag = ALGORITHM.test(key.field.text);
  const tag = tagField(fields, key);
  const version = tag === undefined && key.kind !== 'name' ? versionField(fields, key) : undefined;
  const tagged = tag ?? version;
  const tagPins = tagged === undefined ? [] : [toPin(tagged, isDigestTag ? 'hex' : 'tag')];
  const isPinnedByTag = isDigestTag || tagPins.some(hasDigest);
  return {
    tagged,
    isVersion: version !== undefined,
    tagPins,
    isPinnedByTag,
    digests: digestPins(fields, key, isPinnedByTag),
  };
}
