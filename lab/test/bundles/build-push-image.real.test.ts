import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { basicAuth, type RegistryEndpoint } from '../../registries/index.ts';
import { startTestServices, type TestServices } from '../../testing.ts';
import { runStep, type StepOptions, type StepResult } from './step.ts';

let services: TestServices;
let staging: RegistryEndpoint;
let production: RegistryEndpoint;
let workspace: string;
let sha: string;

beforeAll(async () => {
  services = await startTestServices({ registry: 2, builder: true });
  const [first, second] = services.registries;
  if (first === undefined || second === undefined) throw new Error('two registries are needed');
  [staging, production] = [first, second];
  workspace = join(services.dir, 'workspace');
  writeSources(workspace);
  sha = await commit('the first');
}, 600_000);
afterAll(() => services?.stop());

/** A repository with two small images, and one whose steps have a shell. */
function writeSources(folder: string): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
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
}

/** The shell of this machine with what it needs, as the root of an image: steps need one, and there is no registry to pull from. */
async function addShell(): Promise<void> {
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

async function commit(message: string): Promise<string> {
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args], { cwd: workspace });
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '--allow-empty', '--message', message);
  return (await git('rev-parse', 'HEAD')).stdout;
}

const WEB = '{ name: shop/web, context: web }';

/** Run the step in the job's own Docker configuration, or with `env` in another. */
function step(
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

/** A Docker configuration without any login, that uses the builder. */
function withoutLogin(): Record<string, string> {
  const folder = join(services.dir, 'no-login');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'cli-plugins')))
    cpSync(join(services.env.DOCKER_CONFIG ?? '', 'cli-plugins'), join(folder, 'cli-plugins'), { recursive: true });
  return { DOCKER_CONFIG: folder };
}

const TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** What the registry itself says, asked without any of the action's code. */
async function manifest(registry: RegistryEndpoint, name: string, reference: string) {
  const response = await fetch(`http://${registry.host}/v2/${name}/manifests/${reference}`, {
    headers: { authorization: basicAuth(registry), accept: TYPES },
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
    headers: { authorization: basicAuth(registry) },
  });
  return Buffer.from(await response.arrayBuffer());
}

interface Described {
  digest: string;
  platform?: { architecture: string };
  annotations?: Record<string, string>;
}

