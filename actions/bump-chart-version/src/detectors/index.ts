import type { YamlFile } from '../yaml/source.ts';
import { visitContainers } from './containers.ts';
import type { Detector, FoundImage, ImagePlace } from './detector.ts';
import { kustomizeImages } from './kustomize-images.ts';
import { parameters } from './parameters.ts';
import { references } from './references.ts';
import { separateKeys } from './separate-keys.ts';

/** All detectors, a special shape before a general one. */
export const DETECTORS: readonly Detector[] = [kustomizeImages, separateKeys, parameters, references];

/**
 * Every place in a file where an image is named, in the order of the file. A document inside another, such as a block scalar with YAML, is
 * passed as a file of its own, whose `lineAt` counts in the outer file.
 */
export function imagePlaces(file: YamlFile, detectors: readonly Detector[] = DETECTORS): ImagePlace[] {
  return file.documents.flatMap((document, index) => {
    const places: ImagePlace[] = [];
    const claimed = new Set<unknown>();
    const take = (find: (detector: Detector) => FoundImage[] | undefined): void => {
      for (const detector of detectors) {
        const found = (find(detector) ?? []).filter(({ claims }) => !claimed.has(claims[0]));
        for (const image of found) {
          places.push({ ...image, detector: detector.name, file, document: index, line: file.lineAt(image.offset) });
        }
        for (const { claims } of found) for (const claim of claims) claimed.add(claim);
      }
    };
    visitContainers(document, {
      mapping: (mapping) => take((detector) => detector.inMapping?.(mapping)),
      list: (list) => take((detector) => detector.inList?.(list)),
    });
    return places.sort((a, b) => a.offset - b.offset);
  });
}
