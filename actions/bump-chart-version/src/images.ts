import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { ImageReference } from '../../lib/images-output.ts';
import type { Trail } from './yaml/locate.ts';
import { lookUp } from './yaml/lookup.ts';
import { pathText, type Step } from './yaml/path.ts';
import type { ParsedDocument, YamlFile } from './yaml/source.ts';

/** A mapping in a values file that names an image by `repository`. */
export interface ImageMapping {
  file: YamlFile;
  document: number;
  trail: Trail;
  steps: Step[];
  map: YAMLMap;
  /** 1-based. */
  line: number;
  /** The value of `registry`, or `''`. */
  registry: string;
  repository: string;
}

/** Every mapping with a `repository`, in the order of the file. What an alias repeats is not there twice. */
export function imageMappings(file: YamlFile): ImageMapping[] {
  const found: ImageMapping[] = [];
  for (const [index, document] of file.documents.entries()) {
    walk(document.contents, [], [], (map, trail, steps) => {
      const repository = text(document, map, 'repository');
      if (repository === undefined || repository === '') return;
      const line = file.lineAt(map.range?.[0] ?? 0);
      found.push({
        file,
        document: index,
        trail,
        steps,
        map,
        line,
        registry: text(document, map, 'registry') ?? '',
        repository,
      });
    });
  }
  return found;
}

function walk(
  node: unknown,
  trail: Trail,
  steps: Step[],
  visit: (map: YAMLMap, trail: Trail, steps: Step[]) => void,
): void {
  if (isAlias(node)) return;
  if (isMap(node)) {
    visit(node, trail, steps);
    for (const [index, pair] of node.items.entries()) {
      const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
      if (key !== undefined) walk(pair.value, [...trail, index], [...steps, { kind: 'key', key }], visit);
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries())
      walk(item, [...trail, index], [...steps, { kind: 'index', index }], visit);
  }
}

function text(document: ParsedDocument, map: YAMLMap, key: string): string | undefined {
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

export const mappingText = (mapping: ImageMapping): string =>
  `${mapping.file.path}:${mapping.line}: ${pathText(mapping.steps) || 'the document'} is ${fullRepository(mapping)}`;

/** Why an image matched nothing: what image mappings there are, and whether one has the same name in another registry. */
export function unmatched(
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
  return `${start}; the image mappings are\n${mappings.map((mapping) => `  ${mappingText(mapping)}`).join('\n')}${hint}`;
}
