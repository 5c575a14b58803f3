import {
  type CommitSha,
  type Digest,
  parseCommitSha,
  parseDigest,
  parseRegistryName,
  type RegistryName,
} from '../../../lib/identifiers.ts';
import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';

/** What is promoted, and what happens when the source does not have it. */
export interface Promotion {
  from: RegistryName;
  mode: 'prefer' | 'require' | 'verify';
  /** The commit whose images are promoted, if it is not the run's. */
  commit: CommitSha | undefined;
  /** The image to promote, by the image's name; otherwise it is found by the commit's `sha` tag. */
  digests: ReadonlyMap<string, Digest>;
}

/** Whether every image is copied and none is built. */
export const isPromotionOnly = (promotion: Promotion | undefined): boolean => promotion?.mode === 'require';

const DIGEST_EXAMPLE = `{ "shop/web": "sha256:${'0'.repeat(8)}…" }`;

/**
 * @param names of all images
 * @param push whether images are pushed
 */
export async function readPromotion(
  reader: InputReader,
  { names, push }: { names: readonly string[]; push: boolean },
): Promise<Promotion | undefined> {
  const from = reader.parsed('promote-from', parseRegistryName, 'staging.azurecr.io');
  const mode = reader.choice('promote', ['prefer', 'require', 'verify', 'never'], 'prefer');
  const commit = reader.parsed('promote-commit', parseCommitSha, '${{ inputs.commit }}');
  const digests = await readDigests(reader, names);
  const strict = mode === 'require' || mode === 'verify';
  const needs = strict
    ? `\`promote: ${mode}\``
    : ['promote-commit', 'promote-digest'].filter((name) => reader.text(name) !== '').map((name) => `\`${name}\``)[0];
  if (needs !== undefined && reader.text('promote-from') === '')
    reader.addProblem({ input: 'promote-from', problem: `is required with ${needs}`, example: 'staging.azurecr.io' });
  if (commit !== undefined && digests.size > 0)
    reader.addProblem({
      input: 'promote-commit',
      problem: 'and `promote-digest` both name what is promoted',
      advice: 'remove one of them',
    });
  if (strict && !push)
    reader.addProblem({
      input: 'promote',
      value: mode,
      problem: 'has no effect with `push: false`, which copies nothing',
      example: 'prefer',
    });
  return from === undefined || mode === 'never' ? undefined : { from, mode, commit, digests };
}

/** One digest, or a mapping of the images' names to digests, such as the output `digests`. */
async function readDigests(reader: InputReader, names: readonly string[]): Promise<ReadonlyMap<string, Digest>> {
  const parse = (data: unknown) => parseDigests(data, names);
  return (await reader.yaml('promote-digest', parse, DIGEST_EXAMPLE)) ?? new Map();
}

function parseDigests(data: unknown, names: readonly string[]): Parsed<ReadonlyMap<string, Digest>> {
  if (typeof data === 'string') {
    const [only, ...others] = names;
    if (only === undefined || others.length > 0)
      return { problem: 'is one digest for several images; write a mapping of their names to digests' };
    return parseDigests({ [only]: data }, names);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return { problem: 'is neither a digest nor a mapping of names to digests' };
  const digests = new Map<string, Digest>();
  for (const [name, value] of Object.entries(data)) {
    const parsed = parseDigest(String(value));
    if ('problem' in parsed) return { problem: `has a value for ${name} that ${parsed.problem}` };
    digests.set(name, parsed.value);
  }
  const missing = names.filter((name) => !digests.has(name));
  return missing.length === 0 ? { value: digests } : { problem: `has no digest for ${missing.join(', ')}` };
}
