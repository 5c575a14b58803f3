import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll } from '@jest/globals';
import { execa } from 'execa';
import { getBasicAuth, type RegistryEndpoint } from '../../../registries/index.ts';
import { startTestServices, type TestServices } from '../../../testing.ts';
import { runStep, type StepOptions, type StepResult } from '../step.ts';

export let services: TestServices;
export let staging: RegistryEndpoint;
export let production: RegistryEndpoint;
/** A repository with two small images, and one whose build steps have a shell. */
export let workspace: string;
/** The commit of its head. */
export let sha: string;

/** Starts two registries and a builder before the tests of a file, and creates the workspace. */
export function useScene(): void {
  beforeAll(async () => {
    services = await startTestServices({ registry: 2, builder: true });
    const [first, second] = services.registries;
    if (first === undefined || second === undefined) throw new Error('two registries are required');
    [staging, production] = [first, second];
    workspace = join(services.dir, 'workspace');
    writeSources(workspace);
    sha = await commit('the first');
  }, 600_000);
  afterAll(() => services?.stop());
}

/** Writes a repository with two small images, one that fails to build, and one whose build steps have a shell. */
function writeSources(directory: string): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  for (const name of ['web', 'api']) {
    write(`${name}/Dockerfile`, 'FROM scratch\nARG WHO=nobody\nLABEL who=$WHO\nCOPY hello /hello\n');
    write(`${name}/hello`, `hello from ${name}\n`);
  }
  write('broken/Dockerfile', 'FROM scratch\nCOPY hello /hello\nRUN ["/none"]\n');
  write('broken/hello', 'x');
  write(
    'shell/Dockerfile',
    'FROM scratch\nCOPY root/ /\nARG SECONDS=0\nRUN --mount=type=secret,id=token --mount=type=secret,id=rc set -e; [ -z "$SECONDS" ] || sleep $SECONDS; cat /run/secrets/token /run/secrets/rc || true; echo done > /done\n',
  );
  write(
    'shell/Dockerfile.random',
    'FROM scratch\nCOPY root/ /\nARG WHO\nRUN cat /proc/sys/kernel/random/uuid > /uuid\n',
  );
  write('shell/Dockerfile.hosts', 'FROM scratch\nCOPY root/ /\nRUN cat /etc/hosts /proc/net/dev\n');
}

/** Copies this machine's shell with its libraries, as the root of an image: build steps need one, and there is no registry to pull from. */
export async function addShell(): Promise<void> {
  const root = join(workspace, 'shell', 'root');
  for (const program of ['/bin/sh', '/bin/sleep', '/bin/cat']) {
    const { stdout } = await execa('ldd', [program]);
    const libraries = stdout.match(/\/\S+/g) ?? [];
    for (const file of [program, ...libraries]) {
      mkdirSync(join(root, dirname(file)), { recursive: true });
      copyFileSync(file, join(root, file));
    }
  }
}

export async function commit(message: string): Promise<string> {
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args], { cwd: workspace });
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '--allow-empty', '--message', message);
  return (await git('rev-parse', 'HEAD')).stdout;
}

export const WEB = '{ name: shop/web, context: web }';

/** Runs the step with the job's Docker configuration, or with another one in `env`. */
export function step(
  inputs: Record<string, string>,
  {
    ref = 'refs/heads/main',
    env = {},
    onOutput,
  }: { ref?: string; env?: Record<string, string>; onOutput?: StepOptions['onOutput'] } = {},
): Promise<StepResult> {
  return runStep({
    action: 'build-push-image',
    inputs: { registry: staging.host, images: WEB, ...inputs },
    dir: services.dir,
    env: {
      ...services.env,
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_SHA: sha,
      GITHUB_REF: ref,
      GITHUB_EVENT_NAME: 'push',
      GITHUB_WORKSPACE: workspace,
      ...env,
    },
    ...(onOutput === undefined ? {} : { onOutput }),
  });
}

/** A Docker configuration without a login, which uses the builder. */
export function withoutLogin(): Record<string, string> {
  const directory = join(services.dir, 'no-login');
  mkdirSync(directory, { recursive: true });
  if (!existsSync(join(directory, 'cli-plugins')))
    cpSync(join(services.env.DOCKER_CONFIG ?? '', 'cli-plugins'), join(directory, 'cli-plugins'), { recursive: true });
  return { DOCKER_CONFIG: directory };
}

const TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** A manifest, read from the registry without the action's code. */
export async function manifest(registry: RegistryEndpoint, name: string, reference: string) {
  const response = await fetch(`http://${registry.host}/v2/${name}/manifests/${reference}`, {
    headers: { authorization: getBasicAuth(registry), accept: TYPES },
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    type: response.headers.get('content-type') ?? '',
    digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    data: JSON.parse(text) as Record<string, never>,
  };
}

async function blob(registry: RegistryEndpoint, name: string, digest: string): Promise<Buffer> {
  const response = await fetch(`http://${registry.host}/v2/${name}/blobs/${digest}`, {
    headers: { authorization: getBasicAuth(registry) },
  });
  return Buffer.from(await response.arrayBuffer());
}

/**
 * Stores the manifest of an artifact without content, without the action's code.
 * @returns its digest
 */
export async function putManifest(registry: RegistryEndpoint, name: string, target: string, fields: object) {
  const authorization = getBasicAuth(registry);
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2 };
  const uploads = `http://${registry.host}/v2/${name}/blobs/uploads/`;
  const upload = await fetch(uploads, { method: 'POST', headers: { authorization } });
  const address = new URL(upload.headers.get('location') ?? '', uploads);
  address.searchParams.set('digest', empty.digest);
  await fetch(address, {
    method: 'PUT',
    body: '{}',
    headers: { authorization, 'content-type': 'application/octet-stream' },
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const body = JSON.stringify({ schemaVersion: 2, mediaType, config: empty, layers: [empty], ...fields });
  const response = await fetch(`http://${registry.host}/v2/${name}/manifests/${target || digestOf(body)}`, {
    method: 'PUT',
    body,
    headers: { authorization, 'content-type': fieldOf(fields, 'mediaType') ?? mediaType },
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return digestOf(body);
}

const fieldOf = (fields: object, key: string): string | undefined => (fields as Record<string, string>)[key];
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/**
 * Stores an artifact that refers to a manifest, and the fallback tag of a registry without the referrers API.
 * @returns its digest
 */
export async function sign(registry: RegistryEndpoint, name: string, subject: string): Promise<string> {
  const artifactType = 'application/vnd.example.signature';
  const signature = { artifactType, subject: { mediaType: TYPES.split(',')[0], digest: subject, size: 1 } };
  const digest = await putManifest(registry, name, '', signature);
  const manifests = [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', artifactType, digest, size: 1 }];
  const index = { mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
  await putManifest(registry, name, subject.replace(':', '-'), { ...index, config: undefined, layers: undefined });
  return digest;
}

export interface Descriptor {
  digest: string;
  platform?: { architecture: string };
  annotations?: Record<string, string>;
}

/** The configuration and all layers of an image, unpacked, for one platform of its index. */
export async function contents(registry: RegistryEndpoint, name: string, reference: string) {
  const top = (await manifest(registry, name, reference)).data as unknown as { manifests?: Descriptor[] };
  const image = top.manifests?.find(({ annotations }) => annotations?.['vnd.docker.reference.type'] === undefined);
  const { config, layers } = (await manifest(registry, name, image?.digest ?? reference)).data as unknown as {
    config: Descriptor;
    layers: Descriptor[];
  };
  const attestations = (top.manifests ?? []).filter(({ digest }) => digest !== image?.digest);
  const statements = await Promise.all(
    attestations.map(async ({ digest }) => {
      const attestation = (await manifest(registry, name, digest)).data as unknown as { layers: Descriptor[] };
      return Promise.all(
        attestation.layers.map(async (layer) => (await blob(registry, name, layer.digest)).toString()),
      );
    }),
  );
  return {
    config: JSON.parse((await blob(registry, name, config.digest)).toString()) as {
      config: { Labels: Record<string, string> };
    },
    layers: await Promise.all(layers.map(async ({ digest }) => gunzipSync(await blob(registry, name, digest)))),
    statements: statements.flat(),
  };
}

export const digests = (result: StepResult) => JSON.parse(result.outputs.digests ?? '{}') as Record<string, string>;
export const leftovers = () =>
  readdirSync(services.dir)
    .filter((name) => name.startsWith('step-'))
    .flatMap((name) => readdirSync(join(services.dir, name, 'temp')));
