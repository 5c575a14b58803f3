import { at, formatPath, isData, listAt, type Path, stringAt } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import type { Problem } from '../rules/rule.ts';
import { type CheckedSchema, checkSchema, type KeywordProblem } from './check-schema.ts';
import { type CustomSchema, isCrd, toCustomSchema } from './crds.ts';
import { loadPatternEngine } from './patterns.ts';

/** The schemas in CustomResourceDefinitions. */
export interface Definitions {
  custom: CustomSchema[];
  /** Problems of invalid schemas. These are not in `custom`; the others are. */
  problems: Problem[];
}

/** A definition in a chart is rendered in every case, but read once. */
const readings = new WeakMap<object, Promise<Definition>>();

interface Definition {
  custom: CustomSchema[];
  problems: Omit<Problem, 'resource'>[];
}

/** The schemas of the CustomResourceDefinitions among the resources. A version without a schema (allowed before v1) is skipped. */
export async function readDefinitions(resources: readonly Resource[]): Promise<Definitions> {
  const definitions: Definitions = { custom: [], problems: [] };
  for (const resource of resources.filter(isCrd)) {
    const reading = readings.get(resource.object) ?? readDefinition(resource);
    readings.set(resource.object, reading);
    const { custom, problems } = await reading;
    definitions.custom.push(...custom);
    definitions.problems.push(...problems.map((problem) => ({ resource, ...problem })));
  }
  return definitions;
}

async function readDefinition({ object }: Resource): Promise<Definition> {
  const { custom, problems }: Definition = { custom: [], problems: [] };
  const group = stringAt(object, 'spec', 'group');
  const kind = stringAt(object, 'spec', 'names', 'kind');
  const versions = listAt(object, 'spec', 'versions');
  const served = versions.flatMap((version) => {
    const name = stringAt(version, 'name');
    return name === undefined || at(version, 'served') === false ? [] : [`${group}/${name}`];
  });
  for (const [index, version] of versions.entries()) {
    const path: Path = ['spec', 'versions', index, 'schema', 'openAPIV3Schema'];
    const schema = at(object, ...path);
    const name = stringAt(version, 'name');
    if (group === undefined || kind === undefined || name === undefined) continue;
    if (schema === undefined || schema === null || at(version, 'served') === false) continue;
    const checked = checkSchema(schema);
    const found = [...checked.problems, ...(await checkPatterns(checked.patterns))];
    problems.push(...found.map((problem) => toProblem(problem, path)));
    const hasPatterns = checked.patterns.length > 0;
    if (found.length === 0 && isData(schema) && Object.keys(schema).length > 0)
      custom.push(toCustomSchema({ apiVersion: `${group}/${name}`, kind, hasPatterns, served }, schema));
  }
  return { custom, problems };
}

async function checkPatterns(patterns: CheckedSchema['patterns']): Promise<KeywordProblem[]> {
  if (patterns.length === 0) return [];
  const engine = await loadPatternEngine();
  return patterns.flatMap(({ path, pattern }) => {
    const compiled = engine.compile(pattern);
    return 'problem' in compiled ? [{ path, message: `pattern is rejected by Kubernetes: ${compiled.problem}` }] : [];
  });
}

function toProblem({ path: within, message }: KeywordProblem, schemaPath: Path): Omit<Problem, 'resource'> {
  const path = [...schemaPath, ...within];
  return { path, about: 'value', message: `its schema is invalid: ${message} (${formatPath(path)})` };
}
