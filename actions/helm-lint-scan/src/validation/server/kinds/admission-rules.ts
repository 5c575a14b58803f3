import { areUnique, isEmptyList, isExactlyOneOf, isRequired, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { qualifiedName } from '../formats/names.ts';

/** What admission webhooks and policies apply to. Source: pkg/apis/admissionregistration/validation/validation.go */

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

export function* checkRule(rule: Field): FieldErrors {
  for (const key of ['operations', 'apiGroups', 'apiVersions', 'resources']) {
    const list = rule.at(key);
    if (isEmptyList(list)) yield list.required();
    if (key !== 'resources' && list.items.length > 1 && list.texts.includes('*'))
      yield list.invalid(`if '*' is present, must not specify other ${key}`);
  }
  for (const operation of rule.at('operations').items)
    if (!OPERATIONS.includes(operation.text)) yield operation.unsupported(OPERATIONS);
  for (const key of ['apiVersions', 'resources']) for (const item of rule.at(key).items) yield* isRequired(item);
  yield* isExactlyOneOf(rule.at('scope'), ['*', 'Cluster', 'Namespaced']);
  yield* checkWildcards(rule.at('resources'));
}

/** What `pods/*` and the like include must not be named again. Source: `validateResources` */
function* checkWildcards(resources: Field): FieldErrors {
  const { texts } = resources;
  if (texts.length > 1 && texts.includes('*/*'))
    yield resources.invalid("if '*/*' is present, must not specify other resources");
  // The server looks at the last resource without a slash.
  const last = texts.findLast((text) => text !== '' && !text.includes('/'));
  if (texts.includes('*') && last !== '*')
    yield resources.invalid("if '*' is present, must not specify other resources without subresources");
  const wildcards = new Set<string>();
  for (const resource of resources.items) {
    const slash = resource.text.indexOf('/');
    if (slash < 0) continue;
    const [name, sub] = [resource.text.slice(0, slash), resource.text.slice(slash + 1)];
    for (const wildcard of [`${name}/*`, `*/${sub}`])
      if (wildcards.has(wildcard))
        yield resource.invalid(`if '${wildcard}' is present, must not specify ${resource.text}`);
    if (sub === '*' || name === '*') wildcards.add(resource.text);
  }
}

/** An expression that is not only spaces. */
export function* hasExpression(expression: Field, detail = ''): FieldErrors {
  if (!expression.isSet || (typeof expression.value === 'string' && expression.text.trim() === ''))
    yield expression.required(detail);
}

const MAX_CONDITIONS = 64;

/** Source: `validateMatchConditions` */
export function* checkConditions(conditions: Field): FieldErrors {
  if (conditions.items.length > MAX_CONDITIONS) yield conditions.tooMany(MAX_CONDITIONS);
  for (const condition of conditions.items) {
    yield* hasExpression(condition.at('expression'));
    yield* isRequiredName(condition.at('name'), qualifiedName);
  }
  yield* areUnique(conditions.items.map((condition) => condition.at('name')));
}
