import { at, type Path, textAt } from './data.ts';
import type { Resource } from './manifests/resource.ts';

const NAME = /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;
/** Shapes that only secrets have: keys of clouds and hosts, private keys, passwords in addresses. */
const VALUE =
  /^(?:AKIA|ASIA)[0-9A-Z]{16}$|^gh[pousr]_[A-Za-z0-9]{36,}|^github_pat_\w{22,}|^xox[abprs]-[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|^\w+:\/\/[^/\s:@]+:[^/\s:@]+@/;

/** Whether an environment variable holds a secret, by its name or by what its value looks like. */
export const isSecretVariable = (name: string, value: string): boolean => NAME.test(name) || VALUE.test(value);

/** Whether a key is called after a secret: `password`, `adminPassword`, `auth-token`. */
const isSecretKey = (key: string): boolean =>
  NAME.test(key.replaceAll(/([a-z0-9])(?=[A-Z])/g, '$1_').replaceAll(/[-.]/g, '_'));

/** Whether the place is called after a secret: what stands there is not to be shown. */
export function isSecretPath(path: Path): boolean {
  const key = path.findLast((step) => typeof step === 'string');
  return key !== undefined && isSecretKey(key);
}

/** Whether what stands at a place of an object may be a secret, and so is not to be shown. */
export function isSecretAt({ kind, object }: Pick<Resource, 'kind' | 'object'>, path: Path): boolean {
  if (kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData')) return true;
  return isSecretPath(path) || isSecretInEnv(object, path);
}

/** A list of variables, or an item of it, that is a text was meant as `NAME=value`. */
function isSecretInEnv(object: unknown, path: Path): boolean {
  const env = path.lastIndexOf('env');
  if (env < 0) return false;
  const [index, key] = path.slice(env + 1);
  if (typeof at(object, ...path) === 'string' && key === undefined) return true;
  if (index === undefined || key !== 'value') return false;
  const entry = path.slice(0, env + 2);
  return isSecretVariable(textAt(object, ...entry, 'name') ?? '', String(at(object, ...entry, 'value')));
}

/** Words for secrets, `value` as the key of one, and an address with a password. */
const TELLS = /pass(?:word|wd|phrase)|secret|token|credential|[-_.]?key\b|\bvalue["']?\s*:|:\/\/[^/\s]*@/i;

/** Whether a line of a YAML text that cannot be read may hold a secret. */
export const mayHoldSecret = (line: string): boolean => TELLS.test(line);

/** Whether a YAML text has a Secret somewhere, as far as can be told of one that cannot be read. */
export const mentionsSecret = (text: string): boolean =>
  /(?:^|[\s{,])["']?kind["']?\s*:\s*["']?Secret["']?\s*(?:$|[#},])/m.test(text);

/** A tool's sentence without what it quotes. */
export const withoutQuotes = (text: string): string => text.replaceAll(/'.*'|".*"/gs, '…');
