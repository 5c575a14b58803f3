import { ActionError, PathError } from '../../../lib/errors.ts';
import { ErrorCollector } from '../error-collector.ts';
import type { Files } from '../inputs/files.ts';

export interface ManifestFile {
  path: string;
  text: string;
}

/** The files of one line of an input. */
export interface ManifestGroup {
  pattern: string;
  /** Sorted by path. */
  files: ManifestFile[];
}

/** The files of several lines, each once. */
export const distinctFiles = (groups: readonly ManifestGroup[]): ManifestFile[] =>
  [...new Map(groups.flatMap((group) => group.files).map((file) => [file.path, file])).values()].sort(byPath);

const byPath = (a: ManifestFile, b: ManifestFile): number => (a.path < b.path ? -1 : 1);

/**
 * The YAML and JSON files that the globs of an input match, by glob.
 * @throws {ActionError} with every glob that matches no file and every match that leads out of the workspace
 */
export async function readManifestFiles(
  files: Files,
  input: string,
  patterns: readonly string[],
): Promise<ManifestGroup[]> {
  const groups: ManifestGroup[] = [];
  const errors = new ErrorCollector();
  for (const pattern of patterns) {
    const { paths, invalid } = await files.match(pattern);
    const texts = await Promise.all(
      paths
        .filter((path) => /\.(ya?ml|json)$/.test(path))
        .map(async (path) => [path, await files.read(path, input)] as const),
    );
    const readable = texts.filter((entry): entry is [string, string] => entry[1] !== undefined);
    if (invalid.length > 0) errors.add([new PathError(input, invalid)]);
    else if (readable.length === 0) errors.add([noManifestError(input, pattern)]);
    groups.push({ pattern, files: readable.map(([path, text]) => ({ path, text })).sort(byPath) });
  }
  errors.throwIfAny();
  return groups;
}

const noManifestError = (input: string, pattern: string): ActionError =>
  new ActionError({
    what: `no manifest in ${pattern}`,
    why: `the input ${input} asks for ${JSON.stringify(pattern)}, but no .yaml, .yml or .json file matches`,
    next: 'Name files of the repository, relative to its root; a glob like argocd/**/*.yaml matches everything below a directory.',
  });
