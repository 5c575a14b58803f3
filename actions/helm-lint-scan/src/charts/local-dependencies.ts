import { join } from 'node:path/posix';
import { listAt, stringAt } from '../data.ts';
import type { Files } from '../inputs/files.ts';
import { yamlFile } from './chart-file.ts';

/** A dependency as Chart.yaml lists it. */
export interface ListedDependency {
  name: string;
  /** As written; empty for a chart that is in `charts/`. */
  repository: string;
}

/** The dependencies that a chart lists: in its Chart.yaml, or in the requirements.yaml of `apiVersion: v1`. */
export async function listDependencies(files: Files, directory: string): Promise<ListedDependency[]> {
  const texts = await Promise.all(['Chart.yaml', 'requirements.yaml'].map((name) => files.read(join(directory, name))));
  return texts.flatMap((text) =>
    listAt(yamlFile(text ?? '').value, 'dependencies').flatMap((entry) => {
      const name = stringAt(entry, 'name');
      return name === undefined ? [] : [{ name, repository: stringAt(entry, 'repository') ?? '' }];
    }),
  );
}

/** The directory of a dependency with `repository: file://../lib`; `undefined` for any other, and for one outside the repository. */
export function localDirectory(directory: string, { repository }: ListedDependency): string | undefined {
  if (!repository.startsWith('file://')) return undefined;
  const path = repository.slice('file://'.length);
  const target = join(directory, path).replace(/\/+$/, '');
  return path.startsWith('/') || target === '..' || target.startsWith('../') ? undefined : target;
}

/** The local dependencies of a chart and of these, each before what depends on it. */
export async function localDependencies(files: Files, directory: string): Promise<string[]> {
  const found: string[] = [];
  const visited = new Set([directory]);
  const visit = async (chart: string): Promise<void> => {
    for (const dependency of await listDependencies(files, chart)) {
      const local = localDirectory(chart, dependency);
      if (local === undefined || visited.has(local)) continue;
      visited.add(local);
      await visit(local);
      found.push(local);
    }
  };
  await visit(directory);
  return found;
}
