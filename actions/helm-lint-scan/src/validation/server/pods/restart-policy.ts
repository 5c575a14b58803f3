import { isEmptyList, isExactlyOneOf } from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';

/** Restart policies of containers. Source: `validateContainerRestartPolicy` in pkg/apis/core/validation/validation.go */

/** Up to this version a container may not have one. In 1.34 the server drops it (ContainerRestartRules). */
const LAST_FORBIDDEN = 33;
const FIRST_WITH_RULES = 35;
const POLICIES = ['Always', 'Never', 'OnFailure'];
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;

export function* checkRestartPolicy(container: Field, { minor }: ServerContext): FieldErrors {
  const policy = container.at('restartPolicy');
  if (minor <= LAST_FORBIDDEN) {
    if (policy.isSet) yield policy.forbidden('may not be set for non-init containers');
  } else if (minor >= FIRST_WITH_RULES) yield* checkRules(container);
}

export function* checkInitRestartPolicy(container: Field, { minor }: ServerContext): FieldErrors {
  const [policy, rules] = [container.at('restartPolicy'), container.at('restartPolicyRules')];
  if (minor <= LAST_FORBIDDEN) yield* isExactlyOneOf(policy, ['Always']);
  else if (minor < FIRST_WITH_RULES || !policy.isSet) return;
  else if (policy.text !== 'Always') yield* checkRules(container);
  else if (!isEmptyList(rules))
    yield rules.forbidden('restartPolicyRules are not allowed for init containers with restart policy Always');
}

function* checkRules(container: Field): FieldErrors {
  const [policy, rules] = [container.at('restartPolicy'), container.at('restartPolicyRules')];
  yield* isExactlyOneOf(policy, POLICIES);
  if (!policy.isSet && !isEmptyList(rules))
    yield policy.required('must specify restartPolicy when restart rules are used');
  if (rules.items.length > MAX_RULES) yield rules.tooMany(MAX_RULES);
  for (const rule of rules.items) {
    if (!['Restart', 'RestartAllContainers'].includes(rule.at('action').text))
      yield rule.at('action').unsupported(['Restart']);
    const codes = rule.at('exitCodes');
    if (!codes.isSet) {
      yield codes.required('must be specified');
      continue;
    }
    if (!['In', 'NotIn'].includes(codes.at('operator').text)) yield codes.at('operator').unsupported(['In', 'NotIn']);
    if (codes.at('values').items.length > MAX_EXIT_CODES) yield codes.at('values').tooMany(MAX_EXIT_CODES);
  }
}
