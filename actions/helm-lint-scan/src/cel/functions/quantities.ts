import { parseQuantity } from '../../validation/server/formats/quantity.ts';
import { EvaluationError } from '../errors.ts';
import { isInt, isText, OpaqueValue, type Value } from '../values.ts';
import type { CelFunction, FunctionTable } from './function.ts';

const TYPE = 'kubernetes.Quantity';
const NANO = 1_000_000_000n;

/** In billionths. */
const create = (amount: bigint): OpaqueValue => new OpaqueValue(TYPE, amount);

const quantity: CelFunction = ([text]) => {
  if (!isText(text)) return undefined;
  const amount = parseQuantity(text);
  if (amount === undefined) throw new EvaluationError(`"${text}" is not a quantity`);
  return create(amount);
};

const amountOf = (value: Value | undefined): bigint | undefined =>
  value instanceof OpaqueValue && value.type === TYPE ? (value.identity as bigint) : undefined;

const onQuantity =
  (apply: (amount: bigint) => Value | undefined): CelFunction =>
  ([value]) => {
    const amount = amountOf(value);
    return amount === undefined ? undefined : apply(amount);
  };

const onQuantities =
  (apply: (left: bigint, right: bigint) => Value): CelFunction =>
  ([left, right]) => {
    const [a, b] = [amountOf(left), amountOf(right)];
    return a === undefined || b === undefined ? undefined : apply(a, b);
  };

/** The other summand may be an int. */
const calculate =
  (apply: (left: bigint, right: bigint) => bigint): CelFunction =>
  ([left, right]) => {
    const [a, b] = [amountOf(left), isInt(right) ? right * NANO : amountOf(right)];
    return a === undefined || b === undefined ? undefined : create(apply(a, b));
  };

const isWhole = (amount: bigint): boolean =>
  amount % NANO === 0n && amount / NANO < 2n ** 63n && amount / NANO >= -(2n ** 63n);

/** Source: apiserver/pkg/cel/library/quantity.go of Kubernetes */
export const quantityFunctions: FunctionTable = {
  quantity,
  isQuantity: ([text]) => (isText(text) ? parseQuantity(text) !== undefined : undefined),
  '.isInteger': onQuantity(isWhole),
  '.asInteger': onQuantity((amount) => {
    if (!isWhole(amount)) throw new EvaluationError('cannot convert value to integer');
    return amount / NANO;
  }),
  '.asApproximateFloat': onQuantity((amount) => Number(amount) / Number(NANO)),
  '.sign': onQuantity((amount) => (amount < 0n ? -1n : amount > 0n ? 1n : 0n)),
  '.isGreaterThan': onQuantities((left, right) => left > right),
  '.isLessThan': onQuantities((left, right) => left < right),
  '.compareTo': onQuantities((left, right) => (left < right ? -1n : left > right ? 1n : 0n)),
  '.add': calculate((left, right) => left + right),
  '.sub': calculate((left, right) => left - right),
};
