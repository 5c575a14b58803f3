import { type ExistingNode, locate, type MissingKey, type Search } from '../yaml/locate.ts';
import { pathText, type Step } from '../yaml/path.ts';
import type { YamlFile } from '../yaml/source.ts';

/** Where a value is set: an existing node, or a mapping that gets a key. */
export type Location = { node: ExistingNode } | { missingKey: MissingKey };

/**
 * The only location that a path names in all documents of all these files.
 * @param create whether the path's missing keys may be added
 */
export function findLocation(
  files: readonly YamlFile[],
  path: readonly Step[],
  create: boolean,
): Location | { problem: string } {
  const searches = files.flatMap((file) =>
    file.documents.length === 0
      ? [inEmptyFile(file, path)]
      : file.documents.map((_, index) => locate(file, index, path)),
  );
  const nodes = searches.flatMap((search) => ('found' in search ? [search.found] : []));
  const [first, second] = nodes;
  if (first !== undefined && second === undefined) return { node: first };
  if (first !== undefined) {
    const positions = nodes.map(({ file, line }) => `${file.path}:${line}`).join(', ');
    return {
      problem: `${pathText(path)} exists ${nodes.length} times (${positions}); it must be unique${selectionHint(nodes, `: put the file before the path, as in ${first.file.path}:${pathText(path)}`)}`,
    };
  }
  const refused = searches.flatMap((search) => ('refused' in search ? [search.refused] : []));
  if (refused.length > 0) return { problem: refused.join('\n') };
  // Report the missing keys where most of the path exists.
  const missing = searches.flatMap((search) => ('missing' in search ? [search] : []));
  const depth = Math.max(...missing.map((search) => search.depth));
  const deepest = missing.filter((search) => search.depth === depth);
  const missingKeys = deepest.flatMap(({ missingKey }) => missingKey ?? []);
  const [missingKey] = missingKeys;
  if (create && missingKey !== undefined) {
    return missingKeys.length === 1
      ? { missingKey }
      : {
          problem: `${pathText(path)} could be added in ${missingKeys.length} places (${missingKeys.map(({ file }) => file.path).join(', ')})${selectionHint(missingKeys, '; put the file before the path')}`,
        };
  }
  const hint = missingKey === undefined || create ? '' : ' (create: true adds a missing key)';
  return { problem: `${deepest.map((search) => search.missing).join('\n')}${hint}` };
}

/** How to select one of several locations, if that is possible. */
function selectionHint(locations: readonly { file: YamlFile }[], byFile: string): string {
  const isOneFile = new Set(locations.map(({ file }) => file)).size === 1;
  return isOneFile ? ', and a path cannot select a document of a file: move one document to a separate file' : byFile;
}

function inEmptyFile(file: YamlFile, path: readonly Step[]): Search {
  const keys = path.flatMap((step) => (step.kind === 'key' ? [step.key] : []));
  const missingKey: MissingKey | undefined =
    keys.length === path.length
      ? { file, document: 0, map: undefined, pair: undefined, nodePath: [], keys, path: pathText(path) }
      : undefined;
  return { missing: `${file.path}:1: the file has no values`, depth: 0, missingKey };
}
