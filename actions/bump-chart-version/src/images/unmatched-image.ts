import type { ImagePlace } from '../detectors/detector.ts';
import { describeSource, type WantedImage } from '../inputs/wanted-image.ts';
import type { YamlFile } from '../yaml/source.ts';
import { describePlace } from './image-changes.ts';

const MAX_LISTED_PLACES = 20;

/** An image that no file names, with the reason. */
export interface UnmatchedImage {
  image: WantedImage;
  why: string;
}

/**
 * What unmatched images mean. Each image of the input has to be named; of promoted ones only some, because the file that records them can
 * have more than the targets.
 */
export function judgeUnmatched(
  unmatched: readonly UnmatchedImage[],
  images: readonly WantedImage[],
): { problems: string[]; warnings: string[] } {
  const areOptional = unmatched.every(({ image }) => image.source !== undefined) && unmatched.length < images.length;
  return areOptional
    ? { problems: [], warnings: unmatched.map(({ image }) => describeUnnamed(image)) }
    : { problems: [...new Set(unmatched.map(({ why }) => why))], warnings: [] };
}

const describeUnnamed = (image: WantedImage): string =>
  `${describeSource(image)} has ${image.repository}, which nothing names in the files to change`;

/** Why images were found nowhere: which images the files name, and whether one has the same name in another registry. */
export function unmatchedImages(
  images: readonly WantedImage[],
  places: readonly ImagePlace[],
  files: readonly YamlFile[],
): string {
  const repositories = images.map(({ repository }) => repository);
  const start = `nothing names ${images.length === 1 ? 'the image' : 'any of the images'} ${repositories.join(', ')}`;
  if (places.length === 0) return `${start}: no image is named in ${files.map(({ path }) => path).join(' and ')}`;
  const near = places.filter((place) => images.some((image) => hasSameName(place, image)));
  const [elsewhere] = images.filter((image) => places.some((place) => hasSameName(place, image)));
  const listed = [...new Set([...near, ...places])].slice(0, MAX_LISTED_PLACES);
  const more = places.length - listed.length;
  return [
    `${start}; the images are`,
    ...listed.map((place) => `  ${describePlace(place)} is ${place.names[0]}`),
    ...(more === 0 ? [] : [`  and ${more} more`]),
    ...(elsewhere === undefined
      ? []
      : [
          `${elsewhere.name} exists with another registry: pass the image from that registry, or change the registry in the chart (its key registry, or global.imageRegistry)`,
        ]),
  ].join('\n');
}

const hasSameName = ({ names }: ImagePlace, { name }: WantedImage): boolean =>
  names.some((candidate) => isNamed(candidate, name));

function isNamed(repository: string, name: string): boolean {
  const full = repository.toLowerCase();
  return full === name || full.endsWith(`/${name}`);
}
