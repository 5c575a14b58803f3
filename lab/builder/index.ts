import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import type { Lab } from '../lab.ts';
import type { RegistryEndpoint } from '../registries/index.ts';
import { updateSymlink } from '../tools/cache.ts';
import { toolPath, toolsEnv } from '../tools/index.ts';
import { createBuildkitConfig } from './config.ts';
import { removeStaleBuilds } from './mounts.ts';

/** How to build images: a buildx builder, and the configuration directories that select it and log in to the registries. */
export interface BuilderEndpoint {
  /** Name for `--builder`; also the current builder in `buildxConfig`. */
  name: string;
  socket: string;
  /** For DOCKER_CONFIG: registry logins, and buildx as a plug-in of the docker client. */
  dockerConfig: string;
  /** For BUILDX_CONFIG. */
  buildxConfig: string;
}

const NAME = 'lab';

/** The path of a unix socket has at most 108 bytes including the terminating null byte: unix(7). buildkitd also creates a socket with the suffix ".otel". */
const MAX_SOCKET_PATH = 107 - '.otel'.length;

/** Directory of the sockets of the lab in `dir`: within it or, if that path is too long, in the directory for temporary files. */
export function getSocketDir(dir: string): string {
  const preferred = join(dir, 'run');
  if (Buffer.byteLength(join(preferred, 'buildkitd.sock')) <= MAX_SOCKET_PATH) return preferred;
  return join(tmpdir(), `gitops-lab-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`);
}

/** Ensures that BuildKit runs and is the current buildx builder, logged in to `registries`. */
export async function startBuilder(lab: Lab, registries: readonly RegistryEndpoint[]): Promise<BuilderEndpoint> {
  const dir = join(lab.dir, 'builder');
  const endpoint: BuilderEndpoint = {
    name: NAME,
    socket: join(getSocketDir(lab.dir), 'buildkitd.sock'),
    dockerConfig: join(dir, 'docker'),
    buildxConfig: join(dir, 'buildx'),
  };
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await mkdir(dirname(endpoint.socket), { recursive: true, mode: 0o700 });
  await writeDockerConfig(endpoint.dockerConfig, registries);

  const configFile = join(dir, 'buildkitd.toml');
  const config = createBuildkitConfig({
    root: join(dir, 'data'),
    socket: endpoint.socket,
    runc: toolPath('runc'),
    plainHttp: registries.map(({ host }) => host),
  });
  await writeFile(configFile, config, { mode: 0o600 });
  if (!lab.state.service('buildkitd')) await removeStaleBuilds(lab.dir);
  await lab.supervisor.start({
    name: 'buildkitd',
    command: toolPath('buildkitd'),
    args: ['--config', configFile],
    config,
    // Without this, the tracing client would look for a collector, and none is running.
    env: { OTEL_SDK_DISABLED: 'true' },
    ready: () => checkBuilder(endpoint),
  });
  return endpoint;
}

/** Resolves if the builder responds. Creates its buildx entry first, which does not connect to BuildKit. */
async function checkBuilder(endpoint: BuilderEndpoint): Promise<void> {
  const env = getBuilderEnv(endpoint);
  const address = `unix://${endpoint.socket}`;
  const inspection = await execa(toolPath('buildx'), ['inspect', NAME, '--timeout', '5s'], { env, reject: false });
  if (inspection.exitCode === 0 && inspection.stdout.includes(address) && /Status:\s+running/.test(inspection.stdout))
    return;
  if (inspection.exitCode !== 0 || !inspection.stdout.includes(address)) {
    await rm(endpoint.buildxConfig, { recursive: true, force: true });
    await execa(toolPath('buildx'), ['create', '--name', NAME, '--driver', 'remote', '--use', address], { env });
  }
  throw new Error(
    inspection.stderr.trim() ||
      /Error:\s+(.*)/.exec(inspection.stdout)?.[1] ||
      'buildx reports that it is not running yet',
  );
}

/** The environment in which `docker buildx` and `buildx` use the lab's builder and logins. */
export function getBuilderEnv(endpoint: BuilderEndpoint): Record<string, string> {
  return { ...toolsEnv(), DOCKER_CONFIG: endpoint.dockerConfig, BUILDX_CONFIG: endpoint.buildxConfig };
}

/**
 * Writes the directory for DOCKER_CONFIG. The proxy settings of this machine are passed to build steps, which use its network:
 * https://docs.docker.com/engine/cli/proxy/
 */
async function writeDockerConfig(dir: string, registries: readonly RegistryEndpoint[]): Promise<void> {
  const auths = registries.map(({ host, username, password }) => [
    host,
    { auth: Buffer.from(`${username}:${password}`).toString('base64') },
  ]);
  const proxy = {
    httpProxy: process.env.HTTP_PROXY ?? process.env.http_proxy,
    httpsProxy: process.env.HTTPS_PROXY ?? process.env.https_proxy,
    noProxy: process.env.NO_PROXY ?? process.env.no_proxy,
  };
  const proxies = proxy.httpProxy || proxy.httpsProxy ? { proxies: { default: proxy } } : {};
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeFile(
    join(dir, 'config.json'),
    `${JSON.stringify({ auths: Object.fromEntries(auths), ...proxies }, null, 2)}\n`,
    { mode: 0o600 },
  );
  await updateSymlink(join(dir, 'cli-plugins', 'docker-buildx'), toolPath('buildx'));
}

/** An image that the lab builds from `context` and pushes to each of `references`. */
export interface BuildOptions {
  context: string;
  dockerfile: string;
  target?: string;
  references: readonly string[];
  signal?: AbortSignal | undefined;
}

/** Builds and pushes an image with file times set to the epoch, so that the same files give the same digest. */
export async function buildImage(endpoint: BuilderEndpoint, options: BuildOptions): Promise<void> {
  const output = `type=image,"name=${options.references.join(',')}",push=true,rewrite-timestamp=true,compression=zstd`;
  const args = [
    'build',
    '--builder',
    endpoint.name,
    '--file',
    options.dockerfile,
    '--provenance=false',
    '--progress=plain',
  ];
  if (options.target) args.push('--target', options.target);
  const result = await execa(toolPath('buildx'), [...args, '--output', output, options.context], {
    env: { ...getBuilderEnv(endpoint), SOURCE_DATE_EPOCH: '0' },
    all: true,
    reject: false,
    ...(options.signal ? { cancelSignal: options.signal } : {}),
  });
  if (result.isCanceled) options.signal?.throwIfAborted();
  if (result.failed) {
    throw new LabError(
      `Building ${options.references[0]} failed.\n${result.all.split('\n').slice(-15).join('\n').replace(/^/gm, '  | ')}`,
      'See `npm run lab -- logs buildkitd`, fix the cause and run the same command again.',
    );
  }
}
