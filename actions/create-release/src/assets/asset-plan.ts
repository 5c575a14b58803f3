import { ActionError } from '../../../lib/errors.ts';
import type { Asset, AssetContent, Release } from '../releases/releases.ts';
import { CHECKSUMS_NAME } from './asset-names.ts';

/** What to do so that a release has the desired files. */
export interface AssetPlan {
  keep: Asset[];
  add: AssetContent[];
  replace: { content: AssetContent; old: Asset }[];
  /** Assets with no desired file of that name; they are not changed. */
  unrelated: Asset[];
}

/**
 * @param trustSize whether a complete asset of the same size counts as the same file when the server has no digest: yes for a
 *   published release, which must not be changed without reason; no for a draft, where another upload does no harm
 */
export function planAssets(
  desired: readonly AssetContent[],
  existing: readonly Asset[],
  { trustSize }: { trustSize: boolean },
): AssetPlan {
  const plan: AssetPlan = { keep: [], add: [], replace: [], unrelated: [] };
  const byName = new Map(existing.map((asset) => [asset.name, asset]));
  for (const content of desired) {
    const old = byName.get(content.name);
    if (old === undefined) plan.add.push(content);
    else if (isSameFile(old, content) && (trustSize || old.digest !== undefined)) plan.keep.push(old);
    else plan.replace.push({ content, old });
  }
  const names = new Set(desired.map(({ name }) => name));
  plan.unrelated = existing.filter(({ name }) => !names.has(name));
  return plan;
}

/** The assets that do not belong to the step; `SHA256SUMS` does if the step writes it. */
export const otherAssets = ({ unrelated }: AssetPlan, checksums: boolean): Asset[] =>
  unrelated.filter(({ name }) => !checksums || name !== CHECKSUMS_NAME);

/** Whether the server has the same bytes, as far as it says: by digest if there is one, otherwise by size. */
export function isSameFile(asset: Asset, content: AssetContent): boolean {
  return assetProblem(asset, content) === undefined;
}

/** How an asset differs from the file, as a predicate. */
export function assetProblem(asset: Asset | undefined, content: AssetContent): string | undefined {
  if (asset === undefined) return 'is missing';
  if (asset.name !== content.name) return `is stored under another name, ${asset.name}`;
  if (!asset.complete) return 'is only partially uploaded';
  if (asset.size !== content.size) return `is ${asset.size} bytes, expected ${content.size}`;
  if (asset.digest !== undefined && asset.digest !== content.digest)
    return `has the digest ${asset.digest}, expected ${content.digest}`;
  return undefined;
}

/** How a release differs from the desired files, one line each. */
export function planProblems({ add, replace }: AssetPlan): string[] {
  return [
    ...add.map((content) => `${content.name} ${assetProblem(undefined, content)}`),
    ...replace.map(({ content, old }) => `${content.name} ${assetProblem(old, content)}`),
  ];
}

/** @throws {ActionError} with every file that differs from the one on disk */
export function assertAssets(desired: readonly AssetContent[], existing: readonly Asset[], release: Release): void {
  const byName = new Map(existing.map((asset) => [asset.name, asset]));
  const problems = desired.flatMap((content) => {
    const problem = assetProblem(byName.get(content.name), content);
    return problem === undefined ? [] : [`${content.name} ${problem}`];
  });
  if (problems.length === 0) return;
  throw new ActionError({
    what: `uploaded files of ${release.tag} failed verification`,
    why: problems.join('\n'),
    next: 'The release is still a draft. Run the job again; it continues where it stopped.',
  });
}
