import { type CasePaths, planCases } from '../cases/case-paths.ts';
import { findChartDirectories } from '../charts/chart-directories.ts';
import type { Refusals } from '../error-collector.ts';
import type { Suppression } from '../findings/suppressions.ts';
import { type ManifestFile, readManifestFiles } from '../manifests/files.ts';
import { assertWritable } from '../report/targets.ts';
import type { Files } from './files.ts';
import type { Settings } from './inputs.ts';
import { assertInstalled, neededTools } from './tools.ts';

/** What the inputs name, found in the checkout. */
export interface Found {
  /** Of the charts. */
  directories: string[];
  /** By chart directory. */
  cases: Map<string, CasePaths>;
  manifests: ManifestFile[];
  crds: ManifestFile[];
  suppressions: Suppression[];
}

/** Look for all that the inputs name, files and programs. Nothing heavy is loaded for it: what is missing is told at once. */
export async function find(settings: Settings, files: Files, refusals: Refusals): Promise<Found> {
  const { directories, unusable } = await findChartDirectories(files, settings.charts, refusals);
  const defaults = new Map(directories.map((directory) => [directory, [[]]]));
  const cases = await refusals.keep<Found['cases']>(defaults, () =>
    planCases(files, { directories, unusable }, settings.values),
  );
  const manifests = await refusals.keep([], () => readManifestFiles(files, 'manifests', settings.manifests));
  const crds = await refusals.keep([], () => readManifestFiles(files, 'crds', settings.crds));
  const suppressions = await refusals.keep([], () => findSuppressions(files, settings.ignoreFile));
  await refusals.keep(undefined, () => assertInstalled(neededTools(settings, directories)));
  await refusals.keep(undefined, () => assertWritable(settings));
  return { directories, cases, manifests, crds, suppressions };
}

/** The parser of YAML is loaded only when there is a file to read, or one must be there. */
async function findSuppressions(files: Files, file: Settings['ignoreFile']): Promise<Suppression[]> {
  if (!file.required && (await files.read(file.path, 'ignore-file')) === undefined) return [];
  const { readSuppressions } = await import('../findings/suppressions.ts');
  return readSuppressions(files, file);
}
