import {
  hasFormat,
  hasFormatIfSet,
  isBetween,
  isEmptyList,
  isExactlyOneOf,
  isMissing,
  isRequired,
  isRequiredName,
} from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsLabel, dnsSubdomain, type Format } from '../formats/names.ts';

/**
 * Volumes of storage systems, in pods and PersistentVolumes. Most of them are drivers of the Container Storage Interface
 * today, but the fields are still checked. Source: the `validate…VolumeSource` functions in
 * pkg/apis/core/validation/validation.go
 */

const IQN = /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9.-]+)(:[^,;*&$|\s]+)$/;
const EUI = /^eui.[a-zA-Z0-9]{16}$/;
const NAA = /^naa.[a-zA-Z0-9]{32}$/;
const LUN = [0, 255] as const;

const iscsiName: Format = (text) => {
  if (!/^(?:iqn|eui|naa)/.test(text)) return ['must be valid format starting with iqn, eui, or naa'];
  return [IQN, EUI, NAA].some((pattern) => pattern.test(text)) ? [] : ['must be valid format'];
};

/** Fields of which each must be there, for sources that have no other rules. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  awsElasticBlockStore: ['volumeID'],
  azureFile: ['secretName', 'shareName'],
  cephfs: ['monitors'],
  cinder: ['volumeID'],
  gcePersistentDisk: ['pdName'],
  glusterfs: ['endpoints', 'path'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  rbd: ['monitors', 'image'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  vsphereVolume: ['volumePath'],
};

export const LEGACY_SOURCES = [
  ...Object.keys(REQUIRED),
  'azureDisk',
  'fc',
  'flexVolume',
  'flocker',
  'iscsi',
  'quobyte',
  'storageos',
];

export function* checkLegacySource(kind: string, source: Field): FieldErrors {
  for (const key of REQUIRED[kind] ?? [])
    if (isMissing(source.at(key)) || (key === 'monitors' && isEmptyList(source.at(key))))
      yield source.at(key).required();
  switch (kind) {
    case 'awsElasticBlockStore':
    case 'gcePersistentDisk':
      return yield* isBetween(source.at('partition'), LUN);
    case 'azureDisk':
      return yield* checkAzureDisk(source);
    case 'fc':
      return yield* checkFibreChannel(source);
    case 'flexVolume':
      return yield* checkFlexVolume(source);
    case 'flocker':
      return yield* checkFlocker(source);
    case 'iscsi':
      return yield* checkIscsi(source);
    case 'quobyte':
      return yield* checkQuobyte(source);
    case 'storageos':
      yield* isRequiredName(source.at('volumeName'), dnsLabel);
      return yield* hasFormat(source.at('volumeNamespace'), dnsLabel);
  }
}

function* checkIscsi(source: Field): FieldErrors {
  yield* isRequired(source.at('targetPortal'));
  yield* isRequiredName(source.at('iqn'), iscsiName);
  yield* isBetween(source.at('lun'), LUN);
  if (['chapAuthDiscovery', 'chapAuthSession'].some((key) => source.at(key).isTrue) && !source.at('secretRef').isSet)
    yield source.at('secretRef').required();
  yield* hasFormatIfSet(source.at('initiatorName'), iscsiName);
}

function* checkFibreChannel(source: Field): FieldErrors {
  const [names, ids, lun] = [source.at('targetWWNs'), source.at('wwids'), source.at('lun')];
  if (isEmptyList(names) && isEmptyList(ids))
    yield names.required('must specify either targetWWNs or wwids, but not both');
  if (isEmptyList(names)) return;
  if (!isEmptyList(ids)) yield names.invalid('targetWWNs and wwids can not be specified simultaneously');
  if (!lun.isSet) yield lun.required('lun is required if targetWWNs is specified');
  yield* isBetween(lun, LUN);
}

function* checkFlexVolume(source: Field): FieldErrors {
  yield* isRequired(source.at('driver'));
  for (const [key, option] of source.at('options').entries)
    if (/\.(?:kubernetes|k8s)\.io$/.test(`.${(key.split('/')[0] ?? '').toLowerCase()}`))
      yield option.invalidKey('kubernetes.io and k8s.io namespaces are reserved');
}

function* checkFlocker(source: Field): FieldErrors {
  const [name, id] = [source.at('datasetName'), source.at('datasetUUID')];
  if (isMissing(name) && isMissing(id)) yield source.required('one of datasetName and datasetUUID is required');
  if (!isMissing(name) && !isMissing(id))
    yield source.invalid('datasetName and datasetUUID can not be specified simultaneously');
  if (name.text.includes('/')) yield name.invalid("must not contain '/'");
}

const DISK_KINDS = ['Dedicated', 'Managed', 'Shared'];

function* checkAzureDisk(source: Field): FieldErrors {
  const [uri, kind] = [source.at('diskURI'), source.at('kind')];
  yield* isRequired(source.at('diskName'));
  yield* isRequired(uri);
  yield* isExactlyOneOf(source.at('cachingMode'), ['None', 'ReadOnly', 'ReadWrite']);
  yield* isExactlyOneOf(kind, DISK_KINDS);
  // Without a kind it is Shared.
  if (isMissing(uri)) return;
  if (kind.text === 'Managed') {
    if (!uri.text.startsWith('/subscriptions/'))
      yield uri.invalid('must begin with /subscriptions/ for a managed disk');
  } else if (!uri.text.startsWith('https://')) yield uri.invalid('must begin with https:// for a disk in a blob');
}

const QUOBYTE_REGISTRY = 'must be a host:port pair or multiple pairs separated by commas';

function* checkQuobyte(source: Field): FieldErrors {
  const registry = source.at('registry');
  if (isMissing(registry)) yield registry.required(QUOBYTE_REGISTRY);
  else if (!registry.text.split(',').every((pair) => /^(?:[^:[\]]*|\[[^\]]*\]):[^:]*$/.test(pair)))
    yield registry.invalid(QUOBYTE_REGISTRY);
  yield* isRequired(source.at('volume'));
}

const MAX_DRIVER_NAME = 63;

/** Source: `ValidateCSIDriverName` */
export function* isDriverName(name: Field): FieldErrors {
  yield* isRequiredName(name, (text) => dnsSubdomain(text.toLowerCase()));
  if (name.text.length > MAX_DRIVER_NAME) yield name.tooLong(MAX_DRIVER_NAME);
}

/** A CSI volume in a pod. Source: `validateCSIVolumeSource` */
export function* checkInlineCsi(source: Field): FieldErrors {
  yield* isDriverName(source.at('driver'));
  const secret = source.at('nodePublishSecretRef');
  if (secret.isSet) yield* isRequiredName(secret.at('name'), dnsSubdomain);
}
