import { ActionError } from '../../lib/errors.ts';
import { pluralize } from './data.ts';
import type { Finding } from './findings/findings.ts';
import type { Settings } from './inputs/inputs.ts';
import { LEVELS, type Level } from './rules/rule.ts';

/** The most charts that the title of the error names. */
const MAX_NAMED = 3;

/** Whether a finding of this level fails the step. */
export const isFailing = (level: Level, threshold: Settings['failOn']): boolean =>
  threshold !== 'never' && LEVELS.indexOf(level) <= LEVELS.indexOf(threshold);

/** @throws {ActionError} when a finding is at the level of `fail-on` or worse */
export function assertBelowThreshold(
  { findings }: { findings: readonly Finding[] },
  threshold: Settings['failOn'],
): void {
  const failing = findings.filter(({ level }) => isFailing(level, threshold));
  if (failing.length === 0) return;
  const subjects = [...new Set(failing.map(({ subject }) => subject))];
  const where = subjects.length > MAX_NAMED ? `${subjects.length} charts` : subjects.join(', ');
  const rules = [...new Set(failing.map(({ rule }) => rule.id))].join(', ');
  throw new ActionError({
    what: `${pluralize(failing.length, threshold === 'error' ? 'error' : 'finding')} in ${where}`,
    why: `the rules that fail: ${rules}`,
    next: 'Correct what the annotations show; or give a rule another level with the input rules, or suppress a finding with a reason in the ignore file.',
  });
}
