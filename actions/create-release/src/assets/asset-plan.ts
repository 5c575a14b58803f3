import type { Asset, AssetContent } from '../releases/releases.ts';

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
