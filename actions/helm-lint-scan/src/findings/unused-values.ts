import { join } from 'node:path/posix';
import type { Chart } from '../charts/chart.ts';
import type { ReadValues } from '../charts/read-values.ts';
import { findStrayValues } from '../charts/subchart-values.ts';
import { declares, findUnread, meantKey, readValuesOf } from '../charts/unread-values.ts';
import { formatPath, type Path } from '../data.ts';
import { readYaml } from '../manifests/yaml.ts';
import type { Stack } from '../render.ts';
import { engineRules } from '../rules/engine.ts';
import type { Findings } from './findings.ts';

/** The templates of each chart and its dependencies, by path in the repository. */
type TemplatesByChart = ReadonlyMap<Chart, ReadonlyMap<string, string>>;

type ChartValues = Pick<Stack, 'chart' | 'values'>;

interface GivenValues {
  path: string;
  text: string;
  value: unknown;
}

/** Report the values of charts, and of the values files that only one chart uses, that no template reads. */
export function reportUnusedValues(
  stacks: readonly ChartValues[],
  templates: TemplatesByChart,
  findings: Findings,
): void {
  const charts = Map.groupBy(stacks, ({ chart }) => chart);
  const users = Map.groupBy(
    [...charts].flatMap(([chart, ofChart]) => distinctFiles(ofChart).map(({ path }) => ({ path, chart }))),
    ({ path }) => path,
  );
  for (const [chart, ofChart] of charts) {
    const files = distinctFiles(ofChart);
    const texts = templates.get(chart) ?? new Map<string, string>();
    const read = readValuesOf(chart, texts, [chart.values?.value, ...files.map(({ value }) => value)]);
    if (read === undefined) continue;
    const own = chart.values === undefined ? [] : [{ path: join(chart.path, 'values.yaml'), ...chart.values }];
    const single = files.filter(({ path }) => users.get(path)?.length === 1);
    for (const file of [...own, ...single]) {
      // A misspelled name of a dependency has its own rule.
      const stray = new Set(findStrayValues(chart, file.value, texts).map(({ path }) => path[0]));
      const isReported = (path: Path): boolean => stray.has(path[0]) || (!own.includes(file) && declares(chart, path));
      const unread = findUnread(file.value, read).filter((path) => !isReported(path));
      reportFile(file, unread, { chart, read, findings });
    }
  }
}

const distinctFiles = (stacks: readonly ChartValues[]): GivenValues[] => [
  ...new Map(stacks.flatMap(({ values }) => values.files).map((file) => [file.path, file])).values(),
];

/** The maximum number of findings in one file; the last one names the others. */
const MAX_FINDINGS = 10;

function reportFile(
  { path: file, text, value }: GivenValues,
  unread: readonly Path[],
  { chart, read, findings }: { chart: Chart; read: ReadValues; findings: Findings },
): void {
  const [document] = readYaml(text);
  const lineOf = (path: Path): number => document?.find(path).line ?? 1;
  const lines = text.split('\n');
  const unused = unread.filter((path) => !hasAnchor(lines, lineOf(path)));
  const single = unused.length > MAX_FINDINGS ? unused.slice(0, MAX_FINDINGS - 1) : unused;
  const rest = unused.slice(single.length);
  const add = (path: Path, message: string): void =>
    findings.add({
      rule: engineRules.valueUnused,
      case: { subject: chart.path, values: '', kubeVersion: '' },
      path,
      document: file,
      message,
      location: () => ({ file, line: lineOf(path), exact: true }),
    });
  for (const path of single) {
    const meant = meantKey(chart, path, { values: value, read });
    add(path, `no template reads ${formatPath(path)}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
  }
  const [next] = rest;
  if (next !== undefined) add(next, `no template reads ${rest.length} more values: ${rest.map(formatPath).join(', ')}`);
}

/** Whether the value on a line has an anchor, which other values may refer to. */
function hasAnchor(lines: readonly string[], line: number): boolean {
  const indent = indentOf(lines[line - 1] ?? '');
  for (let at = line - 1; at < lines.length; at++) {
    const text = lines[at] ?? '';
    const isOther = at >= line && text.trim() !== '' && !text.trimStart().startsWith('#') && indentOf(text) <= indent;
    if (isOther) return false;
    if (/(?:^|[\s:[{,])&[\w-]/.test(text)) return true;
  }
  return false;
}

const indentOf = (text: string): number => text.length - text.trimStart().length;
