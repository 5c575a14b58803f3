import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path/posix';
import type { Files } from '../inputs/files.ts';
import { type ChartFile, yamlFile } from './chart-file.ts';
import { ArchiveError, readPackedTexts, UnpackBudget } from './packed.ts';

/** A dependency in `charts/`, before its parent names it. */
export interface DependencyFiles {
  /** The name of its directory or archive, or of its directory in an archive. */
  entry: string;
  /** In the repository; `undefined` for a packed dependency. */
  directory: string | undefined;
  /** Its Chart.yaml, as data. */
  meta: unknown;
  values: ChartFile | undefined;
  schema: ValuesSchemaFile | undefined;
  dependencies: DependencyFiles[];
}

/** A values.schema.json. */
export interface ValuesSchemaFile {
  /** In the repository: the file itself, or the archive that contains it. */
  file: string;
  /** Its path in that archive. */
  inside: string | undefined;
  text: string;
}

/** A dependency that was not read, so that Helm must not be run on the chart. */
export interface UnreadDependency {
  /** Its archive or directory, in the repository. */
  file: string;
  /** The end of a sentence, such as "it is a directory". */
  why: string;
}

export interface DependencyTree {
  dependencies: DependencyFiles[];
  unread: UnreadDependency[];
}

/** Links can make a chart its own dependency, several times at each level. */
const MAX_DEPTH = 20;
const MAX_DIRECTORIES = 1000;
/** GitHub accepts no larger file: https://docs.github.com/en/repositories/working-with-files/managing-large-files */
const MAX_ARCHIVE_BYTES = 100 * 1024 * 1024;

/** Read the dependencies of a chart one after the other, so that memory does not grow with their number. */
export async function readDependencyTree(files: Files, directory: string): Promise<DependencyTree> {
  const unread: UnreadDependency[] = [];
  const budget = new UnpackBudget();
  let directories = 0;

  const read = async (parent: string, depth: number): Promise<DependencyFiles[]> => {
    const found: DependencyFiles[] = [];
    for (const name of await entries(files.absolute(join(parent, 'charts')))) {
      const path = join(parent, 'charts', name);
      if (path.endsWith('.tgz')) found.push(...(await readArchive(path)));
      else found.push(...(await readDirectory(path, depth)));
    }
    return found;
  };

  const readDirectory = async (path: string, depth: number): Promise<DependencyFiles[]> => {
    const [meta, values, schema] = await Promise.all(
      ['Chart.yaml', 'values.yaml', 'values.schema.json'].map((name) => files.read(`${path}/${name}`)),
    );
    if (meta === undefined || directories > MAX_DIRECTORIES) return [];
    if (depth >= MAX_DEPTH || ++directories > MAX_DIRECTORIES) {
      const limit = depth >= MAX_DEPTH ? `${MAX_DEPTH} levels of` : `${MAX_DIRECTORIES}`;
      unread.push({
        file: path,
        why: `the chart has more than ${limit} dependencies; does a link lead to a directory above?`,
      });
      return [];
    }
    const file = schema === undefined ? undefined : `${path}/values.schema.json`;
    return [
      {
        entry: lastSegment(path),
        directory: path,
        meta: yamlFile(meta).value,
        values: values === undefined ? undefined : yamlFile(values),
        schema: file === undefined ? undefined : { file, inside: undefined, text: schema ?? '' },
        dependencies: await read(path, depth + 1),
      },
    ];
  };

  const readArchive = async (path: string): Promise<DependencyFiles[]> => {
    // The archive that exhausted the budget is reported; those after it are not read.
    if (budget.exhausted) return [];
    try {
      const absolute = files.absolute(path);
      if ((await stat(absolute)).size > MAX_ARCHIVE_BYTES) throw new ArchiveError('it is larger than 100 MiB');
      const texts = await readPackedTexts(await readFile(absolute), budget);
      return packedDependencies(texts, path, [['', lastSegment(path)]]);
    } catch (error) {
      const isDirectory = (error as NodeJS.ErrnoException).code === 'EISDIR';
      if (!(error instanceof ArchiveError) && !isDirectory) throw error;
      unread.push({ file: path, why: isDirectory ? 'it is a directory' : (error as ArchiveError).message });
      return [];
    }
  };

  return { dependencies: await read(directory, 0), unread };
}

const lastSegment = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Helm ignores entries that begin with `_` or `.`. Source: https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/loader/load.go, `LoadFiles` */
const isLoaded = (entry: string): boolean => !/^[_.]/.test(entry);

/** Everything that Helm reads. A glob would skip some names. */
async function entries(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter(isLoaded).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/**
 * The charts in an archive.
 * @param roots their directories in the archive, each with its name
 */
function packedDependencies(
  texts: ReadonlyMap<string, string>,
  archive: string,
  roots: readonly (readonly [root: string, entry: string])[],
): DependencyFiles[] {
  return roots.flatMap(([root, entry]) => {
    const meta = texts.get(`${root}Chart.yaml`);
    if (meta === undefined) return [];
    const inside = `${root}values.schema.json`;
    const [values, schema] = [texts.get(`${root}values.yaml`), texts.get(inside)];
    return [
      {
        entry,
        directory: undefined,
        meta: yamlFile(meta).value,
        values: values === undefined ? undefined : yamlFile(values),
        schema: schema === undefined ? undefined : { file: archive, inside, text: schema },
        dependencies: packedDependencies(texts, archive, nestedRoots(texts, root)),
      },
    ];
  });
}

function nestedRoots(texts: ReadonlyMap<string, string>, root: string): [root: string, entry: string][] {
  const start = `${root}charts/`;
  const entries = new Set<string>();
  for (const path of texts.keys())
    if (path.startsWith(start)) entries.add(path.slice(start.length, path.indexOf('/', start.length)));
  return [...entries].filter(isLoaded).map((entry) => [`${start}${entry}/`, entry]);
}

/** The values schemas of the dependencies, at any depth. */
export const collectSchemas = (dependencies: readonly DependencyFiles[]): ValuesSchemaFile[] =>
  dependencies.flatMap(({ schema, dependencies: nested }) => [
    ...(schema === undefined ? [] : [schema]),
    ...collectSchemas(nested),
  ]);
