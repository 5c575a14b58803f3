import { at, formatPath, isData, listAt, type Path, stringAt } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import type { Problem } from '../rules/rule.ts';
import { type CustomSchema, customSchema, isCrd } from './crds.ts';
import { loadPatternEngine } from './patterns.ts';
import { type CheckedSchema, checkSchema, type SchemaFault } from './schema-faults.ts';

/** What CustomResourceDefinitions say. */
export interface Definitions {
  custom: CustomSchema[];
  /** What makes a schema useless; such a one is not among `custom`, and takes nothing from the others. */
  faults: Problem[];
}

/** A definition of one chart is rendered in every case. */
const known = new WeakMap<object, Promise<Definition>>();

interface Definition {
  custom: CustomSchema[];
  faults: Omit<Problem, 'resource'>[];
}

/** The schemas of the CustomResourceDefinitions among resources. A version without one (allowed until v1) gives none. */
export async function readDefinitions(resources: readonly Resource[]): Promise<Definitions> {
  const definitions: Definitions = { custom: [], faults: [] };
  for (const resource of resources.filter(isCrd)) {
    const reading = known.get(resource.object) ?? readDefinition(resource);
    known.set(resource.object, reading);
    const { custom, faults } = await reading;
    definitions.custom.push(...custom);
    definitions.faults.push(...faults.map((fault) => ({ resource, ...fault })));
  }
  return definitions;
}

async function readDefinition({ object }: Resource): Promise<Definition> {
  const { custom, faults }: Definition = { custom: [], faults: [] };
  const group = stringAt(object, 'spec', 'group');
  const kind = stringAt(object, 'spec', 'names', 'kind');
  for (const [index, version] of listAt(object, 'spec', 'versions').entries()) {
    const path: Path = ['spec', 'versions', index, 'schema', 'openAPIV3Schema'];
    const schema = at(object, ...path);
    const name = stringAt(version, 'name');
    if (group === undefined || kind === undefined || name === undefined) continue;
    if (schema === undefined || schema === null || at(version, 'served') === false) continue;
    const checked = checkSchema(schema);
    const found = [...checked.faults, ...(await patternFaults(checked.patterns))];
    faults.push(...found.map((fault) => problem(fault, path)));
    const hasPatterns = checked.patterns.length > 0;
    if (found.length === 0 && isData(schema) && Object.keys(schema).length > 0)
      custom.push(customSchema({ apiVersion: `${group}/${name}`, kind, hasPatterns }, schema));
  }
  return { custom, faults };
}

async function patternFaults(patterns: CheckedSchema['patterns']): Promise<SchemaFault[]> {
  if (patterns.length === 0) return [];
  const engine = await loadPatternEngine();
  return patterns.flatMap(({ path, pattern }) => {
    const read = engine.read(pattern);
    return 'problem' in read ? [{ path, message: `pattern is refused, as Kubernetes does: ${read.problem}` }] : [];
  });
}

function problem({ path: within, message }: SchemaFault, above: Path): Omit<Problem, 'resource'> {
  const path = [...above, ...within];
  return { path, about: 'value', message: `its schema is not usable: ${message} (${formatPath(path)})` };
}
