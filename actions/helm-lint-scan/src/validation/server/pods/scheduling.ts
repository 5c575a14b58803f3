import { hasFormat, hasFormatIfSet, isExactlyOneOf, isMissing, isOneOf, isRequired } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../formats/names.ts';
import { checkKey, checkSelector, notAnOperator } from '../selectors.ts';

/** Where pods may run. Source: pkg/apis/core/validation/validation.go */

const EFFECTS = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];
const TOLERATION_OPERATORS = ['Equal', 'Exists'];

/** Source: `ValidateTolerations`. The operators Lt and Gt begin after 1.34. */
export function* checkTolerations(tolerations: Field, { minor }: ServerContext): FieldErrors {
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
    else if (minor <= 34 || !['Lt', 'Gt'].includes(operator.text)) yield* isOneOf(operator, TOLERATION_OPERATORS);
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

const NODE_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];

function* checkNodeTerm(term: Field, { checksValues }: { checksValues: boolean }): FieldErrors {
  for (const expression of term.at('matchExpressions').items) {
    yield* checkNodeOperator(expression);
    yield* checkKey(expression);
    if (checksValues) for (const value of expression.at('values').items) yield* hasFormat(value, labelValue);
  }
  for (const field of term.at('matchFields').items) yield* checkNodeField(field);
}

function* checkNodeOperator(expression: Field): FieldErrors {
  const values = expression.at('values');
  const count = values.items.length;
  switch (expression.at('operator').text) {
    case 'In':
    case 'NotIn':
      if (count === 0) yield values.required("must be specified when `operator` is 'In' or 'NotIn'");
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (count > 0) yield values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      break;
    case 'Gt':
    case 'Lt':
      if (count !== 1) yield values.required("must be specified single value when `operator` is 'Lt' or 'Gt'");
      break;
    default:
      yield notAnOperator(expression.at('operator'), NODE_OPERATORS);
  }
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
  for (const key of ['matchLabelKeys', 'mismatchLabelKeys']) yield* checkLabelKeys(term, key);
  if (isMissing(term.at('topologyKey'))) yield term.at('topologyKey').required('cannot be empty');
  else yield* hasFormat(term.at('topologyKey'), qualifiedName);
}

function* checkLabelKeys(term: Field, key: string): FieldErrors {
  const keys = term.at(key);
  if (keys.items.length > 0 && !term.at('labelSelector').isSet)
    yield keys.forbidden('must not be specified when labelSelector is not set');
  else for (const item of keys.items) yield* hasFormat(item, qualifiedName);
}

/** Source: `validateTopologySpreadConstraints` */
export function* checkTopologySpread(constraints: Field): FieldErrors {
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
    yield* checkLabelKeys(constraint, 'matchLabelKeys');
    yield* checkSelector(constraint.at('labelSelector'));
  }
}

function* checkMinDomains(domains: Field, when: string): FieldErrors {
  if (!domains.isSet) return;
  if ((domains.number ?? 1) <= 0) yield domains.invalid('must be greater than zero');
  if (when !== 'DoNotSchedule')
    yield domains.invalid(`can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${when}`);
}
