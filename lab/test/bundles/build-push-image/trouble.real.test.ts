import { appendFileSync, chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { getBundlePath } from '../../../../scripts/test-support/bundle.ts';
import { getBasicAuth } from '../../../registries/index.ts';
import {
  addShell,
  contents,
  leftovers,
  manifest,
  production,
  services,
  staging,
  step,
  useScene,
  withoutLogin,
  workspace,
} from './scene.ts';

useScene();

describe('logins', () => {
  it('apply to the step only, in addition to those of the job', async () => {
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

  it('can differ for source and target', async () => {
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

  it('with an invalid password fail immediately, with an explanation', async () => {
    const result = await step({ username: staging.username, password: 'wrong-password' }, { env: withoutLogin() });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain(`the login to ${staging.host.replace(':', '%3A')} was refused`);
    expect(result.log).toContain('401 Unauthorized');
    expect(result.log).toContain('Check the secret');
    expect(result.log).not.toContain('wrong-password');
    expect(result.log).not.toContain('[1/1] COPY');
    expect(leftovers()).toEqual([]);
  });

  it('that are missing are reported when the push is rejected', async () => {
    const result = await step({}, { env: withoutLogin() });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain(`the login to ${staging.host} has this permission`);
  });
});

describe('secrets', () => {
  const ENV_SECRET = 'token-of-the-environment-4711';
  const FILE_SECRET = 'line-of-a-file-0815';

  it('reach the steps and nothing else: no argument, log, output, summary, metadata or layer', async () => {
    await addShell();
    writeFileSync(join(workspace, 'rc'), `{\n${FILE_SECRET}\n}\n`);
    // A docker that records its arguments before it runs the real one.
    const bin = join(services.dir, 'bin');
    const recorded = join(services.dir, 'arguments');
    mkdirSync(bin, { recursive: true });
    const real = (await execa('which', ['docker'], { env: services.env })).stdout;
    writeFileSync(join(bin, 'docker'), `#!/bin/sh\nprintf '%s\\n' "$@" >> ${recorded}\nexec ${real} "$@"\n`);
    chmodSync(join(bin, 'docker'), 0o755);
    const result = await step(
      {
        images: '{ name: shop/secret, context: shell }',
        secrets: `token=env:TOKEN\nrc=file:rc`,
        username: staging.username,
        password: staging.password,
      },
      { env: { TOKEN: ENV_SECRET, PATH: `${bin}:${services.env.PATH ?? process.env.PATH}` } },
    );
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain('***');
    const { config, layers, statements } = await contents(staging, 'shop/secret', result.outputs.digest ?? '');
    const everything = [
      readFileSync(recorded, 'utf8'),
      result.log,
      JSON.stringify(result.outputs),
      result.summary,
      JSON.stringify(config),
      ...statements,
      ...layers.map((layer) => layer.toString('latin1')),
    ].join('\n');
    for (const secret of [ENV_SECRET, FILE_SECRET, staging.password, getBasicAuth(staging).slice('Basic '.length)])
      expect(everything.includes(secret)).toBe(false);
    expect(everything).toContain('id=token,env=TOKEN');
  });

  it.each(['true', 'image', '1'])('as short as %j remove nothing from the outputs', async (secret) => {
    const result = await step({ secrets: 'flag=env:FLAG' }, { env: { FLAG: secret } });
    expect(result.exitCode).toBe(0);
    const digest = result.outputs.digest ?? '';
    expect((await manifest(staging, 'shop/web', digest)).digest).toBe(digest);
    expect(JSON.parse(result.outputs.metadata ?? '')['shop/web']).toMatchObject({ 'containerimage.digest': digest });
  });

  it('that are missing are reported before anything is built', async () => {
    const result = await step({ secrets: 'token=env:UNSET_TOKEN\nrc=file:none' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('UNSET_TOKEN');
    expect(result.log).toContain('file none does not exist');
    expect(result.log).not.toContain('[1/1]');
  });
});

describe('a failure', () => {
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

  it('of the connection is retried', async () => {
    const { port } = proxy.address() as AddressInfo;
    const env = withoutLogin();
    const directory = join(services.dir, 'proxy-login');
    cpSync(env.DOCKER_CONFIG ?? '', directory, { recursive: true });
    const auth = getBasicAuth(staging).slice('Basic '.length);
    writeFileSync(join(directory, 'config.json'), JSON.stringify({ auths: { [`localhost:${port}`]: { auth } } }));
    const result = await step(
      { registry: `localhost:${port}`, images: '{ name: shop/reset, context: web }' },
      {
        env: { DOCKER_CONFIG: directory },
        onOutput: (_child, text) => {
          if (text.includes('attempt 2')) broken = false;
        },
      },
    );
    expect(result.log).toContain('transient error');
    expect(result.exitCode).toBe(0);
    expect((await manifest(staging, 'shop/reset', result.outputs.digest ?? '')).status).toBe(200);
  });

  it('of a build step is not retried', async () => {
    const result = await step({ images: '{ name: x, context: broken }' });
    expect(result.log).not.toContain('attempt');
    expect(leftovers()).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'of a cancelled job (%s) leaves in the log what its step had printed',
    async (signal) => {
      await addShell();
      writeFileSync(
        join(workspace, 'shell', 'Dockerfile.hanging'),
        'FROM scratch\nCOPY root/ /\nARG RUN\nRUN echo "waiting for $RUN"; sleep 300\n',
      );
      const { log } = await step(
        {
          images: `{ name: shop/hanging, context: shell, file: shell/Dockerfile.hanging, build-args: { RUN: ${signal} } }`,
        },
        { onOutput: (child, text) => void (new RegExp(`\\d waiting for ${signal}`).test(text) && child.kill(signal)) },
      );
      expect(log).toMatch(
        new RegExp(`^::group::shop/hanging: build log$[^]*^#\\d+ [\\d.]+ waiting for ${signal}$`, 'm'),
      );
    },
  );

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'of a cancelled job (%s) leaves the outputs of the images that are done',
    async (signal) => {
      await addShell();
      const images =
        '[{ name: shop/done, context: web }, { name: shop/hanging, context: shell, build-args: { SECONDS: 400 } }]';
      const result = await step(
        { images, 'max-parallel': '1' },
        { onOutput: (child, text) => void (text.includes('RUN --mount') && child.kill(signal)) },
      );
      const digest = JSON.parse(result.outputs.digests ?? '')['shop/done'];
      expect(JSON.parse(result.outputs.digests ?? '')).toEqual({ 'shop/done': digest });
      expect((await manifest(staging, 'shop/done', digest)).digest).toBe(digest);
    },
  );

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

  it('of a killed step leaves a login, which the post step removes', async () => {
    await addShell();
    const state = join(services.dir, 'state');
    writeFileSync(state, '');
    await step(
      {
        images: '{ name: shop/killed, context: shell, build-args: { SECONDS: 500 } }',
        username: staging.username,
        password: staging.password,
      },
      {
        env: { ...withoutLogin(), GITHUB_STATE: state },
        onOutput: (child, text) => void (text.includes('RUN --mount') && child.kill('SIGKILL')),
      },
    );
    const [, left = ''] = readFileSync(state, 'utf8').split('\n');
    expect(readdirSync(join(left, 'docker'))).toContain('config.json');
    const post = join(dirname(getBundlePath('build-push-image')), 'post.js');
    const { stdout } = await execa(process.execPath, [post], {
      env: { RUNNER_TEMP: dirname(left), STATE_directory: left },
      extendEnv: false,
    });
    expect(stdout).toBe(`removed ${left}, which the killed step left`);
    expect(leftovers()).toEqual([]);
  });
});
