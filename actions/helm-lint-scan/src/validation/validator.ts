import type { Ajv as AjvType } from 'ajv';
import { messageOf } from '../../../lib/errors.ts';
import { isData } from '../data.ts';
import { apiGroup, type Resource } from '../manifests/resource.ts';
import { AJV_OPTIONS, loadAjv } from './ajv.ts';
import type { CustomSchema } from './crds.ts';
import type { UncheckedRule } from './custom/rules.ts';
import { type CustomCompiler, createCustomCompiler } from './custom-compiler.ts';
import { explainErrors, type SchemaProblem } from './explain.ts';
import { createLazyCompiler } from './lazy-references.ts';
import type { Definition, SchemaStore, VersionSchemas } from './store.ts';

export type Verdict =
  /** The resource was checked against a schema. */
  | Checked
  /** Its definition does not serve this version. */
  | { state: 'unserved'; served: readonly string[] }
  /** A kind in a group of Kubernetes that this version does not serve. */
  | { state: 'unknown'; served: string[] }
  /** There is no schema: a custom resource without its definition, or a version that is not bundled. */
  | { state: 'unchecked' }
  /** The schema cannot be applied. */
  | { state: 'unusable'; why: string };

export interface Checked {
  state: 'checked';
  problems: SchemaProblem[];
  /** What the API server refuses although the schema accepts it; only of custom resources. */
  refused: SchemaProblem[];
  /** Rules of the resource's definition that were not checked, each only for the first object. */
  uncheckedRules: UncheckedRule[];
}

/** Validates resources against one version of Kubernetes. */
export interface Validator {
  validate(resource: Resource): Verdict;
}

export interface Validators {
  /** @param minor "1.34"; `undefined` is returned when that version is not bundled */
  for(minor: string): Promise<Validator | undefined>;
}

/**
 * Loading the validation library takes longer than checking most charts, so it is loaded only when there is something to check.
 * The schema of a kind is compiled when its first object is validated.
 */
export function createValidators(store: SchemaStore, custom: readonly CustomSchema[]): Validators {
  const loading = loadAjv();
  const validators = new Map<string, Promise<Validator | undefined>>();
  const compileCustom = loading.then((Ajv) => createCustomCompiler(Ajv, custom));
  const createValidator = async (minor: string): Promise<Validator | undefined> => {
    const [Ajv, schemas, customCompiler] = await Promise.all([loading, store.load(minor), compileCustom]);
    return schemas === undefined ? undefined : createVersionValidator(new Ajv(AJV_OPTIONS), schemas, customCompiler);
  };
  return {
    for(minor) {
      const known = validators.get(minor) ?? createValidator(minor);
      validators.set(minor, known);
      return known;
    },
  };
}

/** The metadata of a custom resource is that of every object; no definition declares it. */
const METADATA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const CUSTOM_OBJECT = 'custom object';
const CUSTOM_OBJECT_DEFINITION: Definition = { properties: { metadata: { $ref: `#/definitions/${METADATA}` } } };

function createVersionValidator(ajv: AjvType, schemas: VersionSchemas, customCompiler: CustomCompiler): Validator {
  const compile = createLazyCompiler(ajv, { ...schemas.definitions, [CUSTOM_OBJECT]: CUSTOM_OBJECT_DEFINITION });
  const groups = new Set(Object.keys(schemas.kinds).map((key) => apiGroup(key.slice(0, key.lastIndexOf('/')))));
  const violations = (definition: string, resource: Resource): SchemaProblem[] =>
    explainErrors(compile(definition)(resource.object), resource);
  const checkCustom = (key: string, resource: Resource): Checked | undefined => {
    const verdict = customCompiler.compile(key)?.check(resource);
    if (verdict === undefined) return undefined;
    const metadata = Object.hasOwn(schemas.definitions, METADATA) ? violations(CUSTOM_OBJECT, resource) : [];
    return { state: 'checked', ...verdict, problems: [...verdict.problems, ...metadata, ...checkName(resource)] };
  };
  const checkResource = (resource: Resource): Checked | undefined => {
    const key = `${resource.apiVersion}/${resource.kind}`;
    const definition = Object.hasOwn(schemas.kinds, key) ? schemas.kinds[key] : undefined;
    if (definition === undefined) return checkCustom(key, resource);
    const problems = [...violations(definition, resource), ...checkName(resource)];
    return { state: 'checked', problems, refused: [], uncheckedRules: [] };
  };

  return {
    validate(resource) {
      const { apiVersion, kind } = resource;
      try {
        const checked = checkResource(resource);
        if (checked !== undefined) return checked;
      } catch (error) {
        // A chart may exceed what the library can handle. Then only this object is not checked.
        const tooLarge = error instanceof RangeError;
        if (!tooLarge && !customCompiler.has(`${apiVersion}/${kind}`)) throw error;
        return { state: 'unusable', why: tooLarge ? 'it is too large, or nested too deeply' : messageOf(error) };
      }
      const definedVersions = customCompiler.served(apiVersion, kind);
      if (definedVersions !== undefined && !definedVersions.includes(apiVersion))
        return { state: 'unserved', served: definedVersions };
      // The group of a custom resource has a dot; the groups of Kubernetes are those in its schemas.
      const group = apiGroup(apiVersion);
      if (!groups.has(group) && group.includes('.')) return { state: 'unchecked' };
      const served = Object.keys(schemas.kinds)
        .filter((key) => key.endsWith(`/${kind}`))
        .map((key) => key.slice(0, key.lastIndexOf('/')));
      return { state: 'unknown', served };
    },
  };
}

/** Kinds of requests to the API, which are not stored. */
const NAMELESS_KINDS = /(?:Review|List|Options|Status|TokenRequest)$/;

/** The API rejects an object without a name, although no schema requires one. */
function checkName({ kind, object }: Resource): SchemaProblem[] {
  const metadata = object.metadata ?? {};
  if (!isData(metadata) || metadata.name || metadata.generateName || NAMELESS_KINDS.test(kind)) return [];
  return [{ path: ['metadata', 'name'], about: 'absent', message: 'metadata has no name, which is required' }];
}
