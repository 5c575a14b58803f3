import { ActionError } from '../../../lib/errors.ts';
import type { ImageReference } from '../../../lib/images/images-output.ts';
import { fullRepository, imageNameIn, type NamedImage } from '../../../lib/images/mappings.ts';
import { isSameRepository, withoutHost } from '../../../lib/images/references.ts';
import { chooseTag } from '../../../lib/images/tags.ts';
import { at, type Data, formatPath, isData, type Path } from '../data.ts';

/** An image of the values that was set to an image that was built. */
export interface SetImage {
  /** `web.image` */
  path: string;
  image: ImageReference;
}

export interface ImageOverlay {
  /** Values that override all others; `undefined` when these values name none of the images. */
  values: Data | undefined;
  set: SetImage[];
}

/** A mapping in the values that names an image. */
interface ImageMapping extends NamedImage {
  path: Path;
  value: Data;
}

/** The mappings that name an image, at any depth. */
function findImageMappings(value: unknown, path: Path = []): ImageMapping[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => findImageMappings(item, [...path, index]));
  if (!isData(value)) return [];
  const named = imageNameIn((key) => at(value, key));
  return [
    ...(named === undefined ? [] : [{ ...named, path, value }]),
    ...Object.entries(value).flatMap(([key, child]) => findImageMappings(child, [...path, key])),
  ];
}

const endsWithName = (repository: string, name: string): boolean =>
  repository === name || repository.endsWith(`/${name}`);

/**
 * How well a mapping fits an image: the same repository, or, because a build for testing goes to another registry than the chart names,
 * the path without the host, or the image's name at the end. 0 if it does not fit.
 */
function closeness(mapping: ImageMapping, image: ImageReference): number {
  const repository = fullRepository(mapping);
  if (isSameRepository(repository, image.repository)) return 4;
  if (withoutHost(repository) === withoutHost(image.repository)) return 3;
  if (mapping.repository === image.name) return 2;
  return endsWithName(withoutHost(repository), image.name) ? 1 : 0;
}

/** The keys of the mapping with the image that was built. `digest` is added only when there is no tag. */
function imageKeys({ registry, value }: ImageMapping, image: ImageReference): Data {
  const split = image.repository.endsWith(`/${image.name}`)
    ? image.repository.length - image.name.length - 1
    : image.repository.indexOf('/');
  const tag = chooseTag(image.tags);
  return {
    ...(registry === ''
      ? { repository: image.repository }
      : { registry: image.repository.slice(0, split), repository: image.repository.slice(split + 1) }),
    ...(tag === undefined ? {} : { tag }),
    ...('digest' in value || tag === undefined ? { digest: image.digest } : {}),
  };
}

/**
 * Values that set the images that were built.
 * @param values of one case, all its files merged: an item of a list can only be set with its whole list
 */
export function imageOverlay(values: unknown, images: readonly ImageReference[]): ImageOverlay {
  const mappings = findImageMappings(values);
  const maxCloseness = new Map(
    images.map((image) => [image, mappings.reduce((max, mapping) => Math.max(max, closeness(mapping, image)), 0)]),
  );
  const overlay: Data = {};
  const set: SetImage[] = [];
  for (const mapping of mappings) {
    const image = closestImage(mapping, maxCloseness);
    if (image === undefined) continue;
    set.push({ path: formatPath(mapping.path), image });
    setKeys(overlay, values, { path: mapping.path, keys: imageKeys(mapping, image) });
  }
  return { values: set.length > 0 ? overlay : undefined, set };
}

/** The image that fits best. An image that fits another mapping better is not chosen because of the end of its name alone. */
function closestImage(
  mapping: ImageMapping,
  maxCloseness: ReadonlyMap<ImageReference, number>,
): ImageReference | undefined {
  const [closest] = [...maxCloseness]
    .map(([image, max]) => ({ image, max, fit: closeness(mapping, image) }))
    .filter(({ max, fit }) => fit > 0 && fit >= max)
    .sort((a, b) => b.fit - a.fit || b.image.name.length - a.image.name.length);
  return closest?.image;
}

/** Set keys of the mapping at a path in the overlay, with the whole list when the path leads through one. */
function setKeys(overlay: Data, values: unknown, { path, keys }: { path: Path; keys: Data }): void {
  const list = path.findIndex((step) => typeof step === 'number');
  const parents = (list < 0 ? path : path.slice(0, list)).map(String);
  let parent = overlay;
  for (const [index, step] of parents.entries()) {
    const isList = index === parents.length - 1 && list >= 0;
    if (isList) parent[step] ??= structuredClone(at(values, ...parents));
    else parent[step] ??= {};
    parent = parent[step] as Data;
  }
  let target: unknown = parent;
  for (const step of list < 0 ? [] : path.slice(list)) target = at(target, step);
  if (isData(target)) Object.assign(target, keys);
}

/** @throws {ActionError} when an image was set nowhere: the charts would be tested with another image than the one that was built */
export function assertAllSet(images: readonly ImageReference[], set: readonly SetImage[]): void {
  const missing = images.filter((image) => !set.some((entry) => entry.image === image));
  if (missing.length === 0) return;
  throw new ActionError({
    what: `${missing.length === 1 ? 'an image of set-images is' : `${missing.length} images of set-images are`} in no chart`,
    why: `no mapping in the values has the repository ${missing.map(({ repository, name }) => `${repository} (or one that ends in ${name})`).join(', ')}`,
    next: 'Name the image in the values as a mapping with `repository` (and `registry`, if it is separate), `tag` and `digest`; or remove it from set-images.',
  });
}
