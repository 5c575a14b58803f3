import { join } from 'node:path/posix';
import { at, listAt, textAt } from './data.ts';
import { escapeGlob, type Files } from './files.ts';
import { packedTexts } from './packed.ts';
import { type ChartFile, yamlFile } from './yaml-file.ts';

/** A dependency that is there, at any depth. One with two aliases is two. */
export interface Subchart {
  /** The names on the way to it, as Helm names templates and as parents keep values for it: the alias, else the name. */
  keys: string[];
  /** In its own Chart.yaml. */
  name: string;
  /** In the repository; `undefined` for one that is packed. */
  folder: string | undefined;
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
  const [folders, archives] = await Promise.all(
    ['*/Chart.yaml', '*.tgz'].map((pattern) => files.match(join(escapeGlob(folder), 'charts', pattern))),
  );
  const found = await Promise.all([
    ...(folders?.paths ?? []).map(async (path) => {
      const below = path.slice(0, -'/Chart.yaml'.length);
      const [own = '', values] = await Promise.all([files.read(path), files.read(`${below}/values.yaml`)]);
      const charts = dependencies(meta, above, below.slice(below.lastIndexOf('/') + 1), { own, values, folder: below });
      const deeper = charts.map(({ keys }) => readSubcharts(files, below, yamlFile(own).value, keys));
      return [...charts, ...(await Promise.all(deeper)).flat()];
    }),
    ...(archives?.paths ?? []).map(async (path) => {
      const texts = await packedTexts(files.absolute(path));
      return packedCharts(texts, '', meta, above);
    }),
  ]);
  return found.flat();
}

/** The charts in an archive. @param below the path in it that the charts stand under: empty, or `cache/charts/` */
function packedCharts(texts: ReadonlyMap<string, string>, below: string, meta: unknown, above: string[]): Subchart[] {
  return [...texts].flatMap(([path, own]) => {
    const name = path.slice(below.length).split('/')[0] ?? '';
    if (path !== `${below}${name}/Chart.yaml`) return [];
    const values = texts.get(`${below}${name}/values.yaml`);
    const charts = dependencies(meta, above, name, { own, values, folder: undefined });
    const inside = `${below}${name}/charts/`;
    return [...charts, ...charts.flatMap(({ keys }) => packedCharts(texts, inside, yamlFile(own).value, keys))];
  });
}

/** One chart as its parent knows it: once, or once for each alias. */
function dependencies(
  meta: unknown,
  above: string[],
  folderName: string,
  { own, values, folder }: { own: string; values: string | undefined; folder: string | undefined },
): Subchart[] {
  const name = textAt(yamlFile(own).value, 'name') ?? folderName;
  const file = values === undefined ? undefined : yamlFile(values.replace(/^\uFEFF/, ''));
  return keysOf(meta, name).map((key) => ({ keys: [...above, key], name, folder, values: file }));
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
