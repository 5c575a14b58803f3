import { isExactlyOneOf, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsLabel } from '../formats/names.ts';
import { checkAmounts, containerResourceName } from '../pods/resources.ts';
import { checkTolerations } from '../pods/scheduling.ts';
import { checkLabels } from '../selectors.ts';

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
export function* checkRuntimeClass(runtimeClass: Field): FieldErrors {
  yield* isRequiredName(runtimeClass.at('handler'), dnsLabel);
  yield* checkAmounts(runtimeClass.at('overhead', 'podFixed'), containerResourceName);
  yield* checkLabels(runtimeClass.at('scheduling', 'nodeSelector'));
  const tolerations = runtimeClass.at('scheduling', 'tolerations');
  yield* checkTolerations(tolerations);
  const seen = new Set<string>();
  for (const toleration of tolerations.items) {
    const key = ['key', 'operator', 'value', 'effect'].map((part) => toleration.at(part).text).join(' ');
    if (seen.has(key)) yield toleration.duplicate(key);
    seen.add(key);
  }
}
