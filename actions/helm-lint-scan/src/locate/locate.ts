import { join } from 'node:path/posix';
import type { ValuesCase } from '../cases/values-case.ts';
import { type Chart, chartDirectories } from '../charts/chart.ts';
import { at, type Path, stringAt } from '../data.ts';
import { escapeGlob, type Files } from '../inputs/files.ts';
import type { Resource } from '../manifests/resource.ts';
import { readYaml } from '../manifests/yaml.ts';
import type { Problem } from '../rules/rule.ts';
import type { Definition } from './definitions.ts';
import { createExcerptIndex, type ExcerptIndex } from './excerpts.ts';
import type { Location } from './location.ts';
import { findSources, isOwnValue, mayHave } from './sources.ts';
import { createTemplate, type ResourceQuery, type Template } from './template.ts';
import { findValue, type ValuesLayer } from './values.ts';

/** Finds the lines of a chart that cause problems. */
export interface Locator {
  problem(problem: Problem, values: ValuesCase): Location;
  /** The line of a value (`reader` is the name of the chart or subchart that reads it). */
  value(path: Path, values: ValuesCase, reader: string): Location;
  /** A line of a file, if the file is in the repository; templates of packed dependencies are not. */
  line(file: string, line: number, exact: boolean): Location;
  /** The line of a template with the only match of a pattern; `undefined` if there are none or several. */
  only(file: string, pattern: RegExp): Location | undefined;
  /** A line of a template that contains this text. */
  excerpt(file: string, text: string): Location;
}

/** The line of a problem in a plain manifest. */
export function locateInManifest({ resource, path }: Problem): Location {
  const { line, depth } = resource.document.find([...resource.prefix, ...path]);
  return {
    file: resource.source.file,
    line,
    exact: depth - resource.prefix.length >= countExistingSteps(resource, path),
  };
}

/** The number of steps of the path that exist in the object. */
function countExistingSteps(resource: Resource, path: Path): number {
  let value: unknown = resource.object;
  for (const [count, step] of path.entries()) {
    value = at(value, step);
    if (value === undefined) return count;
  }
  return path.length;
}

/** The document of the template that contains the resource, or the list of which it is an item. */
function documentQuery({
  prefix,
  document,
  kind,
  source: { ordinal, siblings },
}: Resource): Pick<ResourceQuery, 'kind' | 'ordinal' | 'siblings'> {
  return prefix.length === 0
    ? { kind, ordinal, siblings }
    : { kind: stringAt(document.value, 'kind') ?? kind, ordinal: 0, siblings: 1 };
}

/** Helm also reads what is hidden, except directly in `templates`. */
const TEMPLATES = ['**/*', '*/**/.*', '*/**/.*/**/*'];

