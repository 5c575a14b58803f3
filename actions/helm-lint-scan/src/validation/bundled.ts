import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { type Data, listAt, stringAt } from '../data.ts';
import { apiGroup, type Resource } from '../manifests/resource.ts';
import type { Problem } from '../rules/rule.ts';
import type { CustomSchema } from './crds.ts';
import { readDefinitions } from './definitions.ts';
import type { SchemaProblem } from './explain.ts';
import { pruneSchema } from './prune-schema.ts';
import { findActionDirectory } from './store.ts';

/** A project whose definitions are bundled. */
export interface BundledProject {
  /** With its version: `cert-manager 1.21.2`. */
  title: string;
  /** Whether clusters may have definitions of the same version that check less. */
  optional?: true;
}

/** The content of `custom-resources/index.json`. */
export interface BundledIndex {
  /** By the name of the file. */
  projects: Record<string, BundledProject>;
  /** The name of the file by `group/version/Kind`. */
  kinds: Record<string, string>;
}

/** Definitions of projects, from `custom-resources/`. */
export interface BundledDefinitions {
  custom: CustomSchema[];
  /** By `group/version/Kind`. */
  projects: ReadonlyMap<string, BundledProject>;
}

export const NO_BUNDLED: BundledDefinitions = { custom: [], projects: new Map() };

const keyOf = ({ apiVersion, kind }: Resource): string => `${apiVersion}/${kind}`;

/** A kind without its version, which no other definition of this kind may define. */
const groupKind = (key: string): string => `${apiGroup(key)}/${key.slice(key.lastIndexOf('/') + 1)}`;

/**
 * The bundled definitions of the kinds of these resources. Only the files of their projects are read, and only the parts of the schemas that
 * the resources use are kept.
 * @param own the definitions of the charts, the manifests and the input `crds`, which take precedence
 */
export async function readBundledDefinitions(
  resources: readonly Resource[],
  own: readonly CustomSchema[],
): Promise<BundledDefinitions> {
  const defined = new Set(own.map(({ key }) => groupKind(key)));
  const wanted = Map.groupBy(
    // The group of every custom resource has a dot.
    resources.filter(
      (resource) => apiGroup(resource.apiVersion).includes('.') && !defined.has(groupKind(keyOf(resource))),
    ),
    keyOf,
  );
  if (wanted.size === 0) return NO_BUNDLED;
  const directory = join(await findActionDirectory(), 'custom-resources');
  const index = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')) as BundledIndex;
  const keys = [...wanted.keys()].filter((key) => Object.hasOwn(index.kinds, key));
  const projects = new Map(keys.map((key) => [key, index.projects[index.kinds[key] as string] as BundledProject]));
  const files = [...new Set(keys.map((key) => index.kinds[key] as string))];
  const crds = await Promise.all(files.map((file) => readCrds(join(directory, `${file}.json.br`))));
  const used = crds.flat().flatMap((crd) => usedVersions(crd, wanted));
  const { custom } = await readDefinitions(used.map(asResource));
  // A cluster may run another version of the project, which serves other versions of the kind.
  return { custom: custom.map(({ served: _, ...schema }) => schema), projects };
}

async function readCrds(path: string): Promise<Data[]> {
  return JSON.parse((await promisify(brotliDecompress)(await readFile(path))).toString('utf8')) as Data[];
}

/** The definition with the versions that the resources have, or nothing. */
function usedVersions(crd: Data, wanted: ReadonlyMap<string, readonly Resource[]>): Data[] {
  const spec = crd.spec as Data;
  const versions = listAt(spec, 'versions').flatMap((version) => {
    const key = [spec.group, stringAt(version, 'name'), stringAt(spec, 'names', 'kind')].join('/');
    const resources = wanted.get(key);
    if (resources === undefined) return [];
    const { schema, ...rest } = version as { schema: { openAPIV3Schema: Data } };
    const pruned = pruneSchema(
      schema.openAPIV3Schema,
      resources.map(({ object }) => object),
    );
    return [{ ...rest, schema: { openAPIV3Schema: pruned } }];
  });
  return versions.length === 0 ? [] : [{ ...crd, spec: { ...spec, versions } }];
}

/** A definition that is in no file of the repository, and has no problem that would need a line. */
const asResource = (object: Data): Resource => ({
  apiVersion: stringAt(object, 'apiVersion') ?? '',
  kind: stringAt(object, 'kind') ?? '',
  name: stringAt(object, 'metadata', 'name') ?? '',
  namespace: undefined,
  object,
  source: { file: '', kind: 'manifest', keys: [], ordinal: 0, siblings: 1, namesake: 0 },
  document: { value: object, problems: [], firstLine: 1, find: () => ({ line: 1, depth: 0 }) },
  prefix: [],
});

/** A problem with the level of its finding, where it is less severe than that of its rule. */
export type LevelledProblem = SchemaProblem & Pick<Problem, 'level'>;

/** A cluster may run another version of the project, with keys that the bundled one does not have: such a problem is a warning. */
export function markProject(
  problems: readonly SchemaProblem[],
  project: BundledProject | undefined,
): LevelledProblem[] {
  if (project === undefined) return [...problems];
  return problems.map((problem) => ({
    ...problem,
    message: `${problem.message} (as in ${project.title})`,
    ...(problem.about === 'key' || project.optional === true ? { level: 'warning' } : {}),
  }));
}
