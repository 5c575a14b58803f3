import { isScalar } from 'yaml';
import type { ImageReference } from '../../../lib/images/images-output.ts';
import { chooseTag } from '../../../lib/images/tags.ts';
import { locate } from '../yaml/locate.ts';
import { lookUp } from '../yaml/lookup.ts';
import { pathText } from '../yaml/path.ts';
import type { NewScalar } from '../yaml/scalar.ts';
import type { ParsedDocument, YamlFile } from '../yaml/source.ts';
import { type Change, inheritsValue } from './change.ts';
import { isOlderVersion } from './chart.ts';
import type { ImageMapping } from './image-mappings.ts';

/** The tag and digest that an image mapping has, and those that it gets. */
export interface ImageChange {
  file: YamlFile;
  repository: string;
  from: { tag: string | undefined; digest: string | undefined };
  to: { tag: string | undefined; digest: string };
  /** The mapping's tag is a higher version. */
  isOlder: boolean;
}

interface ImageChangesResult {
  changes: Change[];
  problems: string[];
  warnings?: string[];
  images?: ImageChange[];
}

interface ChangeOptions {
  /** Whether missing keys may be added. */
  create: boolean;
  /** The changes so far, which an alias in the mapping may follow. */
  earlier: readonly Change[];
}

/** The changes after which a mapping names this image. */
export function imageChanges(
  mapping: ImageMapping,
  image: ImageReference,
  { create, earlier }: ChangeOptions,
): ImageChangesResult {
  const { file, map } = mapping;
  const document = file.documents[mapping.document] as ParsedDocument;
  const tag = chooseTag(image.tags);
  const old = (key: string): string | undefined => {
    const node = lookUp(document, map, key)?.node;
    return isScalar(node) && node.value !== null && node.value !== '' ? String(node.value) : undefined;
  };
  const has = (key: string): boolean => lookUp(document, map, key) !== undefined;
  const [hasTag, hasDigest] = [has('tag'), has('digest')];
  const location = `${file.path}:${mapping.line}: ${pathText(mapping.steps) || 'the document'} (${image.repository})`;
  const refused = (problem: string): ImageChangesResult => ({ changes: [], problems: [`${location} ${problem}`] });
  if (!hasTag && !hasDigest && !create) {
    return refused('has neither tag nor digest; add one, as in digest: "", or set create: true');
  }
  if (hasTag && tag === undefined && !hasDigest && !create) {
    return refused('has a tag and no digest, but the image has no tags; add digest: "" or set create: true');
  }
  const warnings = [
    ...(hasTag && tag === undefined
      ? [`${location}: the image has no tags, so the tag stays ${old('tag') ?? 'empty'}`]
      : []),
    ...(!hasDigest && !create
      ? [`${location} has no digest, so only its tag pins it; add digest: "" or set create: true`]
      : []),
  ];
  const from = { tag: old('tag'), digest: old('digest') };
  const isOlder = tag !== undefined && from.tag !== undefined && isOlderVersion(tag, from.tag);
  const byTag =
    tag !== undefined && (hasTag || create)
      ? keyChange(mapping, { key: 'tag', text: tag, after: 'repository' }, { create, earlier })
      : NO_CHANGE;
  const byDigest =
    hasDigest || create
      ? keyChange(
          mapping,
          { key: 'digest', text: image.digest, after: hasTag ? 'tag' : 'repository' },
          { create, earlier: [...earlier, ...byTag.changes] },
        )
      : NO_CHANGE;
  return {
    changes: [...byTag.changes, ...byDigest.changes],
    problems: [...byTag.problems, ...byDigest.problems],
    warnings,
    images: [{ file, repository: image.repository, from, to: { tag, digest: image.digest }, isOlder }],
  };
}

const NO_CHANGE: ImageChangesResult = { changes: [], problems: [] };

interface NewValue {
  key: string;
  text: string;
  /** The sibling after which the key goes when it has to be added. */
  after: string;
}

function keyChange(
  mapping: ImageMapping,
  { key, text, after }: NewValue,
  { create, earlier }: ChangeOptions,
): ImageChangesResult {
  const { file, document, map, steps } = mapping;
  const scalar: NewScalar = { text, as: 'string' };
  const search = locate(file, document, [...steps, { kind: 'key', key }]);
  if ('found' in search) return { changes: [{ location: { node: search.found }, scalar }], problems: [] };
  const shared = { document: file.documents[document] as ParsedDocument, map, key };
  if (inheritsValue(shared, text, earlier)) return NO_CHANGE;
  if ('missing' in search && search.missingKey !== undefined && create) {
    return { changes: [{ location: { missingKey: search.missingKey }, scalar, after }], problems: [] };
  }
  return { changes: [], problems: ['refused' in search ? search.refused : search.missing] };
}
