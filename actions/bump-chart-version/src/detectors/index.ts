import { embeddedDocuments } from '../yaml/embedded.ts';
import type { YamlFile } from '../yaml/source.ts';
import { visitContainers } from './containers.ts';
import type { Detector, FileImages, FoundImage, ImagePlace, PlaceRole } from './detector.ts';
import { kustomizeImages } from './kustomize-images.ts';
import { parameters } from './parameters.ts';
import { references } from './references.ts';
import { separateKeys } from './separate-keys.ts';

/** All detectors, a special shape before a general one. */
export const DETECTORS: readonly Detector[] = [kustomizeImages, separateKeys, parameters, references];

/** Every place where an image is named in a file and in the documents in its block scalars, such as Argo CD's `helm.values: |`. */
export const imagesIn = (file: YamlFile): FileImages[] =>
  [file, ...embeddedDocuments(file)].map((document) => ({ file: document, places: imagePlaces(document, 'name') }));

/** The annotation of a Chart.yaml that lists the chart's images: https://artifacthub.io/docs/topics/annotations/helm/ */
const LISTING = 'artifacthub.io/images';

/** The places in the list of images that a Chart.yaml has for Artifact Hub. */
export const listedImages = (chartFile: YamlFile): ImagePlace[] =>
  embeddedDocuments(chartFile)
    .filter(({ embedding }) => embedding?.steps.some((step) => step.kind === 'key' && step.key === LISTING))
    .flatMap((file) => imagePlaces(file, 'listing'));

/** The places of one document or more, in the order of the file. */
export function imagePlaces(file: YamlFile, role: PlaceRole = 'name'): ImagePlace[] {
  return file.documents.flatMap((document, index) => {
    const places: ImagePlace[] = [];
    const claimed = new Set<unknown>();
    const take = (find: (detector: Detector) => FoundImage[] | undefined): void => {
      for (const detector of DETECTORS) {
        const found = (find(detector) ?? []).filter(({ claims }) => !claimed.has(claims[0]));
        for (const image of found) {
          places.push({
            ...image,
            detector: detector.name,
            role,
            file,
            document: index,
            line: file.lineAt(image.offset),
          });
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
