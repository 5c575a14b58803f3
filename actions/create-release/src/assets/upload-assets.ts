import { setTimeout as sleep } from 'node:timers/promises';
import { mapConcurrently } from '../../../lib/concurrency.ts';
import { ActionError } from '../../../lib/errors.ts';
import { classifyRequestError, reportRetry } from '../../../lib/requests/github.ts';
import { type RetryDecision, type RetryPolicy, withRetries } from '../../../lib/requests/retry.ts';
import { info } from '../../../lib/runner/commands.ts';
import { isAlreadyExists } from '../releases/errors.ts';
import type { Asset, AssetContent, Release, Releases } from '../releases/releases.ts';
import { ConcurrentRunError } from '../releases/retry.ts';
import { assetProblem, isSameFile } from './asset-plan.ts';
import { FileChangedError } from './file-stream.ts';

const MAX_CONCURRENT_UPLOADS = 4;
/** How long an incomplete asset may still be the upload of a concurrent run. */
const INCOMPLETE_WAIT_SECONDS = 5;

/** The file on the server differs from the one that was sent. */
class DamagedUploadError extends ActionError {
  override name = 'DamagedUploadError';
}

export interface UploadOptions {
  releases: Releases;
  retry: RetryPolicy;
}

/** Upload files, several at a time. After a failure no more uploads are started. */
export async function uploadAssets(
  uploads: readonly Upload[],
  release: Release,
  options: UploadOptions,
): Promise<void> {
  let done = 0;
  await mapConcurrently(uploads, MAX_CONCURRENT_UPLOADS, async (upload) => {
    await uploadAsset(upload, release, options);
    info(`(${++done}/${uploads.length}) ${upload.content.name}, ${upload.content.size} bytes`);
  });
}

export interface Upload {
  content: AssetContent;
  /** The asset to replace. */
  old: Asset | undefined;
  /** Whether other jobs write the file too: theirs is left there, and the caller checks it. */
  shared?: boolean;
}

/** Upload one file. After a failure that may hide a success, and when the name is taken, check first what exists. */
async function uploadAsset(
  { content, old, shared = false }: Upload,
  release: Release,
  { releases, retry }: UploadOptions,
): Promise<void> {
  const find = async (): Promise<Asset | undefined> =>
    (await releases.get(release.id)).assets.find(({ name }) => name === content.name);

  await withRetries(
    async (attempt) => {
      const existing = await waitUntilComplete(attempt === 1 ? old : await find(), find, retry);
      if (existing !== undefined) {
        if (isSameFile(existing, content) && (attempt > 1 || existing.digest !== undefined)) return;
        await assertStillDraft(release, releases);
        // The old file must not be lost when there is no new one.
        (await content.open()).destroy();
        await releases.deleteAsset(existing.id);
      }
      const asset = await releases.uploadAsset(release, content).catch(async (error: unknown) => {
        if (shared && isAlreadyExists(error)) return undefined;
        if (error instanceof FileChangedError) await deleteIncomplete(find, { releases, retry });
        throw error;
      });
      if (asset !== undefined) assertUploaded(asset, content);
    },
    {
      ...retry,
      classify: classifyUploadError,
      onRetry: reportRetry(`uploading ${content.name}`),
    },
  );
}

function assertUploaded(asset: Asset, content: AssetContent): void {
  if (asset.name !== content.name) {
    throw new ActionError({
      what: `the server renamed ${content.name}`,
      why: `it is stored as ${asset.name}, so links and checksums would name a file that does not exist`,
      next: 'Rename the file, using only letters, digits, "-", "_" and ".". The release is still a draft.',
    });
  }
  const problem = assetProblem(asset, content);
  if (problem !== undefined) {
    throw new DamagedUploadError({
      what: `the upload of ${content.name} was damaged`,
      why: `on the server it ${problem}`,
      next: 'Run the job again; it continues where it stopped.',
    });
  }
}

/**
 * Delete what an interrupted upload left: GitHub may keep an asset in the state `starter`
 * (https://docs.github.com/rest/releases/assets#upload-a-release-asset). It is not an error if that fails: the next run replaces the asset.
 */
async function deleteIncomplete(
  find: () => Promise<Asset | undefined>,
  { releases, retry: { wait = waitSeconds } }: UploadOptions,
): Promise<void> {
  await wait(1);
  const asset = await find().catch(() => undefined);
  if (asset?.complete === false) await releases.deleteAsset(asset.id).catch(() => undefined);
}

function classifyUploadError(error: unknown): RetryDecision {
  return error instanceof DamagedUploadError || isAlreadyExists(error) ? { retry: true } : classifyRequestError(error);
}

/** Wait a little for an incomplete asset, which a concurrent run may be uploading. */
async function waitUntilComplete(
  first: Asset | undefined,
  find: () => Promise<Asset | undefined>,
  { wait = waitSeconds }: RetryPolicy,
): Promise<Asset | undefined> {
  let asset = first;
  for (let second = 0; asset !== undefined && !asset.complete && second < INCOMPLETE_WAIT_SECONDS; second++) {
    await wait(1);
    asset = await find();
  }
  return asset;
}

const waitSeconds = (seconds: number): Promise<unknown> => sleep(seconds * 1000);

/** A release that was published in the meantime must not be changed. */
export async function assertStillDraft(release: Release, releases: Releases): Promise<void> {
  if (release.draft && !(await releases.get(release.id)).draft)
    throw new ConcurrentRunError(release.tag, 'another run published it');
}
