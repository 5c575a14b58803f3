import { info } from '../../lib/commands.ts';
import { setOutputs, writeSummary } from '../../lib/result.ts';
import type { Decision } from './decide.ts';
import { explained } from './explain.ts';
import type { Settings } from './inputs.ts';
import type { AssetContent, Release, Releases } from './releases.ts';
import { reportPlan } from './report.ts';
import { canonical } from './rules/canonical.ts';
import { compareFiles } from './settle-published.ts';

/**
 * What a run would do, without doing it.
 * @throws {ActionError} what a run would throw for a release that is published with other files
 */
export async function showPlan(
  settings: Settings,
  decision: Decision,
  releases: Releases,
  assets: readonly AssetContent[],
  notes: string,
): Promise<void> {
  const { tag, draft, update, summary } = settings;
  const all = await explained(`listing the releases of ${tag}`, () => releases.ofTag(tag));
  const release = canonical(all);
  const { latest } = decision;
  const published = release?.draft === false;
  await setOutputs({ id: release?.id, url: release?.url, created: false, published, latest, assets: [] });
  const faults = release?.draft === false ? await publishedFaults(release, assets, update, releases) : [];
  const state = describe(release, draft, faults);
  info(`Dry run: ${tag} ${state}. The notes:\n${notes}`);
  if (summary) await writeSummary(reportPlan(settings, decision, assets, state, notes));
}

/** What `update: true` would change among the files of a published release. */
async function publishedFaults(
  release: Release,
  assets: readonly AssetContent[],
  update: boolean,
  releases: Releases,
): Promise<string[]> {
  const action = `listing the files of ${release.tag}`;
  return (await explained(action, () => compareFiles(release, { assets, update }, releases))).faults;
}

function describe(release: Release | undefined, draft: boolean, faults: readonly string[]): string {
  if (release?.draft === false)
    return `is published already${faults.length === 0 ? '' : `; files would be put on it: ${faults.join(', ')}`}`;
  const end = draft ? 'filled and left as a draft' : 'filled and published';
  return release === undefined ? `would be drafted, ${end}` : `has a draft, which would be ${end}`;
}
