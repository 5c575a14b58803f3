import type { Assignment } from '../yaml/path.ts';

/** A file that is not YAML, and its exact text. */
export interface TextFile {
  path: string;
  /** The decoded bytes, with the byte order mark if there is one. */
  text: string;
}

/** One value that an updater set. */
export interface UpdatedValue {
  /** 1-based, in the old file. */
  line: number;
  path: string;
  old: string;
  now: string;
}

/** The new text of a file, and how it differs. Without changes the text is the old one. */
export interface Update {
  text: string;
  values: UpdatedValue[];
  /** About values that change their type. */
  warnings?: string[];
}

/** Sets values in files of one format, and changes nothing else. */
export interface Updater {
  name: string;
  /** Whether an assignment with this file is for this updater; the first updater that handles it is taken. */
  handles: (assignment: Pick<Assignment, 'path'> & { file: string }) => boolean;
  /** @returns the problem, with file and line, when the value cannot be set or the new text cannot be verified */
  update: (file: TextFile, assignment: Assignment) => Update | { problem: string };
}

/** The 1-based line of an offset. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index !== -1 && index < offset; index = text.indexOf('\n', index + 1)) line++;
  return line;
}
