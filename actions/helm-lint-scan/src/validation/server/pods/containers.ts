import { areUnique, isExactlyOneOf, isOneOf, isPort, isRequired, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { portName } from '../formats/names.ts';
import { checkEnv, checkEnvFrom } from './env.ts';
import { checkMounts } from './mounts.ts';
import { checkLifecycle, checkProbes } from './probes.ts';
import { checkResources } from './resources.ts';
import { checkInitRestartPolicy, checkRestartPolicy } from './restart-policy.ts';
import { checkSecurityContext } from './security-context.ts';

/** Source: `validateContainers` and `validateInitContainers` in pkg/apis/core/validation/validation.go */

/** What the containers of a pod share. */
export interface PodContext extends ServerContext {
  /** The volumes by name; `undefined` for those of a StatefulSet's claims. */
  volumes: ReadonlyMap<string, Field | undefined>;
  /** In seconds. */
  gracePeriod: number;
  /** Whether the pod uses the users of its node. */
  hostUsers: boolean;
  hostNetwork: boolean;
  /** Of the pod: Always, when it has none. */
  restartPolicy: string;
  /** The names of the pod's resource claims. */
  claims: ReadonlySet<string>;
}

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const INIT_ONLY = 'may not be set for init containers without restartPolicy=Always';

export function* checkContainers(pod: Field, context: PodContext): FieldErrors {
  const containers = pod.at('containers');
  const initContainers = pod.at('initContainers');
  if (containers.items.length === 0) yield containers.required();
  for (const container of containers.items) {
    yield* checkContainer(container, context);
    yield* checkLifecycle(container.at('lifecycle'), context);
    yield* checkProbes(container, context);
    yield* checkRestartPolicy(container, context);
  }
  for (const container of initContainers.items) yield* checkInitContainer(container, context);
  yield* areUnique([...containers.items, ...initContainers.items].map((container) => container.at('name')));
  yield* checkHostPorts(containers.items);
  for (const container of initContainers.items) yield* checkHostPorts([container]);
}

function* checkInitContainer(container: Field, context: PodContext): FieldErrors {
  yield* checkContainer(container, context);
  yield* checkInitRestartPolicy(container, context);
  if (container.at('restartPolicy').text === 'Always') {
    yield* checkLifecycle(container.at('lifecycle'), context);
    yield* checkProbes(container, context);
  } else {
    for (const key of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'])
      if (container.at(key).isSet) yield container.at(key).forbidden(INIT_ONLY);
  }
}

/** Source: `validateContainerCommon` */
function* checkContainer(container: Field, context: PodContext): FieldErrors {
  yield* isRequiredName(container.at('name'));
  yield* isRequired(container.at('image'));
  yield* isOneOf(container.at('terminationMessagePolicy'), ['File', 'FallbackToLogsOnError']);
  yield* isOneOf(container.at('imagePullPolicy'), ['Always', 'IfNotPresent', 'Never']);
  yield* checkPorts(container.at('ports'), context);
  yield* checkEnv(container.at('env'), context);
  yield* checkEnvFrom(container.at('envFrom'), context);
  yield* checkResizePolicy(container.at('resizePolicy'), context);
  yield* checkMounts(container, context.volumes);
  yield* checkResources(container.at('resources'), context);
  yield* checkSecurityContext(container.at('securityContext'), context);
}

/** From this version on InPlacePodVerticalScaling is on by default. Before, the server drops the field. */
const FIRST_WITH_RESIZE = 33;
/** From this version on a container may ask for its restart although its pod is never restarted. */
const FIRST_WITH_FREE_RESIZE = 35;

/** Source: `validateResizePolicy` */
function* checkResizePolicy(policies: Field, { minor, restartPolicy }: PodContext): FieldErrors {
  if (minor < FIRST_WITH_RESIZE) return;
  for (const policy of policies.items) {
    yield* isExactlyOneOf(policy.at('resourceName'), ['cpu', 'memory']);
    yield* isExactlyOneOf(policy.at('restartPolicy'), ['NotRequired', 'RestartContainer']);
    if (
      minor < FIRST_WITH_FREE_RESIZE &&
      restartPolicy === 'Never' &&
      policy.at('restartPolicy').text !== 'NotRequired'
    )
      yield policy.at('restartPolicy').invalid("must be 'NotRequired' when `restartPolicy` is 'Never'");
  }
  yield* areUnique(policies.items.map((policy) => policy.at('resourceName')));
}

function* checkPorts(ports: Field, { hostNetwork }: PodContext): FieldErrors {
  for (const port of ports.items) {
    const [name, number, hostPort] = [port.at('name'), port.at('containerPort'), port.at('hostPort')];
    for (const problem of name.text === '' ? [] : portName(name.text)) yield name.invalid(problem);
    if (number.value === 0 || !number.isSet) yield number.required();
    else yield* isPort(number);
    if (hostPort.value === 0 || !hostPort.isSet) continue;
    yield* isPort(hostPort);
    if (hostNetwork && hostPort.value !== number.value)
      yield number.invalid('must match `hostPort` when `hostNetwork` is true');
  }
  for (const port of ports.items) yield* isOneOf(port.at('protocol'), PROTOCOLS);
  yield* areUnique(ports.items.map((port) => port.at('name')));
}

/** Source: `checkHostPortConflicts` */
function* checkHostPorts(containers: readonly Field[]): FieldErrors {
  const seen = new Set<string>();
  for (const port of containers.flatMap((container) => container.at('ports').items)) {
    const hostPort = port.at('hostPort');
    if (hostPort.number === undefined || hostPort.number === 0) continue;
    const key = `${port.at('protocol').text || 'TCP'}/${port.at('hostIP').text}/${hostPort.number}`;
    if (seen.has(key)) yield hostPort.duplicate(key);
    seen.add(key);
  }
}
