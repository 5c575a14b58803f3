import { join } from 'node:path/posix';
import { compare, compareBuild } from 'semver';
import { parseVersion } from '../../../lib/versions.ts';
import { yamlFile } from '../charts/chart-file.ts';
import { at } from '../data.ts';
import type { Files } from '../inputs/files.ts';
import type { Base } from './base.ts';
import { listChartFiles, realPath } from './chart-files.ts';
import type { Git } from './git.ts';
import { readHelmIgnore } from './helm-ignore.ts';

/** A changed chart whose version is not higher than before. */
export interface UnraisedVersion {
  /** The chart's directory. */
  chart: string;
  version: string;
  /** The version at the base, and the name of the base. */
  before: string;
  ref: string;
}

export interface VersionContext {
  files: Files;
  git: Git;
  base: Base;
  /** Files of commits that have changed; a file in no commit is not released. */
  changed: ReadonlySet<string>;
}

/**
 * The charts of which packaged files have changed, but whose version is not higher than at the tip of the base: two pull requests that
 * both raise 1.0.0 to 1.0.1 release different charts under one version, and only the tip shows that the other was merged first.
 */
export async function findUnraisedVersions(
  charts: Iterable<string>,
  context: VersionContext,
): Promise<UnraisedVersion[]> {
  const found: UnraisedVersion[] = [];
  for (const chart of charts) {
    if (!(await hasPackagedChange(chart, context))) continue;
    const [now, before] = [await versionNow(chart, context), await versionAtTip(chart, context)];
    if (now === undefined || before === undefined || isRaised(now, before)) continue;
    found.push({ chart, version: now, before, ref: context.base.ref });
  }
  return found;
}

/** Whether a file has changed that `helm package` includes, or included before it was deleted. */
async function hasPackagedChange(chart: string, { files, changed }: VersionContext): Promise<boolean> {
  const isIgnored = readHelmIgnore((await files.read(join(chart, '.helmignore'))) ?? '');
  const present = await listChartFiles(files, chart);
  if (present.some(({ path, real }) => changed.has(real) && !isIgnored(path))) return true;
  const directory = await realPath(files, chart);
  if (directory === undefined) return false;
  const start = directory === '' ? '' : `${directory}/`;
  const existing = new Set(present.map(({ real }) => real));
  return [...changed].some(
    (path) => path.startsWith(start) && !existing.has(path) && !isIgnored(path.slice(start.length)),
  );
}

const versionIn = (text: string): string | undefined => {
  const version = at(yamlFile(text).value, 'version');
  return typeof version === 'string' || typeof version === 'number' ? String(version) : undefined;
};

async function versionNow(chart: string, { files }: VersionContext): Promise<string | undefined> {
  return versionIn((await files.read(join(chart, 'Chart.yaml'))) ?? '');
}

/** `undefined` for a new chart. */
async function versionAtTip(chart: string, { files, git, base }: VersionContext): Promise<string | undefined> {
  const path = await realPath(files, join(chart, 'Chart.yaml'));
  const { exitCode, stdout } = await git(['cat-file', 'blob', `${base.tip}:${path ?? join(chart, 'Chart.yaml')}`]);
  return exitCode === 0 ? versionIn(stdout) : undefined;
}

/** Versions that differ only in their build metadata are different packages. Those that are not semantic versions are raised if they differ. */
export function isRaised(now: string, before: string): boolean {
  if (now === before) return false;
  const [a, b] = [parseVersion(now), parseVersion(before)];
  if ('problem' in a || 'problem' in b) return true;
  return compare(a.value, b.value) > 0 || (compare(a.value, b.value) === 0 && compareBuild(a.value, b.value) !== 0);
}
