import { matchesGlob, relative } from 'node:path/posix';
import { localDependencies } from '../charts/local-dependencies.ts';
import type { DiscoveredPaths } from '../inputs/discover.ts';
import type { Files } from '../inputs/files.ts';
import type { Settings } from '../inputs/inputs.ts';
import type { ManifestGroup } from '../manifests/files.ts';
import type { ChangedFiles } from './changed-files.ts';
import { listChartFiles, realPath } from './chart-files.ts';

/** What is checked, of everything that the inputs name. */
export interface Selection {
  /** The file whose change makes everything be checked. */
  cause: string | undefined;
  /** The directories of charts. */
  charts: ReadonlySet<string>;
  /** Files of plain manifests. Every scope that has one of them is checked. */
  manifests: ReadonlySet<string>;
}

/** Select the charts and manifests that a change can affect. */
export async function selectChanged(
  { tracked, untracked }: ChangedFiles,
  discovered: DiscoveredPaths,
  { files, settings }: { files: Files; settings: Settings },
): Promise<Selection> {
  const changed = [...tracked, ...untracked];
  const cause = findCause(changed, discovered, settings);
  if (cause !== undefined) {
    const all = discovered.manifests.flatMap((group) => group.files.map(({ path }) => path));
    return { cause, charts: new Set(discovered.directories), manifests: new Set(all) };
  }
  const isChanged = changeTest(changed);
  const charts = await Promise.all(
    discovered.directories.map(async (directory) => {
      const sources = await chartSources(files, directory, discovered.cases.get(directory)?.flat() ?? []);
      return sources.some(isChanged) ? directory : [];
    }),
  );
  const manifests = await Promise.all(discovered.manifests.map((group) => changedManifests(files, group, changed)));
  return { cause: undefined, charts: new Set(charts.flat()), manifests: new Set(manifests.flat()) };
}

const DEFINITION = /^\s*["']?kind["']?:\s*["']?CustomResourceDefinition\b/m;
/** The `crds` directory of a chart or of a dependency. */
const isInCrds = (path: string): boolean => !path.startsWith('../') && `/${path}`.includes('/crds/');

/** The ignore file, the rules of the repository and the definitions of custom resources concern every chart. */
function findCause(
  changed: readonly string[],
  { directories, manifests }: DiscoveredPaths,
  { ignoreFile, rulesFiles, crds }: Pick<Settings, 'ignoreFile' | 'rulesFiles' | 'crds'>,
): string | undefined {
  const definitions = new Set(
    manifests.flatMap(({ files }) => files.flatMap(({ path, text }) => (DEFINITION.test(text) ? path : []))),
  );
  const isNamed = (path: string): boolean =>
    [...crds, ...rulesFiles.patterns].some((pattern) => path === pattern || matchesGlob(path, pattern));
  const isDefinition = (path: string): boolean =>
    directories.some((directory) => isInCrds(relative(directory, path))) || definitions.has(path);
  return changed.find((path) => path === ignoreFile.path || isNamed(path) || isDefinition(path));
}

/** Whether a file, or a directory with everything in it, has changed. A submodule changes as a whole. */
function changeTest(changed: readonly string[]): (source: string) => boolean {
  const above = new Set(changed.flatMap((path) => [path, ...parentsOf(path)]));
  const paths = new Set(changed);
  return (source) =>
    source === '.' || source === ''
      ? changed.length > 0
      : above.has(source) || parentsOf(source).some((parent) => paths.has(parent));
}

function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) parents.push(path.slice(0, at));
  return parents;
}

/** The directories and files that a chart is made of, without links: its own, those that links lead to, local dependencies, values files. */
async function chartSources(files: Files, directory: string, values: readonly string[]): Promise<string[]> {
  const directories = [directory, ...(await localDependencies(files, directory))];
  const sources = await Promise.all(directories.map((path) => directorySources(files, path)));
  const valuesFiles = await Promise.all(values.map(async (path) => [path, (await realPath(files, path)) ?? path]));
  return [...sources.flat(), ...valuesFiles.flat()];
}

async function directorySources(files: Files, directory: string): Promise<string[]> {
  const real = await realPath(files, directory);
  if (real === undefined) return [directory];
  // A local dependency that Helm must not read is a problem of its own.
  if ((await files.unsafePaths(directory)).length > 0) return [directory, real];
  const linked = (await listChartFiles(files, directory))
    .map((file) => file.real)
    .filter((path) => real !== '' && !path.startsWith(`${real}/`));
  return [directory, real === '' ? '.' : real, ...linked];
}

/** The files of a line of manifests that have changed, or all of them when one was deleted: it could be in any scope. */
async function changedManifests(
  files: Files,
  { pattern, files: manifests }: ManifestGroup,
  changed: readonly string[],
): Promise<string[]> {
  const isChanged = changeTest(changed);
  const present = new Set(manifests.map(({ path }) => path));
  const isDeleted = (path: string): boolean => !present.has(path) && (path === pattern || matchesGlob(path, pattern));
  if (changed.some(isDeleted)) return [...present];
  const found = await Promise.all(
    manifests.map(async ({ path }) => {
      const real = (await realPath(files, path)) ?? path;
      return isChanged(path) || isChanged(real) ? path : [];
    }),
  );
  return found.flat();
}
