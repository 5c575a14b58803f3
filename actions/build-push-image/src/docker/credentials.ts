import type { Exec } from '../../../lib/processes/exec.ts';
import { InvalidResponseError, ResponseData } from '../../../lib/requests/responses.ts';
import { configKey } from './docker-config.ts';
import type { DockerHome } from './docker-home.ts';

/** What a registry authenticates with. */
export type Credentials = { username: string; password: string } | { identityToken: string };

/**
 * The login that docker would use for a host: from the credential helper that its configuration names, otherwise from the configuration itself.
 * `undefined` if neither has one. Source: https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
export async function findCredentials(host: string, home: DockerHome, exec: Exec): Promise<Credentials | undefined> {
  const { config } = home;
  const key = configKey(host);
  const helper = config.credHelpers?.[key] ?? config.credsStore ?? '';
  if (helper !== '') return runHelper(helper, key, { home, exec });
  const entry = Object.entries(config.auths ?? {}).find(([name]) => name === key || toHost(name) === host)?.[1];
  if (entry?.identitytoken) return { identityToken: entry.identitytoken };
  return entry?.auth === undefined ? undefined : decodeAuth(entry.auth);
}

/** Generous: a helper can call the API of a cloud. */
const HELPER_LIMITS = { seconds: 60, output: 1 };

/** The protocol: https://github.com/docker/docker-credential-helpers#development */
async function runHelper(
  helper: string,
  key: string,
  { home, exec }: { home: DockerHome; exec: Exec },
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  const source = `the credential helper ${program}`;
  const options = { env: home.env, input: key, limits: HELPER_LIMITS };
  const { exitCode, stdout, exceeded } = await exec.run(program, ['get'], options);
  if (exceeded !== undefined) throw new InvalidResponseError(source, `it took ${exceeded}`);
  if (exitCode !== 0) return undefined;
  const response = ResponseData.json(stdout, source, `the login for ${key}`);
  const username = response.at('Username').string();
  const secret = response.at('Secret').string();
  // This name marks an identity token.
  return username === '<token>' ? { identityToken: secret } : { username, password: secret };
}

/** Older clients wrote URLs as keys: `https://registry.example/v1/`. */
const toHost = (key: string): string => key.replace(/^https?:\/\//, '').split('/')[0] ?? '';

function decodeAuth(auth: string): Credentials | undefined {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0
    ? undefined
    : { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}
