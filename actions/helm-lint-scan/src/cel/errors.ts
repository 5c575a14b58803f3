import { typeName, type Value } from './values.ts';

/** The evaluation fails for certain, in the API server too: a missing key, an index out of bounds, a division by zero. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

/** The rule uses something that is not implemented here, or its result is not certain. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** A call that no function here takes. It may be one that the API server knows. */
export const noOverload = (name: string, values: readonly Value[]): UnsupportedError =>
  new UnsupportedError(`${name}(${values.map(typeName).join(', ')}) is not supported`);
