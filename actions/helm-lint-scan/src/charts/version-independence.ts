import type { ValuesCase } from '../cases/values-case.ts';
import type { Chart } from './chart.ts';

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
    ...[chart.values, ...subcharts.map((subchart) => subchart.values)].map((file) => file?.text ?? ''),
    ...values.files.map(({ text }) => text ?? ''),
  ];
  return !texts.some((text) => /Capabilities|\.Files\b|lookup/.test(text));
}
