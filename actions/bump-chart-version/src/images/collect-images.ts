import { normalizeRepository } from '../../../lib/images/references.ts';
import { ChartIndex } from '../charts/chart.ts';
import type { FileImages, ImagePlace } from '../detectors/detector.ts';
import { imagesIn, listedImages } from '../detectors/index.ts';
import { type Mention, mentionsIn } from '../detectors/mentions.ts';
import { mergedNames } from '../detectors/merged-registries.ts';
import { overrides } from '../detectors/overrides.ts';
import type { Request } from '../inputs/settings.ts';
import type { WantedImage } from '../inputs/wanted-image.ts';
import { type Change, isUpToDate } from '../plan/change.ts';
import type { YamlFile } from '../yaml/source.ts';
import { describePlace, type ImageChange, imageChanges, presentPin } from './image-changes.ts';
import { type UnmatchedImage, unmatchedImages } from './unmatched-image.ts';

/** An image that a file names, and what becomes of it, for people. */
export interface ImageReport {
  path: string;
  text: string;
  changes: boolean;
}

export interface CollectedImages {
  changes: Change[];
  problems: string[];
  warnings: string[];
  images: ImageChange[];
  /** Images of the input that nothing names, each with the reason. */
  unmatched: UnmatchedImage[];
  reports: ImageReport[];
}

/** The images of the input by their normalized repository. */
type ImagesByName = ReadonlyMap<string, readonly WantedImage[]>;

/** The files in which images are searched. */
export interface ImageFiles {
  valuesFiles: readonly YamlFile[];
  /** The Chart.yaml files, whose lists of images for Artifact Hub follow. */
  chartFiles: readonly YamlFile[];
  /** Files that are not changed, and name images that the values files override. */
  baseFiles: readonly YamlFile[];
}

/**
 * The changes that `images` requests: every place that names one of them. A place that cannot be set is a problem, or a warning where
 * another place of the image is set.
 * @param byValues the changes that `values` requests
 */
export function collectImages(
  { images, create, charts }: Pick<Request, 'images' | 'create' | 'charts'>,
  { valuesFiles, chartFiles, baseFiles }: ImageFiles,
  byValues: readonly Change[],
): CollectedImages {
  const collected: CollectedImages = {
    ...{ changes: [], problems: [], warnings: [], images: [], unmatched: [], reports: [] },
  };
  if (images.length === 0) return collected;
  const byName: ImagesByName = Map.groupBy(images, ({ repository }) => normalizeRepository(repository));
  const { found, merged, places, chartOf } = findPlaces({ valuesFiles, baseFiles }, charts);
  const changed = new Set(found.flat().map(({ file }) => file));
  const isTarget = ({ file }: ImagePlace): boolean => changed.has(file);
  const match = matcher(byName, { places, moreNames: mergedNames(merged, places, chartOf), chartOf });
  const earlier = [...byValues];
  const unset: { repository: string; why: string }[] = [];
  const set = new Set<string>();
  for (const place of [...places, ...chartFiles.flatMap(listedImages)]) {
    const { matching, possible } = match(place);
    for (const { repository } of possible) collected.warnings.push(describePossible(place, repository));
    for (const image of matching) {
      const result = imageChanges(place, image, { create, earlier, isTarget });
      collected.changes.push(...result.changes);
      earlier.push(...result.changes);
      collected.problems.push(...result.problems);
      collected.warnings.push(...(result.warnings ?? []));
      collected.reports.push(report(place, result));
      if (result.unset !== undefined) unset.push({ repository: image.repository, why: result.unset });
      if (place.role === 'listing') continue;
      collected.images.push(...(result.images ?? []));
      if (result.unset === undefined) set.add(image.repository);
    }
    if (matching.length === 0) collected.reports.push(report(place));
  }
  for (const { repository, why } of unset) (set.has(repository) ? collected.warnings : collected.problems).push(why);
  const mentions = found.flatMap((entries) => mentionsAmong(entries, byName));
  collected.warnings.push(...mentions.map(describeMention));
  const named = new Set([...set, ...unset.map(({ repository }) => repository)]);
  const unnamed = images.filter(({ repository }) => !named.has(repository));
  for (const group of unnamed.some(isPromoted) ? [unnamed] : unnamed.map((image) => [image])) {
    const repositories = new Set(group.map(({ repository }) => normalizeRepository(repository)));
    const own = mentions.filter(({ repository }) => repositories.has(repository));
    const why = [unmatchedImages(group, places, valuesFiles), ...own.map(describeMention)].join('\n');
    collected.unmatched.push(...group.map((image) => ({ image, why })));
  }
  return collected;
}

