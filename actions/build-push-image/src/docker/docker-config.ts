import { DOCKER_HUB } from '../../../lib/images/references.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';

/** A login to one registry host, for this step only. */
export interface Login {
  /** `ghcr.io`, `localhost:5001`, `docker.io`. */
  host: string;
  username: string;
  password: string;
}

/** The key of a host in Docker's configuration; that of Docker Hub is a URL for historical reasons. */
export function configKey(host: string): string {
  return host === DOCKER_HUB ? 'https://index.docker.io/v1/' : host;
}

export interface AuthEntry {
  /** `user:password` in base64. */
  auth?: string;
  identitytoken?: string;
}

/** The parts of Docker's `config.json` that matter here; the rest is kept unchanged. */
export interface DockerConfig {
  auths?: Record<string, AuthEntry>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
  cliPluginsExtraDirs?: string[];
  [other: string]: unknown;
}

/**
 * The configuration from its JSON, with the types that docker's own reader expects.
 * @throws {InvalidResponseError} with the path of the invalid value, never the value, which may be a password
 */
export function parseDockerConfig(json: ResponseData): DockerConfig {
  const optional = <K extends string, T>(key: K, read: (part: ResponseData) => T): { [key in K]?: T } => {
    const part = json.at(key).optional;
    return part === undefined ? {} : ({ [key]: read(part) } as { [key in K]?: T });
  };
  const mapping = <T>(part: ResponseData, read: (part: ResponseData) => T): Record<string, T> =>
    Object.fromEntries(
      Object.keys(part.object()).flatMap((key) => (part.at(key).optional ? [[key, read(part.at(key))]] : [])),
    );
  // Programs written in Go write `null` for an empty list or mapping.
  const rest = Object.entries(json.object()).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(rest),
    ...optional('auths', (auths) =>
      mapping(auths, (entry) => {
        for (const key of ['auth', 'identitytoken']) entry.at(key).optional?.string();
        return entry.object() as AuthEntry;
      }),
    ),
    ...optional('credHelpers', (helpers) => mapping(helpers, (helper) => helper.string())),
    ...optional('credsStore', (store) => store.string()),
    ...optional('cliPluginsExtraDirs', (directories) => directories.list().map((directory) => directory.string())),
  };
}

const encodeLogin = ({ username, password }: Login): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

export interface JobSettings {
  /** From `DOCKER_AUTH_CONFIG`, whose logins win over those of the file. */
  environmentConfig?: DockerConfig | undefined;
  /** The plugin directory of the job, which the client looks for in the directory of its configuration. */
  pluginDirectory?: string | undefined;
}

/**
 * The job's configuration with the step's logins added. The job's other logins, credential helpers, plugins and proxies stay.
 * For a host with an entry in `credHelpers`, and for any host if `credsStore` is set, docker reads the helper and not `auths`; an empty helper
 * turns that off for one host (https://github.com/docker/cli/blob/master/cli/config/configfile/file.go, `getConfiguredCredentialStore`).
 */
export function withLogins(
  job: DockerConfig,
  logins: readonly Login[],
  { environmentConfig, pluginDirectory }: JobSettings = {},
): DockerConfig {
  const added: Record<string, AuthEntry> = {
    ...environmentConfig?.auths,
    ...Object.fromEntries(logins.map((login) => [configKey(login.host), { auth: encodeLogin(login) }])),
  };
  const usesHelpers = job.credsStore !== undefined || job.credHelpers !== undefined;
  const noHelpers = Object.fromEntries(Object.keys(added).map((key) => [key, '']));
  return {
    ...job,
    auths: { ...job.auths, ...added },
    ...(usesHelpers ? { credHelpers: { ...job.credHelpers, ...noHelpers } } : {}),
    ...(pluginDirectory === undefined
      ? {}
      : { cliPluginsExtraDirs: [...(job.cliPluginsExtraDirs ?? []), pluginDirectory] }),
  };
}
