import { join } from 'node:path/posix';
import type { ValuesCase } from '../cases/values-case.ts';
import { type Chart, chartDirectories } from '../charts/chart.ts';
import { at, type Path, stringAt } from '../data.ts';
import { escapeGlob, type Files } from '../inputs/files.ts';
import type { Resource } from '../manifests/resource.ts';
import { readYaml } from '../manifests/yaml.ts';
import type { Problem } from '../rules/rule.ts';
import type { Definition } from './definitions.ts';
import { type ExcerptIndex, excerptIndex } from './excerpts.ts';
import type { Meaning } from './scope.ts';
import { findValue, type ValuesLayer } from './values.ts';
import { createTemplate, type Template, type Wanted } from './walk.ts';

/** A line in the repository. */
export interface Location {
  file: string;
  /** 1-based. */
  line: number;
  /** Whether this is the line itself, and not only one near it. */
  exact: boolean;
}

/** Finds the lines of a chart that made what is wrong. */
export interface Locator {
  problem(problem: Problem, values: ValuesCase): Location;
  /** A value of the chart (`reader` is the name of the chart or subchart that reads it). */
  value(path: Path, values: ValuesCase, reader: string): Location;
  /** A line of a file, when the repository has it: a template of a packed dependency is not there. */
  line(file: string, line: number, exact: boolean): Location;
  /** A line of a template that holds this text. */
  excerpt(file: string, text: string): Location;
}

/** The place in a plain manifest. */
export function locateInManifest({ resource, path }: Problem): Location {
  const { line, depth } = resource.document.find([...resource.prefix, ...path]);
  return { file: resource.source.file, line, exact: depth - resource.prefix.length >= steps(resource, path) };
}

/** How many steps of the path the object has. */
function steps(resource: Resource, path: Path): number {
  let here: unknown = resource.object;
  for (const [count, step] of path.entries()) {
    here = at(here, step);
    if (here === undefined) return count;
  }
  return path.length;
}

/** The document of the template that a resource is in: its own, or that of the list of which it is an item. */
function documentOf({ prefix, document, kind, source: { ordinal, siblings } }: Resource): Omit<Wanted, 'path'> {
  return prefix.length === 0
    ? { kind, ordinal, siblings }
    : { kind: stringAt(document.value, 'kind') ?? kind, ordinal: 0, siblings: 1 };
}

/** The texts of a chart's templates and of those of its subcharts, by path. */
export async function readTemplates(files: Files, chart: Chart): Promise<Map<string, string>> {
  const matches = await Promise.all(
    chartDirectories(chart).map((directory) => files.match(`${escapeGlob(directory)}/templates/**/*`)),
  );
  const paths = matches.flatMap((match) => match.paths);
  const texts = await Promise.all(paths.map(async (path) => [path, await files.read(path)] as const));
  return new Map(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export function createLocator(chart: Chart, templates: ReadonlyMap<string, string>): Locator {
  const defined = new Map<string, Definition>();
  const opened = new Map<string, Template>();
  for (const [file, text] of templates) {
    const template = createTemplate(file, text, defined);
    opened.set(file, template);
    for (const [name, definition] of template.definitions) defined.set(name, definition);
  }
  const excerpts = new Map<string, ExcerptIndex>();
  const layers = new WeakMap<ValuesCase, Map<string, ValuesLayer[]>>();
  const documents = new Map<string, ReturnType<typeof readYaml>[number]>();
  const values = new Set(chart.values === undefined ? [] : [join(chart.path, 'values.yaml')]);
  const nowhere: Location = { file: join(chart.path, 'Chart.yaml'), line: 1, exact: false };

  const layer = (file: string, text: string | undefined, prefix: Path): ValuesLayer[] => {
    const document = documents.get(file) ?? readYaml(text ?? '')[0];
    if (document === undefined) return [];
    documents.set(file, document);
    return [{ file, document, prefix }];
  };

  /** The values that a template of the chart, or of the subchart with these keys, reads; lowest first. */
  const layersFor = (keys: readonly string[], values: ValuesCase): ValuesLayer[] => {
    const ofCase = layers.get(values) ?? new Map<string, ValuesLayer[]>();
    layers.set(values, ofCase);
    const known = ofCase.get(keys.join('/')) ?? readLayers(keys, values);
    ofCase.set(keys.join('/'), known);
    return known;
  };

  const readLayers = (keys: readonly string[], values: ValuesCase): ValuesLayer[] => {
    const subcharts = keys.map((_, index) => {
      const above = keys.slice(0, index + 1);
      const subchart = chart.subcharts.find((each) => each.keys.join('/') === above.join('/'));
      return subchart?.directory === undefined
        ? []
        : layer(`${subchart.directory}/values.yaml`, subchart.values?.text, keys.slice(index + 1));
    });
    return [
      ...subcharts.reverse().flat(),
      ...layer(join(chart.path, 'values.yaml'), chart.values?.text, keys),
      ...values.files.flatMap(({ path, text }) => layer(path, text, keys)),
    ];
  };

  return {
    problem({ resource, path, about }, values) {
      const { file, keys } = resource.source;
      const template = opened.get(file);
      // A template of a packed dependency.
      if (template === undefined) return nowhere;
      const inDocument = [...resource.prefix, ...path];
      const walk = template.walk({ ...documentOf(resource), path: inDocument });
      if (walk === undefined) return { file, line: 1, exact: false };
      const there = resource.prefix.length + steps(resource, path);
      const layers = layersFor(keys, values);
      const inValues = (meaning: Meaning, rest: Path): Location | undefined => {
        if (meaning.is !== 'values') return undefined;
        const place = findValue(layers, [...meaning.path, ...rest], resource.name);
        if (place === undefined || place.depth < meaning.path.length + rest.length) return undefined;
        return { file: place.file, line: place.line, exact: place.sure };
      };
      const rest = inDocument.slice(walk.depth, there);
      if (rest.length > 0 || about !== 'key') {
        for (const meaning of [walk.value, ...walk.inserted]) {
          const place = inValues(meaning, rest);
          if (place !== undefined) return place;
        }
      }
      return { file: walk.file, line: walk.line, exact: walk.sure && rest.length === 0 };
    },
    value(path, values, reader) {
      const keys = chart.subcharts.find(({ name }) => name === reader)?.keys ?? [];
      const layers = layersFor(reader === chart.name ? [] : keys, values);
      const place = findValue(layers, path, '');
      if (place !== undefined) return { file: place.file, line: place.line, exact: place.depth === path.length };
      return { ...nowhere, file: layers.at(-1)?.file ?? nowhere.file };
    },
    line(file, line, exact) {
      const known = file === nowhere.file || templates.has(file) || values.has(file);
      return known ? { file, line, exact } : nowhere;
    },
    excerpt(file, text) {
      const index = excerpts.get(file) ?? excerptIndex(templates.get(file) ?? '');
      excerpts.set(file, index);
      return { file, ...index.find(text) };
    },
  };
}
