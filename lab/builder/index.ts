import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import type { Lab } from '../lab.ts';
import type { RegistryEndpoint } from '../registries/index.ts';
import { linkTo } from '../tools/cache.ts';
import { toolPath, toolsEnv } from '../tools/index.ts';
import { buildkitConfig } from './config.ts';
import { clearLeftovers } from './mounts.ts';

/** How to build images: a buildx builder, and the directories that make it the current one and log in to the registries. */
export interface BuilderEndpoint {
  /** Name for `--builder`; it is also the current builder of `buildxConfig`. */
  name: string;
  socket: string;
  /** For DOCKER_CONFIG: logins, and buildx as plug-in for a docker client. */
  dockerConfig: string;
  /** For BUILDX_CONFIG. */
  buildxConfig: string;
}

const NAME = 'lab';

/** A unix socket's path fits into 108 bytes with its end mark: unix(7). buildkitd adds ".otel" to the name for a second. */
const LONGEST_SOCKET_PATH = 107 - '.otel'.length;

/** Where the sockets of the lab in `dir` are: in it, or if that path is too long, in the directory for temporary files. */
export function socketDir(dir: string): string {
  const preferred = join(dir, 'run');
  if (Buffer.byteLength(join(preferred, 'buildkitd.sock')) <= LONGEST_SOCKET_PATH) return preferred;
  return join(tmpdir(), `gitops-lab-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`);
}

/** Starts BuildKit (or keeps it running) and makes it the current buildx builder, logged in to `registries`. */
export async function startBuilder(lab: Lab, registries: readonly RegistryEndpoint[]): Promise<BuilderEndpoint> {
  const dir = join(lab.dir, 'builder');
  const endpoint: BuilderEndpoint = {
    name: NAME,
    socket: join(socketDir(lab.dir), 'buildkitd.sock'),
    dockerConfig: join(dir, 'docker'),
    buildxConfig: join(dir, 'buildx'),
  };
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await mkdir(dirname(endpoint.socket), { recursive: true, mode: 0o700 });
  await writeDockerConfig(endpoint.dockerConfig, registries);

  const configFile = join(dir, 'buildkitd.toml');
  const config = buildkitConfig({
    root: join(dir, 'data'),
    socket: endpoint.socket,
    runc: toolPath('runc'),
    plainHttp: registries.map(({ host }) => host),
  });
  await writeFile(configFile, config, { mode: 0o600 });
  if (!lab.state.service('buildkitd')) await clearLeftovers(lab.dir);
  await lab.supervisor.start({
    name: 'buildkitd',
    command: toolPath('buildkitd'),
    args: ['--config', configFile],
    config,
    // The standard client for tracing would look for a collector that nobody runs.
    env: { OTEL_SDK_DISABLED: 'true' },
    ready: () => requireBuilder(endpoint),
  });
  return endpoint;
}

/** Resolves when the builder answers; makes the buildx entry for it first, which asks BuildKit nothing. */
async function requireBuilder(endpoint: BuilderEndpoint): Promise<void> {
  const env = builderEnv(endpoint);
  const address = `unix://${endpoint.socket}`;
  const known = await execa(toolPath('buildx'), ['inspect', NAME, '--timeout', '5s'], { env, reject: false });
  if (known.exitCode === 0 && known.stdout.includes(address) && /Status:\s+running/.test(known.stdout)) return;
  if (known.exitCode !== 0 || !known.stdout.includes(address)) {
    await rm(endpoint.buildxConfig, { recursive: true, force: true });
    await execa(toolPath('buildx'), ['create', '--name', NAME, '--driver', 'remote', '--use', address], { env });
  }
  throw new Error(known.stderr.trim() || /Error:\s+(.*)/.exec(known.stdout)?.[1] || 'buildx finds it not running yet');
}

/** The environment in which `docker buildx …` and `buildx …` use the lab's builder and logins. */
export function builderEnv(endpoint: BuilderEndpoint): Record<string, string> {
  return { ...toolsEnv(), DOCKER_CONFIG: endpoint.dockerConfig, BUILDX_CONFIG: endpoint.buildxConfig };
}

/**
 * The directory for DOCKER_CONFIG. A proxy of this machine is passed on to the steps of builds, which share its network:
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
    {
      mode: 0o600,
    },
  );
  await linkTo(join(dir, 'cli-plugins', 'docker-buildx'), toolPath('buildx'));
}

/** What the lab itself builds: one image from `context`, pushed under each of `references`. */
export interface BuildOptions {
  context: string;
  dockerfile: string;
  target?: string;
  references: readonly string[];
  signal?: AbortSignal | undefined;
}

/** Builds with file times set to the epoch, so that the same files give the same digest, and pushes. */
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
    env: { ...builderEnv(endpoint), SOURCE_DATE_EPOCH: '0' },
    all: true,
    reject: false,
    ...(options.signal ? { cancelSignal: options.signal } : {}),
  });
  if (result.isCanceled) options.signal?.throwIfAborted();
  if (result.failed) {
    throw new LabError(
      `Building ${options.references[0]} failed.\n${result.all.split('\n').slice(-15).join('\n').replace(/^/gm, '  | ')}`,
      'See `npm run lab -- logs buildkitd`; after mending the cause run the same command again.',
    );
  }
}
