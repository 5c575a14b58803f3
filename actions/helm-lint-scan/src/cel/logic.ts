import { EvaluationError, noOverload } from './errors.ts';
import type { Value } from './values.ts';

export function isTrue(value: Value): boolean {
  if (typeof value !== 'boolean') throw noOverload('condition', [value]);
  return value;
}

/**
 * Whether one of the parts has the deciding value.
 * @throws when none has and a part failed; that something is not supported comes first, because then the failure is not certain
 */
export function anyDecides<T>(parts: Iterable<T>, test: (part: T) => boolean, deciding: boolean): boolean {
  let failure: unknown;
  for (const part of parts)
    try {
      if (test(part) === deciding) return true;
    } catch (error) {
      failure = failure instanceof EvaluationError || failure === undefined ? error : failure;
    }
  if (failure !== undefined) throw failure;
  return false;
}
