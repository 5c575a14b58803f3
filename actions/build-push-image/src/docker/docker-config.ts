import type { RegistryName } from '../../../lib/identifiers.ts';
import type { ResponseData } from '../../../lib/responses.ts';

/** A login to one registry host, for this step alone. */
export interface Login {
  /** `ghcr.io`, `localhost:5001`, `docker.io`. */
  host: string;
  username: string;
  password: string;
}

/**
 * The host of a registry. A first segment without a dot, a port and that is not `localhost` is a path on Docker Hub, by the grammar of
 * references (https://github.com/distribution/reference/blob/main/normalize.go).
 */
export function hostOf(registry: RegistryName | string): string {
  const first = registry.split('/')[0] ?? '';
  const isHost = /[.:]/.test(first) || first === 'localhost';
  if (!isHost) return 'docker.io';
  return ['index.docker.io', 'registry-1.docker.io'].includes(first) ? 'docker.io' : first;
}

/** The path of a repository on its host, as the distribution API wants it: `org/web`; on Docker Hub `library/node` for `node`. */
export function pathOnHost(repository: string): string {
  const first = repository.split('/')[0] ?? '';
  const path = /[.:]/.test(first) || first === 'localhost' ? repository.slice(first.length + 1) : repository;
  return hostOf(repository) === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
}

/** Hosts that are spoken to without TLS, as docker and containerd do: this machine itself. */
export function isLoopback(host: string): boolean {
  const name = new URL(`http://${host}`).hostname;
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** The key of a host in Docker's configuration; Docker Hub has an odd one since its first days. */
export function configKey(host: string): string {
  return host === 'docker.io' ? 'https://index.docker.io/v1/' : host;
}

export interface AuthEntry {
  /** `user:password` in base64. */
  auth?: string;
  identitytoken?: string;
}

/** The parts of Docker's `config.json` that matter here; the rest is carried along as it is. */
export interface DockerConfig {
  auths?: Record<string, AuthEntry>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
  cliPluginsExtraDirs?: string[];
  [other: string]: unknown;
}

/**
 * The configuration from its JSON, with the types that docker's own reader wants.
 * @throws {InvalidResponseError} naming the place, never the text, which holds passwords
 */
export function dockerConfig(json: ResponseData): DockerConfig {
  const given = <K extends string, T>(key: K, read: (part: ResponseData) => T): { [key in K]?: T } => {
    const part = json.at(key).optional;
    return part === undefined ? {} : ({ [key]: read(part) } as { [key in K]?: T });
  };
  const mapping = <T>(part: ResponseData, read: (part: ResponseData) => T): Record<string, T> =>
    Object.fromEntries(
      Object.keys(part.object()).flatMap((key) => (part.at(key).optional ? [[key, read(part.at(key))]] : [])),
    );
  // `null` is what programs written in Go leave of an empty list or mapping.
  const rest = Object.entries(json.object()).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(rest),
    ...given('auths', (auths) =>
      mapping(auths, (entry) => {
        for (const key of ['auth', 'identitytoken']) entry.at(key).optional?.string();
        return entry.object() as AuthEntry;
      }),
    ),
    ...given('credHelpers', (helpers) => mapping(helpers, (helper) => helper.string())),
    ...given('credsStore', (store) => store.string()),
    ...given('cliPluginsExtraDirs', (directories) => directories.list().map((directory) => directory.string())),
  };
}

const encoded = ({ username, password }: Login): string => Buffer.from(`${username}:${password}`).toString('base64');

/**
 * The job's configuration with the step's logins in it. What the job has stays: its other logins, credential helpers, plugins, proxies.
 * A host with an entry in `credHelpers`, or any host when there is a `credsStore`, is asked for there and not in `auths`; an empty helper
 * turns that off for one host (https://github.com/docker/cli/blob/master/cli/config/configfile/file.go, `getConfiguredCredentialStore`).
 * @param logins the step's own
 * @param environmentConfig the text of `DOCKER_AUTH_CONFIG`, whose logins go before those of the file
 * @param pluginDirectory the job's own plugin directory, which the client looks for beside its configuration
 */
export function withLogins(
  job: DockerConfig,
  logins: readonly Login[],
  environmentConfig: DockerConfig | undefined,
  pluginDirectory: string | undefined,
): DockerConfig {
  const given: Record<string, AuthEntry> = {
    ...environmentConfig?.auths,
    ...Object.fromEntries(logins.map((login) => [configKey(login.host), { auth: encoded(login) }])),
  };
  const usesHelpers = job.credsStore !== undefined || job.credHelpers !== undefined;
  const noHelpers = Object.fromEntries(Object.keys(given).map((key) => [key, '']));
  return {
    ...job,
    auths: { ...job.auths, ...given },
    ...(usesHelpers ? { credHelpers: { ...job.credHelpers, ...noHelpers } } : {}),
    ...(pluginDirectory === undefined
      ? {}
      : { cliPluginsExtraDirs: [...(job.cliPluginsExtraDirs ?? []), pluginDirectory] }),
  };
}
