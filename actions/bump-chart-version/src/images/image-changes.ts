import { chooseTag } from '../../../lib/images/tags.ts';
import { isOlderVersion } from '../charts/chart.ts';
import type { ImagePlace, NewKey, Pin } from '../detectors/detector.ts';
import { readPin, type TagAndDigest, writePin } from '../detectors/pin-text.ts';
import { describeSource, type WantedImage } from '../inputs/wanted-image.ts';
import { type Change, inheritsValue } from '../plan/change.ts';
import { locate } from '../yaml/locate.ts';
import { pathText, type Step } from '../yaml/path.ts';
import type { ParsedDocument, YamlFile } from '../yaml/source.ts';

/** The tag and digest that an image has in a file, and those that it gets. */
export interface ImageChange {
  /** Not the file itself, which would keep its whole tree in memory. */
  file: Pick<YamlFile, 'path'>;
  repository: string;
  from: TagAndDigest;
  to: TagAndDigest;
  /** The present tag is a higher version. */
  isOlder: boolean;
  /** The file that it is promoted from. */
  promotedFrom: string | undefined;
}

/** An image that gets no tag keeps the one that it has. */
export const isChangedImage = ({ from, to }: ImageChange): boolean =>
  from.digest !== to.digest || (to.tag !== undefined && from.tag !== to.tag);

interface ImageChangesResult {
  changes: Change[];
  problems: string[];
  warnings?: string[];
  images?: ImageChange[];
  /** Why the place stays as it is: it names the image, but holds nothing that could be set. */
  unset?: string;
}

interface ChangeOptions {
  /** Whether missing keys may be added. */
  create: boolean;
  /** The changes so far, which an alias in the place may follow. */
  earlier: readonly Change[];
  /** Whether a place is in one of the files that are changed. */
  isTarget: (place: ImagePlace) => boolean;
}

type Position = Pick<ImagePlace, 'file' | 'steps'>;

/** The path of a place from the root of its file. */
export const pathOf = ({ file, steps }: Position): readonly Step[] =>
  file.embedding === undefined ? steps : [...file.embedding.steps, { kind: 'embedded' }, ...steps];

/** A place in messages: `helm/shop/values.yaml:3: web.image`. */
export const describePlace = ({ line, ...position }: Position & Pick<ImagePlace, 'line'>): string =>
  `${position.file.path}:${line}: ${pathText(pathOf(position)) || 'the document'}`;

/** The tag and digest that a place has. */
export function presentPin({ pins }: ImagePlace): TagAndDigest {
  const read = pins.map(({ form, old }) => readPin(form, old));
  return {
    tag: read.find(({ tag }) => tag !== undefined)?.tag,
    digest: read.find(({ digest }) => digest !== undefined)?.digest,
  };
}

