import type { ValuesCase } from '../cases.ts';
import type { Chart } from '../charts.ts';
import { at, type Path } from '../data.ts';
import type { Files } from '../files.ts';
import type { Resource } from '../manifests/resource.ts';
import { readYaml } from '../manifests/yaml.ts';
import type { Problem } from '../rules/rule.ts';
import type { Meaning } from './scope.ts';
import { findValue, type ValuesLayer } from './values.ts';
import { type Definition, definitions, walkTemplate } from './walk.ts';

/** A line in the repository. */
export interface Place {
  file: string;
  /** 1-based. */
  line: number;
  /** Whether this is the line itself, and not only one near it. */
  exact: boolean;
}

/** Finds the lines of a chart that made what is wrong. */
export interface Locator {
  problem(problem: Problem, values: ValuesCase): Place;
  /** A value of the chart (`dependency` is the name of the chart that reads it). */
  value(path: Path, values: ValuesCase, dependency: string): Place;
  /** A line of a template that holds this text. */
  excerpt(file: string, text: string): Place;
}

/** The place in a plain manifest. */
export function placeInManifest({ resource, path }: Problem): Place {
  const { line, depth } = resource.document.find([...resource.prefix, ...path]);
  return { file: resource.source.file, line, exact: depth - resource.prefix.length >= steps(resource, path) };
}

/** How many steps of the path the object has. */
function steps(resource: Resource, path: Path): number {
  let count = 0;
  while (count < path.length && at(resource.object, ...path.slice(0, count + 1)) !== undefined) count++;
  return count;
}

/** The texts of a chart that findings can point to. */
export interface ChartTexts {
  chart: Chart;
  templates: ReadonlyMap<string, string>;
  /** `values.yaml` of the dependencies that are there as folders, by path. */
  dependencyValues: ReadonlyMap<string, string>;
}

export async function readChartTexts(files: Files, chart: Chart): Promise<ChartTexts> {
  const read = async (pattern: string): Promise<Map<string, string>> => {
    const { paths } = await files.match(`${escapeGlob(chart.path)}/${pattern}`);
    const texts = await Promise.all(paths.map(async (path) => [path, await files.read(path)] as const));
    return new Map(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
  };
  const [own, dependencies, dependencyValues] = await Promise.all([
    read('templates/**/*'),
    read('charts/*/templates/**/*'),
    read('charts/*/values.yaml'),
  ]);
  return { chart, templates: new Map([...own, ...dependencies]), dependencyValues };
}

const escapeGlob = (path: string): string => path.replaceAll(/[[\]{}*?!()]/g, '\\$&');

export function openLocator({ chart, templates, dependencyValues }: ChartTexts): Locator {
  const defined = new Map<string, Definition>([...templates].flatMap(([file, text]) => definitions(file, text)));
  const documents = new Map<string, ReturnType<typeof readYaml>[number]>();

  const layer = (file: string, text: string, prefix: Path): ValuesLayer[] => {
    const document = documents.get(file) ?? readYaml(text)[0];
    if (document === undefined) return [];
    documents.set(file, document);
    return [{ file, document, prefix }];
  };

  /** The values that a template reads, lowest first. */
  const layersFor = (dependency: string | undefined, values: ValuesCase): ValuesLayer[] => {
    const key = chart.dependencies.find(({ name }) => name === dependency)?.key ?? dependency;
    const prefix = key === undefined ? [] : [key];
    const below = `${chart.path}/charts/${dependency}/values.yaml`;
    return [
      ...(dependency === undefined ? [] : layer(below, dependencyValues.get(below) ?? '', [])),
      ...(chart.values === undefined ? [] : layer(`${chart.path}/values.yaml`, chart.values.text, prefix)),
      ...values.files.flatMap(({ path, text }) => layer(path, text, prefix)),
    ];
  };

  const dependencyOf = (file: string): string | undefined =>
    file.startsWith(`${chart.path}/charts/`) ? file.slice(`${chart.path}/charts/`.length).split('/')[0] : undefined;

  return {
    problem({ resource, path, about }, values) {
      const { file } = resource.source;
      const text = templates.get(file);
      // A template of a packed dependency.
      if (text === undefined) return { file: `${chart.path}/Chart.yaml`, line: 1, exact: false };
      const walk = walkTemplate(file, text, { ...resource.source, kind: resource.kind, path }, defined);
      if (walk === undefined) return { file, line: 1, exact: false };
      const there = steps(resource, path);
      const layers = layersFor(dependencyOf(file), values);
      const inValues = (meaning: Meaning, rest: Path): Place | undefined => {
        if (meaning.is !== 'values') return undefined;
        const place = findValue(layers, [...meaning.path, ...rest], resource.name);
        if (place === undefined || place.depth < meaning.path.length + rest.length) return undefined;
        return { file: place.file, line: place.line, exact: place.sure };
      };
      const rest = path.slice(walk.depth, there);
      if (rest.length > 0 || about !== 'key') {
        for (const meaning of [walk.value, ...walk.inserted]) {
          const place = inValues(meaning, rest);
          if (place !== undefined) return place;
        }
      }
      return { file: walk.file, line: walk.line, exact: walk.sure && rest.length === 0 };
    },
    value(path, values, dependency) {
      const layers = layersFor(dependency === '' || dependency === chart.name ? undefined : dependency, values);
      const place = findValue(layers, path, '');
      if (place !== undefined) return { file: place.file, line: place.line, exact: place.depth === path.length };
      return { file: layers.at(-1)?.file ?? `${chart.path}/Chart.yaml`, line: 1, exact: false };
    },
    excerpt(file, text) {
      const lines = (templates.get(file) ?? '').split('\n').map((line) => line.trim());
      const same = lines.indexOf(text);
      if (same >= 0) return { file, line: same + 1, exact: lines.lastIndexOf(text) === same };
      const key = /^(?:- )?["']?[\w./-]+["']?:/.exec(text)?.[0];
      const sameKey = key === undefined ? -1 : lines.findIndex((line) => line.startsWith(key));
      return { file, line: Math.max(1, sameKey + 1), exact: false };
    },
  };
}