/** The configuration and all layers of an image, unpacked, for one platform of its index. */
async function contents(registry: RegistryEndpoint, name: string, reference: string) {
  const top = (await manifest(registry, name, reference)).data as unknown as { manifests?: Described[] };
  const image = top.manifests?.find(({ annotations }) => annotations?.['vnd.docker.reference.type'] === undefined);
  const { config, layers } = (await manifest(registry, name, image?.digest ?? reference)).data as unknown as {
    config: Described;
    layers: Described[];
  };
  const attestations = (top.manifests ?? []).filter(({ digest }) => digest !== image?.digest);
  const statements = await Promise.all(
    attestations.map(async ({ digest }) => {
      const own = (await manifest(registry, name, digest)).data as unknown as { layers: Described[] };
      return Promise.all(own.layers.map(async (layer) => (await blob(registry, name, layer.digest)).toString()));
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

const digests = (result: StepResult) => JSON.parse(result.outputs.digests ?? '{}') as Record<string, string>;
const leftovers = () =>
  readdirSync(services.dir)
    .filter((name) => name.startsWith('step-'))
    .flatMap((name) => readdirSync(join(services.dir, name, 'temp')));

describe('building and pushing', () => {
  const images = '[{ name: shop/web, context: web }, { name: Shop/Api, context: api }]';

  it('pushes two images side by side under the digests that it gives', async () => {
    const result = await step({ images, tags: 'sha\nbranch\nlatest\nraw:Edge_1' });
    expect(result).toMatchObject({ exitCode: 0 });
    const short = `sha-${sha.slice(0, 12)}`;
    for (const name of ['shop/web', 'shop/api'])
      for (const tag of [short, 'main', 'latest', 'Edge_1'])
        expect((await manifest(staging, name, tag)).digest).toBe(digests(result)[name]);
    expect(JSON.parse(result.outputs.images ?? '')).toMatchObject([
      {
        name: 'shop/web',
        repository: `${staging.host}/shop/web`,
        tags: [short, 'main', 'latest', 'Edge_1'],
        platforms: ['linux/amd64'],
        promoted: false,
      },
      { name: 'shop/api', ref: `${staging.host}/shop/api@${digests(result)['shop/api']}` },
    ]);
    expect(result.outputs).toMatchObject({ version: short, digest: '', ref: '' });
    expect(result.summary).toContain(digests(result)['shop/web']);
    expect(result.log).toContain('The image Shop/Api is named shop/api');
  });

  it('gives the same digests when it runs again, though a provenance tells its time', async () => {
    const first = await step({ images });
    const again = await step({ images });
    expect(digests(again)).toEqual(digests(first));
  });

  it('gives the same image without any cache and with files of another time, older or newer than the commit', async () => {
    for (const path of ['web/hello', 'web']) utimesSync(join(workspace, path), 1e9, 1e9);
    const one = await step({ provenance: 'false', 'extra-args': '--no-cache' });
    for (const path of ['web/hello', 'web']) utimesSync(join(workspace, path), new Date(), new Date());
    const two = await step({ provenance: 'false', 'extra-args': '--no-cache', tags: 'raw:other' });
    expect(two.outputs.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(two.outputs.digest).toBe(one.outputs.digest);
  });

  it('ends with one image under all tags when it runs several times at the same moment', async () => {
    const inputs = { images: '{ name: shop/race, context: web }', tags: 'sha\nraw:v1\nraw:v2' };
    const results = await Promise.all([1, 2, 3].map(() => step(inputs)));
    expect(results.map(({ exitCode, log }) => (exitCode === 0 ? 0 : log))).toEqual([0, 0, 0]);
    const tags = [`sha-${sha.slice(0, 12)}`, 'v1', 'v2'];
    const there = await Promise.all(tags.map(async (tag) => (await manifest(staging, 'shop/race', tag)).digest));
    expect(new Set(there).size).toBe(1);
  });

  it('works to its end and leaves no login when nobody reads its log any more', async () => {
    const result = await step(
      {
        images: '{ name: shop/unread, context: web }',
        username: staging.username,
        password: staging.password,
      },
      { onOutput: (child) => void child.stdout?.destroy() },
    );
    expect(result.exitCode).toBe(0);
    expect((await manifest(staging, 'shop/unread', result.outputs.digest ?? '')).status).toBe(200);
    expect(leftovers()).toEqual([]);
  });

  it('sets the standard labels, and carries odd ones and build arguments as they are', async () => {
    const odd = 'a "quoted", A=b\nsecond line, $HOME \\ é';
    const result = await step({
      images: JSON.stringify({
        name: 'shop/labels',
        context: 'web',
        labels: { Odd: odd },
        'build-args': { WHO: 'x,y="z"' },
      }),
      annotations: 'index:com.example.note=a,b',
    });
    expect(result.exitCode).toBe(0);
    const { config } = await contents(staging, 'shop/labels', result.outputs.digest ?? '');
    const { stdout: time } = await execa('git', ['log', '-1', '--format=%ct'], { cwd: workspace });
    expect(config.config.Labels).toEqual({
      Odd: odd,
      who: 'x,y="z"',
      'org.opencontainers.image.source': 'https://github.com/acme/shop',
      'org.opencontainers.image.revision': sha,
      'org.opencontainers.image.version': `sha-${sha.slice(0, 12)}`,
      'org.opencontainers.image.created': new Date(Number(time) * 1000).toISOString().replace('.000Z', 'Z'),
      'org.opencontainers.image.title': 'shop/labels',
    });
    expect((await manifest(staging, 'shop/labels', result.outputs.digest ?? '')).data.annotations).toEqual({
      'com.example.note': 'a,b',
    });
  });

  it('delivers what it can when one image fails, and says where that one failed', async () => {
    const result = await step({ images: '[{ name: shop/broken, context: broken }, { name: shop/api, context: api }]' });
    expect(result.exitCode).toBe(1);
    expect(Object.keys(digests(result))).toEqual(['shop/api']);
    expect((await manifest(staging, 'shop/api', digests(result)['shop/api'] ?? '')).status).toBe(200);
    expect(result.log).toContain('::error title=build-push-image%3A 1 of 2 images failed%3A shop/broken::');
    expect(result.log).toMatch(
      /::error title=build-push-image%3A building shop\/broken failed,file=broken\/Dockerfile,line=3::/,
    );
    expect(result.log).toContain('did not complete successfully');
    expect(result.summary).toContain('shop/broken failed');
  });

  it('pushes nothing with push: false, and fails all the same when the build does', async () => {
    const good = await step({ images: '{ name: shop/unpushed, context: web }', push: 'false' });
    expect(good).toMatchObject({ exitCode: 0, outputs: { digest: expect.stringMatching(/^sha256:/) } });
    expect((await manifest(staging, 'shop/unpushed', good.outputs.digest ?? '')).status).toBe(404);
    expect((await step({ images: '{ name: x, context: broken }', push: 'false' })).exitCode).toBe(1);
  });

  it('changes nothing in a dry run', async () => {
    const result = await step({ images: '{ name: shop/dry, context: web }', 'dry-run': 'true' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { images: '[]', digest: '' } });
    expect(result.log).toContain(`shop/dry: as ${staging.host}/shop/dry with the tags sha-${sha.slice(0, 12)}`);
    expect((await manifest(staging, 'shop/dry', `sha-${sha.slice(0, 12)}`)).status).toBe(404);
  });

  it('keeps its cache in the registry and builds from it', async () => {
    const cached = { images: '{ name: shop/cached, context: web }', cache: 'registry' };
    expect((await step(cached)).exitCode).toBe(0);
    expect((await manifest(staging, 'shop/cached', 'buildcache')).status).toBe(200);
    const again = await step(cached);
    expect(again.log).toContain(`importing cache manifest from ${staging.host}/shop/cached:buildcache`);
  });
});

describe('a cache that cannot be used', () => {
  it.each(['not-a-token', ''])('fails no build (token of the runner: %j)', async (token) => {
    const env = {
      ACTIONS_RUNTIME_TOKEN: token,
      ACTIONS_RESULTS_URL: 'http://127.0.0.1:9/',
      ACTIONS_CACHE_SERVICE_V2: 'true',
    };
    const result = await step({ images: '{ name: shop/uncached, context: web }', cache: 'gha' }, { env });
    expect(result.exitCode).toBe(0);
  });
});

describe('releases', () => {
  const release = (tag: string) =>
    step(
      {
        images: '{ name: shop/lines, context: web }',
        registry: production.host,
        tags: 'semver\nsemver-minor\nsemver-major\nlatest',
      },
      { ref: `refs/tags/${tag}` },
    );
  const versionOf = async (tag: string) =>
    (await contents(production, 'shop/lines', tag)).config.config.Labels['org.opencontainers.image.version'];

  it('move 1.4, 1 and latest forward alone', async () => {
    expect((await release('v1.4.2')).outputs).toMatchObject({ version: '1.4.2' });
    await release('v2.0.0');
    const older = await release('v1.4.1');
    expect(older.log).toContain('1.4 stays: the repository holds the newer 1.4.2.');
    await release('v1.5.0-rc.1');
    await release('v1.4.3');
    expect(await Promise.all(['latest', '2', '1', '1.4', '1.4.1', '1.5.0-rc.1'].map(versionOf))).toEqual([
      '2.0.0',
      '2.0.0',
      '1.4.3',
      '1.4.3',
      '1.4.1',
      '1.5.0-rc.1',
    ]);
    expect((await manifest(production, 'shop/lines', '1.5')).status).toBe(404);
  });

  it('never take 1.4, 1 and latest from a newer one that came while they were built', async () => {
    await addShell();
    const put = async (from: string, ...tags: string[]) => {
      const { text, type } = await manifest(production, 'shop/slow-release', from);
      for (const tag of tags) {
        const url = `http://${production.host}/v2/shop/slow-release/manifests/${tag}`;
        const headers = { authorization: basicAuth(production), 'content-type': type };
        expect((await fetch(url, { method: 'PUT', body: text, headers })).status).toBe(201);
      }
    };
    const slow = (tag: string, seconds: number, onOutput?: StepOptions['onOutput']) =>
      step(
        {
          images: `{ name: shop/slow-release, context: shell, build-args: { SECONDS: ${seconds} } }`,
          registry: production.host,
          tags: 'semver\nsemver-minor\nsemver-major\nlatest',
        },
        { ref: `refs/tags/${tag}`, ...(onOutput === undefined ? {} : { onOutput }) },
      );
    await slow('v1.4.1', 1);
    let other: Promise<void> | undefined;
    const result = await slow('v1.4.2', 4, (_child, text) => {
      if (text.includes('RUN --mount')) other ??= put('1.4.1', '1.4.3', '1.4', '1', 'latest');
    });
    await other;
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain('latest stays: the repository holds the newer 1.4.3.');
    expect(JSON.parse(result.outputs.images ?? '')).toMatchObject([{ tags: ['1.4.2'] }]);
    const digestOf = async (tag: string) => (await manifest(production, 'shop/slow-release', tag)).digest;
    const [own, newer, ...following] = await Promise.all(['1.4.2', '1.4.3', '1.4', '1', 'latest'].map(digestOf));
    expect(own).toBe(result.outputs.digest);
    expect(own).not.toBe(newer);
    expect(following).toEqual([newer, newer, newer]);
  });

  it('need a tag that is a version, and never run what it holds', async () => {
    const result = await release('v1.0.0$(touch pwned)');
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('the pushed tag is not a version');
    expect(existsSync(join(workspace, 'pwned'))).toBe(false);
  });
});

describe('logins', () => {
  it("work for the step alone, beside the job's own", async () => {
    const env = withoutLogin();
    const result = await step(
      { images: '{ name: shop/login, context: web }', username: staging.username, password: staging.password },
      { env },
    );
    expect(result.exitCode).toBe(0);
    expect((await manifest(staging, 'shop/login', result.outputs.digest ?? '')).status).toBe(200);
    expect(result.log + result.summary + JSON.stringify(result.outputs)).not.toContain(staging.password);
    expect(readdirSync(env.DOCKER_CONFIG ?? '')).toEqual(['cli-plugins']);
    expect(leftovers()).toEqual([]);
  });

  it('for source and target may differ', async () => {
    const tested = await step({});
    const result = await step(
      {
        registry: production.host,
        username: production.username,
        password: production.password,
        'promote-from': staging.host,
        'promote-username': staging.username,
        'promote-password': staging.password,
        promote: 'require',
        tags: 'raw:two-logins',
      },
      { env: withoutLogin() },
    );
    expect(result.outputs.digest).toBe(tested.outputs.digest);
  });

  it('with a wrong password fail at once, in words', async () => {
    const result = await step({ username: staging.username, password: 'wrong-password' }, { env: withoutLogin() });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain(`the login to ${staging.host.replace(':', '%3A')} was refused`);
    expect(result.log).toContain('401 Unauthorized');
    expect(result.log).toContain('Check the secret');
    expect(result.log).not.toContain('wrong-password');
    expect(result.log).not.toContain('[1/1] COPY');
    expect(leftovers()).toEqual([]);
  });

  it('that are missing are named when the push is refused', async () => {
    const result = await step({}, { env: withoutLogin() });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain(`the login to ${staging.host} may do this`);
  });
});

describe('promotion', () => {
  const promote = (mode: string, more: Record<string, string> = {}, tag = 'v1.0.0') =>
    step(
      { registry: production.host, 'promote-from': staging.host, promote: mode, tags: 'semver', ...more },
      { ref: `refs/tags/${tag}` },
    );

  it('copies an index of two platforms with its attestations, unchanged', async () => {
    const two = { images: '{ name: shop/multi, context: web, platforms: [linux/amd64, linux/arm64] }' };
    const tested = await step(two);
    expect(JSON.parse(tested.outputs.images ?? '')[0].platforms).toEqual(['linux/amd64', 'linux/arm64']);
    const result = await promote('require', two);
    expect(JSON.parse(result.outputs.images ?? '')).toMatchObject([
      { promoted: true, digest: tested.outputs.digest, tags: ['1.0.0'] },
    ]);
    const copied = await manifest(production, 'shop/multi', '1.0.0');
    expect(copied.digest).toBe(tested.outputs.digest);
    for (const { digest } of copied.data.manifests as unknown as Described[])
      expect((await manifest(production, 'shop/multi', digest)).status).toBe(200);
    const { statements } = await contents(production, 'shop/multi', '1.0.0');
    expect(statements.join()).toContain('slsa');
    expect((await promote('verify', two, 'v1.0.1')).exitCode).toBe(0);
  });

  it('copies one image without an index, unchanged', async () => {
    const plain = { images: '{ name: shop/plain, context: web }', provenance: 'false' };
    const tested = await step(plain);
    const result = await promote('prefer', plain);
    expect(result.outputs.digest).toBe(tested.outputs.digest);
    expect((await manifest(production, 'shop/plain', '1.0.0')).digest).toBe(tested.outputs.digest);
  });

  it('changes nothing when it runs again', async () => {
    await step({});
    const first = await promote('prefer');
    const again = await promote('prefer');
    expect(again.exitCode).toBe(0);
    expect(again.outputs.digest).toBe(first.outputs.digest);
  });

  it('fails when the image is required and missing, and builds when it is only preferred', async () => {
    const untested = { images: '{ name: shop/untested, context: web }' };
    const required = await promote('require', untested);
    expect(required.exitCode).toBe(1);
    expect(required.log).toContain(
      `${staging.host}/shop/untested:sha-${sha.slice(0, 12)} is missing`.replaceAll(':', '%3A'),
    );
    expect((await manifest(production, 'shop/untested', '1.0.0')).status).toBe(404);
    const preferred = await promote('prefer', untested);
    expect(JSON.parse(preferred.outputs.images ?? '')).toMatchObject([{ promoted: false }]);
  });

  it.each(['prefer', 'require', 'verify'])('with %s builds nothing when the source refuses the login', async (mode) => {
    const result = await step(
      {
        registry: production.host,
        username: production.username,
        password: production.password,
        'promote-from': staging.host,
        promote: mode,
        images: '{ name: shop/refused, context: web }',
      },
      { env: withoutLogin() },
    );
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain(`the login to ${staging.host} may do this`);
    expect((await manifest(production, 'shop/refused', `sha-${sha.slice(0, 12)}`)).status).toBe(404);
  });

  it('verifies on the tag what was built on main, by building it again', async () => {
    const tested = await step({ images: '{ name: shop/proof, context: web }' });
    const result = await promote('verify', { images: '{ name: shop/proof, context: web }' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { digest: tested.outputs.digest, version: '1.0.0' } });
    expect(result.log).toContain('the rebuild gives the same digests');
    expect(result.log).not.toContain('CACHED');
  });

  it('refuses an image that its commit does not build, and copies nothing', async () => {
    const image = '{ name: shop/tampered, context: web }';
    const hello = join(workspace, 'web', 'hello');
    const before = readFileSync(hello);
    writeFileSync(hello, 'tampered\n');
    await step({ images: image });
    writeFileSync(hello, before);
    const result = await promote('verify', { images: image });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('is not what its commit builds');
    expect((await manifest(production, 'shop/tampered', '1.0.0')).status).toBe(404);
  });
});

describe('secrets', () => {
  const ENV_SECRET = 'token-of-the-environment-4711';
  const FILE_SECRET = 'line-of-a-file-0815';

  it('reach the steps and nothing else: no argument, log, output, summary, metadata or layer', async () => {
    await addShell();
    writeFileSync(join(services.dir, 'rc'), `{\n${FILE_SECRET}\n}\n`);
    // A docker that notes its arguments before it becomes the real one.
    const bin = join(services.dir, 'bin');
    const seen = join(services.dir, 'arguments');
    mkdirSync(bin, { recursive: true });
    const real = (await execa('which', ['docker'], { env: services.env })).stdout;
    writeFileSync(join(bin, 'docker'), `#!/bin/sh\nprintf '%s\\n' "$@" >> ${seen}\nexec ${real} "$@"\n`);
    chmodSync(join(bin, 'docker'), 0o755);
    const result = await step(
      {
        images: '{ name: shop/secret, context: shell }',
        secrets: `token=env:TOKEN\nrc=file:${join(services.dir, 'rc')}`,
        username: staging.username,
        password: staging.password,
      },
      { env: { TOKEN: ENV_SECRET, PATH: `${bin}:${services.env.PATH ?? process.env.PATH}` } },
    );
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain('***');
    const { config, layers, statements } = await contents(staging, 'shop/secret', result.outputs.digest ?? '');
    const everything = [
      readFileSync(seen, 'utf8'),
      result.log,
      JSON.stringify(result.outputs),
      result.summary,
      JSON.stringify(config),
      ...statements,
      ...layers.map((layer) => layer.toString('latin1')),
    ].join('\n');
    for (const secret of [ENV_SECRET, FILE_SECRET, staging.password, basicAuth(staging).slice('Basic '.length)])
      expect(everything.includes(secret)).toBe(false);
    expect(everything).toContain('id=token,env=TOKEN');
  });

  it.each(['true', 'image', '1'])('as short as %j take nothing from the outputs', async (secret) => {
    const result = await step({ secrets: 'flag=env:FLAG' }, { env: { FLAG: secret } });
    expect(result.exitCode).toBe(0);
    const digest = result.outputs.digest ?? '';
    expect((await manifest(staging, 'shop/web', digest)).digest).toBe(digest);
    expect(JSON.parse(result.outputs.metadata ?? '')['shop/web']).toMatchObject({ 'containerimage.digest': digest });
  });

  it('that are missing are named before anything is built', async () => {
    const result = await step({ secrets: 'token=env:NOT_THERE\nrc=file:none' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('NOT_THERE');
    expect(result.log).toContain('there is no file none');
    expect(result.log).not.toContain('[1/1]');
  });
});

describe('trouble', () => {
  let proxy: Server;
  let broken = true;
  beforeAll(async () => {
    const target = Number(staging.host.split(':')[1]);
    proxy = createServer((socket) => {
      if (broken) return void socket.resetAndDestroy();
      const upstream = connect(target, '127.0.0.1');
      socket.on('error', () => upstream.destroy()).pipe(upstream);
      upstream.on('error', () => socket.destroy()).pipe(socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    proxy.close();
  });

  it('of a connection that breaks is overcome by doing it again', async () => {
    const { port } = proxy.address() as AddressInfo;
    const env = withoutLogin();
    const folder = join(services.dir, 'proxy-login');
    cpSync(env.DOCKER_CONFIG ?? '', folder, { recursive: true });
    const auth = basicAuth(staging).slice('Basic '.length);
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [`localhost:${port}`]: { auth } } }));
    const result = await step(
      { registry: `localhost:${port}`, images: '{ name: shop/reset, context: web }' },
      {
        env: { DOCKER_CONFIG: folder },
        onOutput: (_child, text) => {
          if (text.includes('attempt 2')) broken = false;
        },
      },
    );
    expect(result.log).toContain('failed and may pass');
    expect(result.exitCode).toBe(0);
    expect((await manifest(staging, 'shop/reset', result.outputs.digest ?? '')).status).toBe(200);
  });

  it('of a step that fails is not repeated', async () => {
    const result = await step({ images: '{ name: x, context: broken }' });
    expect(result.log).not.toContain('attempt');
    expect(leftovers()).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'of a cancelled job (%s) leaves no login and no process behind',
    async (signal) => {
      await addShell();
      const result = await step(
        {
          images: '{ name: shop/slow, context: shell, build-args: { SECONDS: 300 } }',
          username: staging.username,
          password: staging.password,
        },
        {
          env: withoutLogin(),
          onOutput: (child, text) => {
            if (!text.includes('RUN --mount')) return;
            appendFileSync(join(services.dir, 'seen'), leftovers().join());
            child.kill(signal);
          },
        },
      );
      expect(result.exitCode).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(readFileSync(join(services.dir, 'seen'), 'utf8')).toContain('build-push-image-');
      expect(leftovers()).toEqual([]);
      const { stdout } = await execa('ps', ['-eo', 'args']);
      expect(stdout).not.toContain(`${services.dir}/step-`);
    },
  );
});
