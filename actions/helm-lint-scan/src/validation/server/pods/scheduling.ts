import { hasFormat, hasFormatIfSet, isExactlyOneOf, isMissing, isOneOf, isRequired } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../formats/names.ts';
import { checkKey, checkOperator, checkSelector, notAnOperator } from '../selectors.ts';

/** Where pods may run. Source: pkg/apis/core/validation/validation.go */

const EFFECTS = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];
const TOLERATION_OPERATORS = ['Equal', 'Exists'];

/** Source: `ValidateTolerations`. The feature with the operators Lt and Gt (TaintTolerationComparisonOperators) is off by default up to 1.37. */
export function* checkTolerations(tolerations: Field): FieldErrors {
  for (const toleration of tolerations.items) {
    const [operator, value, effect] = [toleration.at('operator'), toleration.at('value'), toleration.at('effect')];
    yield* hasFormat(toleration.at('key'), qualifiedName);
    if (isMissing(toleration.at('key')) && operator.text !== 'Exists')
      yield operator.invalid(
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      );
    if (toleration.at('tolerationSeconds').isSet && effect.text !== 'NoExecute')
      yield effect.invalid("effect must be 'NoExecute' when `tolerationSeconds` is set");
    if (operator.text === 'Exists') {
      if (value.text !== '') yield value.invalid("value must be empty when `operator` is 'Exists'");
    } else if (operator.text === 'Equal' || isMissing(operator)) yield* hasFormat(value, labelValue);
    else yield* isOneOf(operator, TOLERATION_OPERATORS);
    yield* isOneOf(effect, EFFECTS);
  }
}

/** Source: `validateAffinity` */
export function* checkAffinity(affinity: Field): FieldErrors {
  const node = affinity.at('nodeAffinity');
  const required = node.at('requiredDuringSchedulingIgnoredDuringExecution');
  if (required.isSet) yield* checkNodeSelector(required);
  for (const preferred of node.at('preferredDuringSchedulingIgnoredDuringExecution').items) {
    yield* isWeight(preferred.at('weight'));
    yield* checkNodeTerm(preferred.at('preference'), { checksValues: false });
  }
  for (const key of ['podAffinity', 'podAntiAffinity']) {
    for (const term of affinity.at(key, 'requiredDuringSchedulingIgnoredDuringExecution').items)
      yield* checkPodTerm(term);
    for (const preferred of affinity.at(key, 'preferredDuringSchedulingIgnoredDuringExecution').items) {
      yield* isWeight(preferred.at('weight'));
      yield* checkPodTerm(preferred.at('podAffinityTerm'));
    }
  }
}

function* isWeight(weight: Field): FieldErrors {
  if (weight.number !== undefined && (weight.number <= 0 || weight.number > 100))
    yield weight.invalid('must be in the range 1-100');
}

/** Source: `ValidateNodeSelector` */
export function* checkNodeSelector(selector: Field): FieldErrors {
  const terms = selector.at('nodeSelectorTerms');
  if (terms.items.length === 0) yield terms.required('must have at least one node selector term');
  for (const term of terms.items) yield* checkNodeTerm(term, { checksValues: true });
}

const COMPARISONS = ['Gt', 'Lt'];

function* checkNodeTerm(term: Field, { checksValues }: { checksValues: boolean }): FieldErrors {
  for (const expression of term.at('matchExpressions').items) {
    yield* checkOperator(expression, COMPARISONS);
    yield* checkKey(expression);
    if (checksValues) for (const value of expression.at('values').items) yield* hasFormat(value, labelValue);
  }
  for (const field of term.at('matchFields').items) yield* checkNodeField(field);
}

