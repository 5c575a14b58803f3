import type { Field, FieldErrors } from '../field.ts';

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS = ['privileged', 'baseline', 'restricted'];

/** The labels of Pod Security. Source: `PolicyToEvaluate` in pod-security-admission/api/helpers.go */
export function* checkNamespace(namespace: Field): FieldErrors {
  const labels = namespace.at('metadata', 'labels');
  for (const mode of ['enforce', 'audit', 'warn']) {
    const [level, version] = [labels.at(`${PREFIX}${mode}`), labels.at(`${PREFIX}${mode}-version`)];
    // The server reads a null as an empty text.
    if (level.value !== undefined && !LEVELS.includes(level.text)) yield level.unsupported(LEVELS);
    if (version.value !== undefined && !/^(?:latest|v1\.(?:0|[1-9]\d*))$/.test(version.text))
      yield version.invalid('must be "latest" or "v1.x"');
  }
}
