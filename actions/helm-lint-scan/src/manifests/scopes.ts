import { dirname } from 'node:path/posix';
import type { ManifestFile, ManifestGroup } from './files.ts';
import type { Reader, ReadResult } from './read.ts';
import { objectKey } from './resource.ts';

/** Plain manifests that are checked together. */
export interface ManifestScope extends ReadResult {
  /** The directory or the line of the input; empty when all manifests are one scope. */
  name: string;
  files: readonly ManifestFile[];
}

/** Files and the keys of the objects in them. */
interface Keyed {
  file: ManifestFile;
  keys: readonly string[];
}

interface Part {
  /** `undefined` for what is in no directory that has a scope of its own. */
  directory: string | undefined;
  files: Keyed[];
}

/**
 * The scopes of plain manifests. Each line of the input is one. Where a line has the same object in several directories, such as
 * `staging` and `production`, these are different clusters or namespaces, and each of the directories is a scope.
 */
export function readScopes(groups: readonly ManifestGroup[], reader: Reader): ManifestScope[] {
  const readKeys = (file: ManifestFile): Keyed => ({
    file,
    keys: reader.manifests([file]).resources.flatMap((resource) => objectKey(resource, 'default') ?? []),
  });
  const scopes = new Map<string, ManifestScope>();
  for (const { pattern, files } of groups)
    for (const part of splitByDirectory(files.map(readKeys))) {
      const texts = part.files.map(({ file }) => file);
      const name = part.directory ?? (groups.length === 1 ? '' : pattern);
      const key = texts.map(({ path }) => path).join('\n');
      if (!scopes.has(key)) scopes.set(key, { ...reader.manifests(texts), name, files: texts });
    }
  return withUniqueNames([...scopes.values()]);
}

/** Two lines can have a directory in common, with different files of it. */
function withUniqueNames(scopes: readonly ManifestScope[]): ManifestScope[] {
  const counts = new Map<string, number>();
  return scopes.map((scope) => {
    const count = (counts.get(scope.name) ?? 0) + 1;
    counts.set(scope.name, count);
    return count === 1 ? scope : { ...scope, name: `${scope.name} (${count})` };
  });
}

const directoryOf = ({ file }: Keyed): string => dirname(file.path);
const depthOf = (directory: string): number => (directory === '.' ? 0 : directory.split('/').length);

/** The directory and those above it, from the root: `.`, `a`, `a/b`. */
function pathFromRoot(directory: string): string[] {
  const above = ['.'];
  if (directory === '.') return above;
  for (let at = directory.indexOf('/'); at >= 0; at = directory.indexOf('/', at + 1))
    above.push(directory.slice(0, at));
  return [...above, directory];
}

/** The deepest directory that contains both. */
function commonDirectory(a: string, b: string): string {
  const [fromRoot, other] = [pathFromRoot(a), new Set(pathFromRoot(b))];
  return fromRoot.findLast((directory) => other.has(directory)) ?? '.';
}

function splitByDirectory(files: readonly Keyed[]): Part[] {
  const forks = findForks(files);
  if (forks.size === 0) return [{ directory: undefined, files: [...files] }];
  const forkOf = (entry: Keyed): string | undefined => pathFromRoot(directoryOf(entry)).find((path) => forks.has(path));
  const byFork = Map.groupBy(files, forkOf);
  const rest = byFork.get(undefined) ?? [];
  return [
    ...(rest.length === 0 ? [] : [{ directory: undefined, files: rest }]),
    ...[...forks].flatMap((fork) => splitFork(fork, byFork.get(fork) ?? [])),
  ];
}

/** The directories in which several directories have the same object, without those inside another one. */
function findForks(files: readonly Keyed[]): Set<string> {
  const common = new Map<string, string>();
  const forked = new Set<string>();
  for (const entry of files)
    for (const key of new Set(entry.keys)) {
      const known = common.get(key);
      const directory = directoryOf(entry);
      common.set(key, known === undefined ? directory : commonDirectory(known, directory));
      if (known !== undefined && known !== directory) forked.add(key);
    }
  const forks = new Set<string>();
  const candidates = [...forked].map((key) => common.get(key) ?? '.');
  for (const fork of candidates.toSorted((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1)))
    if (!pathFromRoot(fork).some((above) => forks.has(above))) forks.add(fork);
  return forks;
}

/** What is common to the directories of a fork is checked with each of them, up to this number of files in all. */
const MAX_SHARED = 10_000;

/** The parts of a fork: each directory that has an object of another one, with what is in no such directory. */
function splitFork(fork: string, files: readonly Keyed[]): Part[] {
  const depth = depthOf(fork);
  const branchOf = (entry: Keyed): string => pathFromRoot(directoryOf(entry))[depth + 1] ?? fork;
  const branches = Map.groupBy(files, branchOf);
  const holders = new Map<string, Set<string>>();
  for (const entry of files)
    for (const key of entry.keys) holders.set(key, (holders.get(key) ?? new Set()).add(branchOf(entry)));
  const separate = new Set([...holders.values()].flatMap((found) => (found.size > 1 ? [...found] : [])));
  const shared = files.filter((entry) => !separate.has(branchOf(entry)));
  const isShareable = shared.length * separate.size <= MAX_SHARED;
  return [
    ...(isShareable || shared.length === 0 ? [] : [{ directory: undefined, files: shared }]),
    ...[...separate].flatMap((branch) => {
      const own = [...(isShareable ? shared : []), ...(branches.get(branch) ?? [])];
      return splitByDirectory(own.toSorted((a, b) => (a.file.path < b.file.path ? -1 : 1))).map((part) => ({
        ...part,
        directory: part.directory ?? (branch === '.' ? undefined : branch),
      }));
    }),
  ];
}
