import type { Ajv as AjvType, Options, ValidateFunction } from 'ajv';
import { AJV_OPTIONS } from './ajv.ts';
import type { CustomSchema } from './crds.ts';
import { type LinearPattern, loadPatternEngine, type PatternEngine } from './patterns.ts';

/** Compiles the schema of a custom resource when its first object is validated, once for all versions of Kubernetes. */
export interface CustomCompiler {
  has(key: string): boolean;
  /**
   * @param key `group/version/Kind`
   * @returns `undefined` when there is no such schema
   * @throws the error of the library; the same error, without another attempt, for later calls
   */
  compile(key: string): ValidateFunction | undefined;
}

export async function createCustomCompiler(
  Ajv: typeof AjvType,
  custom: readonly CustomSchema[],
): Promise<CustomCompiler> {
  const schemas = new Map(custom.map(({ key, schema }) => [key, schema]));
  const compiled = new Map<string, { validate: ValidateFunction } | { error: unknown }>();
  // Keys may have the name of an inherited property in JavaScript, such as `constructor`.
  const baseOptions = { ...AJV_OPTIONS, ownProperties: true };
  const options = custom.some(({ hasPatterns }) => hasPatterns)
    ? { ...baseOptions, code: { ...baseOptions.code, regExp: createRegExpEngine(await loadPatternEngine()) } }
    : baseOptions;
  const compile = (schema: object): { validate: ValidateFunction } | { error: unknown } => {
    try {
      // A separate instance, so that schemas do not affect each other.
      return { validate: new Ajv(options).compile(schema) };
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
      return result.validate;
    },
  };
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
