import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { ImageReference } from '../../../lib/images-output.ts';
import { lookUp } from '../yaml/lookup.ts';
import { pathText, type Step } from '../yaml/path.ts';
import type { ParsedDocument, YamlFile } from '../yaml/source.ts';

/** A mapping in a values file that names an image by `repository`. */
export interface ImageMapping {
  file: YamlFile;
  document: number;
  steps: Step[];
  map: YAMLMap;
  /** 1-based. */
  line: number;
  /** The value of `registry`, or `''`. */
  registry: string;
  repository: string;
}

/** Every mapping with a `repository`, in the order of the file. What an alias repeats is listed once. */
export function imageMappings(file: YamlFile): ImageMapping[] {
  return file.documents.flatMap((document, index) =>
    mappingsIn(document.contents, []).flatMap(({ map, steps }) => {
      const repository = textOf(document, map, 'repository');
      if (repository === undefined || repository === '') return [];
      const registry = textOf(document, map, 'registry') ?? '';
      return [{ file, document: index, steps, map, line: file.lineAt(map.range?.[0] ?? 0), registry, repository }];
    }),
  );
}

/** All mappings below a node, each before those inside it. */
function mappingsIn(node: unknown, steps: Step[]): { map: YAMLMap; steps: Step[] }[] {
  if (isAlias(node)) return [];
  if (isMap(node)) {
    const inner = node.items.flatMap(({ key, value }) =>
      isScalar(key) ? mappingsIn(value, [...steps, { kind: 'key', key: String(key.value) }]) : [],
    );
    return [{ map: node, steps }, ...inner];
  }
  return isSeq(node) ? node.items.flatMap((item, index) => mappingsIn(item, [...steps, { kind: 'index', index }])) : [];
}

function textOf(document: ParsedDocument, map: YAMLMap, key: string): string | undefined {
  const node = lookUp(document, map, key)?.node;
  return isScalar(node) && typeof node.value === 'string' ? node.value.trim() : undefined;
}

/** The image that a mapping names, with the registry: from `registry` beside it, or from `repository` itself, or from both. */
export function fullRepository({ registry, repository }: ImageMapping): string {
  const host = registry.replace(/\/+$/, '');
  return host === '' || repository.toLowerCase().startsWith(`${host.toLowerCase()}/`)
    ? repository
    : `${host}/${repository}`;
}

/**
 * The name in full: hosts and repositories know no upper case, and a name without a host is one of Docker Hub's.
 * https://github.com/distribution/reference/blob/main/normalize.go
 */
function normalised(name: string): string {
  const lower = name.toLowerCase();
  const [first = '', ...rest] = lower.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasHost ? rest.join('/') : lower;
  const host = hasHost && first !== 'index.docker.io' ? first : 'docker.io';
  return `${host}/${host === 'docker.io' && !path.includes('/') ? `library/${path}` : path}`;
}

/** Whether the mapping names this image. */
export function namesImage(mapping: ImageMapping, image: ImageReference): boolean {
  return normalised(fullRepository(mapping)) === normalised(image.repository);
}

const describeMapping = (mapping: ImageMapping): string =>
  `${mapping.file.path}:${mapping.line}: ${pathText(mapping.steps) || 'the document'} is ${fullRepository(mapping)}`;

/** Why an image matched nothing: which image mappings exist, and whether one has the same name in another registry. */
export function unmatchedImage(
  image: ImageReference,
  mappings: readonly ImageMapping[],
  files: readonly YamlFile[],
): string {
  const start = `no image mapping names ${image.repository}`;
  if (mappings.length === 0) {
    return `${start}: ${files.map(({ path }) => path).join(' and ')} names no repository at all`;
  }
  const near = mappings.find((mapping) => fullRepository(mapping).toLowerCase().endsWith(`/${image.name}`));
  const hint =
    near === undefined
      ? ''
      : `\nThe name ${image.name} is there with another registry: give this step the image as it is in that registry, or change the chart's`;
  return `${start}; the image mappings are\n${mappings.map((mapping) => `  ${describeMapping(mapping)}`).join('\n')}${hint}`;
}
