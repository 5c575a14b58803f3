import { isMap } from 'yaml';
import type { YamlFile } from '../yaml/source.ts';
import type { FileImages, ImagePlace } from './detector.ts';
import { registriesIn } from './registries.ts';
import { namesOf } from './separate-keys.ts';

/**
 * More names of places, which they have when Helm merges the values files of their chart: `global.imageRegistry` can be in
 * values-production.yaml, and the repositories in values.yaml.
 * @param chartOf the chart whose directory contains a file; files outside the charts are merged into any of them
 */
export function mergedNames(
  files: readonly FileImages[],
  chartOf: (file: YamlFile) => string | undefined,
): Map<ImagePlace, string[]> {
  const byChart = Map.groupBy(
    files.flatMap(({ file }) => registriesOf(file).map((registry) => ({ registry, chart: chartOf(file) }))),
    ({ chart }) => chart,
  );
  const inScope = (chart: string | undefined): string[] =>
    [...new Set([chart, undefined])].flatMap((scope) => byChart.get(scope) ?? []).map(({ registry }) => registry);
  return new Map(
    files.flatMap(({ file, places }) => {
      const registries = [...new Set(inScope(chartOf(file)))];
      return places.flatMap((place): [ImagePlace, string[]][] =>
        place.naming === undefined || place.naming.registries.length > 0
          ? []
          : [[place, namesOf({ ...place.naming, registries })]],
      );
    }),
  );
}

const registriesOf = ({ documents }: YamlFile): string[] =>
  documents.flatMap((document) => (isMap(document.contents) ? registriesIn(document, document.contents) : []));
