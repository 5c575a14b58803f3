import { setTimeout as sleep } from 'node:timers/promises';
import { statusOf } from '../../../lib/requests/github.ts';
import type { RetryPolicy } from '../../../lib/requests/retry.ts';
import { annotate, info } from '../../../lib/runner/commands.ts';
import type { ReleaseState, ReleaseSummary } from '../history/history.ts';
import { isUnfinishedDraft } from './canonical.ts';
import { explainReleaseError, withExplanation } from './errors.ts';
import type { Release, Releases } from './releases.ts';

/** How often the latest release is read until it is the expected one: what the server shows can lag. */
const MAX_READS = 3;

export interface Expectation {
  /** Whether the release should be the latest. */
  latest: boolean;
  /** The latest release before. */
  before: ReleaseSummary | undefined;
  /** A published release of the same series with a higher stable version. */
  higher: (state: ReleaseState) => ReleaseSummary | undefined;
}

/**
 * Check what publishing left: the repository's latest release, which GitHub may choose by date and which concurrent runs compete for, and unfinished
 * drafts of this action with the same tag, which are deleted. A draft that a person wrote is never deleted.
 * @returns whether the release is the latest
 */
export async function checkPublished(
  release: Release,
  expected: Expectation,
  { releases, retry }: { releases: Releases; retry: RetryPolicy },
): Promise<boolean> {
  const read = () => withExplanation(`checking the release ${release.tag}`, () => releases.state(release.tag));
  let state = await read();
  await deleteUnfinishedDrafts(release, state, releases);
  for (let reads = 1; ; reads++) {
    const rightful = rightfulLatest(release, expected, state);
    if (rightful === undefined || state.latest?.id === rightful.id) return state.latest?.id === release.id;
    if (reads === MAX_READS) {
      const message = `${state.latest?.tag ?? 'No release'} is shown as the latest release, not ${rightful.tag}. Set it on the page of ${rightful.tag}.`;
      annotate({ level: 'warning', title: 'create-release: the latest release', message });
      return state.latest?.id === release.id;
    }
    await withExplanation(`marking ${rightful.tag} as the latest release`, () =>
      releases.update(rightful.id, { tag: rightful.tag, latest: true }),
    );
    info(`marked ${rightful.tag} as the latest release, which was ${state.latest?.tag ?? 'none'}`);
    await (retry.wait ?? ((seconds: number) => sleep(seconds * 1000)))(1);
    state = await read();
  }
}

/** The release that should be the latest now; `undefined` where any is right. */
function rightfulLatest(release: Release, { latest, before, higher }: Expectation, state: ReleaseState) {
  // A release that moved with its tag replaces the one before it, which no longer exists.
  if (!latest) return state.latest?.id === release.id && before?.tag !== release.tag ? before : undefined;
  // A concurrent run has published a higher version since this run has read the tags.
  const above = higher(state);
  return above ?? { id: release.id, tag: release.tag };
}

async function deleteUnfinishedDrafts(release: Release, { ofTag }: ReleaseState, releases: Releases): Promise<void> {
  const drafts = ofTag.filter(({ id, draft }) => draft && id !== release.id);
  for (const { id } of drafts) {
    const draft = await getIfExists(id, releases);
    if (draft === undefined || !draft.draft || !isUnfinishedDraft(draft)) continue;
    // A concurrent run that moves the tag has hidden this release, and publishes its own draft next.
    if ((await getIfExists(release.id, releases))?.draft !== false) return;
    await withExplanation(`deleting the duplicate draft ${id}`, () => releases.deleteRelease(id));
    info(`deleted the duplicate draft ${id} of ${release.tag}`);
  }
}

async function getIfExists(id: number, releases: Releases): Promise<Release | undefined> {
  try {
    return await releases.get(id);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw explainReleaseError(error, `reading the draft ${id}`);
  }
}
