import { type Gap, locate, type Target } from './yaml/locate.ts';
import { pathText, type Step } from './yaml/path.ts';
import type { YamlFile } from './yaml/source.ts';

export type Place = { target: Target } | { gap: Gap };

/**
 * The one node that a path names in all documents of all these files, or the mapping where it may be added.
 * @param create may the path's missing keys be added?
 */
export function findOne(
  files: readonly YamlFile[],
  path: readonly Step[],
  create: boolean,
): Place | { problem: string } {
  const searches = files.flatMap((file) =>
    file.documents.length === 0 ? [emptyFile(file, path)] : file.documents.map((_, index) => locate(file, index, path)),
  );
  const targets = searches.flatMap((search) => ('found' in search ? [search.found] : []));
  const [first, second] = targets;
  if (first !== undefined && second === undefined) return { target: first };
  if (first !== undefined) {
    const places = targets.map(({ file, line }) => `${file.path}:${line}`).join(', ');
    return {
      problem: `${pathText(path)} is there ${targets.length} times (${places}); it must be one${wayToOne(targets, `: put the file before the path, as in ${first.file.path}:${pathText(path)}`)}`,
    };
  }
  const refused = searches.flatMap((search) => ('refused' in search ? [search.refused] : []));
  if (refused.length > 0) return { problem: refused.join('\n') };
  // Say what is missing where most of the path was there.
  const missing = searches.flatMap((search) => ('missing' in search ? [search] : []));
  const depth = Math.max(...missing.map((search) => search.depth));
  const deepest = missing.filter((search) => search.depth === depth);
  const gaps = deepest.flatMap(({ gap }) => gap ?? []);
  const [gap] = gaps;
  if (create && gap !== undefined) {
    return gaps.length === 1
      ? { gap }
      : {
          problem: `${pathText(path)} could be added in ${gaps.length} places (${gaps.map(({ file }) => file.path).join(', ')})${wayToOne(gaps, '; put the file before the path')}`,
        };
  }
  const hint = gap === undefined || create ? '' : ' (create: true adds a missing key)';
  return { problem: `${deepest.map((search) => search.missing).join('\n')}${hint}` };
}

/** How to name one place of several, where that can be done at all. */
function wayToOne(places: readonly { file: YamlFile }[], byFile: string): string {
  const isOneFile = new Set(places.map(({ file }) => file)).size === 1;
  return isOneFile ? ', and the documents of one file cannot be told apart: move one to a file of its own' : byFile;
}

function emptyFile(file: YamlFile, path: readonly Step[]) {
  const keys = path.flatMap((step) => (step.kind === 'key' ? [step.key] : []));
  const gap: Gap | undefined =
    keys.length === path.length
      ? { file, document: 0, map: undefined, pair: undefined, trail: [], keys, path: pathText(path) }
      : undefined;
  return { missing: `${file.path}:1: the file has no values`, depth: 0, gap };
}
