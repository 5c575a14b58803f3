import { areUnique, hasFormat, isExactlyOneOf, isMissing, isOneOf, isRequired } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dns1035Label, dnsSubdomain } from '../formats/names.ts';
import { checkClientConfig, checkVersions } from './webhooks.ts';

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];

/**
 * The schema of a definition is checked elsewhere, when resources are validated with it.
 * Source: `ValidateCustomResourceDefinition` in apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
 */
export function* checkDefinition(definition: Field): FieldErrors {
  const spec = definition.at('spec');
  const [group, names, name] = [spec.at('group'), spec.at('names'), definition.at('metadata', 'name')];
  yield* isRequired(group);
  yield* hasFormat(group, dnsSubdomain);
  if (!isMissing(group) && !group.text.includes('.')) yield group.invalid('should be a domain with at least one dot');
  yield* isExactlyOneOf(spec.at('scope'), ['Cluster', 'Namespaced']);
  if (!isMissing(name) && name.text !== `${names.at('plural').text}.${group.text}`)
    yield name.invalid(`must be spec.names.plural+"."+spec.group, ${names.at('plural').text}.${group.text}`);
  yield* checkNames(names);
  yield* checkDefinitionVersions(spec.at('versions'));
  yield* checkConversion(spec.at('conversion'));
}

const lowerCaseLabel = (text: string): string[] => dns1035Label(text.toLowerCase());

function* checkNames(names: Field): FieldErrors {
  for (const key of ['plural', 'singular']) yield* hasFormat(names.at(key), dns1035Label);
  for (const key of ['kind', 'listKind']) yield* hasFormat(names.at(key), lowerCaseLabel);
  for (const key of ['plural', 'kind']) yield* isRequired(names.at(key));
  for (const key of ['shortNames', 'categories'])
    for (const item of names.at(key).items) for (const problem of dns1035Label(item.text)) yield item.invalid(problem);
  if (names.at('kind').text !== '' && names.at('kind').text === names.at('listKind').text)
    yield names.at('listKind').invalid('kind and listKind may not be the same');
}

function* checkDefinitionVersions(versions: Field): FieldErrors {
  if (versions.items.filter((version) => version.at('storage').isTrue).length !== 1)
    yield versions.invalid('must have exactly one version marked as storage version');
  yield* areUnique(versions.items.map((version) => version.at('name')));
  for (const version of versions.items) {
    for (const problem of dns1035Label(version.at('name').text)) yield version.at('name').invalid(problem);
    yield* isRequired(version.at('schema', 'openAPIV3Schema'));
    const type = version.at('schema', 'openAPIV3Schema', 'type');
    if (version.at('schema', 'openAPIV3Schema').isSet && type.text !== 'object')
      yield type.invalid('must be object at the root');
    for (const column of version.at('additionalPrinterColumns').items) {
      for (const key of ['name', 'jsonPath']) yield* isRequired(column.at(key));
      const jsonPath = column.at('jsonPath');
      if (jsonPath.text !== '' && !jsonPath.text.startsWith('.'))
        yield jsonPath.invalid('must be a simple json path starting with .');
      const columnType = column.at('type');
      if (!COLUMN_TYPES.includes(columnType.text)) yield columnType.invalid(`must be one of ${COLUMN_TYPES.join(',')}`);
    }
  }
}

function* checkConversion(conversion: Field): FieldErrors {
  const [strategy, webhook] = [conversion.at('strategy'), conversion.at('webhook')];
  yield* isOneOf(strategy, ['None', 'Webhook']);
  if (strategy.text === 'Webhook') {
    if (!webhook.at('clientConfig').isSet)
      return yield webhook.at('clientConfig').required('required when strategy is set to Webhook');
    yield* checkClientConfig(webhook.at('clientConfig'));
    yield* checkVersions(webhook.at('conversionReviewVersions'), ['v1', 'v1beta1']);
  } else if (webhook.isSet) yield webhook.forbidden('should not be set when strategy is not set to Webhook');
}
