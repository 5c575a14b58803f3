import { setTimeout as sleep } from 'node:timers/promises';
import { info } from '../../lib/commands.ts';
import { ActionError, messageOf } from '../../lib/errors.ts';
import { classifyRequestError } from '../../lib/github.ts';
import { type RetryDecision, withRetries } from '../../lib/retry.ts';
import { isTaken } from './explain.ts';
import { Superseded, type Waiting } from './once.ts';
import type { Asset, AssetContent, Release, Releases } from './releases.ts';
import { type AssetPlan, assetFault, isSame } from './rules/asset-plan.ts';

const PARALLEL = 4;
/** So long a half-uploaded asset may still be another run's work in progress. */
const GRACE_SECONDS = 5;

/** What arrived is not what was sent. */
class DamagedUpload extends ActionError {
  override name = 'DamagedUpload';
}

/** Carry out a plan, several files at a time. Every upload is tried to its end before the first failure is thrown. */
export async function placeAssets(
  plan: AssetPlan,
  release: Release,
  releases: Releases,
  waiting: Waiting,
): Promise<void> {
  const work = [
    ...plan.add.map((content) => ({ content, old: undefined })),
    ...plan.replace.map(({ content, old }) => ({ content, old })),
  ];
  let done = 0;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let item = work.shift(); item !== undefined; item = work.shift()) {
      try {
        await placeAsset(item.content, item.old, release, releases, waiting);
        info(`(${++done}/${total}) ${item.content.name}, ${item.content.size} bytes`);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  const total = work.length;
  await Promise.all(Array.from({ length: Math.min(PARALLEL, total) }, worker));
  if (failures.length > 0) throw failures[0];
}

/** Upload one file. After a failure that may hide a success, and when the name is taken, it looks what is there first. */
async function placeAsset(
  content: AssetContent,
  old: Asset | undefined,
  release: Release,
  releases: Releases,
  waiting: Waiting,
): Promise<void> {
  const look = async (): Promise<Asset | undefined> =>
    (await releases.assets(release.id)).find(({ name }) => name === content.name);

  await withRetries(
    async (attempt) => {
      const there = await settled(attempt === 1 ? old : await look(), look, waiting);
      if (there !== undefined) {
        if (isSame(there, content) && (attempt > 1 || there.digest !== undefined)) return;
        await stillDraft(release, releases);
        await releases.removeAsset(there.id);
      }
      checkUpload(await releases.upload(release, content), content);
    },
    {
      retries: waiting.retries,
      classify: verdict,
      onRetry: (error, attempt) => info(`uploading ${content.name}: ${messageOf(error)}; attempt ${attempt + 1}`),
      ...(waiting.wait === undefined ? {} : { wait: waiting.wait }),
    },
  );
}

function checkUpload(asset: Asset, content: AssetContent): void {
  if (asset.name !== content.name) {
    throw new ActionError({
      what: `the server renamed ${content.name}`,
      why: `it is stored as ${asset.name}, so links and checksums would name a file that is not there`,
      next: 'Give the file a name of letters, digits, "-", "_" and "." only. The release is still a draft.',
    });
  }
  const fault = assetFault(asset, content);
  if (fault !== undefined) {
    throw new DamagedUpload({
      what: `the upload of ${content.name} was damaged`,
      why: `on the server it ${fault}`,
      next: 'Run the job again; it goes on from where it stopped.',
    });
  }
}

function verdict(error: unknown): RetryDecision {
  return error instanceof DamagedUpload || isTaken(error) ? { retry: true } : classifyRequestError(error);
}

/** An incomplete asset is given a little time: another run may be uploading it at this moment. */
async function settled(
  first: Asset | undefined,
  look: () => Promise<Asset | undefined>,
  { wait = (seconds) => sleep(seconds * 1000) }: Waiting,
): Promise<Asset | undefined> {
  let asset = first;
  for (let second = 0; asset !== undefined && !asset.complete && second < GRACE_SECONDS; second++) {
    await wait(1);
    asset = await look();
  }
  return asset;
}

/** What is published while this run uploads is no longer this run's to change. */
async function stillDraft(release: Release, releases: Releases): Promise<void> {
  if (release.draft && !(await releases.get(release.id)).draft)
    throw new Superseded(release.tag, 'another run published it');
}

/** @throws {ActionError} naming every file that the release does not hold as it is on disk */
export function checkAssets(wanted: readonly AssetContent[], existing: readonly Asset[], release: Release): void {
  const byName = new Map(existing.map((asset) => [asset.name, asset]));
  const faults = wanted.flatMap((content) => {
    const fault = assetFault(byName.get(content.name), content);
    return fault === undefined ? [] : [`${content.name} ${fault}`];
  });
  if (faults.length === 0) return;
  throw new ActionError({
    what: `the files of ${release.tag} did not arrive whole`,
    why: faults.join('\n'),
    next: 'The release is still a draft. Run the job again; it goes on from where it stopped.',
  });
}
