import { ActionError } from '../../../lib/errors.ts';
import { inlineCode } from '../../../lib/markdown.ts';
import { type Chart, inChart } from '../charts/chart.ts';
import { chartAt } from '../charts/chart-directory.ts';
import { fillTemplate, type Named, promotedFrom } from '../commit/message.ts';
import { CHANGES, MAX_TEXT_LENGTH } from '../inputs/pull-request-inputs.ts';
import type { Settings } from '../inputs/settings.ts';
import type { ChartResult, Plan } from '../plan/plan.ts';
import type { ChangedValue } from '../plan/planned-edits.ts';
import { readYaml } from '../yaml/source.ts';
import type { BranchStrategy } from './branch-strategy.ts';
import { type Contents, differencesBetween, valuesIn } from './differences.ts';
import { cut, cutRows, MAX_BODY_LENGTH, MAX_LABEL_LENGTH, MAX_TITLE_LENGTH } from './limits.ts';

type ProposedFiles = Pick<BranchStrategy, 'before' | 'after'>;

export interface PullRequestContent {
  title: string;
  body: string;
  labels: string[];
}

/**
 * The texts for everything that a pull request changes, also by other runs and by persons, within GitHub's limits.
 * `{images}` and `{tag}` are those of this run.
 * @throws {ActionError} for a label that is too long
 */
export function pullRequestContent(
  { charts, templates, pullRequest: { body, labels } }: Settings,
  { before, after, images }: ProposedFiles & Pick<Plan, 'images'>,
): PullRequestContent {
  const changedValues = differencesBetween(before, after);
  const files = [...new Set(changedValues.map(({ file }) => file))].map((path) => ({ path }));
  const named = { charts: chartResults(charts, changedValues, { before, after }), images, files };
  return {
    title: cut(fillTemplate(templates.pullRequestTitle, named, MAX_TITLE_LENGTH), MAX_TITLE_LENGTH),
    body: pullRequestBody(body, named, changedValues),
    labels: labels.map((label) => toLabel(fillTemplate(label, named, MAX_LABEL_LENGTH))),
  };
}

function toLabel(label: string): string {
  if (label.length <= MAX_LABEL_LENGTH) return label;
  throw new ActionError({
    what: `the label ${JSON.stringify(label)} is too long`,
    why: `it has ${label.length} characters with its placeholders filled in, and GitHub accepts ${MAX_LABEL_LENGTH}`,
    next: 'Shorten the input pull-request-labels. Nothing was changed.',
  });
}

/** The charts of the run, then other charts that the branch changes. */
function chartResults(
  charts: readonly string[],
  changedValues: readonly ChangedValue[],
  { before, after }: ProposedFiles,
): ChartResult[] {
  const files = [...new Set(changedValues.map(({ file }) => file))];
  const others = files
    .filter((file) => /(^|\/)Chart\.yaml$/.test(file))
    .map(directoryOf)
    .sort();
  const paths = [...new Set([...charts, ...others])];
  const changed = new Set(files.map((file) => ownerOf(file, new Set(paths))));
  return paths.flatMap((path) => {
    const now = readChartAt(path, after);
    if (now === undefined) return [];
    const { name, version, appVersion = '' } = now;
    const { version: previous = '', appVersion: previousAppVersion = '' } = readChartAt(path, before) ?? {};
    const versions = { previous, version, appVersion, previousAppVersion };
    return { path, name, ...versions, changed: changed.has(path), skipped: undefined };
  });
}

const directoryOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.');

/** The innermost of these directories that contains the file. */
function ownerOf(file: string, directories: ReadonlySet<string>): string | undefined {
  for (let path = directoryOf(file); ; path = directoryOf(path)) {
    if (directories.has(path)) return path;
    if (path === '.') return undefined;
  }
}

/** `undefined` where there is a Chart.yaml that cannot be read. */
function readChartAt(path: string, contents: Contents): Chart | undefined {
  const file = inChart(path, 'Chart.yaml');
  const bytes = contents.get(file);
  if (bytes !== undefined && valuesIn(file, bytes) === undefined) return undefined;
  const chart = chartAt(path, new Map(bytes === undefined ? [] : [[file, readYaml(file, bytes)]]));
  return 'problem' in chart ? undefined : chart;
}

/** The text of the input, and where it has its place, or else at the end, the list of the changes. */
function pullRequestBody(template: string, named: Named, changedValues: readonly ChangedValue[]): string {
  const [text = '', ...rest] = template.includes(CHANGES) ? template.split(CHANGES) : [`${template}\n\n`];
  const start = cut(fillTemplate(text, named, MAX_TEXT_LENGTH), MAX_TEXT_LENGTH);
  const end = cut(fillTemplate(rest.join(''), named, MAX_TEXT_LENGTH), MAX_TEXT_LENGTH - start.length);
  const changes = cutRows(changeRows(named, changedValues), MAX_BODY_LENGTH - start.length - end.length, 'changes');
  return `${start}${changes}${end}`.trim();
}

function changeRows(named: Named, changedValues: readonly ChangedValue[]): string[] {
  const sources = promotedFrom(named).flatMap((file) => [`Images promoted from ${code(file)}`, '']);
  const versions = named.charts
    .filter(({ changed, version }) => changed && version !== '')
    .map(
      ({ path, previous, version }) =>
        `- ${code(path)}: ${previous === version ? version : `${previous} → ${version}`}`,
    );
  const values = changedValues.map(({ file, path, old, now }) =>
    path === '' ? `- ${code(file)}` : `- ${code(file)} ${code(path)}: ${code(old || '(none)')} → ${code(now)}`,
  );
  return [...sources, ...versions, '', ...values];
}

/** Longer values, such as a text of many lines, are cut. */
const MAX_VALUE_LENGTH = 200;

function code(text: string): string {
  const short = cut(text, MAX_VALUE_LENGTH);
  return /[`\r\n]/.test(short) ? inlineCode(short) : `\`${short}\``;
}
