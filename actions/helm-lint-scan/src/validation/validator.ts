import type { Ajv as AjvType, ErrorObject, ValidateFunction } from 'ajv';
import { messageOf } from '../../../lib/errors.ts';
import { isData } from '../data.ts';
import { apiGroup, type Resource } from '../manifests/resource.ts';
import { AJV_OPTIONS, loadAjv } from './ajv.ts';
import type { CustomSchema } from './crds.ts';
import { type CustomCompiler, createCustomCompiler } from './custom-compiler.ts';
import { explain, type SchemaProblem } from './explain.ts';
import type { SchemaStore, VersionSchemas } from './store.ts';

export type Verdict =
  /** The resource was checked against a schema. */
  | { state: 'checked'; problems: SchemaProblem[] }
  /** A kind in a group of Kubernetes that this version does not serve. */
  | { state: 'unknown'; served: string[] }
  /** There is no schema: a custom resource without its definition, or a version that is not bundled. */
  | { state: 'unchecked' }
  /** The schema cannot be applied. */
  | { state: 'unusable'; why: string };

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

function createVersionValidator(ajv: AjvType, schemas: VersionSchemas, customCompiler: CustomCompiler): Validator {
  ajv.addSchema({ $id: 'kubernetes', definitions: schemas.definitions });
  const groups = new Set(Object.keys(schemas.kinds).map((key) => apiGroup(key.slice(0, key.lastIndexOf('/')))));
  const compiled = new Map<string, ValidateFunction>();

  const compile = (key: string): ValidateFunction | undefined => {
    const known = compiled.get(key);
    if (known !== undefined) return known;
    if (!Object.hasOwn(schemas.kinds, key)) return customCompiler.compile(key);
    const schema = { $ref: `kubernetes#/definitions/${schemas.kinds[key]}` };
    const validate = ajv.compile(schema);
    compiled.set(key, validate);
    return validate;
  };
  const checkResource = (resource: Resource): SchemaProblem[] | undefined => {
    const validate = compile(`${resource.apiVersion}/${resource.kind}`);
    if (validate === undefined) return undefined;
    validate(resource.object);
    return [...explainErrors(validate.errors ?? [], resource), ...checkName(resource)];
  };

  return {
    validate(resource) {
      const { apiVersion, kind } = resource;
      try {
        const problems = checkResource(resource);
        if (problems !== undefined) return { state: 'checked', problems };
      } catch (error) {
        // A chart may exceed what the library can handle. Then only this object is not checked.
        const tooLarge = error instanceof RangeError;
        if (!tooLarge && !customCompiler.has(`${apiVersion}/${kind}`)) throw error;
        return { state: 'unusable', why: tooLarge ? 'it is too large, or nested too deeply' : messageOf(error) };
      }
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

function explainErrors(errors: readonly ErrorObject[], resource: Resource): SchemaProblem[] {
  const problems = new Map<string, SchemaProblem>();
  for (const error of errors) {
    const problem = explain(error, resource);
    if (problem !== undefined) problems.set(`${problem.path.join('\n')}\n${problem.message}`, problem);
  }
  return [...problems.values()];
}
