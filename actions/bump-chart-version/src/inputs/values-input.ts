import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';
import { type Assignment, parseAssignment } from '../yaml/path.ts';
import { parseFile } from './files-input.ts';

const isComment = (line: string): boolean => line.startsWith('#');

/** The assignments of the input `values`; lines that begin with `#` are comments. */
export function readValues(reader: InputReader): Assignment[] {
  const parse = (line: string): Parsed<Assignment | undefined> =>
    isComment(line) ? { value: undefined } : parseValue(line);
  return reader.parsedLines('values', parse, 'web.image.tag=1.4.2').flatMap((assignment) => assignment ?? []);
}

/** Whether the input `values` has an assignment, valid or not. */
export const hasValues = (reader: InputReader): boolean => reader.lines('values').some(({ text }) => !isComment(text));

function parseValue(text: string): Parsed<Assignment> {
  const assignment = parseAssignment(text);
  if ('problem' in assignment || assignment.value.file === undefined) return assignment;
  const file = parseFile(assignment.value.file);
  return 'problem' in file
    ? { problem: `names a file that ${file.problem}` }
    : { value: { ...assignment.value, file: file.value } };
}
