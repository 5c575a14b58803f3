import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare } from 'bcryptjs';
import type { Lab } from '../lab.ts';
import { choosePort, onFreePorts } from '../services/ports.ts';
import { toolPath } from '../tools/index.ts';
import { passwordFile, registryConfig } from './config.ts';

/** How to reach and log in to a registry. */
export interface RegistryEndpoint {
  /** `localhost:PORT`: the name images carry. Docker's clients speak plain HTTP to localhost. */
  host: string;
  username: string;
  password: string;
}

/**
 * Part of the images' names, as on Docker Hub, where the user is their namespace: a job's output with such a name is lost where the user is
 * kept as a secret.
 */
const USER = 'shop';

/** Starts registry `name` (or keeps it running) with its data and password below the lab's directory. */
export async function startRegistry(lab: Lab, name: string): Promise<RegistryEndpoint> {
  const service = `registry-${name}`;
  const dir = join(lab.dir, 'registries', name);
  const password = lab.state.secret(`${service}/password`, () => randomBytes(24).toString('base64url'));
  const secret = lab.state.secret(`${service}/http`, () => randomBytes(24).toString('base64url'));
  const passwords = join(dir, 'htpasswd');
  const config = join(dir, 'config.yml');
  await mkdir(join(dir, 'data'), { recursive: true, mode: 0o700 });
  if (!(await holdsPassword(passwords, USER, password))) {
    await writeFile(passwords, await passwordFile(USER, password), { mode: 0o600 });
  }

  return onFreePorts(async () => {
    const port = await choosePort(lab.state, service);
    const text = registryConfig({ port, dataDir: join(dir, 'data'), passwordFile: passwords, secret });
    await writeFile(config, text, { mode: 0o600 });
    const endpoint = { host: `localhost:${port}`, username: USER, password };
    await lab.supervisor.start({
      name: service,
      command: toolPath('docker-registry'),
      args: ['serve', config],
      port,
      config: text,
      // Traces to a collector are on by default in newer versions; there is none.
      env: { OTEL_TRACES_EXPORTER: 'none' },
      ready: () => requireLogin(endpoint),
    });
    return endpoint;
  });
}

async function holdsPassword(file: string, username: string, password: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  const [user, hashed] = readFileSync(file, 'utf8').trim().split(':');
  return user === username && hashed !== undefined && (await compare(password, hashed));
}

/** Resolves when the registry lets the right password in and refuses a request without one. */
async function requireLogin(endpoint: RegistryEndpoint): Promise<void> {
  const url = `http://127.0.0.1:${endpoint.host.split(':')[1]}/v2/`;
  const known = await fetch(url, {
    headers: { authorization: basicAuth(endpoint) },
    signal: AbortSignal.timeout(2000),
  });
  if (known.status !== 200) throw new Error(`it answers its own user with status ${known.status}`);
  const anonymous = await fetch(url, { signal: AbortSignal.timeout(2000) });
  if (anonymous.status !== 401)
    throw new Error(`it answers a request without password with status ${anonymous.status}`);
}

/** The value of the Authorization header that logs in to `endpoint`. */
export function basicAuth({ username, password }: Pick<RegistryEndpoint, 'username' | 'password'>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** The digest that `tag` of `repository` has in the registry, or undefined if it is not there. */
export async function findDigest(
  endpoint: RegistryEndpoint,
  repository: string,
  tag: string,
): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${endpoint.host.split(':')[1]}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { authorization: basicAuth(endpoint), accept: MANIFEST_TYPES },
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`registry ${endpoint.host} answers ${response.status} for ${repository}:${tag}`);
  return response.headers.get('docker-content-digest') ?? undefined;
}
