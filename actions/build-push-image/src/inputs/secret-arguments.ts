import type { Settings } from './inputs.ts';

/** Words of a name that mean a secret, as Docker's build check SecretsUsedInArgOrEnv knows them, and keys that are always secret. */
const SECRET_NAME =
  /(?:^|_)(?:api_?key|access_?key|private_?key|signing_?key|secret_?key|auth|credentials?|passwd|passwords?|pword|pwd|secrets?|tokens?)(?:_|$)/;
const PUBLIC_NAME = /(?:^|_)public(?:_|$)/;

/** What tokens of GitHub, GitLab, npm, AWS and Slack, JSON web tokens and private keys begin with. */
const SECRET_VALUE =
  /^(?:gh[opsur]_|github_pat_|glpat-|npm_|xox[abeprs]-)\w{8,}|^(?:AKIA|ASIA)[0-9A-Z]{16}$|^eyJ[\w-]{8,}\.[\w-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Not secrets, whatever the name says: switches and small numbers. */
const HARMLESS_VALUE = /^(?:true|false|yes|no|\d{0,4})$/i;

/** The names of build arguments that look like secrets, by their name or by their value, each once. */
export function findSecretArguments({ images, extraArgs }: Pick<Settings, 'images' | 'extraArgs'>): string[] {
  const given = images.flatMap(({ buildArgs }) => [...buildArgs]);
  const extra = extraArgs.flatMap((argument): [string, string | undefined][] => {
    const [, name, value] = /^--build-arg=([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    return name === undefined ? [] : [[name, value]];
  });
  return [...new Set([...given, ...extra].flatMap(([name, value]) => (isSecret(name, value) ? [name] : [])))];
}

/** @param value `undefined` for an argument that buildx reads from the environment */
function isSecret(name: string, value: string | undefined): boolean {
  if (value !== undefined && HARMLESS_VALUE.test(value)) return false;
  if (value !== undefined && SECRET_VALUE.test(value)) return true;
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[-.]/g, '_')
    .toLowerCase();
  return SECRET_NAME.test(words) && !PUBLIC_NAME.test(words);
}

/** The warning about them. It names the arguments, and never their values. */
export function formatSecretArguments(names: readonly string[]): string {
  return `These build arguments look like secrets: ${names.join(', ')}. Everyone who can read the image finds their values in its history and in its provenance; the output \`metadata\` contains them too. Use the input \`secrets\`, and \`RUN --mount=type=secret\` in the Dockerfile.`;
}
