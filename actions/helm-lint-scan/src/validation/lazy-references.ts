import type { Ajv as AjvType, ErrorObject, ValidateFunction } from 'ajv';
import { isData } from '../data.ts';
import type { Definition } from './store.ts';

/** Returns everything in a value that violates a definition. */
export type Validate = (value: unknown) => ErrorObject[];

const KEYWORD = 'reference';
const DEFINITIONS = '#/definitions/';

/**
 * Definitions whose references are compiled when the first value is found there. The definitions that a Deployment may use are hundreds, of
 * which most Deployments use twenty, and compiling them takes longer than validating with them.
 */
export function createLazyCompiler(
  ajv: AjvType,
  definitions: Readonly<Record<string, Definition>>,
): (name: string) => Validate {
  const compiled = new Map<string, ValidateFunction>();
  /** The errors of the current validation. The library would replace the values in them by those at the reference. */
  let errors: ErrorObject[] = [];
  const compile = (name: string): ValidateFunction => {
    const validate = compiled.get(name) ?? ajv.compile(replaceReferences(definitions[name] ?? {}) as object);
    compiled.set(name, validate);
    return validate;
  };
  const collect: (name: string, ...args: Parameters<ValidateFunction>) => true = (name, ...args) => {
    const validate = compile(name);
    if (!validate(...args)) errors.push(...(validate.errors ?? []));
    return true;
  };
  ajv.addKeyword({
    keyword: KEYWORD,
    schemaType: 'string',
    errors: false,
    compile: (name: string) => (value: unknown, context) => collect(name, value, context),
  });
  return (name) => (value) => {
    errors = [];
    collect(name, value);
    return errors;
  };
}

/** Replaces each `$ref`, which the library would compile at once. */
function replaceReferences(schema: unknown): unknown {
  if (!isData(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string'
        ? [KEYWORD, value.slice(DEFINITIONS.length)]
        : [key, replaceReferences(value)],
    ),
  );
}
