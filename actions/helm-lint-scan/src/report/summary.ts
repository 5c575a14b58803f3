import { type Cell, escapeMarkdown, markdownTable } from '../../../lib/markdown.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';
import type { SetImage } from '../cases/set-images.ts';
import { pluralize } from '../data.ts';
import { type CaseId, countLevels, type Finding } from '../findings/findings.ts';
import type { SuppressedFinding } from '../findings/suppressions.ts';
import { countAll, type MatrixRow } from './matrix.ts';
import { findingText } from './sarif.ts';

export interface SummaryInput {
  matrix: readonly MatrixRow[];
  findings: readonly Finding[];
  suppressed: readonly SuppressedFinding[];
  known?: readonly Finding[];
  /** `undefined` without a baseline. */
  fixed?: number | undefined;
  /** Whether only what had changed was checked. */
  partial?: boolean;
  cases: readonly CaseId[];
  set: readonly SetImage[];
  helm: string;
  /** See {@link blobUrl}. */
  blob: string | undefined;
}

/** Findings shown. The job summary holds a megabyte; people read far less. */
const MAX_SHOWN = 50;

/** The job summary in Markdown. */
export function summaryText(input: SummaryInput): string {
  const { findings, suppressed, cases } = input;
  const parts = ['## Helm lint and scan', headline(input), ...scopeText(input), matrixTable(input.matrix, findings)];
  if (findings.length > 0) {
    const rows = findings.slice(0, MAX_SHOWN).map((finding) => findingRow(finding, cases, input.blob));
    parts.push(`### Findings`, markdownTable({ header: ['', 'Rule', 'Where', 'What'], rows }));
    if (findings.length > MAX_SHOWN)
      parts.push(`…and ${findings.length - MAX_SHOWN} more, in the log and the reports.`);
  }
  const images = new Map(
    input.set.map(({ path, image }) => [`${path} ${image.repository}@${image.digest}`, { path, image }]),
  );
  if (images.size > 0) {
    const rows = [...images.values()].map(({ path, image }): Cell[] => [
      { code: path },
      { code: `${image.repository}@${image.digest}` },
    ]);
    parts.push('### Images set', markdownTable({ header: ['Value', 'Image'], rows }));
  }
  if (suppressed.length > 0) {
    const rows = suppressed
      .slice(0, MAX_SHOWN)
      .map(({ finding, suppression }): Cell[] => [
        { code: finding.rule.id },
        finding.message,
        suppression.reason,
        suppression.expires,
      ]);
    parts.push('### Suppressed', markdownTable({ header: ['Rule', 'What', 'Reason', 'Until'], rows }));
    if (suppressed.length > MAX_SHOWN) parts.push(`…and ${suppressed.length - MAX_SHOWN} more, in the reports.`);
  }
  return `${parts.join('\n\n')}\n`;
}

function headline(input: SummaryInput): string {
  const { errors, warnings, notes, cases, resources, notValidated } = countAll(input);
  const validated = notValidated === 0 ? 'all validated' : `**${notValidated} not validated**`;
  const helm = input.helm === '' ? '' : `; Helm ${escapeMarkdown(input.helm)}`;
  return `${pluralize(errors, 'error')}, ${pluralize(warnings, 'warning')}, ${pluralize(notes, 'note')} in ${pluralize(cases, 'case')} with ${pluralize(resources, 'resource')} (${validated})${helm}.${baselineText(input)}`;
}

const scopeText = ({ partial = false }: SummaryInput): string[] =>
  partial ? ['Only what can be affected by a change was checked.'] : [];

const baselineText = ({ known = [], fixed }: SummaryInput): string =>
  fixed === undefined ? '' : ` ${pluralize(known.length, 'finding')} known from the baseline, ${fixed} fixed.`;

const rowKey = ({ subject, values }: Pick<CaseId, 'subject' | 'values'>): string => `${subject}\n${values}`;

function matrixTable(matrix: readonly MatrixRow[], findings: readonly Finding[]): string {
  const byRow = new Map<string, Set<Finding>>();
  for (const finding of findings)
    for (const id of finding.cases) {
      const findingsOfRow = byRow.get(rowKey(id)) ?? new Set();
      byRow.set(rowKey(id), findingsOfRow.add(finding));
    }
  const rows = matrix.map((row): Cell[] => {
    const { error, warning, note } = countLevels([...(byRow.get(rowKey(row)) ?? [])]);
    return [
      error > 0 || row.failed ? '❌' : warning > 0 ? '⚠️' : '✅',
      { code: row.subject },
      row.values,
      row.kubeVersions.join(', '),
      row.failed ? 'not rendered' : String(row.resources),
      String(error),
      String(warning),
      String(note),
      String(row.notValidated),
      row.seconds.toFixed(2),
    ];
  });
  return markdownTable({
    header: [
      '',
      'Chart',
      'Values',
      'Kubernetes',
      'Resources',
      'Errors',
      'Warnings',
      'Notes',
      'Not validated',
      'Seconds',
    ],
    rows,
  });
}

function findingRow(finding: Finding, cases: readonly CaseId[], blob: string | undefined): Cell[] {
  const { location, level, rule } = finding;
  const where = `${location.file}:${location.line}`;
  const cell: Cell =
    blob === undefined ? { code: where } : { text: where, link: `${blob}/${location.file}#L${location.line}` };
  return [level, { code: rule.id }, cell, findingText(finding, cases)];
}

/** The URL of the files of this commit, without a path: `https://github.com/o/r/blob/SHA`. */
export function blobUrl({
  GITHUB_SERVER_URL: server,
  GITHUB_REPOSITORY: repository,
  GITHUB_SHA: sha,
}: Environment): string | undefined {
  return server && repository && sha ? `${server.replace(/\/+$/, '')}/${repository}/blob/${sha}` : undefined;
}
