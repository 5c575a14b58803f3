import { setTimeout as sleep } from 'node:timers/promises';
import { formatCount } from '../../../lib/counts.ts';
import { ActionError } from '../../../lib/errors.ts';
import type { RetryPolicy } from '../../../lib/requests/retry.ts';
import { annotate, group, info } from '../../../lib/runner/commands.ts';
import type { Asset, AssetContent, Release, Releases } from '../releases/releases.ts';
import { CHECKSUMS_NAME, MAX_ASSETS } from './asset-names.ts';
import { assertAssets, otherAssets, planAssets } from './asset-plan.ts';
import { areCurrent, type Checksums, createChecksums, findChecksums } from './checksums.ts';
import { assertStillDraft, type Upload, uploadAssets } from './upload-assets.ts';

/** How often the checksums are written again when other jobs add files at the same time. */
const MAX_ATTEMPTS = 5;
/** The longest wait before that, in seconds. Jobs that wait for different times do not meet again. */
const MAX_WAIT_SECONDS = 20;

export interface SyncOptions {
  releases: Releases;
  retry: RetryPolicy;
  /** Whether the release gets a `SHA256SUMS`. */
  checksums: boolean;
  /** What happens with files that this step does not name. */
  otherFiles: 'keep' | 'remove';
  /** See {@link planAssets}. */
  trustSize: boolean;
}

export interface SyncResult {
  /** The release as it is now, with all its files: a person may have edited it during the upload. */
  release: Release;
  /** Whether anything was uploaded or removed. */
  changed: boolean;
}

/**
 * Upload and verify the files of a release, remove others if requested, then write `SHA256SUMS` for all of its files.
 * Other jobs may do the same at the same time: whichever writes last has seen the files of all.
 * @param release with all its files, as {@link Releases.get} or {@link Releases.create} returned it
 * @throws {ActionError} when a file cannot be uploaded or differs from the one on disk
 */
export async function syncAssets(
  release: Release,
  desired: readonly AssetContent[],
  options: SyncOptions,
): Promise<SyncResult> {
  const checksums = options.checksums && desired.length > 0;
  const plan = planAssets(desired, release.assets, options);
  const others = otherAssets(plan, checksums);
  const removed = options.otherFiles === 'remove' ? others : [];
  const remaining = release.assets.filter((asset) => !removed.includes(asset));
  const sums = checksums ? await checksumsUpload(remaining, desired, options.releases) : [];
  assertRoom(release, remaining.length + plan.add.length + sums.filter(({ old }) => old === undefined).length);
  if (release.draft && options.otherFiles === 'keep') reportOthers(others);
  if (plan.keep.length > 0) info(`already uploaded: ${formatCount(plan.keep.length, 'file')}`);

  const files: Upload[] = [...plan.add.map((content) => ({ content, old: undefined })), ...plan.replace];
  if (files.length + sums.length + removed.length === 0) return { release, changed: false };
  // A full release has no room for new files until others are removed. Otherwise users miss no file in between.
  const removeFirst = release.assets.length + files.length + sums.length > MAX_ASSETS;
  if (removeFirst) await removeAssets(removed, release, options.releases);
  // Users of a published release must not find checksums of files that are not there yet.
  await upload(release.draft ? [...files, ...sums] : files, release, options);
  if (!removeFirst) await removeAssets(removed, release, options.releases);
  if (!release.draft) await upload(sums, release, options);

  const uploaded = await options.releases.get(release.id);
  assertAssets(desired, uploaded.assets, release);
  if (!checksums) return { release: uploaded, changed: true };
  const final = await settleChecksums(uploaded, { ...options, desired });
  assertAssets(desired, final.assets, release);
  return { release: final, changed: true };
}

/** Write the checksums again until they name every file: a concurrent job may have added files, or replaced the checksums by its own. */
async function settleChecksums(
  first: Release,
  { desired, ...options }: SyncOptions & { desired: readonly AssetContent[] },
): Promise<Release> {
  const { releases, retry } = options;
  const { wait = (seconds: number) => sleep(seconds * 1000), random = Math.random } = retry;
  const next = ({ assets }: Release) => checksumsUpload(assets, desired, releases);
  let release = first;
  for (let attempt = 1; (await next(release)).length > 0; attempt++) {
    if (attempt > MAX_ATTEMPTS) throw unsettledError(release);
    info(
      `${CHECKSUMS_NAME} does not name all files of the release, because another job changed them; writing it again`,
    );
    await wait(Math.min(2 ** attempt, MAX_WAIT_SECONDS) * random());
    release = await releases.get(release.id);
    await uploadAssets(await next(release), release, options);
    release = await releases.get(release.id);
  }
  reportUnknown(await createChecksums(release.assets, desired, releases));
  return release;
}

/** The upload that `SHA256SUMS` needs, if it needs one. */
async function checksumsUpload(
  assets: readonly Asset[],
  desired: readonly AssetContent[],
  releases: Releases,
): Promise<Upload[]> {
  const checksums = await createChecksums(assets, desired, releases);
  const old = findChecksums(assets);
  return (await areCurrent(old, checksums, releases)) ? [] : [{ content: checksums.content, old, shared: true }];
}

async function upload(uploads: readonly Upload[], release: Release, options: SyncOptions): Promise<void> {
  if (uploads.length === 0) return;
  await group(`Uploading ${formatCount(uploads.length, 'file')}`, () => uploadAssets(uploads, release, options));
}

async function removeAssets(assets: readonly Asset[], release: Release, releases: Releases): Promise<void> {
  if (assets.length === 0) return;
  await assertStillDraft(release, releases);
  for (const { id, name } of assets) {
    await releases.deleteAsset(id);
    info(`removed ${name}`);
  }
}

function assertRoom({ tag, assets }: Release, count: number): void {
  if (count <= MAX_ASSETS) return;
  throw new ActionError({
    what: `${tag} would have ${count} files`,
    why: `GitHub accepts at most ${MAX_ASSETS} files for a release, and this one already has ${assets.length}`,
    next: 'Attach fewer files, for example as one archive, or set `other-files: remove`. Nothing was uploaded.',
  });
}

function reportOthers(others: readonly Asset[]): void {
  if (others.length === 0) return;
  annotate({
    level: 'notice',
    title: 'create-release: other files in the draft',
    message: `The draft also contains ${others.map(({ name }) => name).join(', ')}, which this step does not change.`,
  });
}

function reportUnknown({ unknown }: Checksums): void {
  if (unknown.length === 0) return;
  annotate({
    level: 'warning',
    title: `create-release: ${CHECKSUMS_NAME} is incomplete`,
    message: `The server has no digest of ${unknown.join(', ')}, so ${CHECKSUMS_NAME} leaves them out. Attach them in the same step to include them.`,
  });
}

const unsettledError = ({ tag }: Release): ActionError =>
  new ActionError({
    what: `${CHECKSUMS_NAME} of ${tag} does not name all files`,
    why: `other jobs changed the files of the release during each of ${MAX_ATTEMPTS} attempts to write it`,
    next: 'Run the job again when the other jobs have ended.',
  });
