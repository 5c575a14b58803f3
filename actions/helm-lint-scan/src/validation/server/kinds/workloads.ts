import { hasFormat, intOrPercent, isIntOrPercent, isNotNegative, isOneOf, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { dnsLabel } from '../formats/names.ts';
import { checkPodAnnotations } from '../pods/annotations.ts';
import { checkPodSpec, checkPodTemplate } from '../pods/pod-spec.ts';
import { checkWorkloadSelector } from '../selectors.ts';
import { checkClaimSpec } from './claims.ts';

/** Source: pkg/apis/apps/validation/validation.go */

export function* checkPod(pod: Field, context: ServerContext): FieldErrors {
  yield* checkPodSpec(pod.at('spec'), context);
  const ephemeral = pod.at('spec', 'ephemeralContainers');
  if (ephemeral.items.length > 0) yield ephemeral.forbidden('cannot be set on create');
  // Templates may have such images: `ValidatePodSpec` tolerates what older versions accepted.
  for (const key of ['initContainers', 'containers'])
    for (const image of pod.at('spec', key).items.map((container) => container.at('image')))
      if (image.text !== image.text.trim()) yield image.invalid('must not have leading or trailing whitespace');
  yield* checkPodAnnotations(pod.at('metadata', 'annotations'), pod.at('spec'));
  const node = pod.at('spec', 'nodeName');
  if (node.text !== '' && pod.at('spec', 'schedulingGates').items.length > 0)
    yield node.forbidden('cannot be set until all schedulingGates have been cleared');
}

export function* checkPodTemplateObject(object: Field, context: ServerContext): FieldErrors {
  yield* checkPodTemplate(object.at('template'), context);
}

/** The pods of these workloads run forever. */
function* checkPermanentTemplate(template: Field, kind: string): FieldErrors {
  const [restartPolicy, deadline] = [
    template.at('spec', 'restartPolicy'),
    template.at('spec', 'activeDeadlineSeconds'),
  ];
  if (['OnFailure', 'Never'].includes(restartPolicy.text)) yield restartPolicy.unsupported(['Always']);
  if (deadline.isSet) yield deadline.forbidden(`activeDeadlineSeconds in ${kind} is not Supported`);
}

export function* checkDeployment(deployment: Field, context: ServerContext): FieldErrors {
  const spec = deployment.at('spec');
  yield* checkWorkloadSelector(spec.at('selector'), 'deployment');
  yield* checkPodTemplate(spec.at('template'), context);
  yield* checkPermanentTemplate(spec.at('template'), 'ReplicaSet');
  yield* checkDeploymentStrategy(spec.at('strategy'));
  for (const key of ['replicas', 'minReadySeconds', 'revisionHistoryLimit']) yield* isNotNegative(spec.at(key));
  yield* checkProgressDeadline(spec);
}

const DEFAULT_PROGRESS_DEADLINE = 600;

function* checkProgressDeadline(spec: Field): FieldErrors {
  const deadline = spec.at('progressDeadlineSeconds');
  const ready = spec.at('minReadySeconds').number ?? 0;
  yield* isNotNegative(deadline);
  if ((deadline.number ?? DEFAULT_PROGRESS_DEADLINE) > ready) return;
  if (deadline.isSet) yield deadline.invalid('must be greater than minReadySeconds');
  else
    yield spec
      .at('minReadySeconds')
      .invalid(`must be less than progressDeadlineSeconds, which is ${DEFAULT_PROGRESS_DEADLINE} by default`);
}

/** Source: `ValidateDeploymentStrategy` */
function* checkDeploymentStrategy(strategy: Field): FieldErrors {
  const [type, update] = [strategy.at('type'), strategy.at('rollingUpdate')];
  yield* isOneOf(type, ['Recreate', 'RollingUpdate']);
  if (type.text === 'Recreate') {
    if (update.isSet) yield update.forbidden("may not be specified when strategy `type` is 'Recreate'");
    return;
  }
  const [unavailable, surge] = [update.at('maxUnavailable'), update.at('maxSurge')];
  yield* isIntOrPercent(unavailable);
  yield* isIntOrPercent(surge, 'none');
  if (intOrPercent(unavailable) === 0 && intOrPercent(surge) === 0)
    yield unavailable.invalid('may not be 0 when `maxSurge` is 0');
}

export function* checkReplicaSet(set: Field, context: ServerContext): FieldErrors {
  const spec = set.at('spec');
  yield* checkWorkloadSelector(spec.at('selector'), 'deployment');
  yield* checkPodTemplate(spec.at('template'), context);
  yield* checkPermanentTemplate(spec.at('template'), 'ReplicaSet');
  for (const key of ['replicas', 'minReadySeconds']) yield* isNotNegative(spec.at(key));
}

export function* checkReplicationController(controller: Field, context: ServerContext): FieldErrors {
  const spec = controller.at('spec');
  const labels = spec.at('template', 'metadata', 'labels');
  if (spec.at('selector').entries.some(([key, { text }]) => labels.at(key).text !== text || !labels.at(key).isSet))
    yield labels.invalid('`selector` does not match template `labels`');
  // Without a selector it is the labels of the template.
  if (spec.at('selector').entries.length === 0 && spec.at('template', 'metadata', 'labels').entries.length === 0)
    yield spec.at('selector').required();
  if (!spec.at('template').isSet) return yield spec.at('template').required();
  yield* checkPodTemplate(spec.at('template'), context);
  yield* checkPermanentTemplate(spec.at('template'), 'ReplicationController');
  for (const key of ['replicas', 'minReadySeconds']) yield* isNotNegative(spec.at(key));
}

/** Source: `ValidateDaemonSetSpec` */
export function* checkDaemonSet(set: Field, context: ServerContext): FieldErrors {
  const spec = set.at('spec');
  yield* checkWorkloadSelector(spec.at('selector'), 'daemonset');
  yield* checkPodTemplate(spec.at('template'), context);
  yield* checkPermanentTemplate(spec.at('template'), 'DaemonSet');
  for (const key of ['minReadySeconds', 'revisionHistoryLimit']) yield* isNotNegative(spec.at(key));
  const strategy = spec.at('updateStrategy');
  yield* isOneOf(strategy.at('type'), ['RollingUpdate', 'OnDelete']);
  if (strategy.at('type').text !== 'OnDelete') yield* checkDaemonSetUpdate(strategy.at('rollingUpdate'));
}

function* checkDaemonSetUpdate(update: Field): FieldErrors {
  const [unavailable, surge] = [update.at('maxUnavailable'), update.at('maxSurge')];
  yield* isIntOrPercent(unavailable);
  yield* isIntOrPercent(surge);
  // The defaults are 1 and 0.
  const [most, more] = [unavailable.isSet ? intOrPercent(unavailable) : 1, surge.isSet ? intOrPercent(surge) : 0];
  if (most === 0 && more === 0) yield unavailable.required('cannot be 0 when maxSurge is 0');
  if (most !== undefined && more !== undefined && most !== 0 && more !== 0)
    yield surge.invalid('may not be set when maxUnavailable is non-zero; set maxUnavailable to 0');
}

/** From this version on the name of a StatefulSet's Service is checked. */
const FIRST_WITH_SERVICE_NAME = 34;

/**
 * Source: `ValidateStatefulSetSpec`. Which versions refuse what is in the template and the claims, stateful-set-pods.ts says.
 */
export function* checkStatefulSet(set: Field, context: ServerContext): FieldErrors {
  const spec = set.at('spec');
  const claims = spec.at('volumeClaimTemplates').items;
  yield* checkWorkloadSelector(spec.at('selector'), 'statefulset');
  yield* checkPodTemplate(spec.at('template'), {
    ...context,
    claims: claims.map((claim) => claim.at('metadata', 'name').text),
    namesHosts: true,
  });
  yield* checkPermanentTemplate(spec.at('template'), 'StatefulSet');
  for (const claim of claims) {
    yield* isRequiredName(claim.at('metadata', 'name'));
    yield* checkClaimSpec(claim.at('spec'));
  }
  for (const key of ['replicas', 'minReadySeconds']) yield* isNotNegative(spec.at(key));
  yield* isNotNegative(spec.at('ordinals', 'start'));
  yield* isOneOf(spec.at('podManagementPolicy'), ['OrderedReady', 'Parallel']);
  if (context.minor >= FIRST_WITH_SERVICE_NAME) yield* hasFormat(spec.at('serviceName'), dnsLabel);
  const retention = spec.at('persistentVolumeClaimRetentionPolicy');
  for (const key of ['whenDeleted', 'whenScaled']) yield* isOneOf(retention.at(key), ['Retain', 'Delete']);
  yield* checkStatefulSetUpdate(spec.at('updateStrategy'), context);
}

function* checkStatefulSetUpdate(strategy: Field, { minor }: ServerContext): FieldErrors {
  const [type, update] = [strategy.at('type'), strategy.at('rollingUpdate')];
  yield* isOneOf(type, ['RollingUpdate', 'OnDelete']);
  if (type.text === 'OnDelete' && update.isSet) yield update.invalid("only allowed for updateStrategy 'RollingUpdate'");
  yield* isNotNegative(update.at('partition'));
  // Alpha until 1.34: the field is dropped where its feature is not enabled.
  if (minor > 34) yield* isIntOrPercent(update.at('maxUnavailable'));
}
