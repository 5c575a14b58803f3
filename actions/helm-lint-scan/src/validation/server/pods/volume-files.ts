import { isRequired, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { relativeFile } from '../formats/names.ts';
import { checkFieldRef, checkResourceFieldRef, VOLUME_FIELDS } from './env.ts';

/** Files in volumes. Source: `validateKeyToPath` and `validateDownwardAPIVolumeFile` in pkg/apis/core/validation/validation.go */

const MAX_MODE = 0o777;

export function* isMode(mode: Field): FieldErrors {
  if (mode.number !== undefined && (mode.number < 0 || mode.number > MAX_MODE))
    yield mode.invalid('must be a number between 0 and 0777 (octal), both inclusive');
}

/** The files of a ConfigMap or Secret. */
export function* checkFiles(source: Field): FieldErrors {
  yield* isMode(source.at('defaultMode'));
  for (const item of source.at('items').items) {
    yield* isRequired(item.at('key'));
    yield* isRequiredName(item.at('path'), relativeFile);
    yield* isMode(item.at('mode'));
  }
}

export function* checkDownwardFiles(files: Field): FieldErrors {
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
