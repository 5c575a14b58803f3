import {
  type Digest,
  type ImageName,
  type ImageTag,
  parseDigest,
  parseImageName,
  parseImageTag,
} from '../identifiers.ts';
import type { Parsed } from '../runner/inputs.ts';

/** An image in the `images` output of build-push-image, which the other actions take as input. */
export interface BuiltImage {
  /** Without the registry: `shop/web`. */
  name: ImageName;
  /** With the registry: `ghcr.io/org/shop/web`. */
  repository: string;
  /** `repository@digest`. */
  ref: string;
  /** `repository@digest` in every registry of the step; the first is `ref`. */
  refs: string[];
  digest: Digest;
  tags: ImageTag[];
  platforms: string[];
  /** Whether it was promoted, not built. */
  promoted: boolean;
  seconds: number;
}

/** What the consumers of the output need; other keys may be missing if a user writes the list by hand. */
export type ImageReference = Pick<BuiltImage, 'name' | 'repository' | 'digest' | 'tags'>;

export const IMAGES_EXAMPLE = '${{ steps.build.outputs.images }}';

/** Parse the `images` output: a list of mappings with `repository` and `digest`, and optionally `name` and `tags`. */
export function parseImagesOutput(data: unknown): Parsed<ImageReference[]> {
  if (!Array.isArray(data)) return { problem: 'is not a list of images' };
  const images: ImageReference[] = [];
  for (const [index, item] of data.entries()) {
    const image = parseImage(item);
    if ('problem' in image) return { problem: `item ${index + 1} ${image.problem}` };
    images.push(image.value);
  }
  return { value: images };
}

function parseImage(item: unknown): Parsed<ImageReference> {
  if (typeof item !== 'object' || item === null) return { problem: 'is not a mapping' };
  const { name, repository, digest, tags = [] } = item as Record<string, unknown>;
  if (typeof repository !== 'string' || !/^[a-z0-9][a-z0-9._:/[\]-]*$/.test(repository))
    return { problem: 'has no repository (registry/path, in lower case)' };
  const parsedDigest = parseDigest(String(digest));
  if ('problem' in parsedDigest) return { problem: `(${repository}): digest ${parsedDigest.problem}` };
  const parsedName = parseImageName(typeof name === 'string' ? name : repository.slice(repository.indexOf('/') + 1));
  if ('problem' in parsedName) return { problem: `(${repository}): name ${parsedName.problem}` };
  if (!Array.isArray(tags)) return { problem: `(${repository}): tags is not a list` };
  const parsedTags: ImageTag[] = [];
  for (const tag of tags) {
    const parsed = typeof tag === 'string' ? parseImageTag(tag) : { problem: 'is not a string' };
    if ('problem' in parsed) return { problem: `(${repository}): tag ${JSON.stringify(tag)} ${parsed.problem}` };
    parsedTags.push(parsed.value);
  }
  return { value: { name: parsedName.value, repository, digest: parsedDigest.value, tags: parsedTags } };
}
