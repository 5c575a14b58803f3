import {
  areUnique,
  hasFormatIfSet,
  isBetween,
  isExactlyOneOf,
  isMissing,
  isNotNegative,
  isOneOf,
  isRequired,
  isRequiredName,
} from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { annotationKey, dnsSubdomain, qualifiedName } from '../formats/names.ts';
import { parseQuantity } from '../formats/quantity.ts';
import { isDriverName } from '../pods/legacy-volumes.ts';
import { checkSelector } from '../selectors.ts';

/** Source: pkg/apis/storage/validation/validation.go */

const MAX_PARAMETERS = 512;
const MAX_PARAMETER_BYTES = 256 * 1024;

export function* checkStorageClass(storageClass: Field): FieldErrors {
  yield* isRequiredName(storageClass.at('provisioner'), annotationKey);
  yield* checkParameters(storageClass.at('parameters'));
  yield* isOneOf(storageClass.at('reclaimPolicy'), ['Delete', 'Retain']);
  yield* isExactlyOneOf(storageClass.at('volumeBindingMode'), ['Immediate', 'WaitForFirstConsumer']);
  yield* checkTopologies(storageClass.at('allowedTopologies'));
}

function* checkParameters(parameters: Field): FieldErrors {
  const { entries } = parameters;
  if (entries.length > MAX_PARAMETERS) yield parameters.tooLong(MAX_PARAMETERS);
  for (const [key, parameter] of entries) if (key === '') yield parameter.invalidKey('field can not be empty.');
  const size = entries.reduce((sum, [key, { text }]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text), 0);
  if (size > MAX_PARAMETER_BYTES) yield parameters.tooLong(MAX_PARAMETER_BYTES);
}

/** Source: `validateAllowedTopologies`, and `ValidateTopologySelectorTerm` in pkg/apis/core/validation/validation.go */
function* checkTopologies(topologies: Field): FieldErrors {
  // The server compares with the terms before one, and with empty ones.
  const terms = new Set([JSON.stringify([])]);
  for (const topology of topologies.items) {
    const expressions = topology.at('matchLabelExpressions').items;
    for (const expression of expressions) {
      const values = expression.at('values');
      if (values.items.length === 0) yield values.required();
      yield* areDifferent(values.items);
      for (const problem of qualifiedName(expression.at('key').text)) yield expression.at('key').invalid(problem);
    }
    yield* areDifferent(expressions.map((expression) => expression.at('key')));
    const term = JSON.stringify(
      expressions
        .map((expression) => [expression.at('key').text, ...new Set([...expression.at('values').texts].sort())])
        .sort(),
    );
    if (terms.has(term)) yield topology.at('matchLabelExpressions').duplicate('');
    terms.add(term);
  }
}

/** Also empty texts. */
function* areDifferent(fields: readonly Field[]): FieldErrors {
  const seen = new Set<string>();
  for (const field of fields) {
    if (seen.has(field.text)) yield field.duplicate();
    seen.add(field.text);
  }
}

export function* checkVolumeAttributesClass(attributes: Field): FieldErrors {
  const parameters = attributes.at('parameters');
  yield* isRequiredName(attributes.at('driverName'), annotationKey);
  yield* checkParameters(parameters);
  if (parameters.entries.length === 0) yield parameters.required('must contain at least one key/value pair');
}

const TOKEN_SECONDS = [600, 2 ** 32] as const;

export function* checkCsiDriver(driver: Field): FieldErrors {
  const spec = driver.at('spec');
  yield* isExactlyOneOf(spec.at('fsGroupPolicy'), ['File', 'None', 'ReadWriteOnceWithFSType']);
  for (const mode of spec.at('volumeLifecycleModes').items)
    if (!['Persistent', 'Ephemeral'].includes(mode.text)) yield mode.unsupported(['Persistent', 'Ephemeral']);
  const requests = spec.at('tokenRequests').items;
  for (const request of requests) yield* isBetween(request.at('expirationSeconds'), TOKEN_SECONDS);
  yield* areDifferent(requests.map((request) => request.at('audience')));
}

export function* checkCsiNode(node: Field): FieldErrors {
  const drivers = node.at('spec', 'drivers').items;
  for (const driver of drivers) {
    yield* isDriverName(driver.at('name'));
    yield* isRequired(driver.at('nodeID'));
    yield* isNotNegative(driver.at('allocatable', 'count'));
    for (const key of driver.at('topologyKeys').items)
      for (const problem of qualifiedName(key.text)) yield key.invalid(problem);
    yield* areUnique(driver.at('topologyKeys').items);
  }
  yield* areUnique(drivers.map((driver) => driver.at('name')));
}

export function* checkStorageCapacity(capacity: Field): FieldErrors {
  yield* checkSelector(capacity.at('nodeTopology'));
  for (const problem of dnsSubdomain(capacity.at('storageClassName').text))
    yield capacity.at('storageClassName').invalid(problem);
  if ((parseQuantity(capacity.at('capacity').value) ?? 0n) < 0n)
    yield capacity.at('capacity').invalid('must be greater than or equal to 0');
}

export function* checkVolumeAttachment(attachment: Field): FieldErrors {
  const spec = attachment.at('spec');
  const [volume, inline] = [spec.at('source', 'persistentVolumeName'), spec.at('source', 'inlineVolumeSpec')];
  yield* isDriverName(spec.at('attacher'));
  for (const problem of dnsSubdomain(spec.at('nodeName').text)) yield spec.at('nodeName').invalid(problem);
  if (volume.isSet === inline.isSet)
    yield spec.at('source').required('must specify exactly one of inlineVolumeSpec and persistentVolumeName');
  else if (volume.isSet && isMissing(volume)) yield volume.required('must specify non empty persistentVolumeName');
  else yield* hasFormatIfSet(volume, dnsSubdomain);
}
