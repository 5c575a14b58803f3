import { isMap } from 'yaml';
import type { Step } from '../yaml/path.ts';
import type { ParsedDocument, YamlFile } from '../yaml/source.ts';
import { type Fields, visitContainers } from './containers.ts';
import type { FileImages, ImagePlace, NameKey, Naming } from './detector.ts';
import { parameterGroups } from './parameters.ts';
import { isBareName, namesOf } from './separate-keys.ts';
import { nameKeyOf, pinsAround, registryField } from './sibling-keys.ts';

type NamedPlace = ImagePlace & { naming: Naming };

/**
 * The places that have the tag or digest of an image whose name is in another values file: Helm merges `image: {tag: 1.4.1}` of
 * values-production.yaml, `spec.values` of a HelmRelease and the parameters of an Application over the values of the chart, at the same path.
 * Values are merged within a chart, and those outside the charts over those of any chart.
 * @param chartOf the chart whose directory contains a file
 */
export function overrides(files: readonly FileImages[], chartOf: (file: YamlFile) => string | undefined): ImagePlace[] {
  const bases = files.flatMap(namedPlaces);
  if (bases.length === 0 || files.length === 1) return [];
  const anywhere = Map.groupBy(bases, ({ path }) => path);
  const byChart = Map.groupBy(bases, ({ path, place }) => [chartOf(place.file), path].join('\0'));
  const filesByChart = Map.groupBy(new Set(bases.map(({ place }) => place.file)), chartOf);
  const baseFiles = [...filesByChart.values()].flat();
  return files.flatMap(({ file }) => {
    const chart = chartOf(file);
    const inScope = chart === undefined ? baseFiles : (filesByChart.get(chart) ?? []);
    if (inScope.length === 0 || (inScope.length === 1 && inScope[0] === file)) return [];
    const basesAt = (path: string): NamedPlace[] =>
      (chart === undefined ? anywhere.get(path) : byChart.get([chart, path].join('\0')))
        ?.map(({ place }) => place)
        .filter((place) => place.file !== file) ?? [];
    return overridesIn(file, basesAt);
  });
}

function overridesIn(file: YamlFile, basesAt: (path: string) => NamedPlace[]): ImagePlace[] {
  return file.documents.flatMap((parsed, document) => {
    const found: ImagePlace[] = [];
    const take = (fields: Fields, path: string | undefined): void => {
      const bases = path === undefined ? [] : basesAt(path);
      for (const named of Map.groupBy(bases, ({ naming }) => naming.key.prefix).values())
        found.push(...overrideOf(named, fields, { file, document }));
    };
    visitContainers(parsed, {
      mapping: (mapping) => take(mapping, valuesPath(mapping.steps, parsed)),
      list: (list) => {
        for (const { path, fields } of parameterGroups(list)) take(fields, pathKey(path));
      },
    });
    return found;
  });
}

function namedPlaces({ places }: FileImages): { path: string; place: NamedPlace }[] {
  return places.flatMap((place) => {
    const { naming, steps, file } = place;
    if (naming === undefined) return [];
    const container = naming.key.prefix === '' ? steps : steps.slice(0, -1);
    const path = valuesPath(container, file.documents[place.document] as ParsedDocument);
    return path === undefined ? [] : [{ path, place: { ...place, naming } }];
  });
}

const pathKey = (keys: readonly string[]): string => JSON.stringify(keys);

/** The path in the values of a chart; `undefined` for what is in a list, which Helm does not merge, or not in values. */
function valuesPath(steps: readonly Step[], { contents }: ParsedDocument): string | undefined {
  const isResource = isMap(contents) && contents.has('kind');
  const start = steps.findLastIndex((step) => step.kind === 'key' && VALUES_KEY.test(step.key));
  if (isResource && start < 0) return undefined;
  const inValues = isResource ? steps.slice(start + 1) : steps;
  const keys = inValues.flatMap((step) => (step.kind === 'key' ? [step.key] : []));
  return keys.length === inValues.length ? pathKey(keys) : undefined;
}

const VALUES_KEY = /^(?:values|valuesObject)$/;

function overrideOf(
  bases: readonly NamedPlace[],
  fields: Fields,
  { file, document }: Pick<ImagePlace, 'file' | 'document'>,
): ImagePlace[] {
  const [base] = bases as [NamedPlace];
  const { key } = base.naming;
  if (fields.fields.some((field) => hasOwnName(nameKeyOf(field), key))) return [];
  const { tagged, tagPins, digests } = pinsAround(fields, key);
  const pins = [...tagPins, ...digests.pins];
  const first = tagged ?? digests.fields[0];
  if (first === undefined) return [];
  const registry = registryField(fields, key)?.text.trim();
  const candidates = bases.map(({ naming }) =>
    namesOf({
      ...naming,
      registry: registry ?? naming.registry,
      registries: fields.registries.length > 0 ? fields.registries : naming.registries,
    }),
  );
  const isClear = new Set(candidates.map((names) => names.join(' '))).size === 1;
  return [
    {
      detector: `override of ${base.file.path}:${base.line}`,
      file,
      document,
      line: file.lineAt(first.offset),
      steps: first.steps,
      offset: first.offset,
      names: [...new Set(candidates.flat())],
      pins,
      addable: {},
      doubtful: digests.doubtful,
      claims: [tagged, ...digests.fields].flatMap((field) => field?.owner ?? []),
      role: isClear ? 'override' : 'ambiguous',
      bases,
    },
  ];
}

const hasOwnName = (own: NameKey | undefined, { prefix }: NameKey): boolean =>
  own !== undefined && own.prefix === prefix && isBareName(own.field.text);
