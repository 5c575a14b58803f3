import type { Chart } from '../../charts/chart.ts';
import { at, type Data, dataAt, formatPath, isData, type Path } from '../../data.ts';
import type { ChartRule } from '../rule.ts';

const FILE = 'values.schema.json';

export const valuesSchemaMissing: ChartRule = {
  id: 'values-schema-missing',
  level: 'note',
  title: 'A chart has no values schema',
  help: 'With a values.schema.json Helm rejects a misspelled value, which is otherwise silently ignored. Source: https://helm.sh/docs/topics/charts/#schema-files',
  checkChart: (chart: Chart) =>
    chart.valuesSchema === undefined &&
    chart.type === 'application' &&
    Object.keys(dataAt(chart.values?.value)).length > 0
      ? [{ file: 'values.yaml', path: [], message: `there is no ${FILE} next to it` }]
      : [],
};

/** The maximum number of steps to an object in a schema: JSON can be nested too deeply for the stack. */
const MAX_PATH_LENGTH = 200;

/** The objects of a schema that declare their keys, with their paths. */
function collectObjects(schema: unknown, path: Path = []): { path: Path; schema: Data }[] {
  if (!isData(schema) || path.length > MAX_PATH_LENGTH) return [];
  const collectNested = (key: string): { path: Path; schema: Data }[] =>
    Object.entries(dataAt(schema, key)).flatMap(([name, nested]) => collectObjects(nested, [...path, key, name]));
  const self = isData(schema.properties) ? [{ path, schema }] : [];
  return [
    ...self,
    ...collectNested('properties'),
    ...collectNested('$defs'),
    ...collectNested('definitions'),
    ...collectNested('patternProperties'),
    ...collectObjects(schema.items, [...path, 'items']),
    ...collectObjects(schema.additionalProperties, [...path, 'additionalProperties']),
  ];
}

/** `properties.web.properties.image` → `web.image` */
function valuesPath(path: Path): string {
  const steps = path.filter(
    (step, index) => index % 2 === 1 || !['properties', '$defs', 'definitions'].includes(String(step)),
  );
  return steps.length === 0 ? 'the root' : formatPath(steps);
}

const MAX_SHOWN = 5;

export const valuesSchemaLoose: ChartRule = {
  id: 'values-schema-loose',
  level: 'note',
  title: 'A values schema accepts misspelled keys',
  help: 'Set `additionalProperties: false` on every object that lists its keys, not on the root alone.',
  checkChart: ({ valuesSchema }: Chart) => {
    // Objects inside `allOf` and similar keywords only add conditions, and are skipped.
    const loose = collectObjects(valuesSchema?.value).filter(
      ({ schema }) => schema.additionalProperties === undefined && schema.unevaluatedProperties === undefined,
    );
    const first = loose[0];
    if (first === undefined) return [];
    const names = loose.slice(0, MAX_SHOWN).map(({ path }) => valuesPath(path));
    const more = loose.length > MAX_SHOWN ? ` and ${loose.length - MAX_SHOWN} more` : '';
    return [{ file: FILE, path: first.path, message: `accepts unknown keys in ${names.join(', ')}${more}` }];
  },
};

export const valuesSchemaGlobal: ChartRule = {
  id: 'values-schema-global',
  level: 'warning',
  title: 'A chart with this values schema cannot be a dependency',
  help: 'Helm passes `global` to every dependency. A root with `additionalProperties: false` must list `global`; otherwise the parent cannot be installed. Source: https://github.com/helm/helm/issues/10392',
  checkChart: ({ valuesSchema }: Chart) => {
    const schema = valuesSchema?.value;
    if (at(schema, 'additionalProperties') !== false || at(schema, 'properties', 'global') !== undefined) return [];
    return [{ file: FILE, path: ['additionalProperties'], message: 'rejects the key global' }];
  },
};
