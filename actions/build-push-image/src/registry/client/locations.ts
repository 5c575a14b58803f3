import { registryHost, repositoryPath } from '../../../../lib/images/references.ts';
import type { Exec } from '../../../../lib/processes/exec.ts';
import type { RetryOptions } from '../../../../lib/requests/retry.ts';
import { findCredentials } from '../../docker/credentials.ts';
import type { DockerHome } from '../../docker/docker-home.ts';
import { type Repository, splitReference } from '../manifests/manifests.ts';
import { Connections } from './connections.ts';
import { Distribution } from './distribution.ts';

export interface LocationsOptions {
  exec: Exec;
  home: DockerHome;
  retries: number;
  onRetry: NonNullable<RetryOptions['onRetry']>;
  /** Default: sleep. */
  wait?: (seconds: number) => Promise<unknown>;
}

/** Repositories by name, with one client for each registry, which has docker's login for it. */
export class Locations {
  readonly #options: LocationsOptions;
  readonly #connections: Connections;
  readonly #clients = new Map<string, Promise<Distribution>>();

  constructor(options: LocationsOptions) {
    this.#options = options;
    this.#connections = new Connections(options.home.env);
  }

  async resolve(reference: string): Promise<{ repository: Repository; target: string }> {
    const { repository, target } = splitReference(reference);
    return { repository: await this.repository(repository), target };
  }

  async repository(name: string): Promise<Repository> {
    return { client: await this.client(registryHost(name)), name, path: repositoryPath(name) };
  }

  /** The client of the registry at a host. */
  client(host: string): Promise<Distribution> {
    let client = this.#clients.get(host);
    if (client === undefined) {
      const { exec, home, ...policy } = this.#options;
      client = findCredentials(host, home, exec).then(
        (credentials) => new Distribution({ host, credentials, connections: this.#connections, ...policy }),
      );
      this.#clients.set(host, client);
    }
    return client;
  }
}
