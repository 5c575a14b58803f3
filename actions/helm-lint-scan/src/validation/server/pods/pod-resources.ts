import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { type Format, qualifiedName } from '../formats/names.ts';
import { parseQuantity } from '../formats/quantity.ts';
import { checkRequirements, isHugePages } from './resources.ts';

/** Resources of a whole pod. Source: `validatePodResources` in pkg/apis/core/validation/validation.go */

/** From this version on PodLevelResources is on by default. Before, the server drops the field. */
const FIRST_VERSION = 34;
const POD_RESOURCES = ['cpu', 'memory'];

const podResourceName: Format = (name) => {
  const problems = qualifiedName(name);
  if (problems.length > 0 || POD_RESOURCES.includes(name) || isHugePages(name)) return problems;
  return [`supported values: "cpu", "hugepages-", "memory"`];
};

export function* checkPodResources(pod: Field, { minor }: ServerContext): FieldErrors {
  const resources = pod.at('resources');
  if (!resources.isSet || minor < FIRST_VERSION) return;
  if (pod.at('os', 'name').text === 'windows') return yield resources.forbidden('may not be set for a windows pod');
  if (resources.at('claims').isSet)
    yield resources.at('claims').forbidden('claims may not be set for Resources at pod-level');
  yield* checkRequirements(resources, podResourceName);
  for (const container of pod.at('containers').items)
    for (const [name, limit] of container.at('resources', 'limits').entries)
      yield* isWithin(limit, resources.at('limits', name));
  for (const [name, request] of resources.at('requests').entries) yield* isEnough(request, pod, name);
}

function* isWithin(limit: Field, most: Field): FieldErrors {
  const [amount, bound] = [parseQuantity(limit.value), parseQuantity(most.value)];
  if (amount !== undefined && bound !== undefined && amount > bound)
    yield limit.invalid(`must be less than or equal to pod limits of ${most.value}`);
}

/** Containers that end before the others start are left out: their part depends on what runs beside them. */
function* isEnough(request: Field, pod: Field, name: string): FieldErrors {
  const amount = parseQuantity(request.value);
  const lasting = [
    ...pod.at('containers').items,
    ...pod.at('initContainers').items.filter((container) => container.at('restartPolicy').text === 'Always'),
  ];
  const wanted = lasting.reduce((sum, container) => sum + requestOf(container, name), 0n);
  if (amount !== undefined && wanted > amount)
    yield request.invalid('must be greater than or equal to aggregate container requests');
}

/** Without a request it is the limit. */
function requestOf(container: Field, name: string): bigint {
  const [request, limit] = ['requests', 'limits'].map((key) => container.at('resources', key, name).value);
  return parseQuantity(request ?? limit) ?? 0n;
}
