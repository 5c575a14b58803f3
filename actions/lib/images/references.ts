/**
 * Names of image repositories, with and without a registry.
 * Source: the grammar and the defaults of https://github.com/distribution/reference/blob/main/normalize.go
 */

/** The registry of a name without a host. */
export const DOCKER_HUB = 'docker.io';

/** Docker Hub has had more than one host name; the second is that of its API. */
const DOCKER_HUB_ALIASES: ReadonlySet<string> = new Set(['index.docker.io', 'registry-1.docker.io']);

/** Whether the first segment of a name is a host, with an optional port, and not a path on Docker Hub. */
const isHost = (segment: string): boolean => /[.:]/.test(segment) || segment === 'localhost';

const canonicalHost = (host: string): string => (DOCKER_HUB_ALIASES.has(host) ? DOCKER_HUB : host);

/**
 * The host of a registry or of a repository: `ghcr.io` for `ghcr.io/org`, `docker.io` for `org/web` and for every other name of Docker Hub.
 * @param name in lower case
 */
export function registryHost(name: string): string {
  const [first = ''] = name.split('/');
  return isHost(first) ? canonicalHost(first) : DOCKER_HUB;
}

/** The path of a repository on its host, as the distribution API expects it: `org/web`; on Docker Hub `library/node` for `node`. */
export function repositoryPath(repository: string): string {
  const path = withoutHost(repository);
  return registryHost(repository) === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path;
}

/** Whether a repository's name begins with the host of its registry. */
export function hasRegistry(repository: string): boolean {
  const [first = '', ...rest] = repository.split('/');
  return rest.length > 0 && isHost(first);
}

/** A repository without its host: `org/shop/web` for `ghcr.io/org/shop/web`. */
export function withoutHost(repository: string): string {
  return hasRegistry(repository) ? repository.slice(repository.indexOf('/') + 1) : repository;
}

/** The full name of a repository, the same for all its spellings: `docker.io/library/node` for `node` and `index.docker.io/node`. */
export function normalizeRepository(repository: string): string {
  const name = repository.toLowerCase();
  // A name of one segment is a path, also with a dot in it.
  return name.includes('/') ? `${registryHost(name)}/${repositoryPath(name)}` : `${DOCKER_HUB}/library/${name}`;
}

/** Whether two names are those of one repository. */
export const isSameRepository = (a: string, b: string): boolean => normalizeRepository(a) === normalizeRepository(b);
