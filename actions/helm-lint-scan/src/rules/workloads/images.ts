import { stringAt } from '../../data.ts';
import { checkContainers, problemAt, type ResourceRule } from '../rule.ts';

interface ImageParts {
  repository: string;
  tag: string | undefined;
  digest: string | undefined;
}

/** The parts of an image reference. A colon before the last slash belongs to the port of the registry. */
function parseImage(text: string): ImageParts {
  const [name = '', digest] = text.split('@');
  const last = name.slice(name.lastIndexOf('/') + 1);
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : undefined;
  const repository = tag === undefined ? name : name.slice(0, -tag.length - 1);
  return { repository, tag: tag === '' ? undefined : tag, digest };
}

export const imageTag: ResourceRule = {
  id: 'image-tag',
  level: 'warning',
  severity: 5,
  title: 'An image has no tag, or a floating tag',
  help: '`latest` does not say which version runs: a new node may start another version than its neighbours. Use a version, or better a digest.',
  check: (scope) =>
    checkContainers(scope, ({ name, spec, path }, { resource }) => {
      const image = stringAt(spec, 'image') ?? '';
      const { tag, digest } = parseImage(image);
      if (image === '' || digest !== undefined || (tag !== undefined && tag !== 'latest')) return [];
      return [problemAt(resource, [...path, 'image'], `container ${name} uses ${image}, which has no fixed version`)];
    }),
};

export const imageDigest: ResourceRule = {
  id: 'image-digest',
  level: 'note',
  severity: 2,
  title: 'An image has no digest',
  help: 'A tag can be pushed again. A digest identifies exactly the image that was tested: `repository@sha256:…`.',
  check: (scope) =>
    checkContainers(scope, ({ name, spec, path }, { resource }) => {
      const image = stringAt(spec, 'image') ?? '';
      return image === '' || parseImage(image).digest !== undefined
        ? []
        : [problemAt(resource, [...path, 'image'], `container ${name} refers to its image by tag, not by digest`)];
    }),
};

export const imageNotBuilt: ResourceRule = {
  id: 'image-not-built',
  level: 'error',
  title: 'An image of set-images is rendered with another version than the one that was built',
  help: 'The values were set to the image that was built, but the template takes the tag or the digest from elsewhere: the tested image is not the one that will run. Use `tag` and `digest` of the same mapping as `repository`.',
  check: (scope) =>
    checkContainers(scope, ({ name, spec, path }, { resource }) => {
      const image = stringAt(spec, 'image') ?? '';
      const { repository, tag, digest } = parseImage(image);
      const built = scope.built.filter((candidate) => candidate.repository === repository);
      const isBuilt = built.some((candidate) =>
        digest === undefined ? candidate.tags.some((builtTag) => builtTag === tag) : candidate.digest === digest,
      );
      if (built.length === 0 || isBuilt) return [];
      const expected = built.map((candidate) => candidate.digest).join(' or ');
      const message = `container ${name} runs ${image}, but ${expected} was built`;
      // The values are right: the template is wrong, as with an invalid key, and its line is reported.
      return [{ resource, path: [...path, 'image'], about: 'key', message }];
    }),
};
