import { info } from '../../lib/commands.ts';
import { setOutputs, writeSummary } from '../../lib/result.ts';
import type { Decision } from './decide.ts';
import { explained } from './explain.ts';
import type { Settings } from './inputs.ts';
import type { AssetContent, Release, Releases } from './releases.ts';
import { reportPlan } from './report.ts';
import { canonical } from './rules/canonical.ts';

/** What a run would do, without doing it. */
export async function showPlan(
  settings: Settings,
  decision: Decision,
  releases: Releases,
  assets: readonly AssetContent[],
  notes: string,
): Promise<void> {
  const { tag, draft, summary } = settings;
  const all = await explained(`listing the releases of ${tag}`, () => releases.ofTag(tag));
  const release = canonical(all);
  const { latest } = decision;
  const published = release?.draft === false;
  await setOutputs({ id: release?.id, url: release?.url, created: false, published, latest, assets: [] });
  const state = describe(release, draft);
  info(`Dry run: ${tag} ${state}. The notes:\n${notes}`);
  if (summary) await writeSummary(reportPlan(settings, decision, assets, state, notes));
}

function describe(release: Release | undefined, draft: boolean): string {
  if (release?.draft === false) return 'is published already';
  const end = draft ? 'filled and left as a draft' : 'filled and published';
  return release === undefined ? `would be drafted, ${end}` : `has a draft, which would be ${end}`;
}
