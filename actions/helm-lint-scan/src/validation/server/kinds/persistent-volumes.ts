import { hasFormat, isExactlyOneOf, isOneOf, isPositiveQuantity, isRequired } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsSubdomain } from '../formats/names.ts';
import { checkNodeSelector } from '../pods/scheduling.ts';
import { checkHostPath, checkNfs } from '../pods/volumes.ts';
import { checkAccessModes, VOLUME_MODES } from './claims.ts';

const PERSISTENT_SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
];

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
}

function* checkPersistentSource(spec: Field): FieldErrors {
  const sources = PERSISTENT_SOURCES.filter((key) => spec.at(key).isSet);
  const [first, ...others] = sources;
  if (first === undefined) yield spec.required('must specify a volume type');
  for (const other of others) yield spec.at(other).forbidden('may not specify more than 1 volume type');
  if (first === 'hostPath') yield* checkHostPath(spec.at('hostPath'));
  if (first === 'nfs') yield* checkNfs(spec.at('nfs'));
  if (first === 'csi') for (const key of ['driver', 'volumeHandle']) yield* isRequired(spec.at('csi', key));
  if (first === 'local') {
    yield* isRequired(spec.at('local', 'path'));
    if (!spec.at('nodeAffinity').isSet) yield spec.at('nodeAffinity').required('Local volume requires node affinity');
  }
}
