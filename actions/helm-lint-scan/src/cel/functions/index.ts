import { UnsupportedError } from '../errors.ts';
import type { Context } from '../scope.ts';
import type { Value } from '../values.ts';
import { addressFunctions } from './addresses.ts';
import { conversions } from './conversions.ts';
import type { Call, CelFunction, FunctionTable } from './function.ts';
import { listFunctions } from './lists.ts';
import { formatFunctions } from './named-formats.ts';
import { optionalFunctions } from './optionals.ts';
import { quantityFunctions } from './quantities.ts';
import { semverFunctions } from './semver.ts';
import { stringFunctions } from './strings.ts';
import { timeFunctions } from './times.ts';
import { urlFunctions } from './urls.ts';

const TABLES: readonly FunctionTable[] = [
  conversions,
  stringFunctions,
  listFunctions,
  optionalFunctions,
  timeFunctions,
  urlFunctions,
  addressFunctions,
  quantityFunctions,
  semverFunctions,
  formatFunctions,
];

/** Several tables may have a function of the same name for values of different types: the first that takes the values is used. */
const FUNCTIONS = new Map<string, CelFunction[]>();
for (const [name, implementation] of TABLES.flatMap((table) => Object.entries(table)))
  FUNCTIONS.set(name, [...(FUNCTIONS.get(name) ?? []), implementation]);

/**
 * Functions of CEL and those that Kubernetes adds. `.size` is one with a target, `size` one without, and `sets.contains` one in a namespace.
 * Source: https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries
 * @throws {UnsupportedError} if no function takes the values
 */
export function callFunction(
  name: string,
  { target, values }: { target: Value | { namespace: string } | undefined; values: readonly Value[] },
  context: Context,
): Value {
  const call = toCall(name, target, values);
  for (const implementation of FUNCTIONS.get(call.name) ?? []) {
    const result = implementation(call.values, context);
    if (result !== undefined) return result;
  }
  throw new UnsupportedError(`the function ${call.name} is not supported for these values`);
}

function toCall(name: string, target: Value | { namespace: string } | undefined, values: readonly Value[]): Call {
  if (target === undefined) return { name, values };
  if (typeof target === 'object' && target !== null && 'namespace' in target)
    return { name: `${target.namespace}.${name}`, values };
  return { name: `.${name}`, values: [target, ...values] };
}
