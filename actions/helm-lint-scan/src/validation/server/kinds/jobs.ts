import {
  hasFormat,
  hasFormatIfSet,
  isEmptyList,
  isExactlyOneOf,
  isMissing,
  isNotNegative,
  isOneOf,
  isRequired,
} from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { scheduleProblem } from '../formats/cron.ts';
import { dnsLabel, qualifiedName } from '../formats/names.ts';
import { checkPodTemplate } from '../pods/pod-spec.ts';

/** Source: `validateJobSpec` in pkg/apis/batch/validation/validation.go */
export function* checkJob(job: Field, context: ServerContext): FieldErrors {
  const spec = job.at('spec');
  yield* checkJobSpec(spec, context);
  const selector = spec.at('selector');
  if (spec.at('manualSelector').isTrue) {
    if (!selector.isSet) yield selector.required();
  } else if (selector.at('matchLabels').entries.length + selector.at('matchExpressions').items.length > 0)
    yield selector.invalid('`selector` not auto-generated; remove it');
  yield* checkIndexedName(job);
}

function* checkIndexedName(job: Field): FieldErrors {
  const completions = job.at('spec', 'completions').number ?? 0;
  const name = job.at('metadata', 'name');
  if (job.at('spec', 'completionMode').text !== 'Indexed' || completions <= 0 || isMissing(name)) return;
  const hostname = `${name.text}-${completions - 1}`;
  if (dnsLabel(hostname).length > 0)
    yield name.invalid(`will not able to create pod with invalid DNS label: ${hostname}`);
}

const JOB_COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];
const MAX_INDEXED_PARALLELISM = 100_000;

export function* checkJobSpec(spec: Field, context: ServerContext): FieldErrors {
  for (const key of JOB_COUNTS) yield* isNotNegative(spec.at(key));
  yield* isExactlyOneOf(spec.at('completionMode'), ['NonIndexed', 'Indexed']);
  yield* checkIndexes(spec);
  yield* checkPodFailurePolicy(spec);
  yield* checkPodTemplate(spec.at('template'), context);
  const restartPolicy = spec.at('template', 'spec', 'restartPolicy');
  if (isMissing(restartPolicy) || restartPolicy.text === 'Always')
    yield restartPolicy.required('valid values: "OnFailure", "Never"');
  else if (spec.at('podFailurePolicy').isSet && restartPolicy.text === 'OnFailure')
    yield restartPolicy.invalid('only "Never" is supported when podFailurePolicy is specified');
}

