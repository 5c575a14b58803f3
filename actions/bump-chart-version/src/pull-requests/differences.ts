import { ActionError } from '../../../lib/errors.ts';
import { findDifferences } from '../edits/difference.ts';
import type { FileSource } from '../files/file-source.ts';
import type { ChangedValue } from '../plan/planned-edits.ts';
import { readYaml, toData } from '../yaml/source.ts';

/** Files by path, as far as they exist. */
export type Contents = ReadonlyMap<string, Uint8Array>;

/** A file in the commit that a proposal began at, in the proposal's head, and in the newest base. */
export interface ProposedFile {
  path: string;
  old: Uint8Array;
  now: Uint8Array;
  base: Uint8Array;
}

/**
 * The values that the second state of the files has and the first has not, by file. A changed file that is not YAML counts as one value
 * without a path.
 */
export function differencesBetween(before: Contents, after: Contents): ChangedValue[] {
  return [...after.keys()].sort().flatMap((path) => differencesIn(path, before.get(path), after.get(path)));
}

function differencesIn(file: string, old: Uint8Array | undefined, now: Uint8Array | undefined): ChangedValue[] {
  if (now === undefined || isSameFile(old, now)) return [];
  const [from, to] = [old === undefined ? [] : valuesIn(file, old), valuesIn(file, now)];
  if (from === undefined || to === undefined) return [{ file, line: undefined, path: '', old: '', now: '' }];
  return findDifferences(from, to).map((difference) => ({ file, line: undefined, ...difference }));
}

export const isSameFile = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);

/** The documents of a YAML file as data; `undefined` for any other file. */
export function valuesIn(path: string, bytes: Uint8Array): unknown[] | undefined {
  try {
    return toData(readYaml(path, bytes).documents);
  } catch (error) {
    if (error instanceof ActionError) return undefined;
    throw error;
  }
}

/** The files that exist. */
export const existingFiles = ({ files }: Pick<FileSource, 'files'>): Contents =>
  new Map([...files].flatMap(([path, state]) => (state.kind === 'file' ? [[path, state.bytes] as const] : [])));

/** The files with these in place of their old contents. */
export const withFiles = (contents: Contents, files: readonly { path: string; bytes: Uint8Array }[]): Contents =>
  new Map([...contents, ...files.map(({ path, bytes }) => [path, bytes] as const)]);
