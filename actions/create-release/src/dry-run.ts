import { explained } from './explain.ts';
import type { Releases } from './releases.ts';
import { canonical } from './rules/canonical.ts';

/** What there is of a tag's release, without changing it. */
export async function existingState(
  tag: string,
  releases: Releases,
): Promise<{ sentence: string; outputs: { id: number | undefined; url: string | undefined; published: boolean } }> {
  const all = await explained(`listing the releases of ${tag}`, () => releases.ofTag(tag));
  const release = canonical(all);
  const outputs = { id: release?.id, url: release?.url, published: release?.draft === false };
  if (release === undefined) return { sentence: 'would be drafted, filled and published', outputs };
  return {
    sentence: release.draft ? 'has a draft; it would be filled and published' : 'is published already',
    outputs,
  };
}