/** The texts of the templates of a chart and its subcharts, by path. */
export async function readTemplates(files: Files, chart: Chart): Promise<Map<string, string>> {
  const matches = await Promise.all(
    chartDirectories(chart).flatMap((directory) =>
      TEMPLATES.map((pattern) => files.match(`${escapeGlob(directory)}/templates/${pattern}`)),
    ),
  );
  const paths = matches.flatMap((match) => match.paths);
  const texts = await Promise.all(paths.map(async (path) => [path, await files.read(path)] as const));
  return new Map(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export function createLocator(chart: Chart, templates: ReadonlyMap<string, string>): Locator {
  const defined = new Map<string, Definition>();
  const parsed = new Map<string, Template>();
  for (const [file, text] of templates) {
    const template = createTemplate(file, text, defined);
    parsed.set(file, template);
    for (const [name, definition] of template.definitions)
      defined.set(name, { ...definition, ambiguous: defined.has(name) });
  }
  const excerpts = new Map<string, ExcerptIndex>();
  const layers = new WeakMap<ValuesCase, Map<string, ValuesLayer[]>>();
  const documents = new Map<string, ReturnType<typeof readYaml>[number]>();
  const values = new Set(chart.values === undefined ? [] : [join(chart.path, 'values.yaml')]);
  const fallback: Location = { file: join(chart.path, 'Chart.yaml'), line: 1, exact: false };

  const createLayer = (file: string, text: string | undefined, prefix: Path): ValuesLayer[] => {
    const document = documents.get(file) ?? readYaml(text ?? '')[0];
    if (document === undefined) return [];
    documents.set(file, document);
    return [{ file, document, prefix }];
  };

  /** The values files that a template of the chart, or of the subchart with these keys, reads; lowest precedence first. */
  const layersFor = (keys: readonly string[], values: ValuesCase): ValuesLayer[] => {
    const caseLayers = layers.get(values) ?? new Map<string, ValuesLayer[]>();
    layers.set(values, caseLayers);
    const known = caseLayers.get(keys.join('/')) ?? readLayers(keys, values);
    caseLayers.set(keys.join('/'), known);
    return known;
  };

  const readLayers = (keys: readonly string[], values: ValuesCase): ValuesLayer[] => {
    const subcharts = keys.map((_, index) => {
      const parentKeys = keys.slice(0, index + 1);
      const subchart = chart.subcharts.find((candidate) => candidate.keys.join('/') === parentKeys.join('/'));
      return subchart?.directory === undefined
        ? []
        : createLayer(`${subchart.directory}/values.yaml`, subchart.values?.text, keys.slice(index + 1));
    });
    return [
      ...subcharts.reverse().flat(),
      ...createLayer(join(chart.path, 'values.yaml'), chart.values?.text, keys),
      ...values.files.flatMap(({ path, text }) => createLayer(path, text, keys)),
    ];
  };

  return {
    problem({ resource, path, about }, values) {
      const { file, keys } = resource.source;
      const template = parsed.get(file);
      // A template of a packed dependency.
      if (template === undefined) return fallback;
      const inDocument = [...resource.prefix, ...path];
      const rendered = resource.document.value;
      const layers = layersFor(keys, values);
      const position = template.find({
        ...documentQuery(resource),
        document: rendered,
        path: inDocument,
        mayHave: (source, key) => mayHave(layers, source, key),
      });
      if (position === undefined) return { file, line: 1, exact: false };
      const existing = resource.prefix.length + countExistingSteps(resource, path);
      const finder = { layers, constraints: position.constraints, sure: position.sure };
      if (existing < inDocument.length && position.depth === existing) {
        const [found] = findSources(position.absent, [], finder, null);
        if (found !== undefined) return found;
      }
      const { sources, depth } = position.inserted;
      const rest = inDocument.slice(position.depth, existing);
      const value = at(rendered, ...inDocument.slice(0, existing));
      const candidates =
        rest.length > 0
          ? findSources(sources, inDocument.slice(depth, existing), finder, value)
          : about === 'key'
            ? []
            : findSources([position.value], [], finder, value);
      const [first] = candidates;
      if (first !== undefined) return { ...first, exact: first.exact && candidates.length === 1 };
      const isHere =
        about === 'key' ||
        existing < inDocument.length ||
        typeof value === 'object' ||
        position.actions.every((text) => isOwnValue({ text, scope: position.scope }, layers));
      return { file: position.file, line: position.line, exact: position.sure && rest.length === 0 && isHere };
    },
    value(path, values, reader) {
      const keys = chart.subcharts.find(({ name }) => name === reader)?.keys ?? [];
      const layers = layersFor(reader === chart.name ? [] : keys, values);
      const place = findValue(layers, path);
      if (place !== undefined) return { file: place.file, line: place.line, exact: place.depth === path.length };
      return { ...fallback, file: layers.at(-1)?.file ?? fallback.file };
    },
    line(file, line, exact) {
      const known = file === fallback.file || templates.has(file) || values.has(file);
      return known ? { file, line, exact } : fallback;
    },
    only(file, pattern) {
      const text = templates.get(file) ?? '';
      const [match, other] = text.matchAll(pattern);
      if (match === undefined || other !== undefined) return undefined;
      return { file, line: text.slice(0, match.index).split('\n').length, exact: true };
    },
    excerpt(file, text) {
      const index = excerpts.get(file) ?? createExcerptIndex(templates.get(file) ?? '');
      excerpts.set(file, index);
      return { file, ...index.find(text) };
    },
  };
}