export const TEMPLATE = /\{\{|\$\{|\$\(/;

/** The changes after which a place names this image. */
export function imageChanges(
  place: ImagePlace,
  image: WantedImage,
  { create, earlier, isTarget }: ChangeOptions,
): ImageChangesResult {
  const { file, pins, addable } = place;
  const location = `${describePlace(place)} (${image.repository})`;
  const tag = chooseTag(image.tags);
  const from = presentPin(place);
  const hasTag = pins.some((pin) => pin.form === 'tag' || readPin(pin.form, pin.old).tag !== undefined);
  const hasDigest = from.digest !== undefined || pins.some(({ form }) => form === 'digest' || form === 'hex');
  const isReference = pins.some(({ form }) => form === 'reference');
  const canAdd = create && (isReference || (image.digest === undefined ? addable.tag : addable.digest) !== undefined);
  const unset = (problem: string): ImageChangesResult => ({
    changes: [],
    problems: [],
    unset: `${location} ${problem}`,
  });
  const template = pins.find(({ old }) => TEMPLATE.test(old));
  if (place.role === 'ambiguous')
    return unset('can override images of several charts and is not changed; name the repository there too');
  if (template !== undefined) return unset(`has the template ${JSON.stringify(template.old)}, which is not changed`);
  if (isUnset(image) && from.tag === undefined && from.digest === undefined) return { changes: [], problems: [] };
  const missing = missingInSource(image, from) ?? oldPinBelow(place, isTarget);
  if (missing !== undefined) return { changes: [], problems: [`${location}: ${missing}`] };
  if (!hasTag && !hasDigest && !canAdd) return unset(`has neither tag nor digest; add one${advice(place)}`);
  if (hasTag && tag === undefined && !hasDigest && !canAdd) {
    return {
      changes: [],
      problems: [`${location} has a tag and no digest, but ${noTags(image)}; add a digest${advice(place)}`],
    };
  }
  const warnings = [
    ...(hasTag && tag === undefined ? [`${location}: ${noTags(image)}, so the tag stays ${from.tag ?? 'empty'}`] : []),
    ...pinWarning(place, image, { location, isPinned: hasDigest || canAdd }),
    ...place.doubtful.map(
      ({ steps }) =>
        `${location}: ${pathText(steps)} could be a digest and is not changed; if it pins the image, call the key digest or sha`,
    ),
  ];
  const set = pins.flatMap((pin) => {
    const text = writePin(pin, { tag, digest: image.digest }, create && !hasDigest);
    return text === undefined ? [] : [{ ...pin, text }];
  });
  const parent = place.steps;
  const added = create ? newPins(addable, parent, { tag: hasTag ? undefined : tag, digest: image.digest }) : [];
  const changes: Change[] = [];
  const problems: string[] = [];
  for (const pin of [...set, ...added]) {
    const result = pinChange(place, pin, { create, earlier: () => [...earlier, ...changes] });
    changes.push(...result.changes);
    problems.push(...result.problems);
  }
  const isOlder = tag !== undefined && from.tag !== undefined && isOlderVersion(tag, from.tag);
  const to = { tag, digest: image.digest };
  const promotedFrom = image.source?.file;
  const images = [{ file: { path: file.path }, repository: image.repository, from, to, isOlder, promotedFrom }];
  return { changes, problems, warnings, images };
}

/** Whether the image has neither tag nor digest where it is promoted from, such as one whose chart decides. */
const isUnset = ({ tags, digest }: WantedImage): boolean => tags.length === 0 && digest === undefined;

/** That only the tag pins the image. For an override the digest, or this warning, is in the file that has the name. */
function pinWarning(
  place: ImagePlace,
  image: WantedImage,
  { location, isPinned }: { location: string; isPinned: boolean },
): string[] {
  if (place.role === 'listing' || (image.digest !== undefined && (isPinned || place.role !== 'name'))) return [];
  return image.digest === undefined
    ? [`${location}: ${describeSource(image)} has no digest of it, so only its tag pins it`]
    : [`${location} has no digest, so only its tag pins it${advice(place, '; add a digest')}`];
}

const noTags = (image: WantedImage): string =>
  image.source === undefined ? 'the image has no tags' : `${describeSource(image)} has no tag of it`;

/** The digest of a file that an override is merged over, and that is not changed: it would stay beside the new tag. */
function oldPinBelow({ pins, bases = [] }: ImagePlace, isTarget: (place: ImagePlace) => boolean): string | undefined {
  const pinned = bases.find((base) => !isTarget(base) && presentPin(base).digest !== undefined);
  const hasOwn = pins.some(({ form, old }) => form !== 'tag' || readPin(form, old).digest !== undefined);
  return pinned === undefined || hasOwn
    ? undefined
    : `${describePlace(pinned)} has a digest, which would stay the old one; override the digest here too, as in digest: ""`;
}

/** Why a place cannot get what `from` records: it has an old value that would stay. */
function missingInSource(image: WantedImage, from: TagAndDigest): string | undefined {
  if (image.unusable !== undefined) return image.unusable;
  return image.digest === undefined && from.digest !== undefined
    ? `${describeSource(image)} has no digest of it, and this has one, which would stay the old one; add the digest there, or remove it here`
    : undefined;
}

/** How a place without a digest gets one. */
function advice({ pins, addable }: ImagePlace, start = ''): string {
  if (pins.some(({ form }) => form === 'reference'))
    return `${start}, as in repository:tag@sha256:…, or set create: true`;
  return addable.digest === undefined ? '' : `${start}, as in ${addable.digest.key}: "", or set create: true`;
}

type NewPin = Pick<Pin, 'steps' | 'from'> & { text: string; after?: string };

function newPins(addable: ImagePlace['addable'], parent: readonly Step[], { tag, digest }: TagAndDigest): NewPin[] {
  const pin = ({ key, after }: NewKey, text: string): NewPin => ({
    steps: [...parent, { kind: 'key', key }],
    from: undefined,
    text,
    after,
  });
  return [
    ...(addable.tag === undefined || tag === undefined ? [] : [pin(addable.tag, tag)]),
    ...(addable.digest === undefined || digest === undefined ? [] : [pin(addable.digest, digest)]),
  ];
}

/** The change that gives a pin this text, unless it follows from an earlier one. */
export function pinChange(
  { file, document }: ImagePlace,
  { steps, from, text, after }: NewPin,
  { create, earlier }: { create: boolean; earlier: () => readonly Change[] },
): { changes: Change[]; problems: string[] } {
  const scalar = { text, as: 'string' } as const;
  const search = locate(file, document, steps);
  if ('found' in search) return { changes: [{ location: { node: search.found }, scalar }], problems: [] };
  const inherits =
    from !== undefined &&
    inheritsValue({ document: file.documents[document] as ParsedDocument, ...from }, text, earlier());
  if (inherits) return { changes: [], problems: [] };
  if ('missing' in search && search.missingKey !== undefined && create) {
    const change: Change = {
      location: { missingKey: search.missingKey },
      scalar,
      ...(after === undefined ? {} : { after }),
    };
    return { changes: [change], problems: [] };
  }
  return { changes: [], problems: ['refused' in search ? search.refused : search.missing] };
}
