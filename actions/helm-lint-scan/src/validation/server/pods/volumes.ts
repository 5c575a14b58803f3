import { areUnique, hasFormat, isMissing, isOneOf, isOnlyOne, isRequired, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { pathWithoutBacksteps, relativePath } from '../formats/names.ts';
import { parseQuantity } from '../formats/quantity.ts';
import { checkClaimSpec } from '../kinds/claims.ts';
import { checkAnnotations, checkLabels } from '../selectors.ts';
import { checkInlineCsi, checkLegacySource, LEGACY_SOURCES } from './legacy-volumes.ts';
import { checkProjected } from './projected.ts';
import { checkDownwardFiles, checkFiles, isMode } from './volume-files.ts';

/** Source: `ValidateVolumes` and `validateVolumeSource` in pkg/apis/core/validation/validation.go */

const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'secret',
  'nfs',
  'persistentVolumeClaim',
  'downwardAPI',
  'configMap',
  'projected',
  'csi',
  'ephemeral',
  ...LEGACY_SOURCES,
];
/** Before this version an image is dropped, as if the volume had no source (ImageVolume). */
const FIRST_WITH_IMAGES = 35;

export function* checkVolumes(volumes: Field, context: ServerContext): FieldErrors {
  const sources = context.minor < FIRST_WITH_IMAGES ? SOURCES : [...SOURCES, 'image'];
  for (const volume of volumes.items) {
    yield* isRequiredName(volume.at('name'));
    yield* isOnlyOne(volume, sources, 'may not specify more than 1 volume type');
    for (const source of sources) if (volume.at(source).isSet) yield* checkSource(source, volume.at(source), context);
  }
  yield* areUnique(volumes.items.map((volume) => volume.at('name')));
}

function* checkSource(kind: string, source: Field, context: ServerContext): FieldErrors {
  switch (kind) {
    case 'emptyDir':
      return yield* checkSizeLimit(source.at('sizeLimit'));
    case 'hostPath':
      return yield* checkHostPath(source);
    case 'gitRepo':
      yield* isRequired(source.at('repository'));
      return yield* hasFormat(source.at('directory'), relativePath);
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
      return yield* checkProjected(source, context);
    case 'csi':
      return yield* checkInlineCsi(source);
    case 'ephemeral':
      return yield* checkEphemeral(source.at('volumeClaimTemplate'));
    case 'image':
      return yield* isOneOf(source.at('pullPolicy'), ['Always', 'IfNotPresent', 'Never']);
    default:
      return yield* checkLegacySource(kind, source);
  }
}

function* checkSizeLimit(limit: Field): FieldErrors {
  if ((parseQuantity(limit.value) ?? 0n) < 0n)
    yield limit.forbidden('SizeLimit field must be a valid resource quantity');
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

const TEMPLATE_METADATA = ['labels', 'annotations'];

function* checkEphemeral(template: Field): FieldErrors {
  if (!template.isSet) return yield template.required();
  yield* checkLabels(template.at('metadata', 'labels'));
  yield* checkAnnotations(template.at('metadata', 'annotations'));
  for (const [key, field] of template.at('metadata').entries)
    if (!TEMPLATE_METADATA.includes(key) && field.isSet && field.value !== '') yield field.forbidden('cannot be set');
  yield* checkClaimSpec(template.at('spec'));
}
