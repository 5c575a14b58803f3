import type { ValuesCase } from '../cases/values-case.ts';
import type { Chart } from './chart.ts';
import type { ChartFile } from './chart-file.ts';

/**
 * Whether a chart is rendered in the same way for all versions of Kubernetes: neither its templates nor the values, which `tpl` renders, ask
 * for the version or for what it serves, and no constraint on the version of Kubernetes can refuse it. When in doubt, it is not.
 * Source: https://helm.sh/docs/chart_template_guide/builtin_objects/
 * @param templates of the chart and its dependencies, by path
 * @param allowsVersions whether the versions are those that the chart's `kubeVersion` allows
 */
export function isVersionIndependent(
  chart: Chart,
  {
    values,
    templates,
    allowsVersions,
  }: { values: ValuesCase; templates: ReadonlyMap<string, string>; allowsVersions: boolean },
): boolean {
  const { subcharts, kubeVersion } = chart;
  // The templates of a packed dependency are not read.
  if (subcharts.some(({ directory, kubeVersion: own }) => directory === undefined || own !== undefined)) return false;
  if (kubeVersion !== undefined && !allowsVersions) return false;
  const texts = [
    ...templates.values(),
    ...[chart.values, ...subcharts.map((subchart) => subchart.values), ...values.files].flatMap(valueTexts),
  ];
  return !texts.some((text) => /Capabilities|\.Files\b|lookup/.test(text) || usesWholeContext(text));
}

/** As written, and without the escapes and line breaks of YAML. */
const valueTexts = (file: ChartFile | undefined): string[] =>
  file === undefined ? [] : [file.text, JSON.stringify(file.value)];

const READS_ALL = String.raw`(?:(?:mustT|t)o[A-Z]\w*|range|values|pick|omit|deepCopy|quote|print\w*)`;
const CONTEXT = String.raw`(?<context>[.$])(?![\w.$])`;
const USES = [
  new RegExp(String.raw`\b${READS_ALL}\s+(?:\$\w+\s*(?:,\s*\$\w+\s*)?:=\s*)?${CONTEXT}`),
  new RegExp(String.raw`(?:^|[(=])\s*${CONTEXT}\s*\|\s*${READS_ALL}`),
];

/** Whether a template prints or lists all that Helm supplies, as `toJson .` does. In `with` and `range` the dot is something else. */
function usesWholeContext(text: string): boolean {
  const blocks: boolean[] = [];
  for (const [, action = ''] of text.matchAll(/\{\{-?\s*([\s\S]*?)\s*-?\}\}/g)) {
    const contexts = USES.flatMap((pattern) => pattern.exec(action)?.groups?.context ?? []);
    if (contexts.includes('$') || (contexts.includes('.') && !blocks.includes(true))) return true;
    if (/^(?:if|with|range|define|block)\b/.test(action)) blocks.push(/^(?:with|range)\b/.test(action));
    else if (/^end\b/.test(action)) blocks.pop();
  }
  return false;
}
