import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { ImageReference } from '../../../lib/images/images-output.ts';
import { fullRepository, imageNameIn, type NamedImage } from '../../../lib/images/mappings.ts';
import { isSameRepository } from '../../../lib/images/references.ts';
import { lookUp } from '../yaml/lookup.ts';
import { pathText, type Step } from '../yaml/path.ts';
import type { ParsedDocument, YamlFile } from '../yaml/source.ts';

/** A mapping in a values file that names an image. */
export interface ImageMapping extends NamedImage {
  file: YamlFile;
  document: number;
  steps: Step[];
  map: YAMLMap;
  /** 1-based. */
  line: number;
}

/** Every mapping that names an image, in the order of the file. A mapping that aliases repeat is listed once. */
export function imageMappings(file: YamlFile): ImageMapping[] {
  return file.documents.flatMap((document, index) =>
    mappingsIn(document.contents, []).flatMap(({ map, steps }) => {
      const name = imageNameIn((key) => scalarValue(document, map, key));
      return name === undefined
        ? []
        : [{ ...name, file, document: index, steps, map, line: file.lineAt(map.range?.[0] ?? 0) }];
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

function scalarValue(document: ParsedDocument, map: YAMLMap, key: string): unknown {
  const node = lookUp(document, map, key)?.node;
  return isScalar(node) ? node.value : undefined;
}

/** Whether the mapping names this image. */
export function namesImage(mapping: ImageMapping, image: ImageReference): boolean {
  return isSameRepository(fullRepository(mapping), image.repository);
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
    return `${start}: no mapping in ${files.map(({ path }) => path).join(' and ')} has a repository`;
  }
  const near = mappings.find((mapping) => fullRepository(mapping).toLowerCase().endsWith(`/${image.name}`));
  const hint =
    near === undefined
      ? ''
      : `\n${image.name} exists with another registry: pass the image from that registry, or change the registry in the chart`;
  return `${start}; the image mappings are\n${mappings.map((mapping) => `  ${describeMapping(mapping)}`).join('\n')}${hint}`;
}
