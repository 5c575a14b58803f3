import { type Cell, inlineCode, markdownTable } from '../../lib/markdown.ts';
import { promotedFrom } from './commit/message.ts';
import type { Outcome } from './outputs.ts';
import type { Plan } from './plan/plan.ts';
import type { ChangedValue } from './plan/planned-edits.ts';

/** GitHub keeps at most 1 MiB of a summary. */
const MAX_ROWS = 200;

/** The outcome in one sentence. */
export function formatHeadline({ plan, branch, commit, pullRequest }: Outcome, dryRun: boolean): string {
  const charts = plan.charts
    .map(({ name, previous, version }) =>
      previous === version ? `${name} ${version}`.trim() : `${name} ${previous || '(none)'} → ${version}`,
    )
    .join(', ');
  if (plan.files.length === 0) return `${charts}: nothing to change`;
  if (dryRun) return `${charts}: would change (dry run)`;
  if (pullRequest !== undefined) return `${charts}: pull request ${pullRequest.number}`;
  if (commit === undefined) return `${charts}: changed in the checkout`;
  return `${charts}: commit ${commit.oid.slice(0, 12)} on ${branch}${commit.verified ? ', verified' : ''}`;
}

export function formatSummary(outcome: Outcome, dryRun: boolean): string {
  const { plan } = outcome;
  const parts = [`### Chart version\n\n${inlineCode(formatHeadline(outcome, dryRun))}`];
  const sources = promotedFrom(plan);
  if (sources.length > 0) parts.push(`Images promoted from ${sources.map(inlineCode).join(', ')}`);
  if (plan.changedValues.length > 0) {
    parts.push(
      markdownTable({
        header: ['File', 'Value', 'Old', 'New'],
        rows: plan.changedValues.slice(0, MAX_ROWS).map(cells),
      }),
    );
    if (plan.changedValues.length > MAX_ROWS) parts.push(`and ${plan.changedValues.length - MAX_ROWS} more values`);
  }
  const warnings = warningsOf(plan);
  if (warnings.length > 0) parts.push(codeList(warnings));
  if (dryRun && plan.reports.length > 0) {
    parts.push('#### Images in the files', codeList(plan.reports.slice(0, MAX_ROWS)));
    if (plan.reports.length > MAX_ROWS) parts.push(`and ${plan.reports.length - MAX_ROWS} more images`);
  }
  return `${parts.join('\n\n')}\n`;
}

const codeList = (lines: readonly string[]): string => lines.map((line) => `- ${inlineCode(line)}`).join('\n');

function cells({ file, line, path, old, now }: ChangedValue): Cell[] {
  const position = line === undefined ? file : `${file}:${line}`;
  const value: Cell = line === undefined ? { code: `${path} (through an anchor)` } : { code: path };
  return [{ code: position }, value, old === '' ? '' : { code: old }, { code: now }];
}

/** Charts that are left alone, values whose type changes, images without a digest. */
export const warningsOf = ({ charts, warnings }: Plan): string[] => [
  ...charts.flatMap(({ skipped }) => skipped ?? []),
  ...warnings,
];
