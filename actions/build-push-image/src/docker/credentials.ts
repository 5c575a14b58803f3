import type { Exec } from '../../../lib/exec.ts';
import { InvalidResponseError, ResponseData } from '../../../lib/responses.ts';
import { configKey } from './docker-config.ts';
import type { DockerHome } from './docker-home.ts';

/** How to introduce oneself to a registry. */
export type Credentials = { username: string; password: string } | { identityToken: string };

/**
 * The login that docker would use for a host: from the credential helper that its configuration names, else from the configuration itself.
 * `undefined` when there is none. Source: https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
export async function credentialsFor(host: string, home: DockerHome, exec: Exec): Promise<Credentials | undefined> {
  const { config } = home;
  const key = configKey(host);
  const helper = config.credHelpers?.[key] ?? config.credsStore ?? '';
  if (helper !== '') return askHelper(helper, key, home, exec);
  const entry = Object.entries(config.auths ?? {}).find(([name]) => name === key || hostPart(name) === host)?.[1];
  if (entry?.identitytoken) return { identityToken: entry.identitytoken };
  return entry?.auth === undefined ? undefined : decode(entry.auth);
}

/** It may ask a cloud's API. */
const HELPER_LIMITS = { seconds: 60, output: 1 };

/** The protocol: https://github.com/docker/docker-credential-helpers#development */
async function askHelper(helper: string, key: string, home: DockerHome, exec: Exec): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  const from = `the credential helper ${program}`;
  const options = { env: home.env, input: key, limits: HELPER_LIMITS };
  const { exitCode, stdout, exceeded } = await exec.run(program, ['get'], options);
  if (exceeded !== undefined) throw new InvalidResponseError(from, `it took ${exceeded}`);
  if (exitCode !== 0) return undefined;
  const answer = ResponseData.json(stdout, from, `the login for ${key}`);
  const username = answer.at('Username').string();
  const secret = answer.at('Secret').string();
  // The mark for an identity token.
  return username === '<token>' ? { identityToken: secret } : { username, password: secret };
}

/** Older clients wrote whole addresses as keys: `https://registry.example/v1/`. */
const hostPart = (key: string): string => key.replace(/^https?:\/\//, '').split('/')[0] ?? '';

function decode(auth: string): Credentials | undefined {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at < 0 ? undefined : { username: text.slice(0, at), password: text.slice(at + 1).replace(/\0+$/, '') };
}
