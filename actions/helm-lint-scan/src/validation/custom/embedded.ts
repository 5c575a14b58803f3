import { type Data, isData, type Path } from '../../data.ts';
import { Field, type FieldErrors } from '../server/field.ts';
import { dns1035Label, pathSegment } from '../server/formats/names.ts';
import { checkMetadata } from '../server/metadata.ts';
import { itemSchema, schemaOf } from './complete.ts';

/**
 * Objects in an object, such as the template of another resource.
 * Source: apiextensions-apiserver/pkg/apiserver/schema/objectmeta/validation.go
 */
export function* checkEmbedded(value: unknown, schema: Data | undefined, path: Path = []): FieldErrors {
  if (schema === undefined) return;
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* checkEmbedded(item, itemSchema(schema), [...path, index]);
  if (!isData(value)) return;
  if (schema['x-kubernetes-embedded-resource'] === true) yield* checkResource(new Field(value, path));
  for (const [key, item] of Object.entries(value)) yield* checkEmbedded(item, schemaOf(key, schema), [...path, key]);
}

function* checkResource(resource: Field): FieldErrors {
  const [apiVersion, kind] = [resource.at('apiVersion'), resource.at('kind')];
  for (const field of [apiVersion, kind]) {
    if (field.value === undefined || field.value === '') yield field.required();
    else if (typeof field.value !== 'string') yield field.invalid('must be a string');
  }
  if (apiVersion.text.split('/').length > 2) yield apiVersion.invalid('unexpected GroupVersion string');
  if (kind.text !== '')
    for (const problem of dns1035Label(kind.text.toLowerCase()))
      yield kind.invalid(`may have mixed case, but should otherwise match: ${problem}`);
  yield* checkMetadata(resource.at('metadata'), pathSegment);
}
