import { listAt, stringAt } from '../../data.ts';
import { isSecretVariable } from '../../secrets.ts';
import { checkContainers, problemAt, type ResourceRule } from '../rule.ts';

export const secretInEnv: ResourceRule = {
  id: 'secret-in-env',
  level: 'warning',
  severity: 8,
  title: 'An environment variable contains a secret in plain text',
  help: 'Everyone with read access to the Deployment or the repository can read it. Put it into a Secret and use `valueFrom.secretKeyRef`.',
  check: (scope) =>
    checkContainers(scope, ({ name, spec, path }, { resource }) =>
      listAt(spec, 'env').flatMap((variable, index) => {
        const key = stringAt(variable, 'name') ?? '';
        const value = stringAt(variable, 'value') ?? '';
        return !isHarmless(value) && isSecretVariable(key, value)
          ? [
              problemAt(
                resource,
                [...path, 'env', index, 'value'],
                `container ${name} appears to have a secret in ${key}`,
              ),
            ]
          : [];
      }),
    ),
};

/** A path tells where the secret is, `$(NAME)` refers to another variable, and `ALLOW_EMPTY_PASSWORD` is a switch. */
const isHarmless = (value: string): boolean =>
  value === '' || value.startsWith('/') || /^(?:\$\(.+\)|true|false|yes|no|on|off|[01])$/i.test(value);
