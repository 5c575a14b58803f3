import { hasFormat } from './checks.ts';
import type { Field, FieldErrors } from './field.ts';
import { annotationKey, labelValue, qualifiedName } from './formats/names.ts';

/** Labels and selectors. Source: apimachinery/pkg/apis/meta/v1/validation/validation.go */

/** A + comes from versions with build metadata, which are the most frequent invalid labels. */
const replacePlus = (text: string): string =>
  text.includes('+') ? "; replace the + by _, as Helm's own charts do" : '';

export function* checkLabels(labels: Field): FieldErrors {
  for (const [key, field] of labels.entries) {
    for (const problem of qualifiedName(key)) yield field.invalidKey(problem);
    for (const problem of labelValue(field.text)) yield field.invalid(`${problem}${replacePlus(field.text)}`);
  }
}

const MAX_ANNOTATION_BYTES = 256 * 1024;

export function* checkAnnotations(annotations: Field): FieldErrors {
  let size = 0;
  for (const [key, field] of annotations.entries) {
    for (const problem of annotationKey(key)) yield field.invalidKey(problem);
    size += Buffer.byteLength(key) + Buffer.byteLength(field.text);
  }
  if (size > MAX_ANNOTATION_BYTES) yield annotations.tooLong(MAX_ANNOTATION_BYTES);
}

export function* checkSelector(selector: Field): FieldErrors {
  yield* checkLabels(selector.at('matchLabels'));
  for (const expression of selector.at('matchExpressions').items) {
    const values = expression.at('values');
    yield* checkOperator(expression);
    yield* checkKey(expression);
    for (const value of values.items) yield* hasFormat(value, labelValue);
  }
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** @param comparisons operators that compare with one value, which only some selectors have */
export function* checkOperator(expression: Field, comparisons: readonly string[] = []): FieldErrors {
  const [operator, values] = [expression.at('operator'), expression.at('values')];
  const count = values.items.length;
  if (['In', 'NotIn'].includes(operator.text)) {
    if (count === 0) yield values.required("must be specified when `operator` is 'In' or 'NotIn'");
  } else if (['Exists', 'DoesNotExist'].includes(operator.text)) {
    if (count > 0) yield values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (comparisons.includes(operator.text)) {
    if (count !== 1) yield values.required("must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else yield notAnOperator(operator, [...OPERATORS, ...comparisons]);
}

/** The API server names no operators; what is accepted is worth saying. */
export const notAnOperator = (operator: Field, choices: readonly string[]) =>
  operator.invalid(`not a valid selector operator; use ${choices.join(', ')}`);

export function* checkKey(expression: Field): FieldErrors {
  for (const problem of qualifiedName(expression.at('key').text)) yield expression.at('key').invalid(problem);
}

/** A selector of a workload: it must be there and select something. */
export function* checkWorkloadSelector(selector: Field, kind: string): FieldErrors {
  if (!selector.isSet) return yield selector.required();
  yield* checkSelector(selector);
  const terms = selector.at('matchLabels').entries.length + selector.at('matchExpressions').items.length;
  if (terms === 0) yield selector.invalid(`empty selector is invalid for ${kind}`);
}
