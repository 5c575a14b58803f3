import { isMap } from 'yaml';
import type { YamlFile } from '../yaml/source.ts';
import type { FileImages, ImagePlace } from './detector.ts';
import { registriesIn } from './registries.ts';
import { namesOf } from './separate-keys.ts';

/**
 * More names of places, which they have when Helm merges the values files of their chart: `global.imageRegistry` can be in
 * values-production.yaml, and the repositories in values.yaml.
 * @param files all that are merged
 * @param places in these files, with those that only override a tag
 * @param chartOf the chart whose directory contains a file; files outside the charts are merged into any of them
 */
export function mergedNames(
  files: readonly FileImages[],
  places: readonly ImagePlace[],
  chartOf: (file: YamlFile) => string | undefined,
): Map<ImagePlace, string[]> {
  const byChart = new Map<string | undefined, Set<string>>();
  for (const { file } of files) {
    const chart = chartOf(file);
    for (const registry of registriesOf(file)) byChart.set(chart, (byChart.get(chart) ?? new Set()).add(registry));
  }
  const registriesFor = ({ file }: ImagePlace): string[] => [
    ...new Set([chartOf(file), undefined].flatMap((scope) => [...(byChart.get(scope) ?? [])])),
  ];
  // Without a registry there are no more names.
  if (byChart.size === 0) return new Map();
  return new Map(
    places.map((place) => [
      place,
      [place, ...(place.bases ?? [])].flatMap((named) => {
        const { naming } = named;
        const registries = naming?.registries.length === 0 ? registriesFor(named) : [];
        return naming === undefined || registries.length === 0 ? [] : namesOf({ ...naming, registries });
      }),
    ]),
  );
}

const registriesOf = ({ documents }: YamlFile): string[] =>
  documents.flatMap((document) => (isMap(document.contents) ? registriesIn(document, document.contents) : []));
