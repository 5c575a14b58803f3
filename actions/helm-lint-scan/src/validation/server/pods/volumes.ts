import { areUnique, isBetween, isMissing, isOneOf, isOnlyOne, isRequired, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsSubdomain, pathWithoutBacksteps, relativeFile } from '../formats/names.ts';
import { checkClaimSpec } from '../kinds/claims.ts';
import { checkAnnotations, checkLabels } from '../selectors.ts';
import { checkFieldRef, checkResourceFieldRef, VOLUME_FIELDS } from './env.ts';

/** Source: `ValidateVolumes` and `validateVolumeSource` in pkg/apis/core/validation/validation.go */

/** The sources of volumes. An image is not among them: it is dropped where its feature is not enabled. */
const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
];

export function* checkVolumes(volumes: Field): FieldErrors {
  for (const volume of volumes.items) {
    yield* isRequiredName(volume.at('name'));
    yield* isOnlyOne(volume, SOURCES, 'may not specify more than 1 volume type');
    for (const source of SOURCES) if (volume.at(source).isSet) yield* checkSource(source, volume.at(source));
  }
  yield* areUnique(volumes.items.map((volume) => volume.at('name')));
}

function* checkSource(kind: string, source: Field): FieldErrors {
  switch (kind) {
    case 'hostPath':
      return yield* checkHostPath(source);
    case 'secret':
      yield* isRequired(source.at('secretName'));
      return yield* checkFiles(source);
    case 'configMap':
      yield* isRequired(source.at('name'));
      return yield* checkFiles(source);
    case 'persistentVolumeClaim':
      return yield* isRequired(source.at('claimName'));
    case 'nfs':
      return yield* checkNfs(source);
    case 'downwardAPI':
      yield* isMode(source.at('defaultMode'));
      return yield* checkDownwardFiles(source.at('items'));
    case 'projected':
      return yield* checkProjected(source);
    case 'csi':
      return yield* isRequiredName(source.at('driver'), (text) => dnsSubdomain(text.toLowerCase()));
    case 'azureFile':
      for (const key of ['secretName', 'shareName']) yield* isRequired(source.at(key));
      return;
    case 'ephemeral':
      return yield* checkEphemeral(source.at('volumeClaimTemplate'));
  }
}

const HOST_PATH_TYPES = [
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

export function* checkHostPath(source: Field): FieldErrors {
  yield* isRequiredName(source.at('path'), pathWithoutBacksteps);
  yield* isOneOf(source.at('type'), HOST_PATH_TYPES);
}

export function* checkNfs(source: Field): FieldErrors {
  yield* isRequired(source.at('server'));
  const path = source.at('path');
  yield* isRequired(path);
  if (!isMissing(path) && !path.text.startsWith('/')) yield path.invalid('must be an absolute path');
}

const MAX_MODE = 0o777;

function* isMode(mode: Field): FieldErrors {
  if (mode.number !== undefined && (mode.number < 0 || mode.number > MAX_MODE))
    yield mode.invalid('must be a number between 0 and 0777 (octal), both inclusive');
}

/** The files of a ConfigMap or Secret. */
function* checkFiles(source: Field): FieldErrors {
  yield* isMode(source.at('defaultMode'));
  for (const item of source.at('items').items) {
    yield* isRequired(item.at('key'));
    yield* isRequiredName(item.at('path'), relativeFile);
    yield* isMode(item.at('mode'));
  }
}

function* checkDownwardFiles(files: Field): FieldErrors {
  for (const file of files.items) {
    yield* isRequiredName(file.at('path'), relativeFile);
    yield* isMode(file.at('mode'));
    yield* checkFieldRef(file.at('fieldRef'), VOLUME_FIELDS);
    if (!file.at('fieldRef').isSet) yield* checkResourceFieldRef(file.at('resourceFieldRef'), { isVolume: true });
    const sources = ['fieldRef', 'resourceFieldRef'].filter((key) => file.at(key).isSet).length;
    if (sources === 0) yield file.required('one of fieldRef and resourceFieldRef is required');
    if (sources === 2) yield file.invalid('fieldRef and resourceFieldRef cannot be specified simultaneously');
  }
}

const PROJECTED_SOURCES = [
  'secret',
  'configMap',
  'downwardAPI',
  'serviceAccountToken',
  'clusterTrustBundle',
  'podCertificate',
];
const TOKEN_SECONDS = [600, 2 ** 32] as const;

function* checkProjected(projected: Field): FieldErrors {
  yield* isMode(projected.at('defaultMode'));
  for (const source of projected.at('sources').items) {
    yield* isOnlyOne(source, PROJECTED_SOURCES, 'may not specify more than 1 volume type per source');
    for (const key of ['secret', 'configMap'])
      if (source.at(key).isSet) {
        yield* isRequired(source.at(key, 'name'));
        yield* checkFiles(source.at(key));
      }
    yield* checkDownwardFiles(source.at('downwardAPI', 'items'));
    const token = source.at('serviceAccountToken');
    if (token.isSet) {
      yield* isBetween(token.at('expirationSeconds'), TOKEN_SECONDS);
      yield* isRequiredName(token.at('path'), relativeFile);
    }
  }
}

function* checkEphemeral(template: Field): FieldErrors {
  if (!template.isSet) return yield template.required();
  yield* checkLabels(template.at('metadata', 'labels'));
  yield* checkAnnotations(template.at('metadata', 'annotations'));
  yield* checkClaimSpec(template.at('spec'));
}

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];

