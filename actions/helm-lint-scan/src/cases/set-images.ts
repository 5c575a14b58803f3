import { ActionError } from '../../../lib/errors.ts';
import type { ImageReference } from '../../../lib/images-output.ts';
import { at, type Data, isData, type Path, pathText, textAt } from '../data.ts';

/** One image of the values that was set to what was built. */
export interface SetImage {
  /** `web.image` */
  path: string;
  image: ImageReference;
}

export interface ImageOverlay {
  /** Values to lay over all others; `undefined` when none of the images is in these values. */
  values: Data | undefined;
  set: SetImage[];
}

/** A mapping in the values that names an image. */
interface ImageMapping {
  path: Path;
  registry: string | undefined;
  repository: string;
  value: Data;
}

/** Every mapping with a `repository`, at any depth. */
function imageMappings(value: unknown, path: Path = []): ImageMapping[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => imageMappings(item, [...path, index]));
  if (!isData(value)) return [];
  const repository = textAt(value, 'repository');
  const registry = textAt(value, 'registry');
  const own =
    repository === undefined || repository === '' ? [] : [{ path, registry: registry || undefined, repository, value }];
  return [...own, ...Object.entries(value).flatMap(([key, each]) => imageMappings(each, [...path, key]))];
}

/** A reference without its host: `ghcr.io/org/shop/web` is `org/shop/web`. A host has a dot, a port, or is localhost. */
function belowHost(repository: string): string {
  const [first = '', ...rest] = repository.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? rest.join('/') : repository;
}

function withoutEndSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end--;
  return text.slice(0, end);
}

const fullName = ({ registry, repository }: ImageMapping): string =>
  registry === undefined ? repository : `${withoutEndSlashes(registry)}/${repository}`;

const endsWithName = (repository: string, name: string): boolean =>
  repository === name || repository.endsWith(`/${name}`);

/**
 * How well a mapping fits an image: the whole name; or, as a build for testing goes to another registry than the chart names,
 * the path below the host, or the image's name at the end. 0 is no fit.
 */
function closeness(mapping: ImageMapping, image: ImageReference): number {
  const full = fullName(mapping);
  if (full === image.repository) return 4;
  if (belowHost(full) === belowHost(image.repository)) return 3;
  if (mapping.repository === image.name) return 2;
  return endsWithName(belowHost(full), image.name) ? 1 : 0;
}

/** The mapping with what was built in it; keys that the chart does not know are not added where its own will do. */
function withImage({ registry, value }: ImageMapping, image: ImageReference): Data {
  const split = image.repository.endsWith(`/${image.name}`)
    ? image.repository.length - image.name.length - 1
    : image.repository.indexOf('/');
  const [tag] = image.tags;
  const knowsDigest = 'digest' in value;
  return {
    ...(registry === undefined
      ? { repository: image.repository }
      : { registry: image.repository.slice(0, split), repository: image.repository.slice(split + 1) }),
    ...(tag === undefined ? {} : { tag }),
    ...(knowsDigest || tag === undefined ? { digest: image.digest } : {}),
  };
}

/**
 * Values that set what was built.
 * @param values of one case, all its files merged: an item of a list can only be set with its whole list
 */
export function imageOverlay(values: unknown, images: readonly ImageReference[]): ImageOverlay {
  const mappings = imageMappings(values);
  const best = new Map(
    images.map((image) => [image, mappings.reduce((most, mapping) => Math.max(most, closeness(mapping, image)), 0)]),
  );
  const overlay: Data = {};
  const set: SetImage[] = [];
  for (const mapping of mappings) {
    const image = bestImage(mapping, best);
    if (image === undefined) continue;
    set.push({ path: pathText(mapping.path), image });
    lay(overlay, values, mapping.path, withImage(mapping, image));
  }
  return { values: set.length > 0 ? overlay : undefined, set };
}

/** The image that fits best; one that fits another mapping better is not taken on its name's end alone. */
function bestImage(mapping: ImageMapping, best: ReadonlyMap<ImageReference, number>): ImageReference | undefined {
  const candidates = [...best]
    .flatMap(([image, most]) => {
      const own = closeness(mapping, image);
      return own > 0 && own >= most ? [image] : [];
    })
    .sort((one, other) => closeness(mapping, other) - closeness(mapping, one) || other.name.length - one.name.length);
  return candidates[0];
}

function lay(overlay: Data, values: unknown, path: Path, entries: Data): void {
  const list = path.findIndex((step) => typeof step === 'number');
  const plain = (list < 0 ? path : path.slice(0, list)).map(String);
  let here = overlay;
  for (const [index, step] of plain.entries()) {
    const last = index === plain.length - 1;
    if (last && list >= 0) here[step] ??= structuredClone(at(values, ...plain));
    else here[step] ??= {};
    here = here[step] as Data;
  }
  let target: unknown = here;
  for (const step of list < 0 ? [] : path.slice(list)) target = at(target, step);
  if (isData(target)) Object.assign(target, entries);
}

/** @throws {ActionError} when an image was set nowhere: the charts would be tested with something else than was built */
export function assertAllSet(images: readonly ImageReference[], set: readonly SetImage[]): void {
  const missing = images.filter((image) => !set.some((each) => each.image === image));
  if (missing.length === 0) return;
  throw new ActionError({
    what: `${missing.length === 1 ? 'an image of set-images is' : `${missing.length} images of set-images are`} in no chart`,
    why: `no mapping in the values has a repository that is ${missing.map(({ repository, name }) => `${repository} (or ends in ${name})`).join(', ')}`,
    next: 'Name the image in the values as a mapping with `repository` (and `registry`, if it stands apart), `tag` and `digest`; or leave it out of set-images.',
  });
}
