import { join } from 'node:path/posix';
import { planValues } from './cases.ts';
import { type Chart, readChart } from './charts.ts';
import type { Files } from './files.ts';
import type { Settings } from './inputs.ts';
import { defaultVersions } from './kube-ranges.ts';
import { type Locator, openLocator, readTemplates } from './locate/locate.ts';
import { readManifestFiles } from './manifests/files.ts';
import type { Reader, ReadResult } from './manifests/read.ts';
import type { Stack } from './render.ts';
import { escapeGlob } from './subcharts.ts';
import { type CustomSchema, customSchemas, isCrd } from './validation/crds.ts';
import type { SchemaStore } from './validation/store.ts';

/** What there is to check, read from the checkout. */
export interface Material {
  stacks: Stack[];
  charts: Chart[];
  locators: ReadonlyMap<Chart, Locator>;
  manifests: ReadResult;
  custom: CustomSchema[];
  /** Of the custom resources that the input `crds` names. */
  apiVersions: string[];
}

/**
 * Read charts, values, manifests and CustomResourceDefinitions.
 * @param folders of the charts
 * @throws {ActionError} when something that an input names is not there
 */
export async function gather(
  settings: Settings,
  files: Files,
  folders: readonly string[],
  reader: Reader,
  schemas: SchemaStore,
): Promise<Material> {
  const [charts, minors, manifestFiles, crdFiles] = await Promise.all([
    Promise.all(folders.map((folder) => readChart(files, folder))),
    schemas.minors(),
    readManifestFiles(files, 'manifests', settings.manifests),
    readManifestFiles(files, 'crds', settings.crds),
  ]);
  const [plan, locators, own] = await Promise.all([
    planValues(files, charts, settings.values),
    Promise.all(charts.map(async (chart) => [chart, openLocator(chart, await readTemplates(files, chart))] as const)),
    Promise.all(charts.map(({ path }) => chartCrds(files, path))),
  ]);
  const manifests = reader.manifests(manifestFiles);
  const given = schemasIn(reader.manifests(crdFiles));
  return {
    charts,
    stacks: charts.flatMap((chart) => {
      const kubeVersions =
        settings.kubeVersions.length > 0 ? settings.kubeVersions : defaultVersions(minors, chart.kubeVersion);
      return (plan.get(chart) ?? []).map((values) => ({ chart, values, kubeVersions }));
    }),
    locators: new Map(locators),
    manifests,
    custom: [...given, ...schemasIn(reader.manifests(own.flat())), ...schemasIn(manifests)],
    apiVersions: [...new Set(given.flatMap(({ apiVersion, key }) => [apiVersion, key]))],
  };
}

/** The schemas of the CustomResourceDefinitions among resources. */
export const schemasIn = ({ resources }: ReadResult): CustomSchema[] => resources.filter(isCrd).flatMap(customSchemas);

async function chartCrds(files: Files, chart: string): Promise<{ path: string; text: string }[]> {
  const matches = await Promise.all(
    ['crds/**/*.{yaml,yml}', 'charts/*/crds/**/*.{yaml,yml}'].map((pattern) =>
      files.match(join(escapeGlob(chart), pattern)),
    ),
  );
  const paths = matches.flatMap(({ paths }) => paths);
  return Promise.all(paths.map(async (path) => ({ path, text: (await files.read(path)) ?? '' })));
}

export function locatorOf({ locators }: Material, chart: Chart): Locator {
  const locator = locators.get(chart);
  if (locator === undefined) throw new Error(`${chart.path} was not read`);
  return locator;
}
