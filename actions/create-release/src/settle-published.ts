import { annotate, group, info } from '../../lib/commands.ts';
import { ActionError } from '../../lib/errors.ts';
import { once, type Waiting } from './once.ts';
import { checkAssets, placeAssets } from './place-assets.ts';
import type { RunOptions } from './publish.ts';
import type { Asset, Release, ReleaseFields, Releases } from './releases.ts';
import { type AssetPlan, planAssets, planFaults } from './rules/asset-plan.ts';
import { differences } from './rules/differences.ts';
import type { Outcome, Wanted } from './wanted.ts';

/**
 * What becomes of a release that is published already. It is changed only with `update: true`, and never back to a draft.
 * Without it, a difference in name or text is told and is no failure, so that the job of a tag can run again;
 * other files are a failure, for people who download them would not get what this run built.
 */
export async function settlePublished(
  release: Release,
  wanted: Wanted,
  releases: Releases,
  { waiting, uploaded }: Pick<RunOptions, 'waiting' | 'uploaded'>,
): Promise<Outcome> {
  const { assets, plan, faults } = await compareFiles(release, wanted, releases);
  const isLatest = (await releases.latestId()) === release.id;
  const latest = wanted.makeLatest ?? (isLatest || (await wanted.latest()));
  const fields: ReleaseFields = {
    tag: release.tag,
    target: undefined,
    name: wanted.name,
    // No text of one's own changes none.
    body: wanted.body === '' ? release.body : wanted.body,
    draft: false,
    prerelease: wanted.prerelease,
    latest: latest === isLatest ? undefined : latest,
  };
  const differ = [...differences(release, fields), ...(fields.latest === undefined ? [] : ['make-latest'])];
  if (!wanted.update) {
    if (differ.length > 0)
      tell(
        `${release.tag} is published already and stays as it is; it differs in ${differ.join(', ')}. With update: true it would be changed.`,
      );
    else info(`${release.tag} is published already, just as wanted`);
    return { release, assets, created: false, changed: false, latest: isLatest };
  }
  if (wanted.draft) tell(`${release.tag} is published already; it is not made a draft again.`);

  const replaced = faults.length > 0 ? await place(plan, release, wanted, releases, waiting) : assets;
  await uploaded(replaced);
  if (differ.length === 0) return { release, assets: replaced, created: false, changed: faults.length > 0, latest };
  const isDone = async () => {
    const is = await releases.get(release.id);
    if (differences(is, fields).length > 0) return undefined;
    // A release does not say itself whether it is the latest.
    const marked = fields.latest === undefined || ((await releases.latestId()) === release.id) === fields.latest;
    return marked ? is : undefined;
  };
  const updated = await once(() => releases.update(release.id, fields), isDone, waiting);
  info(`changed ${differ.join(', ')} of ${release.url}`);
  return { release: updated, assets: replaced, created: false, changed: true, latest };
}

/**
 * The files of a published release, and what must happen to make them the wanted ones.
 * @throws {ActionError} when they differ and may not be changed
 */
export async function compareFiles(
  release: Release,
  wanted: Pick<Wanted, 'assets' | 'update'>,
  releases: Releases,
): Promise<{ assets: Asset[]; plan: AssetPlan; faults: string[] }> {
  const assets = await releases.assets(release.id);
  const plan = planAssets(wanted.assets, assets, { trustSize: true });
  const faults = planFaults(plan);
  if (faults.length > 0 && (release.immutable || !wanted.update)) throw otherFiles(release, faults);
  return { assets, plan, faults };
}

async function place(
  plan: AssetPlan,
  release: Release,
  wanted: Wanted,
  releases: Releases,
  waiting: Waiting,
): Promise<Asset[]> {
  await group(`Uploading ${plan.add.length + plan.replace.length} files`, () =>
    placeAssets(plan, release, releases, waiting),
  );
  const assets = await releases.assets(release.id);
  checkAssets(wanted.assets, assets, release);
  return assets;
}

function tell(message: string): void {
  annotate({ level: 'notice', title: 'create-release: already published', message });
}

function otherFiles(release: Release, faults: readonly string[]): ActionError {
  return new ActionError({
    what: `${release.tag} is published with other files`,
    why: faults.join('\n'),
    next: release.immutable
      ? 'The release is immutable; its files can never change. Release a new version.'
      : 'Release a new version, or set `update: true` to change the published files.',
  });
}
