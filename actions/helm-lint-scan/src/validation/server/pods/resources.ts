import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { type Format, qualifiedName } from '../formats/names.ts';
import { isWhole, parseQuantity } from '../formats/quantity.ts';
import { checkContainerClaims } from './resource-claims.ts';

/**
 * Requests and limits. Source: `validateResourceRequirements` in pkg/apis/core/validation/validation.go, and
 * pkg/apis/core/helper/helpers.go
 * @param pod with the names of its claims
 */
export function* checkResources(
  resources: Field,
  { claims, minor }: ServerContext & { claims: ReadonlySet<string> },
): FieldErrors {
  yield* checkRequirements(resources, containerResourceName);
  if (minor >= FIRST_WITH_CLAIMS) yield* checkContainerClaims(resources.at('claims'), claims);
}

/** From this version on DynamicResourceAllocation is on by default. Before, the server drops the claims. */
export const FIRST_WITH_CLAIMS = 34;

/** @param format of the names of resources */
export function* checkRequirements(resources: Field, format: Format): FieldErrors {
  const limits = resources.at('limits');
  yield* checkAmounts(limits, format);
  for (const [name, request] of resources.at('requests').entries) {
    yield* checkQuantity(name, request, format);
    yield* checkAgainstLimit(name, request, limits.at(name));
  }
  const names = ['limits', 'requests'].flatMap((key) => resources.at(key).entries.map(([name]) => name));
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    yield resources.forbidden('HugePages require cpu or memory');
}

const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
export const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
/** What the scheduler may promise more of than there is. */
const allowsOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

/** Amounts by the name of their resource. */
export function* checkAmounts(amounts: Field, format: Format): FieldErrors {
  for (const [name, amount] of amounts.entries) yield* checkQuantity(name, amount, format);
}

function* checkQuantity(name: string, field: Field, format: Format): FieldErrors {
  for (const problem of format(name)) yield field.invalidKey(problem);
  yield* isQuantityOf(name, field);
  if (isHugePages(name)) yield* isWholeNumberOfPages(name, field);
}

/** `hugepages-2Mi: 3Mi` is one and a half pages. */
function* isWholeNumberOfPages(name: string, field: Field): FieldErrors {
  const [size, amount] = [parseQuantity(name.slice('hugepages-'.length)), parseQuantity(field.value)];
  if (amount === undefined) return;
  if (size === undefined || size <= 0n || amount % size !== 0n)
    yield field.invalid(`${field.value} is not positive integer multiple of ${name}`);
}

/** An amount of a resource: not negative, and whole for what cannot be divided. Source: `ValidateResourceQuantityValue` */
export function* isQuantityOf(name: string, field: Field): FieldErrors {
  const quantity = parseQuantity(field.value);
  if (quantity === undefined) return;
  if (quantity < 0n) yield field.invalid('must be greater than or equal to 0');
  if ((INTEGER_RESOURCES.has(name) || !isNative(name)) && !isWhole(quantity)) yield field.invalid('must be an integer');
}

const INTEGER_RESOURCES = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

/** What is wrong with the name of a resource of a container. Source: `validateContainerResourceName` */
export const containerResourceName: Format = (name) => {
  const problems = qualifiedName(name);
  if (problems.length > 0) return problems;
  if (!name.includes('/'))
    return CONTAINER_RESOURCES.includes(name) || isHugePages(name)
      ? []
      : [`must be a standard resource for containers: ${CONTAINER_RESOURCES.join(', ')}, hugepages-SIZE`];
  const isExtended = !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
  return isNative(name) || isExtended ? [] : ["doesn't follow extended resource name standard"];
};

const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];

export function* checkContainerResourceName(name: string, field: Field): FieldErrors {
  for (const problem of containerResourceName(name)) yield field.invalidKey(problem);
}

/** The amount of a resource. The server reads a null as 0. */
export const amountOf = ({ value }: Field): bigint | undefined => parseQuantity(value === null ? 0 : value);

function* checkAgainstLimit(name: string, request: Field, limit: Field): FieldErrors {
  const wanted = parseQuantity(request.value);
  const most = amountOf(limit);
  if (limit.value === undefined) {
    if (!allowsOvercommit(name)) yield limit.required('Limit must be set for non overcommitable resources');
  } else if (wanted !== undefined && most !== undefined) {
    if (wanted !== most && !allowsOvercommit(name))
      yield request.invalid(`must be equal to ${name} limit of ${limit.value ?? 0}`);
    else if (wanted > most) yield request.invalid(`must be less than or equal to ${name} limit of ${limit.value ?? 0}`);
  }
}
