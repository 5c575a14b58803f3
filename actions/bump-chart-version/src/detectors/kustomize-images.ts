import { isMap, isScalar } from 'yaml';
import type { MappingNode } from './containers.ts';
import type { Detector, FoundImage } from './detector.ts';
import { parseReference } from './pin-text.ts';
import { hasDigest, toPin } from './sibling-keys.ts';

/**
 * `images` of a kustomization.yaml, and of Flux's Kustomization: `name`, with `newName`, `newTag` and `digest`.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
export const kustomizeImages: Detector = { name: 'images of kustomize', inMapping: (mapping) => imageIn(mapping) };

function imageIn(mapping: MappingNode): FoundImage[] {
  if (mapping.key !== 'images' && !mapping.fields.some(({ name }) => name === 'newTag' || name === 'newName'))
    return [];
  const [name, newName, newTag, digest] = ['name', 'newName', 'newTag', 'digest'].map((key) =>
    mapping.fields.find((field) => field.name === key),
  );
  const isEntry =
    newName !== undefined || newTag !== undefined || (mapping.key === 'images' && isKustomization(mapping));
  if (name === undefined || !isEntry) return [];
  const repository = parseReference(newName?.text || name.text)?.repository;
  if (repository === undefined) return [];
  const tagPins = newTag === undefined ? [] : [toPin(newTag, 'tag')];
  const digestPins = digest === undefined ? [] : [toPin(digest, 'digest')];
  return [
    {
      steps: mapping.steps,
      offset: mapping.offset,
      names: [repository],
      pins: [...tagPins, ...digestPins],
      addable: {
        ...(newTag === undefined ? { tag: { key: 'newTag', after: (newName ?? name).name } } : {}),
        ...(digest === undefined && !tagPins.some(hasDigest)
          ? { digest: { key: 'digest', after: (newTag ?? newName ?? name).name } }
          : {}),
      },
      doubtful: [],
      claims: [name, newName, newTag, digest].flatMap((field) => field?.owner ?? []),
    },
  ];
}

/** A kustomization.yaml may omit its kind. */
function isKustomization({ root, steps }: MappingNode): boolean {
  if (!isMap(root)) return false;
  const kind = root.get('kind', true);
  const isTop = steps.length === 2;
  return isScalar(kind)
    ? kind.value === 'Kustomization' || (kind.value === 'Component' && isTop)
    : isTop && (root.has('resources') || root.has('bases') || root.has('components'));
}
