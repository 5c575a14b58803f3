import { hasFormatIfSet, isEmptyList, isExactlyOneOf, isMissing, isNotNegative, isOneOf } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { qualifiedName } from '../formats/names.ts';

/** When a Job fails, or succeeds early. Source: pkg/apis/batch/validation/validation.go */

const FAILURE_ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const EXIT_CODE_OPERATORS = ['In', 'NotIn'];
const MAX_RULES = 20;
const MAX_PATTERNS = 20;
const MAX_EXIT_CODES = 255;

/** Source: `validatePodFailurePolicy` and `validatePodReplacementPolicy` */
export function* checkPodFailurePolicy(spec: Field): FieldErrors {
  const policy = spec.at('podFailurePolicy');
  const replacement = spec.at('podReplacementPolicy');
  yield* isExactlyOneOf(replacement, policy.isSet ? ['Failed'] : ['Failed', 'TerminatingOrFailed']);
  if (policy.at('rules').items.length > MAX_RULES) yield policy.at('rules').tooMany(MAX_RULES);
  for (const rule of policy.at('rules').items) {
    const [action, codes, conditions] = [rule.at('action'), rule.at('onExitCodes'), rule.at('onPodConditions')];
    if (isMissing(action)) yield action.required(`valid values: ${FAILURE_ACTIONS.join(', ')}`);
    yield* isOneOf(action, FAILURE_ACTIONS);
    if (action.text === 'FailIndex' && !spec.at('backoffLimitPerIndex').isSet)
      yield action.invalid('requires the backoffLimitPerIndex to be set');
    if (codes.isSet && !isEmptyList(conditions))
      yield rule.invalid('specifying both OnExitCodes and OnPodConditions is not supported');
    if (!codes.isSet && isEmptyList(conditions))
      yield rule.invalid('specifying one of OnExitCodes and OnPodConditions is required');
    if (codes.isSet) yield* checkExitCodes(codes, spec);
    if (conditions.items.length > MAX_PATTERNS) yield conditions.tooMany(MAX_PATTERNS);
    for (const condition of conditions.items) {
      yield* hasFormatIfSet(condition.at('type'), qualifiedName);
      yield* isOneOf(condition.at('status'), ['False', 'True', 'Unknown']);
    }
  }
}

function* checkExitCodes(codes: Field, spec: Field): FieldErrors {
  const [operator, values, container] = [codes.at('operator'), codes.at('values'), codes.at('containerName')];
  if (isMissing(operator)) yield operator.required(`valid values: ${EXIT_CODE_OPERATORS.join(', ')}`);
  yield* isOneOf(operator, EXIT_CODE_OPERATORS);
  const containers = ['containers', 'initContainers'].flatMap((key) => spec.at('template', 'spec', key).items);
  if (container.isSet && !containers.some((item) => item.at('name').text === container.text))
    yield container.invalid('must be one of the container or initContainer names in the pod template');
  if (values.items.length === 0) yield values.invalid('at least one value is required');
  if (values.items.length > MAX_EXIT_CODES) yield values.tooMany(MAX_EXIT_CODES);
  let last = Number.NEGATIVE_INFINITY;
  for (const value of values.items) {
    if (value.number === undefined) continue;
    if (operator.text === 'In' && value.number === 0) yield value.invalid('must not be 0 for the In operator');
    if (value.number === last) yield value.duplicate();
    if (value.number < last) yield values.invalid('must be ordered');
    last = value.number;
  }
}

const MAX_INDEXES_BYTES = 64 * 1024;

/** Source: `validateSuccessPolicy`. Without completions the number of indexes is not known. */
export function* checkSuccessPolicy(policy: Field, completions: number): FieldErrors {
  const rules = policy.at('rules');
  if (isEmptyList(rules))
    yield rules.required('at least one rules must be specified when the successPolicy is specified');
  if (rules.items.length > MAX_RULES) yield rules.tooMany(MAX_RULES);
  for (const rule of rules.items) {
    const [count, indexes] = [rule.at('succeededCount'), rule.at('succeededIndexes')];
    if (!count.isSet && !indexes.isSet)
      yield rule.required('at least one of succeededCount or succeededIndexes must be specified');
    if (indexes.text.length > MAX_INDEXES_BYTES) yield indexes.tooLong(MAX_INDEXES_BYTES);
    const { total, problem } = countIndexes(indexes.text, completions);
    if (problem !== undefined) yield indexes.invalid(`error parsing succeededIndexes: ${problem}`);
    yield* isNotNegative(count);
    if ((count.number ?? 0) > completions)
      yield count.invalid(`must be less than or equal to ${completions} (the number of specified completions)`);
    else if (indexes.isSet && (count.number ?? 0) > total)
      yield count.invalid(
        `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`,
      );
  }
}

/** Intervals such as `0,2-4`. Source: `validateIndexesFormat` */
function countIndexes(text: string, completions: number): { total: number; problem?: string } {
  let total = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const interval of text === '' ? [] : text.split(',')) {
    const limits = interval.split('-');
    if (limits.length > 2) return { total: 0, problem: `"${interval}" has more than two parts separated by '-'` };
    for (const limit of limits) {
      if (!/^\+?\d+$/.test(limit))
        return { total: 0, problem: `cannot convert string to integer for index: "${limit}"` };
      if (Number(limit) >= completions) return { total: 0, problem: `too large index: "${limit}"` };
    }
    const [first, end] = [Number(limits[0]), Number(limits.at(-1))];
    if (limits.length === 2 && first >= end)
      return { total: 0, problem: `non-increasing order, previous: ${first}, current: ${end}` };
    if (last >= first) return { total: 0, problem: `non-increasing order, previous: ${last}, current: ${first}` };
    total += end - first + 1;
    last = end;
  }
  return { total };
}
