import { hasFormat, isExactlyOneOf, isMissing, isNotNegative, isOneOf, isRequired } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { scheduleProblem } from '../formats/cron.ts';
import { dnsLabel, domainPrefixedPath } from '../formats/names.ts';
import { checkPodTemplate } from '../pods/pod-spec.ts';
import { checkAnnotations, checkLabels, checkSelector } from '../selectors.ts';
import { checkPodFailurePolicy, checkSuccessPolicy } from './job-policies.ts';

/** Source: `validateJobSpec` in pkg/apis/batch/validation/validation.go */
export function* checkJob(job: Field, context: ServerContext): FieldErrors {
  const spec = job.at('spec');
  yield* checkJobSpec(spec, context);
  const selector = spec.at('selector');
  if (spec.at('manualSelector').isTrue) {
    if (!selector.isSet) yield selector.required();
    yield* checkSelector(selector);
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
  yield* checkManager(spec.at('managedBy'), context);
  yield* checkIndexes(spec);
  yield* checkPodFailurePolicy(spec);
  yield* checkPodTemplate(spec.at('template'), context);
  const restartPolicy = spec.at('template', 'spec', 'restartPolicy');
  if (isMissing(restartPolicy) || restartPolicy.text === 'Always')
    yield restartPolicy.required('valid values: "OnFailure", "Never"');
  else if (spec.at('podFailurePolicy').isSet && restartPolicy.text === 'OnFailure')
    yield restartPolicy.invalid('only "Never" is supported when podFailurePolicy is specified');
}

const MAX_MANAGER = 63;
/** From this version on JobManagedBy is on by default. Before, the server drops the field. */
const FIRST_WITH_MANAGER = 32;

function* checkManager(manager: Field, { minor }: ServerContext): FieldErrors {
  if (!manager.isSet || minor < FIRST_WITH_MANAGER) return;
  for (const problem of domainPrefixedPath(manager.text)) yield manager.invalid(problem);
  if (manager.text.length > MAX_MANAGER) yield manager.tooLong(MAX_MANAGER);
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
    yield* checkFailedIndexes(spec);
    if (spec.at('successPolicy').isSet) yield* checkSuccessPolicy(spec.at('successPolicy'), completions.number ?? 1);
  } else {
    for (const key of ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy'])
      if (spec.at(key).isSet) yield spec.at(key).invalid('requires indexed completion mode');
  }
}

const MAX_FAILED_INDEXES = 100_000;
const MANY_COMPLETIONS = 100_000;
const MAX_FOR_MANY = 10_000;

function* checkFailedIndexes(spec: Field): FieldErrors {
  const [completions, failed, limit] = ['completions', 'maxFailedIndexes', 'backoffLimitPerIndex'].map((key) =>
    spec.at(key),
  ) as [Field, Field, Field];
  if (failed.isSet && !limit.isSet) yield limit.required('when maxFailedIndexes is specified');
  if ((failed.number ?? 0) > (completions.number ?? Number.POSITIVE_INFINITY))
    yield failed.invalid('must be less than or equal to completions');
  if ((failed.number ?? 0) > MAX_FAILED_INDEXES)
    yield failed.invalid(`must be less than or equal to ${MAX_FAILED_INDEXES}`);
  if ((completions.number ?? 0) <= MANY_COMPLETIONS || !limit.isSet) return;
  if (!failed.isSet) yield failed.required(`must be specified when completions is above ${MANY_COMPLETIONS}`);
  for (const field of [spec.at('parallelism'), failed])
    if ((field.number ?? 0) > MAX_FOR_MANY)
      yield field.invalid(
        `must be less than or equal to ${MAX_FOR_MANY} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`,
      );
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
  yield* checkLabels(spec.at('jobTemplate', 'metadata', 'labels'));
  yield* checkAnnotations(spec.at('jobTemplate', 'metadata', 'annotations'));
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
