import { findDifferences } from '../edits/difference.ts';
import { type Contents, isSameFile, valuesIn } from './differences.ts';

/** The smallest part of a file that a run changes: a value, or a line of a text that is not YAML or is in a block scalar. */
export interface ChangedPart {
  file: string;
  /** Identifies it. */
  key: string;
  /** Whether the key has the number of a document, an item or a line: in another state of the file that is another part. */
  isPositional: boolean;
}

/** The parts that differ in the second state of the files. */
export function changedParts(before: Contents, after: Contents): ChangedPart[] {
  return [...after].flatMap(([file, now]) => {
    const old = before.get(file);
    if (isSameFile(old, now)) return [];
    const parts = (old === undefined ? undefined : valueParts(file, old, now)) ?? textParts(textOf(old), textOf(now));
    return parts.map((part) => ({ ...part, file, key: [file, part.key].join('\0') }));
  });
}

type Part = Omit<ChangedPart, 'file'>;

/** The bytes as text, each as one character. */
const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1');

/** Other text can be read as YAML too, in which several of its lines are one value. */
const isYaml = (path: string): boolean => /\.(?:ya?ml|json)$/i.test(path);

/** The values of a YAML file; `undefined` for any other file. */
function valueParts(file: string, before: Uint8Array, after: Uint8Array): Part[] | undefined {
  const [old, now] = isYaml(file) ? [valuesIn(file, before), valuesIn(file, after)] : [];
  if (old === undefined || now === undefined) return undefined;
  return now.flatMap((document, index) =>
    findDifferences([old[index]], [document]).flatMap((difference): Part[] => {
      const key = [index, difference.path].join('\0');
      if (difference.now.includes('\n'))
        return textParts(difference.old, difference.now).map((part) => ({ ...part, key: [key, part.key].join('\0') }));
      return [{ key, isPositional: now.length > 1 || /\[\d/.test(difference.path) }];
    }),
  );
}

/** The lines of a text; the whole text when it has another number of lines. */
function textParts(before: string, after: string): Part[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  if (old.length !== now.length) return [{ key: after, isPositional: true }];
  return now.flatMap((line, index) => (line === old[index] ? [] : [{ key: String(index), isPositional: true }]));
}
