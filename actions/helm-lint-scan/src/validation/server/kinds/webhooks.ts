import {
  areUnique,
  isBetween,
  isEmptyList,
  isExactlyOneOf,
  isMissing,
  isOneOf,
  isPort,
  isRequired,
} from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dns1035Label, dnsSubdomain } from '../formats/names.ts';
import { checkSelector } from '../selectors.ts';
import { checkConditions, checkRule } from './admission-rules.ts';

/** Source: pkg/apis/admissionregistration/validation/validation.go */
export function* checkWebhooks(configuration: Field): FieldErrors {
  const hooks = configuration.at('webhooks').items;
  for (const hook of hooks) yield* checkWebhook(hook);
  yield* areUnique(hooks.map((hook) => hook.at('name')));
}

const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];

function* checkWebhook(hook: Field): FieldErrors {
  yield* checkName(hook.at('name'));
  for (const rule of hook.at('rules').items) yield* checkRule(rule);
  yield* isExactlyOneOf(hook.at('failurePolicy'), ['Fail', 'Ignore']);
  yield* isExactlyOneOf(hook.at('matchPolicy'), ['Equivalent', 'Exact']);
  yield* isExactlyOneOf(hook.at('reinvocationPolicy'), ['IfNeeded', 'Never']);
  const sideEffects = hook.at('sideEffects');
  if (isMissing(sideEffects)) yield sideEffects.required(`must specify one of ${SIDE_EFFECTS.join(', ')}`);
  yield* isOneOf(sideEffects, SIDE_EFFECTS);
  yield* isBetween(hook.at('timeoutSeconds'), [1, 30]);
  yield* checkSelector(hook.at('namespaceSelector'));
  yield* checkSelector(hook.at('objectSelector'));
  yield* checkClientConfig(hook.at('clientConfig'));
  yield* checkConditions(hook.at('matchConditions'));
  yield* checkVersions(hook.at('admissionReviewVersions'), ['v1', 'v1beta1']);
}

/** Source: `IsFullyQualifiedName` in apimachinery/pkg/util/validation/validation.go */
function* checkName(name: Field): FieldErrors {
  if (isMissing(name)) return yield name.required();
  for (const problem of dnsSubdomain(name.text)) yield name.invalid(problem);
  if (name.text.split('.').length < 3)
    yield name.invalid('should be a domain with at least three segments separated by dots');
}

/** Source: apiserver/pkg/util/webhook/validation.go */
export function* checkClientConfig(config: Field): FieldErrors {
  const [url, service] = [config.at('url'), config.at('service')];
  if (url.isSet === service.isSet) return yield config.required('exactly one of url or service is required');
  if (url.isSet) yield* checkUrl(url);
  else {
    for (const key of ['name', 'namespace']) yield* isRequired(service.at(key));
    yield* isPort(service.at('port'));
    const path = service.at('path');
    if (path.text !== '' && !path.text.startsWith('/')) yield path.invalid("must start with a '/'");
  }
}

function* checkUrl(field: Field): FieldErrors {
  if (!/^https:\/\/[^/?#]/i.test(field.text))
    return yield field.invalid("'https' is the only allowed URL scheme, with a host");
  if (field.text.includes('@')) yield field.invalid('user information is not permitted in the URL');
  if (field.text.includes('#')) yield field.invalid('fragments are not permitted in the URL');
  if (field.text.includes('?')) yield field.invalid('query parameters are not permitted in the URL');
}

export function* checkVersions(versions: Field, accepted: readonly string[]): FieldErrors {
  if (isEmptyList(versions)) return yield versions.required(`must specify one of ${accepted.join(', ')}`);
  for (const version of versions.items)
    for (const problem of dns1035Label(version.text)) yield version.invalid(problem);
  if (!versions.texts.some((text) => accepted.includes(text)))
    yield versions.invalid(`must include at least one of ${accepted.join(', ')}`);
  yield* areUnique(versions.items);
}
