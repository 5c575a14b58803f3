import type { ImageReference } from '../../../lib/images/images-output.ts';
import type { ImagePlace } from '../detectors/detector.ts';
import type { YamlFile } from '../yaml/source.ts';
import { describePlace } from './image-changes.ts';

const MAX_LISTED_PLACES = 20;

/** Why an image was found nowhere: which images the files name, and whether one has the same name in another registry. */
export function unmatchedImage(
  image: ImageReference,
  places: readonly ImagePlace[],
  files: readonly YamlFile[],
): string {
  const start = `nothing names the image ${image.repository}`;
  if (places.length === 0) return `${start}: no image is named in ${files.map(({ path }) => path).join(' and ')}`;
  const near = places.filter(({ names }) => names.some((name) => isNamed(name, image.name)));
  const listed = [...new Set([...near, ...places])].slice(0, MAX_LISTED_PLACES);
  const more = places.length - listed.length;
  return [
    `${start}; the images are`,
    ...listed.map((place) => `  ${describePlace(place)} is ${place.names[0]}`),
    ...(more === 0 ? [] : [`  and ${more} more`]),
    ...(near.length === 0
      ? []
      : [
          `${image.name} exists with another registry: pass the image from that registry, or change the registry in the chart (its key registry, or global.imageRegistry)`,
        ]),
  ].join('\n');
}

function isNamed(repository: string, name: string): boolean {
  const full = repository.toLowerCase();
  return full === name || full.endsWith(`/${name}`);
}
