import type { Asset, AssetContent } from '../releases.ts';

/** What must happen to make a release hold the wanted files. */
export interface AssetPlan {
  keep: Asset[];
  add: AssetContent[];
  replace: { content: AssetContent; old: Asset }[];
  /** Assets that no wanted file names; they stay. */
  others: Asset[];
}

/**
 * @param trustSize whether a complete asset of the right size is taken for the same when the server gives no digest: yes for a
 *   published release, which must not be changed without cause; no for a draft, where uploading again harms nobody
 */
export function planAssets(
  wanted: readonly AssetContent[],
  existing: readonly Asset[],
  { trustSize }: { trustSize: boolean },
): AssetPlan {
  const plan: AssetPlan = { keep: [], add: [], replace: [], others: [] };
  const byName = new Map(existing.map((asset) => [asset.name, asset]));
  for (const content of wanted) {
    const old = byName.get(content.name);
    if (old === undefined) plan.add.push(content);
    else if (isSame(old, content) && (trustSize || old.digest !== undefined)) plan.keep.push(old);
    else plan.replace.push({ content, old });
  }
  const names = new Set(wanted.map(({ name }) => name));
  plan.others = existing.filter(({ name }) => !names.has(name));
  return plan;
}

/** Whether the server holds just these bytes, as far as it says: by digest where it gives one, else by size. */
export function isSame(asset: Asset, content: AssetContent): boolean {
  return assetFault(asset, content) === undefined;
}

/** What is wrong with an asset, as the end of a sentence. */
export function assetFault(asset: Asset | undefined, content: AssetContent): string | undefined {
  if (asset === undefined) return 'is missing';
  if (asset.name !== content.name) return `is stored under another name, ${asset.name}`;
  if (!asset.complete) return 'is uploaded by half';
  if (asset.size !== content.size) return `has ${asset.size} bytes instead of ${content.size}`;
  if (asset.digest !== undefined && asset.digest !== content.digest)
    return `has the digest ${asset.digest} instead of ${content.digest}`;
  return undefined;
}

/** Why a release does not hold the wanted files, a line each. */
export function planFaults({ add, replace }: AssetPlan): string[] {
  return [
    ...add.map((content) => `${content.name} ${assetFault(undefined, content)}`),
    ...replace.map(({ content, old }) => `${content.name} ${assetFault(old, content)}`),
  ];
}
