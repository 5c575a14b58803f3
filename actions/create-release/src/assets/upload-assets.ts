import { setTimeout as sleep } from 'node:timers/promises';
import { settleConcurrently } from '../../../lib/concurrency.ts';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import { classifyRequestError } from '../../../lib/requests/github.ts';
import { type RetryDecision, type RetryPolicy, withRetries } from '../../../lib/requests/retry.ts';
import { info } from '../../../lib/runner/commands.ts';
import { isAlreadyExists } from '../releases/errors.ts';
import type { Asset, AssetContent, Release, Releases } from '../releases/releases.ts';
import { ConcurrentRunError } from '../releases/retry.ts';
import { type AssetPlan, assetProblem, isSameFile } from './asset-plan.ts';

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

/** Carry out a plan, several files at a time. Every upload is attempted before the first failure is thrown. */
export async function uploadAssets(plan: AssetPlan, release: Release, options: UploadOptions): Promise<void> {
  const uploads: Upload[] = [...plan.add.map((content) => ({ content, old: undefined })), ...plan.replace];
  let done = 0;
  const results = await settleConcurrently(uploads, MAX_CONCURRENT_UPLOADS, async (upload) => {
    await uploadAsset(upload, release, options);
    info(`(${++done}/${uploads.length}) ${upload.content.name}, ${upload.content.size} bytes`);
  });
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

interface Upload {
  content: AssetContent;
  /** The asset to replace. */
  old: Asset | undefined;
}

/** Upload one file. After a failure that may hide a success, and when the name is taken, check first what exists. */
async function uploadAsset(
  { content, old }: Upload,
  release: Release,
  { releases, retry }: UploadOptions,
): Promise<void> {
  const find = async (): Promise<Asset | undefined> =>
    (await releases.assets(release.id)).find(({ name }) => name === content.name);

  await withRetries(
    async (attempt) => {
      const existing = await waitUntilComplete(attempt === 1 ? old : await find(), find, retry);
      if (existing !== undefined) {
        if (isSameFile(existing, content) && (attempt > 1 || existing.digest !== undefined)) return;
        await assertStillDraft(release, releases);
        await releases.deleteAsset(existing.id);
      }
      assertUploaded(await releases.uploadAsset(release, content), content);
    },
    {
      ...retry,
      classify: classifyUploadError,
      onRetry: (error, attempt) => info(`uploading ${content.name}: ${messageOf(error)}; attempt ${attempt + 1}`),
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

function classifyUploadError(error: unknown): RetryDecision {
  return error instanceof DamagedUploadError || isAlreadyExists(error) ? { retry: true } : classifyRequestError(error);
}

/** Wait a little for an incomplete asset, which a concurrent run may be uploading. */
async function waitUntilComplete(
  first: Asset | undefined,
  find: () => Promise<Asset | undefined>,
  { wait = (seconds) => sleep(seconds * 1000) }: RetryPolicy,
): Promise<Asset | undefined> {
  let asset = first;
  for (let second = 0; asset !== undefined && !asset.complete && second < INCOMPLETE_WAIT_SECONDS; second++) {
    await wait(1);
    asset = await find();
  }
  return asset;
}

/** A release that was published in the meantime must not be changed. */
async function assertStillDraft(release: Release, releases: Releases): Promise<void> {
  if (release.draft && !(await releases.get(release.id)).draft)
    throw new ConcurrentRunError(release.tag, 'another run published it');
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
