import { info } from '../../lib/runner/commands.ts';
import { writeSummary } from '../../lib/runner/outputs.ts';
import type { Decision } from './history/decision.ts';
import type { Settings } from './inputs/inputs.ts';
import { setDryRunOutputs } from './outputs.ts';
import { canonicalRelease } from './releases/canonical.ts';
import type { DesiredRelease } from './releases/desired-release.ts';
import { withExplanation } from './releases/errors.ts';
import type { Release, Releases } from './releases/releases.ts';
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
  const { tag, body: notes, assets } = desired;
  const existing = await withExplanation(`listing the releases of ${tag}`, () => releases.listForTag(tag));
  const release = canonicalRelease(existing);
  await setDryRunOutputs(release, decision);
  const problems = release?.draft === false ? await publishedProblems(release, desired, releases) : [];
  const state = describeState(release, desired.draft, problems);
  info(`Dry run: ${tag} ${state}. The notes:\n${notes}`);
  if (settings.summary) await writeSummary(formatPlanSummary(settings, decision, { assets, state, notes }));
}

/** Which files of a published release would be changed with `update: true`. */
async function publishedProblems(release: Release, desired: DesiredRelease, releases: Releases): Promise<string[]> {
  const action = `listing the files of ${release.tag}`;
  return (await withExplanation(action, () => compareAssets(release, desired, releases))).problems;
}

function describeState(release: Release | undefined, draft: boolean, problems: readonly string[]): string {
  if (release?.draft === false)
    return `is already published${problems.length === 0 ? '' : `; files would be uploaded: ${problems.join(', ')}`}`;
  const end = draft ? 'completed and kept as a draft' : 'completed and published';
  return release === undefined ? `would be drafted, ${end}` : `has a draft, which would be ${end}`;
}
