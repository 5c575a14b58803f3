import { join } from 'node:path/posix';
import { at, listAt, textAt } from '../data.ts';
import type { ChartFile } from './chart-file.ts';
import type { DependencyFiles } from './dependency-tree.ts';

/** A dependency that is there, at any depth. One with two aliases is two. */
export interface Subchart {
  /** The names on the way to it, as Helm names templates and as parents keep values for it: the alias, else the name. */
  keys: string[];
  /** In its own Chart.yaml. */
  name: string;
  /** In the repository; `undefined` for one that is packed. */
  directory: string | undefined;
  values: ChartFile | undefined;
}

/** A template as Helm names it, found in the repository. */
export interface TemplateSource {
  file: string;
  /** Of the subchart that it belongs to; empty for the chart's own. */
  keys: string[];
}

/** Helm copies a chart for each alias, and again what is below it: this is far beyond what anyone means. */
const MAX_SUBCHARTS = 1000;

/**
 * The dependencies of a chart, each as often as it has names.
 * @param meta the chart's Chart.yaml, as data
 * @returns `undefined` when they are more than can be meant
 */
export function subchartsOf(tree: readonly DependencyFiles[], meta: unknown): Subchart[] | undefined {
  const subcharts: Subchart[] = [];
  const add = (files: DependencyFiles, parent: unknown, above: readonly string[]): void => {
    const { entry, directory, meta: own, values, below } = files;
    const name = textAt(own, 'name') ?? entry;
    for (const key of keysOf(parent, name)) {
      if (subcharts.length > MAX_SUBCHARTS) return;
      const keys = [...above, key];
      subcharts.push({ keys, name, directory, values });
      for (const each of below) add(each, own, keys);
    }
  };
  for (const each of tree) add(each, meta, []);
  return subcharts.length > MAX_SUBCHARTS ? undefined : subcharts;
}

/** A directory that Chart.yaml does not list is a dependency all the same. */
function keysOf(meta: unknown, name: string): string[] {
  const listed = listAt(meta, 'dependencies').filter((each) => at(each, 'name') === name);
  return listed.length === 0 ? [name] : [...new Set(listed.map((each) => textAt(each, 'alias') ?? name))];
}

/** Find `shop/charts/cache/templates/x.yaml`, where `shop` is the chart and `cache` a key of a subchart. */
export function templateSource(
  chart: { path: string; subcharts: readonly Subchart[] },
  template: string,
): TemplateSource {
  let rest = template.includes('/') ? template.slice(template.indexOf('/') + 1) : template;
  let directory = chart.path;
  let keys: string[] = [];
  for (let match = DEEPER.exec(rest); match !== null; match = DEEPER.exec(rest)) {
    const [, key = '', below = ''] = match;
    keys = [...keys, key];
    const subchart = chart.subcharts.find((each) => each.keys.join('/') === keys.join('/'));
    directory = subchart?.directory ?? join(directory, 'charts', key);
    rest = below;
  }
  return { file: join(directory, rest), keys };
}

const DEEPER = /^charts\/([^/]+)\/(.+)$/s;
