import { listAt, textAt } from '../data.ts';
import { eachContainer, type ResourceRule, wrong } from './rule.ts';

const NAME = /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;
/** Shapes that only secrets have: keys of clouds and hosts, private keys, passwords in addresses. */
const VALUE =
  /^(?:AKIA|ASIA)[0-9A-Z]{16}$|^gh[pousr]_[A-Za-z0-9]{36,}|^github_pat_\w{22,}|^xox[abprs]-[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|^\w+:\/\/[^/\s:@]+:[^/\s:@]+@/;

export const secretInEnv: ResourceRule = {
  id: 'secret-in-env',
  level: 'warning',
  severity: 8,
  title: 'A secret stands in the clear in an environment variable',
  help: 'Everyone who may read the Deployment or the repository can read it. Put it into a Secret and use `valueFrom.secretKeyRef`.',
  check: (scope) =>
    eachContainer(scope, ({ name, spec, path }, { resource }) =>
      listAt(spec, 'env').flatMap((variable, index) => {
        const key = textAt(variable, 'name') ?? '';
        const value = textAt(variable, 'value') ?? '';
        // A path says where the secret is, `$(NAME)` takes it from another variable.
        const refers = value === '' || value.startsWith('/') || /^\$\(.+\)$/.test(value);
        return !refers && (NAME.test(key) || VALUE.test(value))
          ? [
              wrong(
                resource,
                [...path, 'env', index, 'value'],
                `container ${name} has what looks like a secret in ${key}`,
              ),
            ]
          : [];
      }),
    ),
};
