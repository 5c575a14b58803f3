import { EvaluationError } from '../errors.ts';
import { binary, compare, equal } from '../operators.ts';
import { isList, type Value } from '../values.ts';
import type { CelFunction, FunctionTable } from './function.ts';

/** The item that is before all others by the operator. */
const extreme =
  (operator: '<' | '>'): CelFunction =>
  ([list], { budget }) => {
    if (!isList(list)) return undefined;
    const [first, ...others] = list;
    if (first === undefined) throw new EvaluationError(`${operator === '<' ? 'min' : 'max'} called on empty list`);
    return others.reduce((best, item) => (binary(operator, [item, best], budget) === true ? item : best), first);
  };

const isSorted: CelFunction = ([list], { budget }) => {
  if (!isList(list)) return undefined;
  budget.spend(list.length);
  return list.every((item, position) => position === 0 || compare(list[position - 1] as Value, item, '<') <= 0);
};

/** The sum of an empty list depends on its type, which is not known. */
const sum: CelFunction = ([list], { budget }) =>
  isList(list) && list.length > 0 ? list.reduce((total, item) => binary('+', [total, item], budget)) : undefined;

const position =
  (last: boolean): CelFunction =>
  ([list, value], { budget }) => {
    if (!isList(list) || value === undefined) return undefined;
    const isEqual = (item: Value): boolean => equal(item, value, budget);
    return BigInt(last ? list.findLastIndex(isEqual) : list.findIndex(isEqual));
  };

/** A function of two sets. */
const onSets =
  (
    apply: (
      has: (list: readonly Value[], item: Value) => boolean,
      lists: [readonly Value[], readonly Value[]],
    ) => boolean,
  ): CelFunction =>
  ([left, right], { budget }) =>
    isList(left) && isList(right)
      ? apply((list, item) => list.some((other) => equal(other, item, budget)), [left, right])
      : undefined;

/** Source: apiserver/pkg/cel/library/lists.go of Kubernetes; https://github.com/google/cel-go/blob/master/ext/sets.go */
export const listFunctions: FunctionTable = {
  '.isSorted': isSorted,
  '.sum': sum,
  '.min': extreme('<'),
  '.max': extreme('>'),
  '.indexOf': position(false),
  '.lastIndexOf': position(true),
  'sets.contains': onSets((has, [left, right]) => right.every((item) => has(left, item))),
  'sets.intersects': onSets((has, [left, right]) => right.some((item) => has(left, item))),
  'sets.equivalent': onSets(
    (has, [left, right]) => right.every((item) => has(left, item)) && left.every((item) => has(right, item)),
  ),
};
