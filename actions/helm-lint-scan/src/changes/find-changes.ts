import { join } from 'node:path/posix';
import type { Exec } from '../../../lib/processes/exec.ts';
import { info } from '../../../lib/runner/commands.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';
import { chartDirectories } from '../charts/chart.ts';
import { pluralize } from '../data.ts';
import type { DiscoveredPaths } from '../inputs/discover.ts';
import type { Files } from '../inputs/files.ts';
import type { Settings } from '../inputs/inputs.ts';
import type { ScanInput } from '../inputs/scan-input.ts';
import { type Base, findBase } from './base.ts';
import { type ChangedFiles, listChangedFiles } from './changed-files.ts';
import { createGit, type Git } from './git.ts';
import { type Selection, selectChanged } from './selection.ts';
import { findUnraisedVersions, type UnraisedVersion } from './versions.ts';

/** What has changed since a base. */
export interface Changes {
  git: Git;
  base: Base;
  changed: ChangedFiles;
  selection: Selection;
  unraised: UnraisedVersion[];
}

export interface ChangesContext {
  files: Files;
  exec: Exec;
  env: Environment;
}

/**
 * Find what has changed since the revision of `changed-since`; `undefined` without this input.
 * @throws {ActionError} when the checkout does not have that revision, or not the history up to it
 */
export async function findChanges(
  settings: Settings,
  discovered: DiscoveredPaths,
  { files, exec, env }: ChangesContext,
): Promise<Changes | undefined> {
  if (settings.changedSince === undefined) return undefined;
  const git = createGit(settings.workspace, exec, env);
  const base = await findBase(git, settings.changedSince);
  const changed = await listChangedFiles(git, base);
  const selection = await selectChanged(changed, discovered, { files, settings });
  const charts = discovered.directories.filter((directory) => selection.charts.has(directory));
  const unraised = await findUnraisedVersions(charts, { files, git, base, changed: changed.tracked });
  logSelection({ base, changed, selection }, discovered);
  return { git, base, changed, selection, unraised };
}

function logSelection(
  { base, changed, selection }: Pick<Changes, 'base' | 'changed' | 'selection'>,
  { directories }: DiscoveredPaths,
): void {
  const { cause, charts } = selection;
  info(
    `${pluralize(changed.tracked.size + changed.untracked.size, 'file')} changed since ${base.ref} (${base.mergeBase.slice(0, 7)})`,
  );
  if (cause !== undefined) info(`${JSON.stringify(cause)} has changed, so everything is checked`);
  else info(`${[...charts, `${charts.size} of ${pluralize(directories.length, 'chart')} can be affected`].join('\n')}`);
}

/** Of everything that was read, what a change can affect. Definitions of custom resources stay: others validate with them. */
export function limitInput(
  input: ScanInput,
  { selection, unraised }: Pick<Changes, 'selection' | 'unraised'>,
): ScanInput {
  if (selection.cause !== undefined) return { ...input, unraised };
  const isSelected = ({ path }: { path: string }): boolean => selection.charts.has(path);
  const directories = input.charts.filter(isSelected).flatMap(chartDirectories);
  const isInChart = (file: string): boolean =>
    directories.some((directory) => file.startsWith(join(directory, 'crds/')));
  return {
    ...input,
    charts: input.charts.filter(isSelected),
    stacks: input.stacks.filter(({ chart }) => isSelected(chart)),
    packagedCrds: new Map([...input.packagedCrds].filter(([chart]) => isSelected(chart))),
    manifests: input.manifests.filter(({ files }) => files.some(({ path }) => selection.manifests.has(path))),
    // Those of the input crds have not changed.
    brokenCrds: input.brokenCrds.filter(({ file }) => isInChart(file)),
    invalidCrds: input.invalidCrds.filter(({ resource }) => isInChart(resource.source.file)),
    partial: true,
    unraised,
  };
}

export const isEmptyInput = ({ charts, manifests }: ScanInput): boolean => charts.length + manifests.length === 0;
