/** The environments, and the values files of each. */

/** Each environment with the one whose values it overrides, if any. */
export const ENVIRONMENTS: Readonly<Record<string, string | undefined>> = {
  production: undefined,
  recovery: 'production',
  staging: undefined,
  dev: undefined,
};

/** The files in `terraform/environments` with an environment's values, in the order of Terraform's arguments. */
export function valueFiles(environment: string, root: 'platform' | 'bootstrap'): string[] {
  const over = ENVIRONMENTS[environment];
  const ending = root === 'bootstrap' ? 'bootstrap.tfvars' : 'tfvars';
  return [over, environment].flatMap((name) => (name === undefined ? [] : [`${name}.${ending}`]));
}

export const fileArguments = (files: readonly string[]): string[] =>
  files.map((file) => `-var-file=../environments/${file}`);
