import { join } from 'node:path/posix';
import { at, listAt, textAt } from './data.ts';
import { escapeGlob, type Files } from './files.ts';
import { type ChartFile, yamlFile } from './yaml-file.ts';

/** A dependency that is there as a folder, at any depth. One with two aliases is two. */
export interface Subchart {
  /** The names on the way to it, as Helm names templates and as parents keep values for it: the alias, else the name. */
  keys: string[];
  /** In its own Chart.yaml. */
  name: string;
  /** In the repository. */
  folder: string;
  values: ChartFile | undefined;
}

/** A template as Helm names it, found in the repository. */
export interface TemplateSource {
  file: string;
  /** Of the subchart that it belongs to; empty for the chart's own. */
  keys: string[];
}

/**
 * The dependencies below a chart's folder.
 * @param meta its Chart.yaml, as data
 */
export async function readSubcharts(
  files: Files,
  folder: string,
  meta: unknown,
  above: string[] = [],
): Promise<Subchart[]> {
  const { paths } = await files.match(`${escapeGlob(folder)}/charts/*/Chart.yaml`);
  const found = await Promise.all(
    paths.map(async (path) => {
      const below = path.slice(0, -'/Chart.yaml'.length);
      const own = yamlFile((await files.read(path)) ?? '').value;
      const text = await files.read(`${below}/values.yaml`);
      const name = textAt(own, 'name') ?? below.slice(below.lastIndexOf('/') + 1);
      const values = text === undefined ? undefined : yamlFile(text);
      const charts = keysOf(meta, name).map((key) => ({ keys: [...above, key], name, folder: below, values }));
      const deeper = await Promise.all(charts.map(({ keys }) => readSubcharts(files, below, own, keys)));
      return [...charts, ...deeper.flat()];
    }),
  );
  return found.flat();
}

/** A folder that Chart.yaml does not list is a dependency all the same. */
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
  let folder = chart.path;
  let keys: string[] = [];
  for (let match = DEEPER.exec(rest); match !== null; match = DEEPER.exec(rest)) {
    const [, key = '', below = ''] = match;
    keys = [...keys, key];
    const subchart = chart.subcharts.find((each) => each.keys.join('/') === keys.join('/'));
    folder = subchart?.folder ?? join(folder, 'charts', key);
    rest = below;
  }
  return { file: join(folder, rest), keys };
}

const DEEPER = /^charts\/([^/]+)\/(.+)$/s;
