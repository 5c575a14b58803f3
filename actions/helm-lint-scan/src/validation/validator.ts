import type { Ajv as AjvType, ErrorObject, Options, ValidateFunction } from 'ajv';
import { isData, type Path } from '../data.ts';
import { groupOf, type Resource } from '../manifests/resource.ts';
import type { CustomSchema } from './crds.ts';
import { explain } from './explain.ts';
import type { SchemaStore, VersionSchemas } from './store.ts';

export interface SchemaProblem {
  path: Path;
  /** `key` when the name itself is wrong, `value` when what stands there is, `absent` when something is missing there. */
  about: 'key' | 'value' | 'absent';
  message: string;
}

export type Verdict =
  /** Checked against a schema. */
  | { state: 'checked'; problems: SchemaProblem[] }
  /** A kind of Kubernetes' own groups that this version does not serve. */
  | { state: 'unknown'; served: string[] }
  /** There is no schema for it: a custom resource without its definition, or a version that is not bundled. */
  | { state: 'unchecked' };

/** Validates resources against one version of Kubernetes. */
export interface Validator {
  validate(resource: Resource): Verdict;
}

export interface Validators {
  /** @param minor "1.34"; `undefined` is returned when that version is not bundled */
  for(minor: string): Promise<Validator | undefined>;
}

/**
 * The validation library takes longer to load than most charts to check, so it is loaded here, when there is something to check.
 * A kind is compiled when its first object is met.
 */
export function openValidators(store: SchemaStore, custom: readonly CustomSchema[]): Validators {
  const library = loadLibrary();
  const validators = new Map<string, Promise<Validator | undefined>>();
  const customSchemas = new Map(custom.map(({ key, schema }) => [key, schema]));
  const open = async (minor: string): Promise<Validator | undefined> => {
    const [Ajv, schemas] = await Promise.all([library, store.load(minor)]);
    return schemas === undefined ? undefined : versionValidator(new Ajv(OPTIONS), schemas, customSchemas);
  };
  return {
    for(minor) {
      const known = validators.get(minor) ?? open(minor);
      validators.set(minor, known);
      return known;
    },
  };
}

/** The class is the whole module of a CommonJS package: its only name that is there both in Node and in a bundle is `default`. */
async function loadLibrary(): Promise<typeof AjvType> {
  const module = await import('ajv');
  return module.default as unknown as typeof AjvType;
}

// https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+|Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Compiled code is used for a handful of objects: what makes it faster to run makes the whole slower. */
const OPTIONS: Options = {
  strict: false,
  validateSchema: false,
  meta: false,
  allErrors: true,
  verbose: true,
  logger: false,
  inlineRefs: false,
  addUsedSchema: false,
  unicodeRegExp: false,
  code: { optimize: false },
  formats: {
    quantity: QUANTITY,
    byte: (text) => BASE64.test(text.replaceAll(/\s/g, '')),
    int32: true,
    int64: true,
    double: true,
    'date-time': true,
  },
};

function versionValidator(ajv: AjvType, schemas: VersionSchemas, custom: ReadonlyMap<string, object>): Validator {
  ajv.addSchema({ $id: 'kubernetes', definitions: schemas.definitions });
  const groups = new Set(Object.keys(schemas.kinds).map((key) => groupOf(key.slice(0, key.lastIndexOf('/')))));
  const compiled = new Map<string, ValidateFunction>();

  const compile = (key: string): ValidateFunction | undefined => {
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const definition = Object.hasOwn(schemas.kinds, key) ? schemas.kinds[key] : undefined;
    const schema = definition === undefined ? custom.get(key) : { $ref: `kubernetes#/definitions/${definition}` };
    if (schema === undefined) return undefined;
    const validate = ajv.compile(schema);
    compiled.set(key, validate);
    return validate;
  };

  return {
    validate(resource) {
      const { apiVersion, kind, object } = resource;
      const validate = compile(`${apiVersion}/${kind}`);
      if (validate !== undefined) {
        validate(object);
        return {
          state: 'checked',
          problems: [...problemsOf(validate.errors ?? [], resource), ...nameProblem(resource)],
        };
      }
      // The group of a custom resource has a dot; Kubernetes' own groups are those in its description.
      const group = groupOf(apiVersion);
      if (!groups.has(group) && group.includes('.')) return { state: 'unchecked' };
      const served = Object.keys(schemas.kinds)
        .filter((key) => key.endsWith(`/${kind}`))
        .map((key) => key.slice(0, key.lastIndexOf('/')));
      return { state: 'unknown', served };
    },
  };
}

/** What is asked of the API and not kept there. */
const NAMELESS = /(?:Review|List|Options|Status|TokenRequest)$/;

/** The API takes no object without a name, though no schema says so. */
function nameProblem({ kind, object }: Resource): SchemaProblem[] {
  const metadata = object.metadata ?? {};
  if (!isData(metadata) || metadata.name || metadata.generateName || NAMELESS.test(kind)) return [];
  return [{ path: ['metadata', 'name'], about: 'absent', message: 'metadata has no name, which is required' }];
}

function problemsOf(errors: readonly ErrorObject[], resource: Resource): SchemaProblem[] {
  const problems = new Map<string, SchemaProblem>();
  for (const error of errors) {
    const problem = explain(error, resource);
    if (problem !== undefined) problems.set(`${problem.path.join('\n')}\n${problem.message}`, problem);
  }
  return [...problems.values()];
}
