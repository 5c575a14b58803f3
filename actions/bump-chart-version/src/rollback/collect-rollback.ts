import { normalizeRepository } from '../../../lib/images/references.ts';
import { inChart } from '../charts/chart.ts';
import type { ImagePlace, Pin } from '../detectors/detector.ts';
import { listedImages } from '../detectors/index.ts';
import {
  formatPinned,
  parseDigestText,
  parseReference,
  readPin,
  type TagAndDigest,
  writePin,
} from '../detectors/pin-text.ts';
import {
  type CollectedImages,
  describeMention,
  type FoundPlaces,
  findPlaces,
  type ImageReport,
  mentionsAmong,
} from '../images/collect-images.ts';
import {
  describePlace,
  type ImageChange,
  isChangedImage,
  pathOf,
  pinChange,
  presentPin,
  TEMPLATE,
} from '../images/image-changes.ts';
import type { Request } from '../inputs/settings.ts';
import { type Change, isUpToDate } from '../plan/change.ts';
import { basePaths, valuesPaths } from '../plan/values-files.ts';
import { pathText } from '../yaml/path.ts';
import type { YamlFile } from '../yaml/source.ts';
import { type Rollback, shortId } from './rollback.ts';

/**
 * The changes after which every image of the values files has the tag and digest that it had at the commit, in the form that the file has
 * now. Places and files that the commit does not have stay as they are, with a warning.
 */
export function collectRollback(
  request: Request,
  rollback: Rollback,
  files: ReadonlyMap<string, YamlFile>,
): CollectedImages {
  const collected: CollectedImages = {
    ...{ changes: [], problems: [], warnings: [], images: [], unmatched: [], reports: [] },
  };
  const { found, places } = placesOf(request, files);
  const former = new FormerPlaces(placesOf(request, rollback.files).places);
  const at = `at the commit ${shortId(rollback.commit)}`;
  for (const place of places) {
    const result = rollbackPlace(place, former.find(place), { at, earlier: collected.changes });
    collected.changes.push(...result.changes);
    collected.problems.push(...result.problems);
    collected.warnings.push(...result.warnings.map((warning) => `${nameOf(place)} ${warning}`));
    collected.reports.push(report(place, result, at));
    if (place.role !== 'listing' && result.image !== undefined) collected.images.push(result.image);
  }
  const names = new Set(
    collected.images.filter(isChangedImage).map(({ repository }) => normalizeRepository(repository)),
  );
  const mentions = found.flatMap((entries) => mentionsAmong(entries, names));
  collected.warnings.push(...mentions.map(describeMention));
  return collected;
}

/** The places of the values files and those of the charts' lists of images. */
function placesOf(request: Request, files: ReadonlyMap<string, YamlFile>): Pick<FoundPlaces, 'found' | 'places'> {
  const existing = (path: string): YamlFile[] => [files.get(path) ?? []].flat();
  const searched = valuesPaths(request, (path) => files.has(path));
  const valuesFiles = searched.flatMap(existing);
  const chartFiles = request.charts.map((chart) => inChart(chart, 'Chart.yaml')).flatMap(existing);
  const baseFiles = basePaths(request)
    .filter((path) => !searched.includes(path))
    .flatMap(existing);
  const { found, places } = findPlaces({ valuesFiles, baseFiles }, request.charts);
  return { found, places: [...places, ...chartFiles.flatMap(listedImages)] };
}

/** A place in messages, with its image. */
const nameOf = (place: ImagePlace): string => `${describePlace(place)} (${place.names[0]})`;

function report(place: ImagePlace, { changes: made, image }: PlaceRollback, at: string): ImageReport {
  const changes = made.some((change) => !isUpToDate(change));
  const outcome = image === undefined ? 'not changed' : 'has these values already';
  const text = changes && image !== undefined ? `becomes ${formatPinned(image.to) || 'unset'}, as ${at}` : outcome;
  const present = `${place.names[0]}${formatPinned(presentPin(place))}`;
  return { path: place.file.path, changes, text: `${describePlace(place)} is ${present} (${place.detector}): ${text}` };
}

/** The places of the commit, to find the one that a present place was. */
class FormerPlaces {
  readonly #exact: ReadonlyMap<string, ImagePlace>;
  readonly #moved: ReadonlyMap<string, readonly ImagePlace[]>;

  constructor(places: readonly ImagePlace[]) {
    this.#exact = new Map(places.map((place) => [exactKey(place), place]));
    this.#moved = Map.groupBy(places, movedKey);
  }

