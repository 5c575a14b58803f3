import {
  isBetween,
  isEmptyList,
  isExactlyOneOf,
  isIntOrPercent,
  isMissing,
  isOneOf,
  isPositiveQuantity,
  isRequiredName,
} from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { dnsLabel, pathSegment } from '../formats/names.ts';
import { containerResourceName } from '../pods/resources.ts';
import { checkSelector } from '../selectors.ts';

/** Source: pkg/apis/autoscaling/validation/validation.go, which does not look at the selectors of metrics */
export function* checkAutoscaler(autoscaler: Field, { minor }: ServerContext): FieldErrors {
  const spec = autoscaler.at('spec');
  yield* checkReplicas(spec, minor);
  yield* checkReference(spec.at('scaleTargetRef'));
  if (minor >= FIRST_WITH_TARGET_VERSION) yield* checkTargetVersion(spec.at('scaleTargetRef', 'apiVersion'));
  const utilization = spec.at('targetCPUUtilizationPercentage');
  if ((utilization.number ?? 1) < 1) yield utilization.invalid('must be greater than 0');
  for (const metric of spec.at('metrics').items) yield* checkMetric(metric);
  for (const key of ['scaleUp', 'scaleDown']) {
    const rules = spec.at('behavior', key);
    if (rules.isSet) yield* checkScalingRules(rules);
  }
}

/** From this version on the API version of the target is checked. */
const FIRST_WITH_TARGET_VERSION = 34;

/** Source: `ValidateAPIVersion`. The version v1 is accepted, for a ReplicationController. */
function* checkTargetVersion(version: Field): FieldErrors {
  const parts = version.text.split('/');
  if (parts.length > 2) yield version.invalid(`unexpected GroupVersion string: ${version.text}`);
  else if (version.text !== 'v1' && (parts.length < 2 || parts[0] === ''))
    yield version.invalid('apiVersion must specify API group, such as apps/v1');
}

/** The metrics that exist without a pod. */
const SCALE_TO_ZERO = ['External', 'Object'];

/** From this version on an autoscaler may scale to zero: HPAScaleToZero is on by default. */
const FIRST_WITH_ZERO_REPLICAS = 37;

/** Source: `validateHorizontalPodAutoscalerSpec` and `validateMetrics` */
function* checkReplicas(spec: Field, minor: number): FieldErrors {
  const [min, max] = [spec.at('minReplicas'), spec.at('maxReplicas')];
  const least = minor < FIRST_WITH_ZERO_REPLICAS ? 1 : 0;
  if ((min.number ?? 1) < least) yield min.invalid(`must be greater than or equal to ${least}`);
  const metrics = spec.at('metrics');
  if (
    min.number === 0 &&
    least === 0 &&
    !metrics.items.some((metric) => SCALE_TO_ZERO.includes(metric.at('type').text))
  )
    yield metrics.forbidden('must specify at least one Object or External metric to support scaling to zero replicas');
  if (max.number === undefined) return;
  if (max.number < 1) yield max.invalid('must be greater than 0');
  if (max.number < (min.number ?? 1)) yield max.invalid('must be greater than or equal to `minReplicas`');
}

function* checkReference(reference: Field): FieldErrors {
  for (const key of ['kind', 'name']) yield* isRequiredName(reference.at(key), pathSegment);
}

const METRICS: Record<string, string> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

function* checkMetric(metric: Field): FieldErrors {
  const type = metric.at('type');
  if (isMissing(type)) yield type.required('must specify a metric source type');
  yield* isOneOf(type, Object.keys(METRICS));
  const expected = Object.hasOwn(METRICS, type.text) ? METRICS[type.text] : undefined;
  if (expected !== undefined && !metric.at(expected).isSet)
    yield metric.at(expected).required('must populate information for the given metric source');
  for (const source of Object.values(METRICS)) {
    if (!metric.at(source).isSet) continue;
    if (source !== expected) yield metric.at(source).forbidden('must populate the given metric source only');
    else yield* checkSource(source, metric.at(source));
  }
}

function* checkSource(kind: string, source: Field): FieldErrors {
  const target = source.at('target');
  const [value, average, utilization] = [
    target.at('value'),
    target.at('averageValue'),
    target.at('averageUtilization'),
  ];
  yield* checkTarget(target);
  if (kind === 'resource' || kind === 'containerResource') {
    yield* isRequiredName(source.at('name'), kind === 'containerResource' ? containerResourceName : () => []);
    if (kind === 'containerResource') yield* isRequiredName(source.at('container'), dnsLabel);
    if (!utilization.isSet && !average.isSet)
      yield utilization.required('must set either a target raw value or a target utilization');
    if (utilization.isSet && average.isSet)
      yield average.forbidden('may not set both a target raw value and a target utilization');
    return;
  }
  yield* isRequiredName(source.at('metric', 'name'), pathSegment);
  if (kind === 'object') yield* checkReference(source.at('describedObject'));
  if (kind === 'pods') {
    if (!average.isSet) yield average.required('must specify a positive target averageValue');
  } else if (!value.isSet && !average.isSet) yield average.required('must set either a target value or averageValue');
  if (kind === 'external' && value.isSet && average.isSet)
    yield value.forbidden('may not set both a target value for metric and a per-pod target');
}

function* checkTarget(target: Field): FieldErrors {
  const [type, utilization] = [target.at('type'), target.at('averageUtilization')];
  if (isMissing(type)) yield type.required('must specify a metric target type');
  yield* isOneOf(type, ['Utilization', 'Value', 'AverageValue']);
  for (const key of ['value', 'averageValue']) yield* isPositiveQuantity(target.at(key));
  if ((utilization.number ?? 1) < 1) yield utilization.invalid('must be greater than 0');
}

const MAX_WINDOW = 3600;
const MAX_PERIOD = 1800;

function* checkScalingRules(rules: Field): FieldErrors {
  const [window, policies] = [rules.at('stabilizationWindowSeconds'), rules.at('policies')];
  if ((window.number ?? 0) < 0) yield window.invalid('must be greater than or equal to zero');
  if ((window.number ?? 0) > MAX_WINDOW) yield window.invalid(`must be less than or equal to ${MAX_WINDOW}`);
  yield* isExactlyOneOf(rules.at('selectPolicy'), ['Disabled', 'Max', 'Min']);
  // Without the list the default policies apply.
  if (policies.isSet && isEmptyList(policies)) yield policies.required('must specify at least one Policy');
  for (const policy of policies.items) {
    const [value, period] = [policy.at('value'), policy.at('periodSeconds')];
    if (isMissing(policy.at('type'))) yield policy.at('type').unsupported(['Percent', 'Pods']);
    yield* isOneOf(policy.at('type'), ['Percent', 'Pods']);
    if ((value.number ?? 1) <= 0) yield value.invalid('must be greater than zero');
    yield* isBetween(period, [1, MAX_PERIOD]);
  }
}

/** Source: pkg/apis/policy/validation/validation.go */
export function* checkDisruptionBudget(budget: Field): FieldErrors {
  const spec = budget.at('spec');
  const [min, max] = [spec.at('minAvailable'), spec.at('maxUnavailable')];
  if (min.isSet && max.isSet) yield spec.invalid('minAvailable and maxUnavailable cannot be both set; remove one');
  yield* isIntOrPercent(min);
  yield* isIntOrPercent(max);
  yield* checkSelector(spec.at('selector'));
  yield* isExactlyOneOf(spec.at('unhealthyPodEvictionPolicy'), ['AlwaysAllow', 'IfHealthyBudget']);
}
