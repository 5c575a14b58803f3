import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare } from 'bcryptjs';
import type { Lab } from '../lab.ts';
import { choosePort, retryOnTakenPort } from '../services/ports.ts';
import { toolPath } from '../tools/index.ts';
import { createHtpasswd, createRegistryConfig } from './config.ts';

/** How to reach and log in to a registry. */
export interface RegistryEndpoint {
  /** `localhost:PORT`, the host in image references. Docker's clients use plain HTTP for localhost. */
  host: string;
  username: string;
  password: string;
}

/**
 * Also part of the image names, as on Docker Hub, where the user name is the namespace. If the user name is a secret, GitHub drops job
 * outputs with such an image name.
 */
const USER = 'shop';

/** Ensures that the registry `name` runs, with its data and password in the lab's directory. */
export async function startRegistry(lab: Lab, name: string): Promise<RegistryEndpoint> {
  const service = `registry-${name}`;
  const dir = join(lab.dir, 'registries', name);
  const password = lab.state.secret(`${service}/password`, () => randomBytes(24).toString('base64url'));
  const secret = lab.state.secret(`${service}/http`, () => randomBytes(24).toString('base64url'));
  const passwordFile = join(dir, 'htpasswd');
  const config = join(dir, 'config.yml');
  await mkdir(join(dir, 'data'), { recursive: true, mode: 0o700 });
  if (!(await matchesPassword(passwordFile, USER, password))) {
    await writeFile(passwordFile, await createHtpasswd(USER, password), { mode: 0o600 });
  }

  return retryOnTakenPort(async () => {
    const port = await choosePort(lab.state, service);
    const text = createRegistryConfig({ port, dataDir: join(dir, 'data'), passwordFile, secret });
    await writeFile(config, text, { mode: 0o600 });
    const endpoint = { host: `localhost:${port}`, username: USER, password };
    await lab.supervisor.start({
      name: service,
      command: toolPath('docker-registry'),
      args: ['serve', config],
      port,
      config: text,
      // Newer versions send traces by default, and no collector is running.
      env: { OTEL_TRACES_EXPORTER: 'none' },
      ready: () => checkLogin(endpoint),
    });
    return endpoint;
  });
}

async function matchesPassword(file: string, username: string, password: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  const [user, hashed] = readFileSync(file, 'utf8').trim().split(':');
  return user === username && hashed !== undefined && (await compare(password, hashed));
}

/** Resolves if the registry accepts the password and rejects a request without one. */
async function checkLogin(endpoint: RegistryEndpoint): Promise<void> {
  const url = `http://127.0.0.1:${endpoint.host.split(':')[1]}/v2/`;
  const authenticated = await fetch(url, {
    headers: { authorization: getBasicAuth(endpoint) },
    signal: AbortSignal.timeout(2000),
  });
  if (authenticated.status !== 200)
    throw new Error(`it responded with status ${authenticated.status} to the correct password`);
  const anonymous = await fetch(url, { signal: AbortSignal.timeout(2000) });
  if (anonymous.status !== 401)
    throw new Error(`it responded with status ${anonymous.status} to a request without a password`);
}

/** The value of the Authorization header for `endpoint`. */
export function getBasicAuth({ username, password }: Pick<RegistryEndpoint, 'username' | 'password'>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** The digest of `tag` in `repository` of the registry; undefined if the tag does not exist. */
export async function findDigest(
  endpoint: RegistryEndpoint,
  repository: string,
  tag: string,
): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${endpoint.host.split(':')[1]}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { authorization: getBasicAuth(endpoint), accept: MANIFEST_TYPES },
  });
  if (response.status === 404) return undefined;
  if (!response.ok)
    throw new Error(`registry ${endpoint.host} responded with status ${response.status} for ${repository}:${tag}`);
  return response.headers.get('docker-content-digest') ?? undefined;
}