function* checkIndexes(spec: Field): FieldErrors {
  const [completions, parallelism] = [spec.at('completions'), spec.at('parallelism')];
  if (spec.at('completionMode').text === 'Indexed') {
    // Both are 1 when neither is set.
    if (!completions.isSet && parallelism.isSet) yield completions.required('when completion mode is Indexed');
    if ((parallelism.number ?? 0) > MAX_INDEXED_PARALLELISM)
      yield parallelism.invalid(
        `must be less than or equal to ${MAX_INDEXED_PARALLELISM} when completion mode is Indexed`,
      );
    if (spec.at('maxFailedIndexes').isSet && !spec.at('backoffLimitPerIndex').isSet)
      yield spec.at('backoffLimitPerIndex').required('when maxFailedIndexes is specified');
    const failed = spec.at('maxFailedIndexes');
    if ((failed.number ?? 0) > (completions.number ?? Number.POSITIVE_INFINITY))
      yield failed.invalid('must be less than or equal to completions');
  } else {
    for (const key of ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy'])
      if (spec.at(key).isSet) yield spec.at(key).invalid('requires indexed completion mode');
  }
}

const FAILURE_ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const EXIT_CODE_OPERATORS = ['In', 'NotIn'];

/** Source: `validatePodFailurePolicy` and `validatePodReplacementPolicy` */
function* checkPodFailurePolicy(spec: Field): FieldErrors {
  const policy = spec.at('podFailurePolicy');
  const replacement = spec.at('podReplacementPolicy');
  yield* isExactlyOneOf(replacement, policy.isSet ? ['Failed'] : ['Failed', 'TerminatingOrFailed']);
  for (const rule of policy.at('rules').items) {
    const [action, codes, conditions] = [rule.at('action'), rule.at('onExitCodes'), rule.at('onPodConditions')];
    if (isMissing(action)) yield action.required(`valid values: ${FAILURE_ACTIONS.join(', ')}`);
    yield* isOneOf(action, FAILURE_ACTIONS);
    if (action.text === 'FailIndex' && !spec.at('backoffLimitPerIndex').isSet)
      yield action.invalid('requires the backoffLimitPerIndex to be set');
    if (codes.isSet && !isEmptyList(conditions))
      yield rule.invalid('specifying both OnExitCodes and OnPodConditions is not supported');
    if (!codes.isSet && isEmptyList(conditions))
      yield rule.invalid('specifying one of OnExitCodes and OnPodConditions is required');
    if (codes.isSet) yield* checkExitCodes(codes, spec);
    for (const condition of conditions.items) {
      yield* hasFormatIfSet(condition.at('type'), qualifiedName);
      yield* isOneOf(condition.at('status'), ['False', 'True', 'Unknown']);
    }
  }
}

function* checkExitCodes(codes: Field, spec: Field): FieldErrors {
  const [operator, values, container] = [codes.at('operator'), codes.at('values'), codes.at('containerName')];
  if (isMissing(operator)) yield operator.required(`valid values: ${EXIT_CODE_OPERATORS.join(', ')}`);
  yield* isOneOf(operator, EXIT_CODE_OPERATORS);
  const containers = ['containers', 'initContainers'].flatMap((key) => spec.at('template', 'spec', key).items);
  if (container.isSet && !containers.some((item) => item.at('name').text === container.text))
    yield container.invalid('must be one of the container or initContainer names in the pod template');
  if (values.items.length === 0) yield values.invalid('at least one value is required');
  let last = Number.NEGATIVE_INFINITY;
  for (const value of values.items) {
    if (value.number === undefined) continue;
    if (operator.text === 'In' && value.number === 0) yield value.invalid('must not be 0 for the In operator');
    if (value.number === last) yield value.duplicate();
    if (value.number < last) yield values.invalid('must be ordered');
    last = value.number;
  }
}

const MAX_CRON_JOB_NAME = 52;

/** Source: `ValidateCronJobCreate` */
export function* checkCronJob(cronJob: Field, context: ServerContext): FieldErrors {
  const spec = cronJob.at('spec');
  const name = cronJob.at('metadata', 'name');
  if (name.text.length > MAX_CRON_JOB_NAME) yield name.invalid(`must be no more than ${MAX_CRON_JOB_NAME} characters`);
  yield* isRequired(spec.at('schedule'));
  yield* hasFormat(spec.at('schedule'), (text) => [scheduleProblem(text) ?? []].flat());
  yield* checkTimeZone(spec.at('timeZone'));
  yield* isOneOf(spec.at('concurrencyPolicy'), ['Allow', 'Forbid', 'Replace']);
  for (const key of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'])
    yield* isNotNegative(spec.at(key));
  const job = spec.at('jobTemplate', 'spec');
  yield* checkJobSpec(job, context);
  if (job.at('selector').isSet) yield job.at('selector').invalid('`selector` will be auto-generated; remove it');
  if (job.at('manualSelector').isTrue) yield job.at('manualSelector').unsupported(['false']);
}

/** The time zones that Node knows are those of IANA, as for the API server. */
function* checkTimeZone(zone: Field): FieldErrors {
  if (typeof zone.value !== 'string') return;
  if (zone.text === '') return yield zone.invalid('timeZone must be nil or non-empty string');
  if (zone.text.toLowerCase() === 'local')
    return yield zone.invalid('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  if (!isTimeZone(zone.text)) yield zone.invalid(`unknown time zone ${zone.text}`);
}

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // Here case does not matter, to the API server it does.
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    // Names that only the older files of the database have, such as posixrules, are left to the API server.
    return /^(?:posix|right)\/|^(?:posixrules|Factory|localtime)$/.test(name);
  }
}
