import { at, textAt } from '../data.ts';
import type { Files } from '../inputs/files.ts';
import { type ChartFile, jsonFile, yamlFile } from './chart-file.ts';
import {
  type DependencyTree,
  readDependencyTree,
  schemasBelow,
  type UnreadDependency,
  type ValuesSchemaFile,
} from './dependency-tree.ts';
import { referencesOut } from './schema-references.ts';
import { type Subchart, subchartsOf } from './subcharts.ts';

export interface Chart {
  /** In the repository: `helm/shop`. */
  path: string;
  name: string;
  type: 'application' | 'library';
  version: string | undefined;
  appVersion: string | undefined;
  /** The range of Kubernetes versions it runs on, as written. */
  kubeVersion: string | undefined;
  /** The dependencies that are there. */
  subcharts: Subchart[];
  meta: ChartFile;
  values: ChartFile | undefined;
  valuesSchema: ChartFile | undefined;
  /** Dependencies that cannot be read or are more than can be meant: Helm is not given such a chart. */
  unread: UnreadDependency[];
  /** References in its values schemas, and in those of its dependencies, that lead out of them: Helm must not use these schemas. */
  foreignReferences: ForeignReference[];
}

export interface ForeignReference {
  schema: ValuesSchemaFile;
  /** As written. */
  reference: string;
}

/** The directories of a chart and of its dependencies; a packed one has none. */
export const chartDirectories = ({ path, subcharts }: Chart): string[] => [
  ...new Set([path, ...subcharts.flatMap(({ directory }) => directory ?? [])]),
];

const nonEmpty = (value: unknown): string | undefined =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;

/** @param directory holds a Chart.yaml */
export async function readChart(files: Files, directory: string): Promise<Chart> {
  const [text = '', values, schema] = await Promise.all(
    ['Chart.yaml', 'values.yaml', 'values.schema.json'].map((name) => files.read(`${directory}/${name}`)),
  );
  const meta = yamlFile(text);
  const tree = await readDependencyTree(files, directory);
  const own =
    schema === undefined ? [] : [{ file: `${directory}/values.schema.json`, inside: undefined, text: schema }];
  return {
    path: directory,
    name: nonEmpty(at(meta.value, 'name')) ?? directory.slice(directory.lastIndexOf('/') + 1),
    type: textAt(meta.value, 'type') === 'library' ? 'library' : 'application',
    version: nonEmpty(at(meta.value, 'version')),
    appVersion: nonEmpty(at(meta.value, 'appVersion')),
    kubeVersion: nonEmpty(at(meta.value, 'kubeVersion')),
    ...readDependencies(directory, tree, meta.value),
    meta,
    values: values === undefined ? undefined : yamlFile(values),
    valuesSchema: schema === undefined ? undefined : jsonFile(schema),
    foreignReferences: [...own, ...schemasBelow(tree.below)].flatMap((each) =>
      referencesOut(jsonFile(each.text).value).map((reference) => ({ schema: each, reference })),
    ),
  };
}

function readDependencies(
  directory: string,
  { below, unread }: DependencyTree,
  meta: unknown,
): Pick<Chart, 'subcharts' | 'unread'> {
  const subcharts = subchartsOf(below, meta);
  if (subcharts !== undefined) return { subcharts, unread };
  const why = 'by their aliases, its dependencies are more than 1000 charts';
  return { subcharts: [], unread: [...unread, { file: `${directory}/Chart.yaml`, why }] };
}
