import { ActionError } from '../../../lib/errors.ts';
import { annotate, group, info } from '../../../lib/runner/commands.ts';
import { type AssetPlan, planAssets, planProblems } from '../assets/asset-plan.ts';
import { assertAssets, uploadAssets } from '../assets/upload-assets.ts';
import type { DesiredRelease, PublishOptions, PublishResult } from './desired-release.ts';
import { findDifferences } from './differences.ts';
import type { Asset, Release, ReleaseFields, Releases } from './releases.ts';
import { retryIdempotently } from './retry.ts';

export interface UpdateOptions extends Pick<PublishOptions, 'retry' | 'onAssets'> {
  releases: Releases;
}

/**
 * Handle a release that is already published. It is changed only with `update: true`, and never becomes a draft again.
 * Otherwise a different name or text is a notice and not a failure, so that the workflow of a tag can run again.
 * Different files are a failure, because users would not download what this run built.
 */
export async function updatePublished(
  release: Release,
  desired: DesiredRelease,
  { releases, retry, onAssets }: UpdateOptions,
): Promise<PublishResult> {
  const { assets, plan, problems } = await compareAssets(release, desired, releases);
  const isLatest = (await releases.latestId()) === release.id;
  const latest = desired.makeLatest ?? (isLatest || (await desired.mayBecomeLatest()));
  const fields: ReleaseFields = {
    tag: release.tag,
    target: undefined,
    name: desired.name,
    // If this step has no text, the text does not change.
    body: desired.body === '' ? release.body : desired.body,
    draft: false,
    prerelease: desired.prerelease,
    latest: latest === isLatest ? undefined : latest,
  };
  const differ = [...findDifferences(release, fields), ...(fields.latest === undefined ? [] : ['make-latest'])];
  if (!desired.update) {
    if (differ.length > 0)
      notice(
        `${release.tag} is already published and not changed; it differs in ${differ.join(', ')}. Set update: true to change it.`,
      );
    else info(`${release.tag} is already published and up to date`);
    return { release, assets, created: false, changed: false, latest: isLatest };
  }
  if (desired.draft) notice(`${release.tag} is already published; it does not become a draft again.`);

  const replaced = problems.length > 0 ? await replaceAssets(plan, release, { desired, releases, retry }) : assets;
  await onAssets(replaced);
  if (differ.length === 0) return { release, assets: replaced, created: false, changed: problems.length > 0, latest };
  const findUpdated = async () => {
    const current = await releases.get(release.id);
    if (findDifferences(current, fields).length > 0) return undefined;
    // A release does not say whether it is the latest.
    const isUpdated = fields.latest === undefined || ((await releases.latestId()) === release.id) === fields.latest;
    return isUpdated ? current : undefined;
  };
  const updated = await retryIdempotently(() => releases.update(release.id, fields), findUpdated, retry);
  info(`changed ${differ.join(', ')} of ${release.url}`);
  return { release: updated, assets: replaced, created: false, changed: true, latest };
}

/**
 * Compare the files of a published release with the desired ones.
 * @throws {ActionError} when they differ and cannot be changed
 */
export async function compareAssets(
  release: Release,
  desired: Pick<DesiredRelease, 'assets' | 'update'>,
  releases: Releases,
): Promise<{ assets: Asset[]; plan: AssetPlan; problems: string[] }> {
  const assets = await releases.assets(release.id);
  const plan = planAssets(desired.assets, assets, { trustSize: true });
  const problems = planProblems(plan);
  if (problems.length > 0 && (release.immutable || !desired.update)) throw differentFilesError(release, problems);
  return { assets, plan, problems };
}

interface Replacement extends Pick<UpdateOptions, 'releases' | 'retry'> {
  desired: DesiredRelease;
}

async function replaceAssets(
  plan: AssetPlan,
  release: Release,
  { desired, releases, retry }: Replacement,
): Promise<Asset[]> {
  await group(`Uploading ${plan.add.length + plan.replace.length} files`, () =>
    uploadAssets(plan, release, { releases, retry }),
  );
  const assets = await releases.assets(release.id);
  assertAssets(desired.assets, assets, release);
  return assets;
}

function notice(message: string): void {
  annotate({ level: 'notice', title: 'create-release: already published', message });
}

function differentFilesError(release: Release, problems: readonly string[]): ActionError {
  return new ActionError({
    what: `${release.tag} is already published with different files`,
    why: problems.join('\n'),
    next: release.immutable
      ? 'The release is immutable: its files cannot change. Release a new version.'
      : 'Release a new version, or set `update: true` to change the published files.',
  });
}
