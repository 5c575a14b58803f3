import { isExactlyOneOf } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS = ['privileged', 'baseline', 'restricted'];

/** The labels of Pod Security. Source: `PolicyToEvaluate` in pod-security-admission/api/helpers.go */
export function* checkNamespace(namespace: Field): FieldErrors {
  for (const mode of ['enforce', 'audit', 'warn']) {
    yield* isExactlyOneOf(namespace.at('metadata', 'labels', `${PREFIX}${mode}`), LEVELS);
    const version = namespace.at('metadata', 'labels', `${PREFIX}${mode}-version`);
    if (typeof version.value === 'string' && !/^(?:latest|v1\.(?:0|[1-9]\d*))$/.test(version.value))
      yield version.invalid('must be "latest" or "v1.x"');
  }
}
