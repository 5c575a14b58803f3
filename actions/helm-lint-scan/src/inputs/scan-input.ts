import { join } from 'node:path/posix';
import type { ImageReference } from '../../../lib/images-output.ts';
import { defaultVersions } from '../cases/kube-ranges.ts';
import type { KubeVersion } from '../cases/kube-version.ts';
import { assertAllSet, imageOverlay } from '../cases/set-images.ts';
import { layeredValues, readCase, unreadableValues } from '../cases/values-case.ts';
import { type Chart, chartDirectories, readChart } from '../charts/chart.ts';
import type { Refusals } from '../error-collector.ts';
import type { Suppression } from '../findings/suppressions.ts';
import { type Locator, openLocator, readTemplates } from '../locate/locate.ts';
import type { ManifestFile } from '../manifests/files.ts';
import { type BrokenDocument, openReader, type Reader, type ReadResult } from '../manifests/read.ts';
import type { Stack } from '../render.ts';
import type { Problem } from '../rules/rule.ts';
import type { CustomSchema } from '../validation/crds.ts';
import { readDefinitions } from '../validation/definitions.ts';
import { openSchemaStore, type SchemaStore } from '../validation/store.ts';
import type { Found } from './discover.ts';
import { escapeGlob, type Files } from './files.ts';
import type { Settings } from './inputs.ts';

/** What there is to check, read from the checkout. */
export interface Material {
  stacks: Stack[];
  charts: Chart[];
  locators: ReadonlyMap<Chart, Locator>;
  manifests: ReadResult;
  custom: CustomSchema[];
  /** Documents among the definitions that cannot be read. */
  brokenCrds: BrokenDocument[];
  /** What makes the schemas of those useless that are no resources of a case: of the input `crds`, and in the charts' directories `crds`. */
  faultyCrds: Problem[];
  /** Of the custom resources that the input `crds` names. */
  apiVersions: string[];
  suppressions: Suppression[];
  reader: Reader;
  schemas: SchemaStore;
}

/**
 * Read charts, values, manifests and CustomResourceDefinitions.
 * @param refusals gets the images that no chart has
 */
export async function gather(settings: Settings, files: Files, found: Found, refusals: Refusals): Promise<Material> {
  const schemas = openSchemaStore();
  const reader = openReader();
  const [charts, minors] = await Promise.all([
    Promise.all(found.directories.map((directory) => readChart(files, directory))),
    schemas.minors(),
  ]);
  const versionsFor = (chart: Chart): KubeVersion[] =>
    settings.kubeVersions.length > 0 ? settings.kubeVersions : defaultVersions(minors, chart.kubeVersion);
  const [stacks, locators, own] = await Promise.all([
    Promise.all(charts.map((chart) => readStacks(files, chart, versionsFor(chart), found, settings.images ?? []))),
    Promise.all(charts.map(async (chart) => [chart, openLocator(chart, await readTemplates(files, chart))] as const)),
    Promise.all(charts.map((chart) => chartCrds(files, chart))),
  ]);
  // Where no chart was found, that is what is wrong.
  if (charts.length > 0 || refusals.none)
    await refusals.keep(undefined, async () => assertImagesSet(stacks.flat(), settings.images ?? []));
  const manifests = reader.manifests(found.manifests);
  const crds = reader.manifests(found.crds);
  const ownCrds = reader.manifests(own.flat());
  const [given, packaged, plain] = await Promise.all([
    readDefinitions(crds.resources),
    readDefinitions(ownCrds.resources),
    readDefinitions(manifests.resources),
  ]);
  return {
    charts,
    stacks: stacks.flat(),
    locators: new Map(locators),
    manifests,
    custom: [...given.custom, ...packaged.custom, ...plain.custom],
    brokenCrds: [...crds.broken, ...ownCrds.broken],
    faultyCrds: [...given.faults, ...packaged.faults],
    apiVersions: [...new Set(given.custom.flatMap(({ apiVersion, key }) => [apiVersion, key]))],
    suppressions: found.suppressions,
    reader,
    schemas,
  };
}

async function readStacks(
  files: Files,
  chart: Chart,
  kubeVersions: KubeVersion[],
  { cases }: Found,
  images: readonly ImageReference[],
): Promise<Stack[]> {
  return Promise.all(
    (cases.get(chart.path) ?? []).map(async (paths) => {
      const values = await readCase(files, chart.path, paths);
      return { chart, values, kubeVersions, images: imageOverlay(layeredValues(chart, values), images) };
    }),
  );
}

/** Values that cannot be read may have any image: Helm refuses them, and that is what must be told. */
function assertImagesSet(stacks: readonly Stack[], images: readonly ImageReference[]): void {
  if (stacks.some(({ chart, values }) => unreadableValues(chart, values).length > 0)) return;
  assertAllSet(
    images,
    stacks.flatMap(({ images: { set } }) => set),
  );
}

async function chartCrds(files: Files, chart: Chart): Promise<ManifestFile[]> {
  const matches = await Promise.all(
    chartDirectories(chart).map((directory) => files.match(join(escapeGlob(directory), 'crds/**/*.{yaml,yml}'))),
  );
  const paths = matches.flatMap(({ paths }) => paths);
  return Promise.all(paths.map(async (path) => ({ path, text: (await files.read(path)) ?? '' })));
}

export function locatorOf({ locators }: Material, chart: Chart): Locator {
  const locator = locators.get(chart);
  if (locator === undefined) throw new Error(`${chart.path} was not read`);
  return locator;
}
