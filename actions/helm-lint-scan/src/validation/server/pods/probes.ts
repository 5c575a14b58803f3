import { isEmptyList, isNotNegative, isOneOf, isOnlyOne, isPort, isPortOrName } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { headerName } from '../formats/names.ts';

/** Probes and hooks of containers. Source: `validateProbe` and `validateHandler` in pkg/apis/core/validation/validation.go */

const PROBE_HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const HOOK_HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'sleep'];
const PROBE_NUMBERS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];

/** What handlers depend on. */
interface HandlerContext extends ServerContext {
  /** Of the pod, in seconds. */
  gracePeriod: number;
}

export function* checkProbes(container: Field, context: HandlerContext): FieldErrors {
  for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container.at(key);
    if (!probe.isSet) continue;
    yield* checkHandler(probe, PROBE_HANDLERS, context);
    for (const number of PROBE_NUMBERS) yield* isNotNegative(probe.at(number));
    const period = probe.at('terminationGracePeriodSeconds');
    if (period.number !== undefined && period.number <= 0) yield period.invalid('must be greater than 0');
    if (key === 'readinessProbe') {
      if (period.isSet) yield period.invalid('must not be set for readinessProbes');
    } else if ((probe.at('successThreshold').number ?? 1) > 1) {
      yield probe.at('successThreshold').invalid('must be 1');
    }
  }
}

export function* checkLifecycle(lifecycle: Field, context: HandlerContext): FieldErrors {
  for (const key of ['postStart', 'preStop']) {
    const hook = lifecycle.at(key);
    if (hook.isSet) yield* checkHandler(hook, HOOK_HANDLERS, context);
  }
}

function* checkHandler(parent: Field, handlers: readonly string[], context: HandlerContext): FieldErrors {
  yield* isOnlyOne(parent, handlers, 'may not specify more than 1 handler type');
  const first = handlers.find((key) => parent.at(key).isSet);
  if (first === undefined) return yield parent.required(`must specify a handler type: ${handlers.join(', ')}`);
  const handler = parent.at(first);
  if (first === 'exec' && isEmptyList(handler.at('command'))) yield handler.at('command').required();
  if (first === 'httpGet') yield* checkHttpGet(handler);
  if (first === 'tcpSocket') yield* isPortOrName(handler.at('port'));
  if (first === 'grpc') yield* isPort(handler.at('port'));
  if (first === 'sleep') yield* checkSleep(handler, context);
}

function* checkHttpGet(action: Field): FieldErrors {
  yield* isPortOrName(action.at('port'));
  yield* isOneOf(action.at('scheme'), ['HTTP', 'HTTPS']);
  for (const header of action.at('httpHeaders').items)
    for (const problem of headerName(header.at('name').text)) yield header.at('name').invalid(problem);
}

/** From this version on a hook may sleep for no time (PodLifecycleSleepActionAllowZero). */
const FIRST_WITH_ZERO_SLEEP = 33;

function* checkSleep(sleep: Field, { gracePeriod, minor }: HandlerContext): FieldErrors {
  const seconds = sleep.at('seconds');
  const number = seconds.number ?? 0;
  if (number < 0 || number > gracePeriod || (number === 0 && minor < FIRST_WITH_ZERO_SLEEP))
    yield seconds.invalid(`must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`);
}
