import { NO_IMAGES } from '../../../lib/images/images-input.ts';
import type { InputReader } from '../../../lib/runner/inputs.ts';
import type { RollbackTarget } from '../rollback/rollback.ts';
import { hasValues } from './values-input.ts';

const INPUT = 'rollback-to';

/** The default of the input in `action.yml`: an empty input is an expression without a value, which must not start a release instead. */
const NO_ROLLBACK = 'none';

/** Reads `rollback-to`, and reports the inputs that it cannot be combined with. */
export async function readRollbackTarget(reader: InputReader): Promise<RollbackTarget | undefined> {
  if (reader.isGivenEmpty(INPUT)) {
    reader.addProblem({
      input: INPUT,
      problem: 'is empty: its expression has no value',
      advice: `for no rollback, omit it or use ${NO_ROLLBACK}`,
      example: '1.4.1',
    });
    return undefined;
  }
  const text = reader.text(INPUT, NO_ROLLBACK);
  if (text === NO_ROLLBACK) return undefined;
  for (const { input, value } of conflictingInputs(reader)) {
    reader.addProblem({
      input,
      value,
      problem: `cannot be combined with ${INPUT}, which takes everything from the commit that it names`,
      advice: `remove ${input}, or ${INPUT}`,
    });
  }
  return parseTarget(reader, text);
}

function conflictingInputs(reader: InputReader): { input: string; value: string }[] {
  const isGiven: Record<string, boolean> = {
    images: reader.text('images', NO_IMAGES) !== NO_IMAGES,
    values: hasValues(reader),
    from: reader.text('from', 'none') !== 'none',
    version: !['auto', 'none'].includes(reader.text('version', 'auto')),
    'app-version': !['auto', 'none'].includes(reader.text('app-version', 'auto')),
    mode: reader.text('mode') === 'worktree',
  };
  return Object.entries(isGiven).flatMap(([input, given]) => (given ? [{ input, value: reader.text(input) }] : []));
}

async function parseTarget(reader: InputReader, text: string): Promise<RollbackTarget | undefined> {
  if (/^[0-9a-f]{7,64}$/i.test(text)) return { kind: 'commit', id: text.toLowerCase() };
  const { parseVersion } = await import('../../../lib/versions.ts');
  const version = parseVersion(text);
  if ('value' in version) return { kind: 'version', version: version.value };
  reader.addProblem({
    input: INPUT,
    value: text,
    problem: 'is neither a version nor a commit (7 to 40 hex digits)',
    example: '1.4.1',
  });
  return undefined;
}
