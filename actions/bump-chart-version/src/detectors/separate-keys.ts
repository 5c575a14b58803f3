import { hasRegistry } from '../../../lib/images/references.ts';
import type { Fields, MappingNode } from './containers.ts';
import type { Detector, FoundImage, NameKey, Naming } from './detector.ts';
import { parseReference } from './pin-text.ts';
import { fullNames } from './registries.ts';
import { ALGORITHM, nameKeyOf, pinsAround, registryField } from './sibling-keys.ts';

/**
 * The name and the tag in keys of their own: `repository`, `image` or `name` beside `tag` or `version`, with `registry` and a digest in many
 * charts; also with a prefix, such as `webImage` beside `webTag`.
 * The convention: https://helm.sh/docs/chart_best_practices/values/
 */
export const separateKeys: Detector = {
  name: 'repository and tag',
  inMapping: (mapping) => imagesInFields(isChart(mapping) ? withoutRepositories(mapping) : mapping),
};

/**
 * Whether a mapping tells where a chart is, which can have the name of its image in a registry: its `version` is that of the chart. A tag or a
 * digest is that of an image.
 */
const isChart = (mapping: MappingNode): boolean =>
  (CHART_KEY.test(mapping.key) || mapping.fields.some(({ name }) => name === 'chart')) && !hasPinKey(mapping);

const CHART_KEY = /charts?$|^dependencies$/i;

const withoutRepositories = (mapping: MappingNode): Fields => ({
  ...mapping,
  fields: mapping.fields.filter((field) => nameKeyOf(field)?.kind !== 'repository'),
});

/** The images that fields name, for mappings and for lists of parameters. */
export function imagesInFields(fields: Fields): FoundImage[] {
  const keys = fields.fields.flatMap((field) => nameKeyOf(field) ?? []).filter(({ field }) => field.isString);
  if (keys.every(({ kind }) => kind === 'name') && !hasPinKey(fields)) return [];
  const byPrefix = Map.groupBy(keys, ({ prefix }) => prefix);
  const found = keys.flatMap((key) => imageAt(fields, key, byPrefix.get(key.prefix) ?? []) ?? []);
  // `name` beside `repository` is a label, and `image` beside it the last part of the name: one image for each prefix.
  const best = new Map<string, { key: NameKey; image: FoundImage }>();
  for (const entry of found) {
    const other = best.get(entry.key.prefix);
    if (other === undefined || KINDS.indexOf(entry.key.kind) < KINDS.indexOf(other.key.kind))
      best.set(entry.key.prefix, entry);
  }
  return [...best.values()].map(({ image }) => image);
}

/** Most mappings with a `name` are not images. */
const hasPinKey = ({ fields }: Fields): boolean =>
  fields.some(({ name, text }) => /(?:tag|digest|sha|sha256)$/i.test(name) || text.includes('sha256:'));

const KINDS = ['repository', 'image', 'name'];

function imageAt(
  fields: Fields,
  key: NameKey,
  samePrefix: readonly NameKey[],
): { key: NameKey; image: FoundImage } | undefined {
  const { prefix, kind, field } = key;
  const name = field.text.trim().replace(ALGORITHM, '');
  if (!isBareName(name)) return undefined;
  const { tagged, isVersion, tagPins, isPinnedByTag, digests } = pinsAround(fields, key);
  const isPlain = prefix === '';
  if (tagged === undefined && digests.pins.length === 0 && !(isPlain && kind === 'repository')) return undefined;
  const registry = registryField(fields, key);
  const lasts = lastParts(key, samePrefix);
  const naming: Naming = {
    key,
    repositories: repositoriesOf(name, lasts),
    registry: registry?.text.trim() ?? '',
    registries: fields.registries,
  };
  const canAdd = isPlain && !isVersion;
  const image: FoundImage = {
    steps: isPlain ? fields.steps : field.steps,
    offset: isPlain ? fields.offset : field.offset,
    names: namesOf(naming),
    naming,
    pins: [...tagPins, ...digests.pins],
    addable: {
      ...(canAdd && tagged === undefined ? { tag: { key: 'tag', after: field.name } } : {}),
      ...(canAdd && !isPinnedByTag && digests.pins.length === 0
        ? { digest: { key: 'digest', after: tagged?.name ?? field.name } }
        : {}),
    },
    doubtful: digests.doubtful,
    claims: [field, tagged, registry, ...lasts.map((last) => last.field), ...digests.fields].flatMap(
      (claimed) => claimed?.owner ?? [],
    ),
  };
  return { key, image };
}

/** `image` beside `repository` is more likely the last part than `name`, which is often a label. */
function repositoriesOf(name: string, lasts: readonly NameKey[]): string[] {
  const base = name.endsWith('/') ? name.slice(0, -1) : name;
  const join = ({ field: { text } }: NameKey): string => (hasRegistry(text) ? text : `${base}/${text}`);
  const [images, labels] = [lasts.filter(({ kind }) => kind === 'image'), lasts.filter(({ kind }) => kind === 'name')];
  return [...images.map(join), base, ...labels.map(join)];
}

export const namesOf = ({ repositories, registry, registries }: Naming): string[] =>
  repositories.flatMap((repository) => fullNames(repository, registry, registries));

export function isBareName(text: string): boolean {
  const parts = parseReference(text);
  return parts !== undefined && parts.prefix === '' && parts.tag === undefined && parts.digest === undefined;
}

/** What `image` or `name` beside `repository` can be: the last part of the name, as in `repository: nvcr.io/nvidia` and `image: gpu-operator`. */
const lastParts = (key: NameKey, samePrefix: readonly NameKey[]): NameKey[] =>
  key.kind === 'repository'
    ? samePrefix.filter(({ kind, field }) => kind !== 'repository' && isBareName(field.text))
    : [];
