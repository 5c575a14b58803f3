import {
  hasFormat,
  isEmptyList,
  isExactlyOneOf,
  isMissing,
  isOneOf,
  isPositiveQuantity,
  isRequired,
} from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsSubdomain } from '../formats/names.ts';
import { checkSelector } from '../selectors.ts';

/** How volumes are claimed. Source: pkg/apis/core/validation/validation.go */

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const USABLE_SOURCES = ['/PersistentVolumeClaim', 'snapshot.storage.k8s.io/VolumeSnapshot'];
export const VOLUME_MODES = ['Block', 'Filesystem'];

/** Source: `ValidatePersistentVolumeClaimSpec` */
export function* checkClaimSpec(spec: Field): FieldErrors {
  yield* checkAccessModes(spec.at('accessModes'), 'at least 1 access mode is required');
  yield* checkSelector(spec.at('selector'));
  const storage = spec.at('resources', 'requests', 'storage');
  yield* isRequired(storage);
  yield* isPositiveQuantity(storage);
  yield* hasFormat(spec.at('storageClassName'), dnsSubdomain);
  yield* isExactlyOneOf(spec.at('volumeMode'), VOLUME_MODES);
  yield* hasFormat(spec.at('volumeAttributesClassName'), dnsSubdomain);
  yield* checkSources(spec.at('dataSource'), spec.at('dataSourceRef'));
}

function* checkSources(source: Field, reference: Field): FieldErrors {
  // The server drops a source that it cannot use.
  if (USABLE_SOURCES.includes(`${source.at('apiGroup').text}/${source.at('kind').text}`)) {
    yield* isRequired(source.at('name'));
    const isSame = ['apiGroup', 'kind', 'name'].every((key) => source.at(key).text === reference.at(key).text);
    if (reference.isSet && isMissing(reference.at('namespace')) && !isSame)
      yield source.invalid('must match dataSourceRef');
  }
  yield* checkDataSource(reference);
}

function* checkDataSource(source: Field): FieldErrors {
  if (!source.isSet) return;
  yield* isRequired(source.at('name'));
  yield* isRequired(source.at('kind'));
  yield* hasFormat(source.at('apiGroup'), dnsSubdomain);
  if (isMissing(source.at('apiGroup')) && source.at('kind').text !== 'PersistentVolumeClaim')
    yield source.at('kind').invalid("must be 'PersistentVolumeClaim' when referencing the default apiGroup");
}

export function* checkAccessModes(modes: Field, detail: string): FieldErrors {
  if (isEmptyList(modes)) yield modes.required(detail);
  for (const mode of modes.items) {
    if (isMissing(mode)) yield mode.unsupported(ACCESS_MODES);
    yield* isOneOf(mode, ACCESS_MODES);
  }
  const texts = modes.texts.filter((text) => ACCESS_MODES.includes(text));
  if (texts.includes('ReadWriteOncePod') && texts.some((text) => text !== 'ReadWriteOncePod'))
    yield modes.forbidden('may not use ReadWriteOncePod with other access modes');
}

export function* checkClaim(claim: Field): FieldErrors {
  yield* checkClaimSpec(claim.at('spec'));
}