  /** At the same path, or at the same path but for its position in a list, where all of these have the same tag and digest. */
  find(place: ImagePlace): ImagePlace | undefined {
    const exact = this.#exact.get(exactKey(place));
    if (exact !== undefined) return exact;
    const moved = this.#moved.get(movedKey(place)) ?? [];
    const pins = new Set(moved.map((candidate) => formatPinned(presentPin(candidate))));
    return pins.size === 1 ? moved[0] : undefined;
  }
}

const repositoryOf = ({ names }: ImagePlace): string => normalizeRepository(names[0] ?? '');

const exactKey = (place: ImagePlace): string =>
  [place.file.path, place.file.embedding?.document, place.document, pathText(pathOf(place)), repositoryOf(place)].join(
    '\0',
  );

const movedKey = (place: ImagePlace): string => {
  const steps = pathOf(place).map((step) => (step.kind === 'index' ? { ...step, index: 0 } : step));
  return [place.file.path, pathText(steps), repositoryOf(place)].join('\0');
};

interface PlaceRollback extends Pick<CollectedImages, 'changes' | 'problems' | 'warnings'> {
  /** `undefined` when the place stays as it is. */
  image?: ImageChange;
}

function rollbackPlace(
  place: ImagePlace,
  former: ImagePlace | undefined,
  { at, earlier }: { at: string; earlier: readonly Change[] },
): PlaceRollback {
  const from = presentPin(place);
  const isTemplate = [...place.pins, ...(former?.pins ?? [])].some(({ old }) => TEMPLATE.test(old));
  if (former === undefined || isTemplate) {
    const why = isTemplate ? 'has a template' : `does not exist ${at}`;
    const warnings = formatPinned(from) === '' ? [] : [`${why} and is not changed`];
    return { changes: [], problems: [], warnings };
  }
  const pins = place.pins.map((pin) => ({ ...pin, text: textThen(pin, { place, former }) }));
  const to = presentPin({ ...place, pins: pins.map((pin) => ({ ...pin, old: pin.text })) });
  const changes: Change[] = [];
  const problems: string[] = [];
  for (const pin of pins) {
    const result = pinChange(place, pin, { create: false, earlier: () => [...earlier, ...changes] });
    changes.push(...result.changes);
    problems.push(...result.problems);
  }
  const image: ImageChange = {
    file: { path: place.file.path },
    repository: place.names[0] ?? '',
    from,
    to,
    isOlder: false,
    promotedFrom: undefined,
  };
  return { changes, problems, warnings: lossWarnings(image, presentPin(former)), image };
}

function lossWarnings({ from, to }: ImageChange, former: TagAndDigest): string[] {
  if (formatPinned(to) !== formatPinned(former)) {
    const now = formatPinned(to) || 'neither tag nor digest';
    return [`was ${formatPinned(former)}, and becomes ${now}, because its keys are others now`];
  }
  return former.digest === undefined && from.digest !== undefined
    ? ['had no digest then, so its digest is removed and only its tag pins it']
    : [];
}

/** The text that a pin had: that of its counterpart, or, where the keys were others, the same tag and digest in the form of this pin. */
function textThen(pin: Pin, { place, former }: { place: ImagePlace; former: ImagePlace }): string {
  const counterpart = counterpartOf(pin, place, former);
  const then = presentPin(former);
  if (pin.form === 'reference') {
    const parts = parseReference(pin.old);
    const pinned = counterpart === undefined ? then : readPin('reference', counterpart.old);
    return parts === undefined ? pin.old : `${parts.prefix}${parts.repository}${formatPinned(pinned)}`;
  }
  if (counterpart !== undefined) return pin.form === 'tag' ? counterpart.old : digestThen(pin, counterpart.old);
  if (pin.form !== 'tag') return digestThen(pin, then.digest ?? '');
  const isPinned = readPin('tag', pin.old).digest !== undefined && then.digest !== undefined;
  return `${then.tag ?? ''}${isPinned ? `${then.tag === undefined ? '' : '@'}${then.digest}` : ''}`;
}

/** A digest in the spelling that the file has now: hex digits stay hex digits. */
function digestThen(pin: Pin, text: string): string {
  const digest = parseDigestText(text)?.digest;
  return pin.old === '' || digest === undefined ? text : (writePin(pin, { tag: undefined, digest }, false) ?? text);
}

/** The pin of the same form at the same path, or the only one of that form in both places. */
function counterpartOf(pin: Pin, place: ImagePlace, former: ImagePlace): Pin | undefined {
  const sameForm = former.pins.filter(({ form }) => form === pin.form);
  const samePath = sameForm.find(({ steps }) => pathText(steps) === pathText(pin.steps));
  if (samePath !== undefined) return samePath;
  const isOnly = sameForm.length === 1 && place.pins.filter(({ form }) => form === pin.form).length === 1;
  return isOnly ? sameForm[0] : undefined;
}
