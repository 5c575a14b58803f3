import type { Ajv as AjvType, Options, ValidateFunction } from 'ajv';
import { AJV_OPTIONS } from './ajv.ts';
import type { CustomSchema } from './crds.ts';
import { type LinearPattern, loadPatternEngine, type PatternEngine } from './patterns.ts';

/** Compiles the schemas of custom resources, each when its first object is met and once for all versions of Kubernetes. */
export interface CustomCompiler {
  has(key: string): boolean;
  /**
   * @param key `group/version/Kind`
   * @returns `undefined` when there is no such schema
   * @throws what the library throws; again, and at once, when it is asked again
   */
  compile(key: string): ValidateFunction | undefined;
}

export async function createCustomCompiler(
  Ajv: typeof AjvType,
  custom: readonly CustomSchema[],
): Promise<CustomCompiler> {
  const schemas = new Map(custom.map(({ key, schema }) => [key, schema]));
  const compiled = new Map<string, { validate: ValidateFunction } | { error: unknown }>();
  // Their keys may be called like what every object has in JavaScript: `constructor`.
  const baseOptions = { ...AJV_OPTIONS, ownProperties: true };
  const options = custom.some(({ hasPatterns }) => hasPatterns)
    ? { ...baseOptions, code: { ...baseOptions.code, regExp: createRegExpEngine(await loadPatternEngine()) } }
    : baseOptions;
  const compile = (schema: object): { validate: ValidateFunction } | { error: unknown } => {
    try {
      // Of its own, so that nothing that one schema says of itself is known to another.
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
      const known = compiled.get(key) ?? compile(schema);
      compiled.set(key, known);
      if ('error' in known) throw known.error;
      return known.validate;
    },
  };
}

/** The schemas of Kubernetes itself have no patterns (a test looks); those of custom resources were all read before. */
function createRegExpEngine(engine: PatternEngine): NonNullable<NonNullable<Options['code']>['regExp']> {
  const compile = (pattern: string): LinearPattern => {
    const compiled = engine.compile(pattern);
    if ('problem' in compiled) throw new Error(`the pattern ${pattern} is refused: ${compiled.problem}`);
    return compiled;
  };
  // The name is for code that is written to a file, which is not done here.
  return Object.assign(compile, { code: 'linear' });
}
