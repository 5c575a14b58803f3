import { join } from 'node:path/posix';
import type { ActionError } from '../../../lib/errors.ts';
import { defaultVersions } from '../cases/default-versions.ts';
import type { KubeVersion } from '../cases/kube-version.ts';
import { assertAllSet, imageOverlay } from '../cases/set-images.ts';
import { layeredValues, readCase, unreadableValues } from '../cases/values-case.ts';
import type { UnraisedVersion } from '../changes/versions.ts';
import { type Chart, chartDirectories, readChart } from '../charts/chart.ts';
import { ErrorCollector } from '../error-collector.ts';
import type { Suppression } from '../findings/suppressions.ts';
import { createLocator, type Locator, readTemplates } from '../locate/locate.ts';
import { distinctFiles, type ManifestFile } from '../manifests/files.ts';
import { type BrokenDocument, createReader, type Reader, type ReadResult } from '../manifests/read.ts';
import { type ManifestScope, readScopes } from '../manifests/scopes.ts';
import type { OwnRule } from '../own-rules/own-rule.ts';
import type { Stack } from '../render.ts';
import type { Problem } from '../rules/rule.ts';
import type { CustomSchema } from '../validation/crds.ts';
import { readDefinitions } from '../validation/definitions.ts';
import { createSchemaStore, type SchemaStore } from '../validation/store.ts';
import type { DiscoveredPaths } from './discover.ts';
import { escapeGlob, type Files } from './files.ts';
import type { Settings } from './inputs.ts';

/** Everything that is checked, read from the checkout. */
export interface ScanInput {
  stacks: Stack[];
  charts: Chart[];
  locators: ReadonlyMap<Chart, Locator>;
  /** The templates of each chart and its dependencies, by path in the repository. */
  templates: ReadonlyMap<Chart, ReadonlyMap<string, string>>;
  /** What is in the `crds` directories of each chart and its dependencies. */
  packagedCrds: ReadonlyMap<Chart, ReadResult>;
  manifests: ManifestScope[];
  custom: CustomSchema[];
  /** Whether kinds without another definition are validated with the bundled ones. */
  bundledCrds: boolean;
  /** Documents among the definitions that cannot be read. */
  brokenCrds: BrokenDocument[];
  /** Problems that make a schema unusable, in the definitions of the input `crds` and of the charts' `crds` directories. */
  invalidCrds: Problem[];
  /** The API versions of the custom resources that the input `crds` names and those in the `crds` directories of each chart, without and with kind. */
  apiVersions: ReadonlyMap<Chart, readonly string[]>;
  suppressions: Suppression[];
  /** Whether only what has changed is checked, so that a suppression of the ignore file may belong to what is not. */
  partial: boolean;
  /** Changed charts whose version is not higher than before. */
  unraised: UnraisedVersion[];
  ownRules: OwnRule[];
  reader: Reader;
  schemas: SchemaStore;
}

/**
 * Read charts, values, manifests and CustomResourceDefinitions.
 * @returns in `errors`, that images of `set-images` are in no chart
 */
export async function loadInputs(
  settings: Settings,
  files: Files,
  discovered: DiscoveredPaths,
): Promise<{ input: ScanInput; errors: readonly ActionError[] }> {
  const schemas = createSchemaStore();
  const reader = createReader();
  const [charts, minors] = await Promise.all([
    Promise.all(discovered.directories.map((directory) => readChart(files, directory))),
    schemas.minors(),
  ]);
  const versionsFor = (chart: Chart): KubeVersion[] =>
    settings.kubeVersions.length > 0 ? settings.kubeVersions : defaultVersions(minors, chart.kubeVersion);
  const readStack = async (chart: Chart, paths: readonly string[]): Promise<Stack> => {
    const values = await readCase(files, chart.path, paths);
    const images = imageOverlay(layeredValues(chart, values), settings.images ?? []);
    return { chart, values, kubeVersions: versionsFor(chart), images };
  };
  const [stacks, templates, chartCrds] = await Promise.all([
    Promise.all(
      charts.flatMap((chart) => (discovered.cases.get(chart.path) ?? []).map((paths) => readStack(chart, paths))),
    ),
    Promise.all(charts.map(async (chart) => [chart, await readTemplates(files, chart)] as const)),
    Promise.all(charts.map(async (chart) => [chart, await readChartCrds(files, chart)] as const)),
  ]);
  const manifests = reader.manifests(distinctFiles(discovered.manifests));
  const inputCrds = reader.manifests(discovered.crds);
  const packagedCrds = chartCrds.map(([chart, crds]) => [chart, reader.manifests(crds)] as const);
  const [fromInput, fromCharts, fromManifests] = await Promise.all([
    readDefinitions(inputCrds.resources),
    readDefinitions(packagedCrds.flatMap(([, { resources }]) => resources)),
    readDefinitions(manifests.resources),
  ]);
  const errors = new ErrorCollector();
  // When no chart was found, that is the error.
  if (charts.length > 0 || discovered.errors.length === 0)
    await errors.attempt(undefined, async () => assertImagesSet(stacks, settings));
  const input: ScanInput = {
    charts,
    stacks,
    locators: new Map(templates.map(([chart, texts]) => [chart, createLocator(chart, texts)])),
    templates: new Map(templates),
    packagedCrds: new Map(packagedCrds),
    manifests: readScopes(discovered.manifests, reader),
    custom: [...fromInput.custom, ...fromCharts.custom, ...fromManifests.custom],
    bundledCrds: settings.bundledCrds,
    brokenCrds: [...inputCrds.broken, ...packagedCrds.flatMap(([, { broken }]) => broken)],
    invalidCrds: [...fromInput.problems, ...fromCharts.problems],
    apiVersions: new Map(
      await Promise.all(
        packagedCrds.map(async ([chart, { resources }]) => {
          const { custom } = await readDefinitions(resources);
          return [chart, apiVersionsOf([...fromInput.custom, ...custom])] as const;
        }),
      ),
    ),
    suppressions: discovered.suppressions,
    partial: false,
    unraised: [],
    ownRules: discovered.ownRules,
    reader,
    schemas,
  };
  return { input, errors: errors.errors };
}

const apiVersionsOf = (custom: readonly CustomSchema[]): string[] => [
  ...new Set(custom.flatMap(({ apiVersion, key }) => [apiVersion, key])),
];

/** Values that cannot be read may name any image. Helm refuses them, and that is the error to report. */
function assertImagesSet(stacks: readonly Stack[], { images = [] }: Settings): void {
  if (stacks.some(({ chart, values }) => unreadableValues(chart, values).length > 0)) return;
  assertAllSet(
    images,
    stacks.flatMap((stack) => stack.images.set),
  );
}

async function readChartCrds(files: Files, chart: Chart): Promise<ManifestFile[]> {
  const matches = await Promise.all(
    chartDirectories(chart).map((directory) => files.match(join(escapeGlob(directory), 'crds/**/*.{yaml,yml}'))),
  );
  const paths = matches.flatMap((match) => match.paths);
  return Promise.all(paths.map(async (path) => ({ path, text: (await files.read(path)) ?? '' })));
}

export function getLocator({ locators }: ScanInput, chart: Chart): Locator {
  const locator = locators.get(chart);
  if (locator === undefined) throw new Error(`${chart.path} was not read`);
  return locator;
}
