import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path/posix';
import type { Files } from '../inputs/files.ts';
import { type ChartFile, yamlFile } from './chart-file.ts';
import { ArchiveError, packedTexts, UnpackBudget } from './packed.ts';

/** A dependency as it lies in `charts/`, before its parent gives it a name. */
export interface DependencyFiles {
  /** Of its directory or archive, or of its directory in an archive. */
  entry: string;
  /** In the repository; `undefined` for one that is packed. */
  directory: string | undefined;
  /** Its Chart.yaml, as data. */
  meta: unknown;
  values: ChartFile | undefined;
  schema: ValuesSchemaFile | undefined;
  below: DependencyFiles[];
}

/** A values.schema.json. */
export interface ValuesSchemaFile {
  /** In the repository: the file itself, or the archive that holds it. */
  file: string;
  /** Its path in that archive. */
  inside: string | undefined;
  text: string;
}

/** A dependency that is not read, so that Helm must not be given the chart. */
export interface UnreadDependency {
  /** Of its archive or directory, in the repository. */
  file: string;
  /** The end of a sentence. */
  why: string;
}

export interface DependencyTree {
  below: DependencyFiles[];
  unread: UnreadDependency[];
}

/** Links can make a chart its own dependency, twice at every level. */
const MAX_DEPTH = 20;
const MAX_DIRECTORYS = 1000;
/** GitHub takes no larger file: https://docs.github.com/en/repositories/working-with-files/managing-large-files */
const MAX_PACKED = 100 * 1024 * 1024;

/** The dependencies below a chart's directory, read one after the other: the memory that they take does not grow with their number. */
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
    if (meta === undefined || directories > MAX_DIRECTORYS) return [];
    if (depth >= MAX_DEPTH || ++directories > MAX_DIRECTORYS) {
      const limit = depth >= MAX_DEPTH ? `${MAX_DEPTH} levels of` : `${MAX_DIRECTORYS}`;
      unread.push({
        file: path,
        why: `the chart has more than ${limit} dependencies; does a link lead to a directory above?`,
      });
      return [];
    }
    const file = schema === undefined ? undefined : `${path}/values.schema.json`;
    return [
      {
        entry: entryOf(path),
        directory: path,
        meta: yamlFile(meta).value,
        values: values === undefined ? undefined : yamlFile(values),
        schema: file === undefined ? undefined : { file, inside: undefined, text: schema ?? '' },
        below: await read(path, depth + 1),
      },
    ];
  };

  const readArchive = async (path: string): Promise<DependencyFiles[]> => {
    // What used up the budget is told; what comes after it was not looked at.
    if (budget.spent) return [];
    try {
      const absolute = files.absolute(path);
      if ((await stat(absolute)).size > MAX_PACKED) throw new ArchiveError('it has more than 100 MiB');
      const texts = await packedTexts(await readFile(absolute), budget);
      return packedDependencies(texts, path, [['', entryOf(path)]]);
    } catch (error) {
      const isDirectory = (error as NodeJS.ErrnoException).code === 'EISDIR';
      if (!(error instanceof ArchiveError) && !isDirectory) throw error;
      unread.push({ file: path, why: isDirectory ? 'it is a directory' : (error as ArchiveError).message });
      return [];
    }
  };

  return { below: await read(directory, 0), unread };
}

const entryOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Helm passes over these. Source: https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/loader/load.go, `LoadFiles` */
const isLoaded = (entry: string): boolean => !/^[_.]/.test(entry);

/** All that Helm looks at, whatever it is called: a glob would pass over some. */
async function entries(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter(isLoaded).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/**
 * The charts in what was unpacked.
 * @param roots where they lie in it, each with the name of its directory
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
        below: packedDependencies(texts, archive, rootsBelow(texts, root)),
      },
    ];
  });
}

function rootsBelow(texts: ReadonlyMap<string, string>, root: string): [root: string, entry: string][] {
  const start = `${root}charts/`;
  const entries = new Set<string>();
  for (const path of texts.keys())
    if (path.startsWith(start)) entries.add(path.slice(start.length, path.indexOf('/', start.length)));
  return [...entries].filter(isLoaded).map((entry) => [`${start}${entry}/`, entry]);
}

/** Every values schema of the dependencies. */
export const schemasBelow = (below: readonly DependencyFiles[]): ValuesSchemaFile[] =>
  below.flatMap((each) => [...(each.schema === undefined ? [] : [each.schema]), ...schemasBelow(each.below)]);
