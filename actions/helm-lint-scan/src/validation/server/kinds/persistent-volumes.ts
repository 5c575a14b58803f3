import { hasFormat, isExactlyOneOf, isOneOf, isPositiveQuantity, isRequired, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsLabel, dnsSubdomain, pathWithoutBacksteps } from '../formats/names.ts';
import { checkLegacySource, isDriverName, LEGACY_SOURCES } from '../pods/legacy-volumes.ts';
import { checkNodeSelector } from '../pods/scheduling.ts';
import { checkHostPath, checkNfs } from '../pods/volumes.ts';
import { checkAccessModes, VOLUME_MODES } from './claims.ts';

const PERSISTENT_SOURCES = ['hostPath', 'nfs', 'local', 'csi', ...LEGACY_SOURCES];

/** Source: `ValidatePersistentVolumeSpec` in pkg/apis/core/validation/validation.go */
export function* checkPersistentVolume(volume: Field): FieldErrors {
  const spec = volume.at('spec');
  yield* checkAccessModes(spec.at('accessModes'), 'at least 1 access mode is required');
  const capacity = spec.at('capacity');
  if (capacity.entries.length === 0) yield capacity.required('set capacity.storage');
  else if (!capacity.at('storage').isSet || capacity.entries.length > 1) yield capacity.unsupported(['storage']);
  for (const [, amount] of capacity.entries) yield* isPositiveQuantity(amount);
  yield* isOneOf(spec.at('persistentVolumeReclaimPolicy'), ['Delete', 'Recycle', 'Retain']);
  yield* isExactlyOneOf(spec.at('volumeMode'), VOLUME_MODES);
  yield* hasFormat(spec.at('storageClassName'), dnsSubdomain);
  const affinity = spec.at('nodeAffinity');
  if (affinity.at('required').isSet) yield* checkNodeSelector(affinity.at('required'));
  else if (affinity.isSet) yield affinity.at('required').required('must specify required node constraints');
  yield* checkPersistentSource(spec);
  const path = spec.at('hostPath', 'path').text;
  if (/^\/+(?:\.?\/)*\.?$/.test(path) && spec.at('persistentVolumeReclaimPolicy').text === 'Recycle')
    yield spec.at('persistentVolumeReclaimPolicy').forbidden("may not be 'recycle' for a hostPath mount of '/'");
}

function* checkPersistentSource(spec: Field): FieldErrors {
  const sources = PERSISTENT_SOURCES.filter((key) => spec.at(key).isSet);
  const [first, ...others] = sources;
  if (first === undefined) yield spec.required('must specify a volume type');
  for (const other of others) yield spec.at(other).forbidden('may not specify more than 1 volume type');
  if (first !== undefined) yield* checkSource(first, spec.at(first));
  if (first === 'local') {
    yield* isRequiredName(spec.at('local', 'path'), pathWithoutBacksteps);
    if (!spec.at('nodeAffinity').isSet) yield spec.at('nodeAffinity').required('Local volume requires node affinity');
  }
}

const SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
];

function* checkSource(kind: string, source: Field): FieldErrors {
  if (kind === 'hostPath') return yield* checkHostPath(source);
  if (kind === 'nfs') return yield* checkNfs(source);
  if (kind !== 'csi') return yield* checkLegacySource(kind, source);
  yield* isDriverName(source.at('driver'));
  yield* isRequired(source.at('volumeHandle'));
  for (const secret of SECRETS.map((key) => source.at(key)))
    if (secret.isSet) {
      yield* isRequiredName(secret.at('name'), dnsSubdomain);
      yield* isRequiredName(secret.at('namespace'), dnsLabel);
    }
}
