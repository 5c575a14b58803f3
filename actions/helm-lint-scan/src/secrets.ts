import { at, isData, type Path, stringAt } from './data.ts';
import type { Resource } from './manifests/resource.ts';

const NAME = /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;
/** Formats that only secrets have: keys of clouds and Git hosts, private keys, passwords in URLs. */
const VALUE =
  /^(?:AKIA|ASIA)[0-9A-Z]{16}$|^gh[pousr]_[A-Za-z0-9]{36,}|^github_pat_\w{22,}|^xox[abprs]-[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|^\w+:\/\/[^/\s:@]+:[^/\s:@]+@/;

/** Whether an environment variable holds a secret, by its name or by the format of its value. */
export const isSecretVariable = (name: string, value: string): boolean => NAME.test(name) || VALUE.test(value);

/** Whether a key has the name of a secret: `password`, `adminPassword`, `auth-token`. */
const isSecretKey = (key: string): boolean =>
  NAME.test(key.replaceAll(/([a-z0-9])(?=[A-Z])/g, '$1_').replaceAll(/[-.]/g, '_'));

/** Whether a path has the name of a secret, so that its value must not be shown. */
export function isSecretPath(path: Path): boolean {
  const key = path.findLast((step) => typeof step === 'string');
  return key !== undefined && isSecretKey(key);
}

/** Whether the value at a path of an object may be a secret, so that it must not be shown. */
export function isSecretAt({ kind, object }: Pick<Resource, 'kind' | 'object'>, path: Path): boolean {
  if (kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData')) return true;
  return isSecretPath(path) || isSecretInEnv(object, path);
}

/** A string in place of a list of variables, or of an item of it, was meant as `NAME=value`. */
function isSecretInEnv(object: unknown, path: Path): boolean {
  const env = path.lastIndexOf('env');
  if (env < 0) return false;
  const [index, key] = path.slice(env + 1);
  if (typeof at(object, ...path) === 'string' && key === undefined) return true;
  if (index === undefined || key !== 'value') return false;
  const entry = path.slice(0, env + 2);
  return isSecretVariable(stringAt(object, ...entry, 'name') ?? '', String(at(object, ...entry, 'value')));
}

/** Words for secrets, `value` as the key of a variable, and a URL with a password. */
const SECRET_HINT = /pass(?:word|wd|phrase)|secret|token|credential|[-_.]?key\b|\bvalue["']?\s*:|:\/\/[^/\s]*@/i;

/** Whether a line of a YAML file that cannot be parsed may hold a secret. */
export const mayHoldSecret = (line: string): boolean => SECRET_HINT.test(line);

/** Whether a YAML file that cannot be parsed seems to have a Secret. */
export const mentionsSecret = (text: string): boolean =>
  /(?:^|[\s{,])["']?kind["']?\s*:\s*["']?Secret["']?\s*(?:$|[#},])/m.test(text);

/** A tool's message without what it quotes. */
export const withoutQuotes = (text: string): string => text.replaceAll(/'.*'|".*"/gs, '…');

/** The minimum length of a secret: a shorter text may be anything. */
const MIN_SECRET = 4;

/** A text about an object, without the values of the object that may be secrets. */
export function withoutSecretsOf(resource: Pick<Resource, 'kind' | 'object'>, text: string): string {
  let shown = text;
  const hide = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) hide(item, [...path, index]);
    else if (isData(value)) for (const [key, item] of Object.entries(value)) hide(item, [...path, key]);
    else if (typeof value === 'string' && value.length >= MIN_SECRET && shown.includes(value))
      shown = isSecretAt(resource, path) ? shown.replaceAll(value, '…') : shown;
  };
  hide(resource.object, []);
  return shown;
}
