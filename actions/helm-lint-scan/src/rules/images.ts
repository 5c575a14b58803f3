import { textAt } from '../data.ts';
import { eachContainer, type ResourceRule, wrong } from './rule.ts';

interface ImageText {
  tag: string | undefined;
  digest: string | undefined;
}

/** The tag and the digest in an image's reference. A colon before the last slash belongs to the registry's port. */
function readImage(text: string): ImageText {
  const [name = '', digest] = text.split('@');
  const last = name.slice(name.lastIndexOf('/') + 1);
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : undefined;
  return { tag: tag === '' ? undefined : tag, digest };
}

export const imageTag: ResourceRule = {
  id: 'image-tag',
  level: 'warning',
  severity: 5,
  title: 'An image has no tag, or one that moves',
  help: 'Nobody knows what `latest` runs: a new node may start another version than its neighbours. Name a version, or better a digest.',
  check: (scope) =>
    eachContainer(scope, ({ name, spec, path }, { resource }) => {
      const image = textAt(spec, 'image') ?? '';
      const { tag, digest } = readImage(image);
      if (image === '' || digest !== undefined || (tag !== undefined && tag !== 'latest')) return [];
      return [
        wrong(
          resource,
          [...path, 'image'],
          `container ${name} runs ${image}, which is whatever the registry calls latest`,
        ),
      ];
    }),
};

export const imageDigest: ResourceRule = {
  id: 'image-digest',
  level: 'note',
  severity: 2,
  title: 'An image is not named by its digest',
  help: 'A tag can be pushed again. A digest is the very image that was tested: `repository@sha256:…`.',
  check: (scope) =>
    eachContainer(scope, ({ name, spec, path }, { resource }) => {
      const image = textAt(spec, 'image') ?? '';
      return image === '' || readImage(image).digest !== undefined
        ? []
        : [wrong(resource, [...path, 'image'], `container ${name} names its image by tag, not by digest`)];
    }),
};
