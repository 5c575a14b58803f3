/**
 * Writes the table of rules into the README, between its markers: `node actions/helm-lint-scan/scripts/update-rules.ts`.
 * A test fails when the table is not that of the rules.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allRules } from '../src/rules/index.ts';

const readme = join(import.meta.dirname, '../README.md');
const [START, END] = ['<!-- rules:start -->', '<!-- rules:end -->'];

/** The README with the table of the rules as they are now. */
export function readmeWithRules(text: string): string {
  const [from, to] = [text.indexOf(START), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the README needs ${START} and then ${END}`);
  const cell = (content: string): string => content.replaceAll('|', '\\|');
  const rows = allRules.map(({ id, level, severity, title, help }) =>
    `| \`${id}\` | ${level} | ${severity?.toFixed(1) ?? ''} | ${cell(title)} | ${cell(help)} |`.replaceAll(
      / {2,}\|/g,
      ' |',
    ),
  );
  const table = [
    '| rule | level | severity | what is wrong | why, and what to do |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ];
  return `${text.slice(0, from + START.length)}\n${table.join('\n')}\n${text.slice(to)}`;
}

if (import.meta.main) writeFileSync(readme, readmeWithRules(readFileSync(readme, 'utf8')));
