import { at, stringAt } from '../data.ts';
import type { Files } from '../inputs/files.ts';
import { type ChartFile, jsonFile, yamlFile } from './chart-file.ts';
import {
  collectSchemas,
  type DependencyTree,
  readDependencyTree,
  type UnreadDependency,
  type ValuesSchemaFile,
} from './dependency-tree.ts';
import { findExternalReferences } from './schema-references.ts';
import { listSubcharts, type Subchart } from './subcharts.ts';

export interface Chart {
  /** In the repository: `helm/shop`. */
  path: string;
  name: string;
  type: 'application' | 'library';
  version: string | undefined;
  appVersion: string | undefined;
  /** The range of Kubernetes versions that it runs on, as written. */
  kubeVersion: string | undefined;
  /** The dependencies in `charts/`, at any depth. */
  subcharts: Subchart[];
  meta: ChartFile;
  values: ChartFile | undefined;
  valuesSchema: ChartFile | undefined;
  /** Dependencies that cannot be read or exceed a limit. Helm is not run on such a chart. */
  unreadDependencies: UnreadDependency[];
  /** References in its values schemas, and in those of its dependencies, to something outside the schema. Helm must not use these schemas. */
  externalReferences: ExternalReference[];
}

export interface ExternalReference {
  schema: ValuesSchemaFile;
  /** As written. */
  reference: string;
}

/** The directories of a chart and of its dependencies. A packed dependency has none. */
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
  const ownSchemas =
    schema === undefined ? [] : [{ file: `${directory}/values.schema.json`, inside: undefined, text: schema }];
  return {
    path: directory,
    name: nonEmpty(at(meta.value, 'name')) ?? directory.slice(directory.lastIndexOf('/') + 1),
    type: stringAt(meta.value, 'type') === 'library' ? 'library' : 'application',
    version: nonEmpty(at(meta.value, 'version')),
    appVersion: nonEmpty(at(meta.value, 'appVersion')),
    kubeVersion: nonEmpty(at(meta.value, 'kubeVersion')),
    ...readDependencies(directory, tree, meta.value),
    meta,
    values: values === undefined ? undefined : yamlFile(values),
    valuesSchema: schema === undefined ? undefined : jsonFile(schema),
    externalReferences: [...ownSchemas, ...collectSchemas(tree.dependencies)].flatMap((file) =>
      findExternalReferences(jsonFile(file.text).value).map((reference) => ({ schema: file, reference })),
    ),
  };
}

function readDependencies(
  directory: string,
  { dependencies, unread }: DependencyTree,
  meta: unknown,
): Pick<Chart, 'subcharts' | 'unreadDependencies'> {
  const subcharts = listSubcharts(dependencies, meta);
  if (subcharts !== undefined) return { subcharts, unreadDependencies: unread };
  const why = 'with their aliases, its dependencies are more than 1000 charts';
  return { subcharts: [], unreadDependencies: [...unread, { file: `${directory}/Chart.yaml`, why }] };
}
