import { annotate } from '../../../lib/runner/commands.ts';
import type { CaseId, Finding } from '../findings/findings.ts';
import type { Level } from '../rules/rule.ts';
import { findingText } from './sarif.ts';

const COMMANDS: Record<Level, 'error' | 'warning' | 'notice'> = { error: 'error', warning: 'warning', note: 'notice' };

/**
 * Annotate the worst findings on their lines of the pull request.
 * @returns how many findings were left out
 */
export function annotateFindings(
  { findings, cases }: { findings: readonly Finding[]; cases: readonly CaseId[] },
  limit: number,
  write?: (text: string) => unknown,
): number {
  for (const finding of findings.slice(0, limit)) {
    const { rule, level, location } = finding;
    const message = `${findingText(finding, cases)}\n${rule.help}`;
    annotate(
      { level: COMMANDS[level], title: `${rule.id}: ${rule.title}`, message, file: location.file, line: location.line },
      write,
    );
  }
  return Math.max(0, findings.length - limit);
}