/**
 * Source: `ValidateVolumeMounts` and `ValidateVolumeDevices`
 * @param volumes the volumes of the pod, by name
 */
export function* checkMounts(container: Field, volumes: ReadonlyMap<string, Field | undefined>): FieldErrors {
  const mounts = container.at('volumeMounts');
  const devices = container.at('volumeDevices');
  const devicePaths = new Set(devices.items.map((device) => device.at('devicePath').text));
  const seen = new Set<string>();
  for (const mount of mounts.items) {
    const [name, path] = [mount.at('name'), mount.at('mountPath')];
    yield* isKnownVolume(name, volumes);
    if (isMissing(path)) yield path.required();
    else if (seen.has(path.text)) yield path.invalid('must be unique');
    else if (devicePaths.has(path.text)) yield path.invalid('must not already exist as a path in volumeDevices');
    seen.add(path.text);
    yield* checkMountOptions(mount, container);
  }
  yield* checkDevices(devices, volumes);
}

function* isKnownVolume(name: Field, volumes: ReadonlyMap<string, unknown>): FieldErrors {
  if (isMissing(name)) yield name.required();
  else if (name.text !== '' && !volumes.has(name.text)) yield name.notFound();
}

function* checkMountOptions(mount: Field, container: Field): FieldErrors {
  for (const key of ['subPath', 'subPathExpr']) {
    const path = mount.at(key);
    if (path.text.startsWith('/')) yield path.invalid('must be a relative path');
    for (const problem of pathWithoutBacksteps(path.text)) yield path.invalid(problem);
  }
  if (mount.at('subPath').text !== '' && mount.at('subPathExpr').text !== '')
    yield mount.at('subPathExpr').invalid('subPathExpr and subPath are mutually exclusive');
  const propagation = mount.at('mountPropagation');
  yield* isOneOf(propagation, PROPAGATIONS);
  if (propagation.text === 'Bidirectional' && !container.at('securityContext', 'privileged').isTrue)
    yield propagation.forbidden('Bidirectional mount propagation is available only to privileged containers');
  const recursive = mount.at('recursiveReadOnly');
  yield* isOneOf(recursive, ['Disabled', 'Enabled', 'IfPossible']);
  if (['Enabled', 'IfPossible'].includes(recursive.text) && !mount.at('readOnly').isTrue)
    yield recursive.forbidden('may only be specified when readOnly is true');
}

function* checkDevices(devices: Field, volumes: ReadonlyMap<string, Field | undefined>): FieldErrors {
  for (const device of devices.items) {
    const [name, path] = [device.at('name'), device.at('devicePath')];
    yield* isKnownVolume(name, volumes);
    const volume = volumes.get(name.text);
    if (volume !== undefined && !volume.at('persistentVolumeClaim').isSet && !volume.at('ephemeral').isSet)
      yield name.invalid('can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    yield* isRequiredName(path, pathWithoutBacksteps);
  }
  for (const key of ['name', 'devicePath']) {
    const seen = new Set<string>();
    for (const field of devices.items.map((device) => device.at(key))) {
      if (seen.has(field.text)) yield field.invalid('must be unique');
      seen.add(field.text);
    }
  }
}
