/** The table of rules in the README of helm-lint-scan. */
import { allRules } from '../../actions/helm-lint-scan/src/rules/index.ts';
import { codeCell, markdownCell, markdownTable, type Section } from './markdown.ts';

/** The part of a rule that the table shows. */
type DocumentedRule = Pick<(typeof allRules)[number], 'id' | 'level' | 'severity' | 'title' | 'help'>;

export function rulesTable(rules: readonly DocumentedRule[]): string {
  return markdownTable(
    ['rule', 'level', 'severity', 'what is wrong', 'why, and what to do'],
    rules.map(({ id, level, severity, title, help }) => [
      codeCell(id),
      level,
      severity?.toFixed(1) ?? '',
      markdownCell(title),
      markdownCell(help),
    ]),
  );
}

export function ruleDocs(): Section[] {
  return [{ path: 'actions/helm-lint-scan/README.md', name: 'rules', content: rulesTable(allRules) }];
}
