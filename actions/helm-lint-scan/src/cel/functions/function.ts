import type { Context } from '../scope.ts';
import type { Value } from '../values.ts';

/** A function by its full name with its values; the first is the target of a method. */
export interface Call {
  name: string;
  values: readonly Value[];
}

/** @returns `undefined` when it does not take these values */
export type CelFunction = (values: readonly Value[], context: Context) => Value | undefined;

export type FunctionTable = Readonly<Record<string, CelFunction>>;
