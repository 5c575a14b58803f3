import type { Field, Fields, ListNode, MappingNode } from './containers.ts';
import type { Detector, FoundImage } from './detector.ts';
import { parseReference } from './pin-text.ts';
import { fullNames } from './registries.ts';
import { digestPins, nameKeyOf, registryField, repeatedTag, toPin } from './sibling-keys.ts';

/**
 * One string, `repository:tag@digest`: `image` of a container or a custom resource, any other key, an item of a list, an argument `--image=…`,
 * or an override of kustomize, `name=repository:tag`. Without tag and digest only keys that end in `image`, and lists and mappings
 * whose key ends in `images`, are taken for images.
 */
export const references: Detector = { name: 'reference', inMapping: referencesInMapping, inList: referencesInList };

function referencesInMapping(mapping: MappingNode): FoundImage[] {
  return mapping.fields.flatMap((field) => {
    const isImageKey = /image$/i.test(field.name) || isAmongImages(field, mapping.key);
    // Annotations have names such as `example.com/images`, and their values a syntax of their own.
    if (!isImageKey && field.name.includes('/')) return [];
    return referenceAt(field, mapping, isImageKey);
  });
}

function referencesInList({ key, texts, registries }: ListNode): FoundImage[] {
  return texts.flatMap((field) =>
    referenceAt(field, { steps: field.steps, offset: field.offset, fields: [], registries }, isAmongImages(field, key)),
  );
}

function referenceAt(field: Field, fields: Fields, isImageKey: boolean): FoundImage[] {
  const text = field.isString ? field.text.trim() : '';
  const parts = isImageKey || text.includes('/') ? parseReference(text) : undefined;
  if (parts === undefined) return [];
  const isTagged = parts.tag !== undefined || parts.digest !== undefined;
  if (!isImageKey && !(isTagged && parts.repository.includes('/'))) return [];
  const key = nameKeyOf(field);
  const registry = key === undefined ? undefined : registryField(fields, key);
  const digests = key === undefined || !isTagged ? undefined : digestPins(fields, key, parts.digest !== undefined);
  const repeated = key === undefined || !isTagged ? undefined : repeatedTag(fields, key, parts.tag);
  return [
    {
      steps: field.steps,
      offset: field.offset,
      names: fullNames(parts.repository, registry?.text.trim() ?? '', fields.registries),
      pins: [
        { ...toPin(field, 'reference'), old: text },
        ...(repeated === undefined ? [] : [toPin(repeated, 'tag')]),
        ...(digests?.pins ?? []),
      ],
      addable: {},
      doubtful: digests?.doubtful ?? [],
      claims: [field, repeated, ...(digests?.fields ?? [])].flatMap((claimed) => claimed?.owner ?? []),
    },
  ];
}

/** Below `images` there are also other texts, such as a pull policy. */
const isAmongImages = ({ text }: Field, container: string): boolean => /images$/i.test(container) && text.includes('/');
