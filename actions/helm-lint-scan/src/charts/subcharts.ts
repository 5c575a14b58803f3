import { join } from 'node:path/posix';
import { at, listAt, stringAt } from '../data.ts';
import type { ChartFile } from './chart-file.ts';
import type { DependencyFiles } from './dependency-tree.ts';

/** A dependency in `charts/`, at any depth. A chart with two aliases is two dependencies. */
export interface Subchart {
  /** The names of the charts on the path to it, as in Helm's template names and in the values of its parents: the alias, otherwise the name. */
  keys: string[];
  /** As in its Chart.yaml. */
  name: string;
  /** As in its Chart.yaml. */
  kubeVersion: string | undefined;
  /** In the repository; `undefined` for a packed dependency. */
  directory: string | undefined;
  values: ChartFile | undefined;
}

/** The file of a template in the repository. */
export interface TemplateSource {
  file: string;
  /** The {@link Subchart.keys} of its subchart; empty for the chart's own templates. */
  keys: string[];
}

/** Helm copies a chart with its dependencies for each alias. No real chart has this many. */
const MAX_SUBCHARTS = 1000;

/**
 * The dependencies of a chart, each once for every name that it has.
 * @param meta the chart's Chart.yaml, as data
 * @returns `undefined` when they are more than {@link MAX_SUBCHARTS}
 */
export function listSubcharts(tree: readonly DependencyFiles[], meta: unknown): Subchart[] | undefined {
  const subcharts: Subchart[] = [];
  const add = (files: DependencyFiles, parentMeta: unknown, parentKeys: readonly string[]): void => {
    const { entry, directory, meta: ownMeta, values, dependencies } = files;
    const name = stringAt(ownMeta, 'name') ?? entry;
    for (const key of keysFor(parentMeta, name)) {
      if (subcharts.length > MAX_SUBCHARTS) return;
      const keys = [...parentKeys, key];
      subcharts.push({ keys, name, kubeVersion: stringAt(ownMeta, 'kubeVersion'), directory, values });
      for (const dependency of dependencies) add(dependency, ownMeta, keys);
    }
  };
  for (const dependency of tree) add(dependency, meta, []);
  return subcharts.length > MAX_SUBCHARTS ? undefined : subcharts;
}

/** A directory that Chart.yaml does not list is a dependency too. */
function keysFor(meta: unknown, name: string): string[] {
  const listed = listAt(meta, 'dependencies').filter((dependency) => at(dependency, 'name') === name);
  return listed.length === 0 ? [name] : [...new Set(listed.map((dependency) => stringAt(dependency, 'alias') ?? name))];
}

/** The file of a template, from Helm's name: `shop/charts/cache/templates/x.yaml`, where `shop` is the chart and `cache` a key of a subchart. */
export function templateSource(
  chart: { path: string; subcharts: readonly Subchart[] },
  template: string,
): TemplateSource {
  let rest = template.includes('/') ? template.slice(template.indexOf('/') + 1) : template;
  let directory = chart.path;
  let keys: string[] = [];
  for (let match = NESTED_TEMPLATE.exec(rest); match !== null; match = NESTED_TEMPLATE.exec(rest)) {
    const [, key = '', nested = ''] = match;
    keys = [...keys, key];
    const subchart = chart.subcharts.find((candidate) => candidate.keys.join('/') === keys.join('/'));
    directory = subchart?.directory ?? join(directory, 'charts', key);
    rest = nested;
  }
  return { file: join(directory, rest), keys };
}

const NESTED_TEMPLATE = /^charts\/([^/]+)\/(.+)$/s;
