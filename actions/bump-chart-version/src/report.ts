import { type Cell, inlineCode, markdownTable } from '../../lib/markdown.ts';
import { setOutputs } from '../../lib/result.ts';
import type { Row } from './apply.ts';
import type { Outcome } from './outcome.ts';
import type { ChartResult, Plan } from './plan.ts';

/** GitHub keeps at most 1 MiB of a summary, and nobody reads further. */
const MAX_ROWS = 200;

/** The outputs that name what was done; set as soon as it is. */
export async function setResult({ plan, branch, attempts, commit, pullRequest }: Outcome): Promise<void> {
  await setOutputs({
    changed: plan.files.length > 0,
    commit: commit?.oid,
    verified: commit?.verified ?? '',
    branch,
    'pull-request': pullRequest?.number,
    'pull-request-url': pullRequest?.url,
    'chart-version': oneOrAll(plan.charts, ({ version }) => version),
    'previous-chart-version': oneOrAll(plan.charts, ({ previous }) => previous),
    'app-version': oneOrAll(plan.charts, ({ appVersion }) => appVersion),
    files: plan.files.map(({ path }) => path),
    attempts,
  });
}

/** The charts' common value as text, or a JSON object by chart directory when they differ. */
function oneOrAll(charts: readonly ChartResult[], pick: (chart: ChartResult) => string): string {
  const values = new Set(charts.map(pick));
  const [first = ''] = values;
  return values.size <= 1
    ? first
    : JSON.stringify(Object.fromEntries(charts.map((chart) => [chart.path, pick(chart)])));
}

/** What happened, in one sentence. */
export function headline({ plan, branch, commit, pullRequest }: Outcome, dryRun: boolean): string {
  const charts = plan.charts
    .map(({ name, previous, version }) =>
      previous === version ? `${name} ${version}` : `${name} ${previous || '(none)'} → ${version}`,
    )
    .join(', ');
  if (plan.files.length === 0) return `${charts}: nothing to change`;
  if (dryRun) return `${charts}: this would change (dry run)`;
  if (pullRequest !== undefined) return `${charts}: pull request ${pullRequest.number}`;
  if (commit === undefined) return `${charts}: changed in the checkout`;
  return `${charts}: commit ${commit.oid.slice(0, 12)} on ${branch}${commit.verified ? ', verified' : ''}`;
}

export function summary(outcome: Outcome, dryRun: boolean): string {
  const { plan } = outcome;
  const parts = [`### Chart version\n\n${inlineCode(headline(outcome, dryRun))}`];
  if (plan.rows.length > 0) {
    parts.push(
      markdownTable({ header: ['File', 'Value', 'Old', 'New'], rows: plan.rows.slice(0, MAX_ROWS).map(cells) }),
    );
    if (plan.rows.length > MAX_ROWS) parts.push(`and ${plan.rows.length - MAX_ROWS} more values`);
  }
  const notes = notesOf(plan);
  if (notes.length > 0) parts.push(notes.map((note) => `- ${inlineCode(note)}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function cells({ file, line, path, old, now }: Row): Cell[] {
  const place = line === undefined ? file : `${file}:${line}`;
  const value: Cell = line === undefined ? { code: `${path} (follows by anchor)` } : { code: path };
  return [{ code: place }, value, old === '' ? '' : { code: old }, { code: now }];
}

/** What deserves a warning: charts that were left alone, values whose type changes, images without a digest. */
export const notesOf = ({ charts, warnings }: Plan): string[] => [
  ...charts.flatMap(({ skipped }) => skipped ?? []),
  ...warnings,
];
