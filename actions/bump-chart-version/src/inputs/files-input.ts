import { globProblem, parseRepositoryGlob } from '../../../lib/files/globs.ts';
import { parseRepositoryPath } from '../../../lib/files/workspace.ts';
import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';

/** The chart directories, which can be globs. */
export function readCharts(reader: InputReader): string[] {
  if (reader.required('charts', 'helm/shop') === '') return [];
  return [...new Set(reader.parsedLines('charts', parseRepositoryGlob, 'helm/shop'))];
}

/** The values files of each chart, which can be globs. */
export const readValuesFiles = (reader: InputReader): string[] =>
  reader.parsedLines('values-files', parseFileGlob, { fallback: 'values.yaml' });

/** A file of the repository. */
export function parseFile(text: string): Parsed<string> {
  const path = parseRepositoryPath(text);
  return 'value' in path && path.value === '.' ? { problem: 'is a directory' } : path;
}

function parseFileGlob(text: string): Parsed<string> {
  const path = parseFile(text);
  const problem = 'problem' in path ? undefined : globProblem(path.value);
  return problem === undefined ? path : { problem };
}