function* checkNodeField(field: Field): FieldErrors {
  const operator = field.at('operator');
  if (!['In', 'NotIn'].includes(operator.text)) yield notAnOperator(operator, ['In', 'NotIn']);
  else if (field.at('values').items.length !== 1)
    yield field
      .at('values')
      .required("must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
  if (field.at('key').text !== 'metadata.name')
    yield field.at('key').invalid('not a valid field selector key; use metadata.name');
  else for (const value of field.at('values').items) yield* hasFormat(value, dnsSubdomain);
}

function* checkPodTerm(term: Field): FieldErrors {
  yield* checkSelector(term.at('labelSelector'));
  yield* checkSelector(term.at('namespaceSelector'));
  for (const namespace of term.at('namespaces').items) yield* hasFormatIfSet(namespace, dnsLabel);
  yield* checkLabelKeys(term);
  yield* checkRepeatedKeys(term);
  if (isMissing(term.at('topologyKey'))) yield term.at('topologyKey').required('cannot be empty');
  else yield* hasFormat(term.at('topologyKey'), qualifiedName);
}

/** Source: `ValidateMatchLabelKeysAndMismatchLabelKeys` */
function* checkLabelKeys(term: Field): FieldErrors {
  const mismatched = term.at('mismatchLabelKeys').texts;
  for (const key of ['matchLabelKeys', 'mismatchLabelKeys']) {
    const keys = term.at(key);
    if (keys.items.length > 0 && !term.at('labelSelector').isSet)
      yield keys.forbidden('must not be specified when labelSelector is not set');
    else for (const item of keys.items) for (const problem of qualifiedName(item.text)) yield item.invalid(problem);
  }
  for (const key of term.at('matchLabelKeys').items)
    if (mismatched.includes(key.text)) yield key.invalid('exists in both matchLabelKeys and mismatchLabelKeys');
}

/** A key of `matchLabelKeys` that the selector has twice: once it may have it. */
function* checkRepeatedKeys(term: Field): FieldErrors {
  const selector = term.at('labelSelector');
  const keys = term.at('matchLabelKeys').texts;
  const seen = new Set(selector.at('matchLabels').entries.map(([key]) => key));
  for (const key of selector.at('matchExpressions').items.map((expression) => expression.at('key'))) {
    if (keys.includes(key.text) && seen.has(key.text))
      yield key.invalid('exists in both matchLabelKeys and labelSelector');
    seen.add(key.text);
  }
}

/** Source: `validateTopologySpreadConstraints` */
export function* checkTopologySpread(constraints: Field, { minor }: ServerContext): FieldErrors {
  const seen = new Set<string>();
  for (const constraint of constraints.items) {
    const [skew, key, when] = [
      constraint.at('maxSkew'),
      constraint.at('topologyKey'),
      constraint.at('whenUnsatisfiable'),
    ];
    if (skew.number !== undefined && skew.number <= 0) yield skew.invalid('must be greater than zero');
    yield* isRequired(key, 'cannot be empty');
    if (isMissing(when)) yield when.unsupported(['DoNotSchedule', 'ScheduleAnyway']);
    yield* isOneOf(when, ['DoNotSchedule', 'ScheduleAnyway']);
    const pair = `{${key.text}, ${when.text}}`;
    if (seen.has(pair)) yield key.duplicate(pair);
    seen.add(pair);
    yield* checkMinDomains(constraint.at('minDomains'), when.text);
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'])
      yield* isExactlyOneOf(constraint.at(policy), ['Honor', 'Ignore']);
    yield* checkLabelKeys(constraint);
    yield* minor < FIRST_WITH_MERGED_KEYS ? checkSpreadKeys(constraint) : checkRepeatedKeys(constraint);
    yield* checkSelector(constraint.at('labelSelector'));
  }
}

function* checkMinDomains(domains: Field, when: string): FieldErrors {
  if (!domains.isSet) return;
  if ((domains.number ?? 1) <= 0) yield domains.invalid('must be greater than zero');
  if (when !== 'DoNotSchedule')
    yield domains.invalid(`can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${when}`);
}

/** From this version on the server itself adds the keys to the selector (MatchLabelKeysInPodTopologySpreadSelectorMerge). */
const FIRST_WITH_MERGED_KEYS = 34;

/** A key that is also in the selector. Source: `ValidateMatchLabelKeysInTopologySpread` */
function* checkSpreadKeys(constraint: Field): FieldErrors {
  const selector = constraint.at('labelSelector');
  const selected = new Set([
    ...selector.at('matchLabels').entries.map(([key]) => key),
    ...selector.at('matchExpressions').items.map((expression) => expression.at('key').text),
  ]);
  for (const key of constraint.at('matchLabelKeys').items)
    if (selected.has(key.text)) yield key.invalid('exists in both matchLabelKeys and labelSelector');
}
