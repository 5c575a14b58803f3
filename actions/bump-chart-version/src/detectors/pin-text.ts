/**
 * How a scalar holds a tag or a digest.
 * - `tag`: `1.4.1`, `1.4.1@sha256:…` or a digest alone
 * - `digest`: `sha256:…`, `@sha256:…`, or the hex digits alone if it already has that form
 * - `hex`: the hex digits of a SHA-256, which the template puts behind `@sha256:`
 * - `reference`: `repository:tag@digest`, each part optional, possibly behind `NAME=`
 */
export type PinForm = 'tag' | 'digest' | 'hex' | 'reference';

export interface TagAndDigest {
  tag: string | undefined;
  /** `sha256:…` */
  digest: string | undefined;
}

/** As in a reference: `:1.4.1@sha256:…`. */
export const formatPinned = ({ tag, digest }: TagAndDigest): string =>
  `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;

/** A reference, taken apart so that joining the parts gives the same text. */
export interface ReferenceText extends TagAndDigest {
  /** What stands before the repository: `--image=`, `old-name=`, `docker://`, or nothing. */
  prefix: string;
  repository: string;
}

const TAG = String.raw`[\w][\w.-]{0,127}`;
const DIGEST = '[a-z0-9]+:[0-9a-fA-F]{32,}';
const HOST = String.raw`(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?\/`;
const REPOSITORY = `(?:${HOST})?[A-Za-z0-9][A-Za-z0-9._/-]*`;
const REFERENCE = new RegExp(`^([^=\\s]+=)?(docker://)?(${REPOSITORY})(?::(${TAG}))?(?:@(${DIGEST}))?$`);
const PINNED_TAG = new RegExp(`^(${TAG})@(${DIGEST})$`);
const DIGEST_TEXT = new RegExp(`^(@?)(?:(${DIGEST})|([0-9a-f]{64}))$`);

/** Of a name are at most 255 characters, of a tag 128, of a digest fewer: https://github.com/distribution/reference. */
const MAX_REFERENCE_LENGTH = 2048;

/** A pattern needs stack for every character that it may have to give back, so a text of many megabytes would overflow it. */
const matchShort = (pattern: RegExp, text: string): RegExpExecArray | null =>
  text.length > MAX_REFERENCE_LENGTH ? null : pattern.exec(text);

/** The parts of a reference, or `undefined` when the whole text is none. The grammar: https://github.com/distribution/reference. */
export function parseReference(text: string): ReferenceText | undefined {
  const match = matchShort(REFERENCE, text);
  if (!match?.[3]) return undefined;
  const [, assigned = '', scheme = '', repository, tag, digest] = match;
  return { prefix: assigned + scheme, repository, tag, digest };
}

/** A digest as written, with or without its algorithm; `undefined` for other text. */
export function parseDigestText(text: string): { digest: string; isHex: boolean; prefix: string } | undefined {
  const match = matchShort(DIGEST_TEXT, text);
  if (match === null) return undefined;
  const [, prefix = '', digest, hex] = match;
  return { prefix, digest: digest ?? `sha256:${hex}`, isHex: digest === undefined };
}

/** The tag and the digest in a text. */
export function readPin(form: PinForm, text: string): TagAndDigest {
  if (text === '') return { tag: undefined, digest: undefined };
  if (form === 'reference') {
    const { tag, digest } = parseReference(text) ?? { tag: undefined, digest: undefined };
    return { tag, digest };
  }
  if (form !== 'tag') return { tag: undefined, digest: parseDigestText(text)?.digest ?? text };
  const [, tag, digest] = matchShort(PINNED_TAG, text) ?? [];
  if (tag !== undefined) return { tag, digest };
  const alone = parseDigestText(text);
  // Forty or fewer hex digits are a commit's tag; 64 can only be a digest where they have an algorithm.
  return alone === undefined || alone.isHex
    ? { tag: text, digest: undefined }
    : { tag: undefined, digest: alone.digest };
}

/**
 * The text with the new tag and digest, in the form that it has.
 * @param create whether a reference without a digest gets one
 * @returns `undefined` when the text cannot hold what the image has: a tag or a digest, and the image has none
 */
export function writePin(
  { form, old }: { form: PinForm; old: string },
  { tag, digest }: TagAndDigest,
  create: boolean,
): string | undefined {
  if (form === 'reference') return writeReference(old, { tag, digest }, create);
  const present = readPin('tag', old);
  if (form === 'tag' && present.digest === undefined) return tag;
  if (digest === undefined) return undefined;
  const hex = digest.slice(digest.indexOf(':') + 1);
  if (form === 'hex') return hex;
  if (form === 'digest') {
    const written = parseDigestText(old);
    return `${written?.prefix ?? ''}${written?.isHex ? hex : digest}`;
  }
  if (present.tag !== undefined) return `${tag ?? present.tag}@${digest}`;
  return `${old.startsWith('@') ? '@' : ''}${digest}`;
}

function writeReference(old: string, { tag, digest }: TagAndDigest, create: boolean): string | undefined {
  const parts = parseReference(old);
  if (parts === undefined) return undefined;
  const isBare = parts.tag === undefined && parts.digest === undefined;
  const newTag = parts.tag === undefined && !(isBare && create) ? undefined : (tag ?? parts.tag);
  const newDigest = parts.digest !== undefined || create ? digest : undefined;
  return `${parts.prefix}${parts.repository}${newTag === undefined ? '' : `:${newTag}`}${newDigest === undefined ? '' : `@${newDigest}`}`;
}
