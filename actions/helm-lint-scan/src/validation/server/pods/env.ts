import { hasFormat, isMissing, isOneOf, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { annotationKey, configKey, dnsSubdomain, envName, qualifiedName } from '../formats/names.ts';
import { parseQuantity } from '../formats/quantity.ts';

/** Source: `ValidateEnv` and `ValidateEnvFrom` in pkg/apis/core/validation/validation.go */
export function* checkEnv(env: Field, { minor }: ServerContext): FieldErrors {
  for (const variable of env.items) {
    yield* isRequiredName(variable.at('name'), envName(minor));
    const source = variable.at('valueFrom');
    if (source.isSet) yield* checkEnvSource(source, variable.at('value').text, minor);
  }
}

const ENV_SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef'];

function* checkEnvSource(source: Field, value: string, minor: number): FieldErrors {
  yield* checkFieldRef(source.at('fieldRef'), ENV_FIELDS);
  yield* checkResourceFieldRef(source.at('resourceFieldRef'), { isVolume: false });
  for (const key of ['configMapKeyRef', 'secretKeyRef']) {
    const reference = source.at(key);
    if (!reference.isSet) continue;
    for (const problem of dnsSubdomain(reference.at('name').text)) yield reference.at('name').invalid(problem);
    yield* isRequiredName(reference.at('key'), configKey);
  }
  // The source fileKeyRef is alpha in 1.34 and dropped where it is not enabled.
  const hasFile = source.at('fileKeyRef').isSet;
  const sources = ENV_SOURCES.filter((key) => source.at(key).isSet).length + (hasFile && minor >= 34 ? 1 : 0);
  if (sources === 0 && !hasFile) yield source.invalid(`must specify one of: \`${ENV_SOURCES.join('`, `')}\``);
  else if (sources > 0 && value !== '') yield source.invalid('may not be specified when `value` is not empty');
  else if (sources > 1) yield source.invalid('may not have more than one field specified at a time');
}

export function* checkEnvFrom(envFrom: Field, { minor }: ServerContext): FieldErrors {
  for (const entry of envFrom.items) {
    yield* hasFormat(entry.at('prefix'), envName(minor));
    const sources = [entry.at('configMapRef'), entry.at('secretRef')].filter(({ isSet }) => isSet);
    for (const source of sources) yield* isRequiredName(source.at('name'), dnsSubdomain);
    if (sources.length === 0) yield entry.invalid('must specify one of: `configMapRef` or `secretRef`');
    else if (sources.length > 1) yield entry.invalid('may not have more than one field specified at a time');
  }
}

const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

export const VOLUME_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.labels',
  'metadata.annotations',
  'metadata.uid',
];

/** `metadata.labels['key']` */
const SUBSCRIPT = /^([^[\]]+)\['(.*)'\]$/s;

/** Source: `validateObjectFieldSelector`, and `ConvertDownwardAPIFieldLabel` in pkg/apis/core/pods/helpers.go */
export function* checkFieldRef(reference: Field, fields: readonly string[]): FieldErrors {
  if (!reference.isSet) return;
  const version = reference.at('apiVersion').text;
  const fieldPath = reference.at('fieldPath');
  if (isMissing(fieldPath)) return yield fieldPath.required();
  if (version !== '' && version !== 'v1') return yield fieldPath.invalid(`unsupported pod version: ${version}`);
  const path = fieldPath.text === 'spec.host' ? 'spec.nodeName' : fieldPath.text;
  const [, list, key = ''] = SUBSCRIPT.exec(path) ?? [];
  if (list === undefined) {
    if (!fields.includes(path))
      yield fieldPath.unsupported([...fields, "metadata.labels['KEY']", "metadata.annotations['KEY']"]);
  } else if (list === 'metadata.labels' || list === 'metadata.annotations') {
    const format = list === 'metadata.labels' ? qualifiedName : annotationKey;
    for (const problem of format(key)) yield fieldPath.invalid(problem);
  } else yield fieldPath.invalid(`field label does not support subscript: ${path}`);
}

const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [
  `limits.${name}`,
  `requests.${name}`,
]);

/** Source: `validateContainerResourceFieldSelector` */
export function* checkResourceFieldRef(reference: Field, { isVolume }: { isVolume: boolean }): FieldErrors {
  if (!reference.isSet) return;
  const resource = reference.at('resource');
  if (isVolume && isMissing(reference.at('containerName'))) yield reference.at('containerName').required();
  else if (isMissing(resource)) yield resource.required();
  else if (!/^(?:limits|requests)\.hugepages-/.test(resource.text)) yield* isOneOf(resource, CONTAINER_RESOURCES);
  yield* checkDivisor(reference.at('divisor'), resource.text);
}

const CPU_DIVISORS = ['1m', '1'];
const MEMORY_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** Other notations of these, such as 1000m, are accepted. Source: `validateContainerResourceDivisor` */
function* checkDivisor(divisor: Field, resource: string): FieldErrors {
  const amount = parseQuantity(divisor.value);
  if (amount === undefined || amount === 0n || !/^(?:limits|requests)\./.test(resource)) return;
  const choices = resource.endsWith('.cpu') ? CPU_DIVISORS : MEMORY_DIVISORS;
  if (!choices.some((choice) => parseQuantity(choice) === amount))
    yield divisor.invalid(`only divisor's values ${choices.join(', ')} are supported`);
}
