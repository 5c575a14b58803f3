import type { ActionError } from '../../../lib/errors.ts';
import { type CasePaths, planCases } from '../cases/case-paths.ts';
import { findChartDirectories } from '../charts/chart-directories.ts';
import { ErrorCollector } from '../error-collector.ts';
import type { Suppression } from '../findings/suppressions.ts';
import { distinctFiles, type ManifestFile, type ManifestGroup, readManifestFiles } from '../manifests/files.ts';
import { assertOwnRulesExist, loadOwnRules } from '../own-rules/load.ts';
import type { OwnRule } from '../own-rules/own-rule.ts';
import { assertWritable } from '../report/output-paths.ts';
import { createFiles, type Files } from './files.ts';
import type { Settings } from './inputs.ts';
import { assertInstalled, neededTools } from './tools.ts';

/** The files that the inputs name, as they are in the checkout. */
export interface DiscoveredPaths {
  /** The charts' directories. */
  directories: string[];
  /** By chart directory. */
  cases: Map<string, CasePaths>;
  manifests: ManifestGroup[];
  crds: ManifestFile[];
  suppressions: Suppression[];
  ownRules: OwnRule[];
  /** Files and programs that are missing or that cannot be used. */
  errors: readonly ActionError[];
}

/** Find the files and programs that the inputs name. It loads no parser, so that what is missing is reported at once. */
export async function discover(settings: Settings): Promise<DiscoveredPaths> {
  const files = createFiles(settings.workspace);
  const errors = new ErrorCollector();
  const charts = await findChartDirectories(files, settings.charts);
  errors.add(charts.errors);
  const defaults = new Map(charts.directories.map((directory) => [directory, [[]]]));
  const cases = await errors.attempt<DiscoveredPaths['cases']>(defaults, () =>
    planCases(files, charts, settings.values),
  );
  const manifests = await errors.attempt([], () => readManifestFiles(files, 'manifests', settings.manifests));
  const crds = distinctFiles(await errors.attempt([], () => readManifestFiles(files, 'crds', settings.crds)));
  const suppressions = await errors.attempt([], () => loadSuppressions(files, settings.ignoreFile));
  const ownRules = await errors.attempt(undefined, () => loadOwnRules(files, settings));
  await errors.attempt(undefined, async () => ownRules && assertOwnRulesExist(settings, suppressions, ownRules));
  await errors.attempt(undefined, () => assertInstalled(neededTools(settings, charts.directories)));
  await errors.attempt(undefined, () => assertWritable(settings));
  return {
    directories: charts.directories,
    cases,
    manifests,
    crds,
    suppressions,
    ownRules: ownRules ?? [],
    errors: errors.errors,
  };
}

/** The YAML parser is loaded only when there is a file to read, or when the file is required. */
export async function loadSuppressions(files: Files, file: Settings['ignoreFile']): Promise<Suppression[]> {
  if (!file.required && (await files.read(file.path, 'ignore-file')) === undefined) return [];
  const { readSuppressions } = await import('../findings/suppressions.ts');
  return readSuppressions(files, file);
}
