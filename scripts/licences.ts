/** The licence texts for a bundle: MIT, ISC, BSD and Apache all require the text to go with every copy. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A module in webpack's statistics, with the modules that were merged into it. */
interface StatsModule {
  /** The file; a module that webpack generates has none. */
  nameForCondition?: string | null;
  modules?: StatsModule[];
}

/** The part of https://webpack.js.org/api/stats/ that is used here. */
export interface BundleStats {
  modules: StatsModule[];
}

/** The directories of the packages with at least one file in the bundle. */
export function packageDirectories(stats: BundleStats): string[] {
  const files = (modules: StatsModule[]): string[] =>
    modules.flatMap(({ nameForCondition, modules: merged = [] }) => [nameForCondition ?? '', ...files(merged)]);
  const directories = files(stats.modules).map(
    (file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/.][^/]*(?=\/)/.exec(file)?.[0],
  );
  return [...new Set(directories.filter((directory) => directory !== undefined))].sort();
}

const TEXT = /^(?:licen[cs]e|copying|notice)(?:\.(?:md|txt))?$/i;

/**
 * One section for a directory: its title, and its licence and notice.
 * @throws Error when the directory has no licence text
 */
async function section(title: string, directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => TEXT.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  const text = texts
    .map((licence) =>
      licence
        .replaceAll('\r\n', '\n')
        .replace(/^\s*\n/, '')
        .trimEnd(),
    )
    .join('\n\n');
  if (text === '') throw new Error(`${title} has no licence text in ${directory}, and cannot be bundled without one`);
  return `${title}\n${'-'.repeat(title.length)}\n\n${text}\n`;
}

/**
 * The content of a bundle's `licenses.txt`: each package of the bundle, then each directory of third-party data beside it.
 * @param packages directories of packages
 * @param data directories with a separate licence, by title
 */
export async function licences(packages: readonly string[], data: ReadonlyMap<string, string>): Promise<string> {
  const titled = await Promise.all(
    packages.map(async (directory) => {
      const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
      return { title: `${name} ${version} (${license})`, directory };
    }),
  );
  const all = [
    ...titled.sort((a, b) => (a.title < b.title ? -1 : 1)),
    ...[...data].map(([title, directory]) => ({ title, directory })),
  ];
  return (await Promise.all(all.map(({ title, directory }) => section(title, directory)))).join('\n\n');
}

/** The directories of an action that hold third-party data: those with a `LICENSE`. */
export async function licensedData(action: string): Promise<Map<string, string>> {
  const directories = (await readdir(action, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const found = await Promise.all(
    directories.map(async ({ name }) => ({ name, licensed: (await readdir(join(action, name))).includes('LICENSE') })),
  );
  return new Map(found.filter(({ licensed }) => licensed).map(({ name }) => [`${name}/`, join(action, name)]));
}
