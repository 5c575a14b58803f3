import { documentsOf, type FileDocument, selectorText } from '../yaml/documents.ts';
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
  return findLocationIn(files.flatMap(documentsOf), path, create);
}

/** The only location that a path names in all of these documents. */
export function findLocationIn(
  documents: readonly FileDocument[],
  path: readonly Step[],
  create: boolean,
): Location | { problem: string } {
  const searches = documents.map(({ file, document }) =>
    file.documents.length === 0 ? inEmptyFile(file, path) : locate(file, document, path),
  );
  const nodes = searches.flatMap((search) => ('found' in search ? [search.found] : []));
  const [first, second] = nodes;
  if (first !== undefined && second === undefined) return { node: first };
  if (first !== undefined) {
    const positions = nodes.map(({ file, line }) => `${file.path}:${line}`).join(', ');
    return {
      problem: `${pathText(path)} exists ${nodes.length} times (${positions}); it must be unique${selectionHint(nodes, path)}`,
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
          problem: `${pathText(path)} could be added in ${missingKeys.length} places (${missingKeys.map(({ file }) => file.path).join(', ')})${selectionHint(missingKeys, path)}`,
        };
  }
  const hint = missingKey === undefined || create ? '' : ' (create: true adds a missing key)';
  return { problem: `${deepest.map((search) => search.missing).join('\n')}${hint}` };
}

/** How to select one of several locations. */
function selectionHint(locations: readonly FileDocument[], path: readonly Step[]): string {
  const documents = locations.map(outermostDocument);
  const [first] = documents as [FileDocument];
  const isOneFile = documents.every(({ file }) => file === first.file);
  return isOneFile
    ? `: put the file and the document before the path, as in ${first.file.path}${selectorText(first)}:${pathText(path)}`
    : `: put the file before the path, as in ${first.file.path}:${pathText(path)}`;
}

/** The document of a file that contains a location, which can be in an embedded document. */
const outermostDocument = ({ file, document }: FileDocument): FileDocument =>
  file.embedding === undefined ? { file, document } : outermostDocument(file.embedding);

function inEmptyFile(file: YamlFile, path: readonly Step[]): Search {
  const keys = path.flatMap((step) => (step.kind === 'key' ? [step.key] : []));
  const missingKey: MissingKey | undefined =
    keys.length === path.length
      ? { file, document: 0, map: undefined, pair: undefined, nodePath: [], keys, path: pathText(path) }
      : undefined;
  return { missing: `${file.path}:1: the file has no values`, depth: 0, missingKey };
}
