import { areUnique } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { type Format, qualifiedName } from '../formats/names.ts';
import { amountOf, containerResourceName, isQuantityOf } from '../pods/resources.ts';
import { notAnOperator } from '../selectors.ts';

/** Source: `ValidateLimitRange` and `ValidateResourceQuotaSpec` in pkg/apis/core/validation/validation.go */

const TYPES = ['Container', 'PersistentVolumeClaim', 'Pod'];
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];

export function* checkLimitRange(range: Field): FieldErrors {
  const limits = range.at('spec', 'limits').items;
  for (const limit of limits) yield* checkLimit(limit);
  yield* areUnique(limits.map((limit) => limit.at('type')));
}

function* checkLimit(limit: Field): FieldErrors {
  const type = limit.at('type');
  const problems = qualifiedName(type.text);
  for (const problem of problems) yield type.invalid(problem);
  if (problems.length === 0 && !type.text.includes('/') && !TYPES.includes(type.text))
    yield type.invalid(`must be a standard limit type or fully qualified: ${TYPES.join(', ')}`);
  const format = ['Container', 'Pod'].includes(type.text) ? containerResourceName : resourceName;
  for (const key of LISTS)
    for (const [name, field] of limit.at(key).entries)
      for (const problem of format(name)) yield field.invalidKey(problem);
  if (type.text === 'Pod')
    for (const key of ['default', 'defaultRequest'])
      if (limit.at(key).entries.length > 0) yield limit.at(key).forbidden("may not be specified when `type` is 'Pod'");
  if (
    type.text === 'PersistentVolumeClaim' &&
    ['min', 'max'].every((key) => limit.at(key, 'storage').value === undefined)
  )
    yield limit.required('either minimum or maximum storage value is required, but neither was provided');
  const names = new Set(LISTS.flatMap((key) => limit.at(key).entries.map(([name]) => name)));
  for (const name of names) yield* checkOrder(limit, name, type.text === 'Container');
}

/** Source: `ValidateResourceName` */
const resourceName: Format = (name) => {
  const problems = qualifiedName(name);
  if (problems.length > 0 || name.includes('/') || name === 'storage' || isQuotaResource(name)) return problems;
  return ['must be a standard resource type or fully qualified'];
};

/** For containers the server completes the defaults. Source: `SetDefaults_LimitRangeItem` in pkg/apis/core/v1/defaults.go */
function* checkOrder(limit: Field, name: string, completes: boolean): FieldErrors {
  const find = (...keys: string[]): { field: Field; amount: bigint } | undefined => {
    const fields = (completes ? keys : keys.slice(0, 1)).map((key) => limit.at(key, name));
    const field = fields.find(({ value }) => value !== undefined);
    const amount = field === undefined ? undefined : amountOf(field);
    return field === undefined || amount === undefined ? undefined : { field, amount };
  };
  const [least, most] = [find('min'), find('max')];
  const limits = find('default', 'max');
  const requests = find('defaultRequest', 'default', 'max', 'min');
  const ordered: [string, typeof least, string, typeof least][] = [
    ['min', least, 'max', most],
    ['min', least, 'default request', requests],
    ['default request', requests, 'max', most],
    ['default request', requests, 'default limit', limits],
    ['min', least, 'default', limits],
    ['default', limits, 'max', most],
  ];
  for (const [low, lower, high, higher] of ordered)
    if (lower !== undefined && higher !== undefined && lower.amount > higher.amount) {
      yield lower.field.invalid(
        `${low} value ${lower.field.value ?? 0} is greater than ${high} value ${higher.field.value ?? 0}`,
      );
      return;
    }
  const ratio = find('maxLimitRequestRatio');
  if (ratio !== undefined && ratio.amount < 10n ** 9n)
    yield ratio.field.invalid(`ratio ${ratio.field.value ?? 0} is less than 1`);
}

const QUOTA_RESOURCES = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);

const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
];
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

export function* checkResourceQuota(quota: Field): FieldErrors {
  const spec = quota.at('spec');
  for (const [name, amount] of spec.at('hard').entries) {
    const problems = qualifiedName(name);
    for (const problem of problems) yield amount.invalidKey(problem);
    if (problems.length === 0 && !name.includes('/') && !isQuotaResource(name))
      yield amount.invalidKey('must be a standard resource for quota');
    yield* isQuantityOf(name, amount);
  }
  const scopes = spec.at('scopes');
  const names = spec.at('hard').entries.map(([name]) => name);
  for (const scope of scopes.items) yield* isScopeOf(scope, names);
  for (const [one, other] of CONFLICTS)
    if (scopes.texts.includes(one) && scopes.texts.includes(other)) yield scopes.invalid('conflicting scopes');
  for (const expression of spec.at('scopeSelector', 'matchExpressions').items) yield* checkScope(expression, names);
}

const POD_RESOURCES = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];

/** The resources that a scope can be for. Source: `IsResourceQuotaScopeValidForResource` in pkg/apis/core/helper/helpers.go */
const RESOURCES_OF: Readonly<Record<string, readonly string[]>> = {
  BestEffort: ['pods'],
  CrossNamespacePodAffinity: POD_RESOURCES,
  NotBestEffort: POD_RESOURCES,
  NotTerminating: POD_RESOURCES,
  PriorityClass: POD_RESOURCES,
  Terminating: POD_RESOURCES,
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
};

/** @param names of the resources of the quota */
function* isScopeOf(scope: Field, names: readonly string[]): FieldErrors {
  const resources = Object.hasOwn(RESOURCES_OF, scope.text) ? RESOURCES_OF[scope.text] : undefined;
  if (resources === undefined) yield scope.unsupported(SCOPES);
  else if (names.some((name) => isQuotaResource(name) && !resources.includes(name)))
    yield scope.invalid('unsupported scope applied to resource');
}

const isQuotaResource = (name: string): boolean => QUOTA_RESOURCES.has(name) || /^(?:requests\.)?hugepages-/.test(name);

function* checkScope(expression: Field, names: readonly string[]): FieldErrors {
  const [scope, operator, values] = ['scopeName', 'operator', 'values'].map((key) => expression.at(key)) as [
    Field,
    Field,
    Field,
  ];
  yield* isScopeOf(scope, names);
  if (!OPERATORS.includes(operator.text)) yield notAnOperator(operator, OPERATORS);
  const needsExists = scope.text !== 'PriorityClass' && SCOPES.includes(scope.text);
  if (needsExists && operator.text !== 'Exists') yield operator.invalid(`must be 'Exists' for the scope ${scope.text}`);
  if (['In', 'NotIn'].includes(operator.text) && values.items.length === 0)
    yield values.required("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
  if (['Exists', 'DoesNotExist'].includes(operator.text) && values.items.length > 0)
    yield values.invalid("must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
}
