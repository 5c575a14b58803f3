import { type CasePaths, planCases } from '../cases/case-paths.ts';
import { type ChartDirectories, findChartDirectories } from '../charts/chart-directories.ts';
import { ErrorCollector } from '../error-collector.ts';
import { type DiscoveredPaths, loadSuppressions } from '../inputs/discover.ts';
import { createFiles, type Files } from '../inputs/files.ts';
import type { Settings } from '../inputs/inputs.ts';
import { distinctFiles, type ManifestGroup, readManifestFiles } from '../manifests/files.ts';
import type { OwnRule } from '../own-rules/own-rule.ts';

/**
 * What the inputs name, as it was at the base. What did not exist yet is left out.
 * @param ownRules the rules of the repository as they are now, as those of the action are, so that what a new rule finds in unchanged lines
 * is known
 */
export async function discoverBase(settings: Settings, ownRules: readonly OwnRule[]): Promise<DiscoveredPaths> {
  const files = createFiles(settings.workspace);
  const charts = await findChartDirectories(files, { ...settings.charts, required: false });
  const cases = await plannedCases(files, charts, settings.values);
  const manifests = await existingManifests(files, 'manifests', settings.manifests);
  const crds = distinctFiles(await existingManifests(files, 'crds', settings.crds));
  const file = { ...settings.ignoreFile, required: false };
  const suppressions = await new ErrorCollector().attempt([], () => loadSuppressions(files, file));
  return { directories: charts.directories, cases, manifests, crds, suppressions, ownRules: [...ownRules], errors: [] };
}

/** The cases of the lines that name something. */
async function plannedCases(
  files: Files,
  charts: ChartDirectories,
  lines: Settings['values'],
): Promise<Map<string, CasePaths>> {
  const defaults = new Map<string, CasePaths>(charts.directories.map((directory) => [directory, [[]]]));
  const plan = (declarations: Settings['values']) =>
    new ErrorCollector().attempt<Map<string, CasePaths> | undefined>(undefined, () =>
      planCases(files, charts, declarations),
    );
  const valid = await Promise.all(lines.map(async (line) => ((await plan([line])) === undefined ? [] : line)));
  return (await plan(valid.flat())) ?? defaults;
}

async function existingManifests(files: Files, input: string, patterns: readonly string[]): Promise<ManifestGroup[]> {
  const groups = patterns.map((pattern) =>
    new ErrorCollector().attempt<ManifestGroup[]>([], () => readManifestFiles(files, input, [pattern])),
  );
  return (await Promise.all(groups)).flat();
}
