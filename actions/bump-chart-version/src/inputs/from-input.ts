import { NO_IMAGES } from '../../../lib/images/images-input.ts';
import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';
import { parseFile } from './files-input.ts';

const EXAMPLE = 'environments/staging/values.yaml';

/** The default of the input in `action.yml`: an empty input is then an expression that evaluated to nothing. */
const NO_FILES = 'none';

/** The files whose images are promoted, relative to the repository's root. */
export function readFrom(reader: InputReader): string[] {
  if (reader.isGivenEmpty('from')) {
    reader.addProblem({
      input: 'from',
      problem: 'is empty',
      advice: `for no files, use ${NO_FILES}`,
      example: EXAMPLE,
    });
    return [];
  }
  if (reader.text('from', NO_FILES) === NO_FILES) return [];
  const files = [...new Set(reader.parsedLines('from', parseSource, EXAMPLE))];
  if (reader.text('images', NO_IMAGES) !== NO_IMAGES) {
    reader.addProblem({
      input: 'from',
      problem: 'and images are both given, and each says which images the files get',
      advice: 'remove one of the two',
    });
  }
  return files;
}

/** What is promoted is named file by file: a glob could match another environment tomorrow. */
function parseSource(text: string): Parsed<string> {
  return /[*?]/.test(text) ? { problem: 'is a glob; name each file' } : parseFile(text);
}
