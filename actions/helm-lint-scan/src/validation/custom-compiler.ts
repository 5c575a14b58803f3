import type { Ajv as AjvType, Options } from 'ajv';
import { loadCel } from '../cel/index.ts';
import { apiGroup } from '../manifests/resource.ts';
import { AJV_OPTIONS } from './ajv.ts';
import type { CustomSchema } from './crds.ts';
import { FORMATS } from './custom/formats.ts';
import { type CustomCheck, createCustomCheck } from './custom/index.ts';
import { hasRules } from './custom/rules.ts';
import { type LinearPattern, loadPatternEngine, type PatternEngine } from './patterns.ts';

/** Compiles the schema of a custom resource when its first object is validated, once for all versions of Kubernetes. */
export interface CustomCompiler {
  has(key: string): boolean;
  /**
   * @param key `group/version/Kind`
   * @returns `undefined` when there is no such schema
   * @throws the error of the library; the same error, without another attempt, for later calls
   */
  compile(key: string): CustomCheck | undefined;
  /** The API versions in which the kind is served; `undefined` when that is not known. */
  served(apiVersion: string, kind: string): readonly string[] | undefined;
}

export async function createCustomCompiler(
  Ajv: typeof AjvType,
  custom: readonly CustomSchema[],
): Promise<CustomCompiler> {
  const schemas = new Map(custom.map((schema) => [schema.key, schema]));
  const served = servedVersions(custom);
  const compiled = new Map<string, { check: CustomCheck } | { error: unknown }>();
  const cel = custom.some(({ structural }) => hasRules(structural)) ? await loadCel() : undefined;
  const options = await createOptions(custom);
  const compile = (schema: CustomSchema): { check: CustomCheck } | { error: unknown } => {
    try {
      // A separate instance, so that schemas do not affect each other.
      return { check: createCustomCheck(schema, { ajv: new Ajv(options), cel }) };
    } catch (error) {
      return { error };
    }
  };
  return {
    has: (key) => schemas.has(key),
    compile(key) {
      const schema = schemas.get(key);
      if (schema === undefined) return undefined;
      const result = compiled.get(key) ?? compile(schema);
      compiled.set(key, result);
      if ('error' in result) throw result.error;
      return result.check;
    },
    served: (apiVersion, kind) => served.get(kindKey(apiVersion, kind)),
  };
}

async function createOptions(custom: readonly CustomSchema[]): Promise<Options> {
  // Keys may have the name of an inherited property in JavaScript, such as `constructor`.
  const options: Options = { ...AJV_OPTIONS, ownProperties: true, formats: FORMATS };
  if (!custom.some(({ hasPatterns }) => hasPatterns)) return options;
  return { ...options, code: { ...AJV_OPTIONS.code, regExp: createRegExpEngine(await loadPatternEngine()) } };
}

const kindKey = (apiVersion: string, kind: string): string => `${apiGroup(apiVersion)}/${kind}`;

/** By group and kind. Not those of kinds that one of the definitions may have with other versions. */
function servedVersions(custom: readonly CustomSchema[]): ReadonlyMap<string, readonly string[]> {
  const kinds = Map.groupBy(custom, ({ apiVersion, kind }) => kindKey(apiVersion, kind));
  return new Map(
    [...kinds].flatMap(([key, schemas]) =>
      schemas.every((schema) => schema.served !== undefined)
        ? [[key, [...new Set(schemas.flatMap((schema) => schema.served ?? []))]]]
        : [],
    ),
  );
}

/** The schemas of Kubernetes have no patterns, which a test checks. All patterns of custom resources were compiled before. */
function createRegExpEngine(engine: PatternEngine): NonNullable<NonNullable<Options['code']>['regExp']> {
  const compile = (pattern: string): LinearPattern => {
    const compiled = engine.compile(pattern);
    if ('problem' in compiled) throw new Error(`the pattern ${pattern} is invalid: ${compiled.problem}`);
    return compiled;
  };
  // The name is only used for code that is written to a file.
  return Object.assign(compile, { code: 'linear' });
}
