import { hasFormat, isExactlyOneOf, isMissing, isOneOf, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { annotationKey, dnsLabel } from '../formats/names.ts';
import { isQuantityOf } from '../pods/resources.ts';
import { checkTolerations } from '../pods/scheduling.ts';
import { checkLabels } from '../selectors.ts';

/** Source: pkg/apis/storage/validation/validation.go */
export function* checkStorageClass(storageClass: Field): FieldErrors {
  yield* isRequiredName(storageClass.at('provisioner'), annotationKey);
  yield* isOneOf(storageClass.at('reclaimPolicy'), ['Delete', 'Retain']);
  yield* isExactlyOneOf(storageClass.at('volumeBindingMode'), ['Immediate', 'WaitForFirstConsumer']);
}

export function* checkCsiDriver(driver: Field): FieldErrors {
  yield* isExactlyOneOf(driver.at('spec', 'fsGroupPolicy'), ['File', 'None', 'ReadWriteOnceWithFSType']);
  for (const mode of driver.at('spec', 'volumeLifecycleModes').items)
    yield* isExactlyOneOf(mode, ['Persistent', 'Ephemeral']);
}

const MAX_PRIORITY = 1_000_000_000;
const SYSTEM_CLASSES = ['system-node-critical', 'system-cluster-critical'];

/** Source: pkg/apis/scheduling/validation/validation.go */
export function* checkPriorityClass(priorityClass: Field): FieldErrors {
  const [name, value] = [priorityClass.at('metadata', 'name'), priorityClass.at('value')];
  if (name.text.startsWith('system-')) {
    if (!SYSTEM_CLASSES.includes(name.text))
      yield name.forbidden("priority class names with 'system-' prefix are reserved for system use only");
  } else if ((value.number ?? 0) > MAX_PRIORITY)
    yield value.forbidden(`maximum allowed value of a user defined priority is ${MAX_PRIORITY}`);
  yield* isExactlyOneOf(priorityClass.at('preemptionPolicy'), ['Never', 'PreemptLowerPriority']);
}

/** Source: pkg/apis/node/validation/validation.go */
export function* checkRuntimeClass(runtimeClass: Field, context: ServerContext): FieldErrors {
  const handler = runtimeClass.at('handler');
  if (isMissing(handler)) yield handler.required();
  else yield* hasFormat(handler, dnsLabel);
  for (const [name, amount] of runtimeClass.at('overhead', 'podFixed').entries) yield* isQuantityOf(name, amount);
  yield* checkLabels(runtimeClass.at('scheduling', 'nodeSelector'));
  yield* checkTolerations(runtimeClass.at('scheduling', 'tolerations'), context);
}
