import { isExactlyOneOf, isMissing, isOneOf, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { pathWithoutBacksteps } from '../formats/names.ts';

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];

/**
 * Source: `ValidateVolumeMounts` and `ValidateVolumeDevices`
 * @param volumes the volumes of the pod, by name
 */
export function* checkMounts(container: Field, volumes: ReadonlyMap<string, Field | undefined>): FieldErrors {
  const mounts = container.at('volumeMounts');
  const devices = container.at('volumeDevices');
  const devicePaths = new Set(devices.items.map((device) => device.at('devicePath').text));
  const deviceNames = new Set(devices.items.map((device) => device.at('name').text));
  const seen = new Set<string>();
  for (const mount of mounts.items) {
    const [name, path] = [mount.at('name'), mount.at('mountPath')];
    yield* isKnownVolume(name, volumes);
    if (!isMissing(name) && deviceNames.has(name.text)) yield name.invalid('must not already exist in volumeDevices');
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
  yield* isExactlyOneOf(recursive, ['Disabled', 'Enabled', 'IfPossible']);
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
