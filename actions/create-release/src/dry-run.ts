import { info } from '../../lib/runner/commands.ts';
import { writeSummary } from '../../lib/runner/outputs.ts';
import { createChecksums } from './assets/checksums.ts';
import type { Decision } from './history/decision.ts';
import type { Settings } from './inputs/inputs.ts';
import { setDryRunOutputs } from './outputs.ts';
import { canonicalRelease } from './releases/canonical.ts';
import type { DesiredRelease } from './releases/desired-release.ts';
import { withExplanation } from './releases/errors.ts';
import type { AssetContent, Release, Releases } from './releases/releases.ts';
import { compareAssets } from './releases/update-published.ts';
import { formatPlanSummary } from './summary.ts';

export interface DryRun {
  settings: Settings;
  decision: Decision;
  desired: DesiredRelease;
  releases: Releases;
}

/**
 * Show what a run would do, without doing it.
 * @throws {ActionError} what a run would throw for a release that is published with different files
 */
export async function dryRun({ settings, decision, desired, releases }: DryRun): Promise<void> {
  const { tag, text: notes } = desired;
  const found = canonicalRelease(decision.releases.ofTag);
  const action = `reading the release ${tag}`;
  const { release, problems, checksums } = await withExplanation(action, () => comparison(found, desired, releases));
  await setDryRunOutputs(release, decision);
  const moves = settings.moveTag && decision.tagged !== decision.commit;
  const state = moves ? describeMove(decision) : describeState(release, desired.draft, problems);
  info(`Dry run: ${tag} ${state}. The notes:\n${notes}`);
  if (settings.summary)
    await writeSummary(
      formatPlanSummary(settings, decision, { assets: [...desired.assets, ...checksums], state, notes }),
    );
}

/** Which files of a published release would be changed with `update: true`, and the `SHA256SUMS` that the release would have. */
async function comparison(
  found: Pick<Release, 'id'> | undefined,
  desired: DesiredRelease,
  releases: Releases,
): Promise<{ release: Release | undefined; problems: string[]; checksums: AssetContent[] }> {
  const release = found === undefined ? undefined : await releases.get(found.id);
  const hasChecksums = desired.checksums && desired.assets.length > 0;
  return {
    release,
    problems: release?.draft === false ? await compareAssets(release, desired, releases) : [],
    checksums: hasChecksums ? [(await createChecksums(release?.assets ?? [], desired.assets, releases)).content] : [],
  };
}

const describeMove = ({ tagged, commit }: Decision): string =>
  `would be ${tagged === undefined ? 'created at' : 'moved to'} ${commit}, with its release`;

function describeState(release: Release | undefined, draft: boolean, problems: readonly string[]): string {
  if (release?.draft === false)
    return `is already published${problems.length === 0 ? '' : `; files would change: ${problems.join(', ')}`}`;
  const end = draft ? 'completed and kept as a draft' : 'completed and published';
  return release === undefined ? `would be drafted, ${end}` : `has a draft, which would be ${end}`;
}