const isPromoted = ({ source }: WantedImage): boolean => source !== undefined;

/** Normalized. */
interface Repositories {
  has(repository: string): boolean;
}

/** The mentions in a file and in the documents in its block scalars. */
export function mentionsAmong(entries: readonly FileImages[], images: Repositories): Mention[] {
  const [, ...embedded] = entries.map(({ file }) => file);
  return entries.flatMap((entry, index) => mentionsIn(entry, index === 0 ? embedded : [], images));
}

/** The images that a place names, and those that it may name. */
interface Match {
  matching: readonly WantedImage[];
  /** Named by other places, and by this one only with the registry in another values file. */
  possible: readonly WantedImage[];
}

interface NamedPlaces {
  places: readonly ImagePlace[];
  /** More names of places, which only count for images that no other place of the chart, or outside the charts, names. */
  moreNames: ReadonlyMap<ImagePlace, string[]>;
  chartOf: (file: YamlFile) => string | undefined;
}

/** Finds the images that a place names. */
function matcher(images: ImagesByName, { places, moreNames, chartOf }: NamedPlaces): (place: ImagePlace) => Match {
  const named = new Map<string | undefined, Set<WantedImage>>();
  for (const place of places) {
    const chart = chartOf(place.file);
    const own = named.get(chart) ?? new Set();
    for (const image of imagesAt(place.names, images)) own.add(image);
    named.set(chart, own);
  }
  const isNamedFor = ({ file }: ImagePlace, image: WantedImage): boolean => {
    const chart = chartOf(file);
    const scopes =
      chart === undefined ? [...named.values()] : [chart, undefined].flatMap((scope) => named.get(scope) ?? []);
    return scopes.some((scope) => scope.has(image));
  };
  return (place) => {
    const direct = imagesAt(place.names, images);
    if (direct.length > 0) return { matching: direct, possible: [] };
    const merged = imagesAt(moreNames.get(place) ?? [], images);
    return merged.some((image) => isNamedFor(place, image))
      ? { matching: [], possible: merged }
      : { matching: merged, possible: [] };
  };
}

const describePossible = (place: ImagePlace, repository: string): string =>
  `${describePlace(place)} is ${place.names[0]}, or ${repository} with the registry in another values file, and is not changed; write its registry beside it`;

/** The places in some files. */
export interface FoundPlaces {
  /** Each file with the documents in its block scalars. */
  found: FileImages[][];
  /** The same with those of the files that only give names. */
  merged: FileImages[];
  /** All places, also those that override one of another file. */
  places: ImagePlace[];
  chartOf: (file: YamlFile) => string | undefined;
}

export function findPlaces(
  { valuesFiles, baseFiles }: Pick<ImageFiles, 'valuesFiles' | 'baseFiles'>,
  charts: readonly string[],
): FoundPlaces {
  const found = valuesFiles.map(imagesIn);
  const index = new ChartIndex(charts.map((path) => ({ path })));
  const chartOf = (file: YamlFile): string | undefined => index.ownerOf(file)?.path;
  const changed = new Set(found.flat().map(({ file }) => file));
  const merged = [...found, ...baseFiles.map(imagesIn)].flat();
  const overriding = overrides(merged, chartOf);
  const ofTargets = overriding.filter(({ file }) => changed.has(file));
  return { found, merged, places: [...found.flat().flatMap((entry) => entry.places), ...ofTargets], chartOf };
}

/** The images of the likeliest name that is one of them. */
function imagesAt(names: readonly string[], images: ImagesByName): readonly WantedImage[] {
  const name = names.map(normalizeRepository).find((candidate) => images.has(candidate));
  return images.get(name ?? '') ?? [];
}

export const describeMention = ({ file, line, repository }: Mention): string =>
  `${file.path}:${line}: this text names ${repository} and is not changed; it can still name another version`;

/** @param result what becomes of the place; omitted where it names none of the images */
function report(place: ImagePlace, result?: ReturnType<typeof imageChanges>): ImageReport {
  const { tag, digest } = presentPin(place);
  const present = `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  const changes = result?.changes.some((change) => !isUpToDate(change)) === true;
  return {
    path: place.file.path,
    changes,
    text: `${describePlace(place)} is ${place.names[0]}${present} (${place.detector}): ${outcomeOf(result, changes)}`,
  };
}

function outcomeOf(result: ReturnType<typeof imageChanges> | undefined, changes: boolean): string {
  if (result === undefined) return 'not one of the images';
  const [why] = [...result.problems, ...(result.unset === undefined ? [] : [result.unset])];
  if (why !== undefined) return `not changed: ${why}`;
  return changes ? 'changed' : 'has these values already';
}
