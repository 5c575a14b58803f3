import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toInputEnv } from '../../../../scripts/test-support/bundle.ts';
import { InputError } from '../../../lib/errors.ts';
import type { Builder } from '../../src/buildx/builder.ts';
import { withPathCheck } from '../../src/buildx/checked-paths.ts';
import { readSettings } from '../../src/inputs/inputs.ts';
import { readSecretValues } from '../../src/inputs/secrets.ts';
import { plan, silent } from '../fakes.ts';

const SECRET = 'a-secret-of-the-runner';

let base: string;
let workspace: string;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'build-links-')));
  workspace = join(base, 'work');
  for (const directory of ['work/web', 'work/.git', 'elsewhere', 'temp'])
    await mkdir(join(base, directory), { recursive: true });
  for (const path of ['work/web/Dockerfile', 'work/.npmrc', 'work/.git/config', 'elsewhere/Dockerfile', 'temp/npmrc'])
    await writeFile(join(base, path), `${SECRET} ${path}`);
  for (const [path, target] of Object.entries({
    api: 'web',
    out: '../elsewhere',
    git: '.git',
    'web/Dockerfile.in': 'Dockerfile',
    'web/Dockerfile.out': '../../elsewhere/Dockerfile',
    'web/Dockerfile.broken': 'none',
    rc: '.npmrc',
    'rc.out': '/proc/self/environ',
    'rc.temp': '../temp/npmrc',
    'rc.git': '.git/config',
  }))
    await symlink(target, join(workspace, path));
  execFileSync('mkfifo', [join(workspace, 'web/pipe')]);
});
afterEach(() => rm(base, { recursive: true }));

const read = (inputs: Record<string, string>) =>
  readSettings({
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: join(base, 'temp'),
    ...toInputEnv({ registry: 'ghcr.io/org', images: '{ name: web, context: web }', ...inputs }),
  });
const messageOf = async (inputs: Record<string, string>): Promise<string> => {
  const error = await read(inputs).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  for (const text of [SECRET, base, 'elsewhere']) expect(message).not.toContain(text);
  return message;
};

describe('the paths of an image', () => {
  it.each([
    ['{ name: web, context: api }', 'web', 'web/Dockerfile'],
    ['{ name: web, context: web, file: web/Dockerfile.in }', 'web', 'web/Dockerfile'],
    ['{ name: web, context: api, file: Dockerfile.in }', 'web', 'web/Dockerfile'],
  ])('can contain links that stay in the workspace: %s', async (images, context, file) => {
    expect((await read({ images })).images).toMatchObject([
      { context: join(workspace, context), file: join(workspace, file) },
    ]);
  });

  it.each([
    ['{ name: web, context: out }', 'has a context that leads out of the workspace (a link)'],
    ['{ name: web, context: git }', 'has a context that leads into .git (a link)'],
    ['{ name: web, context: .git }', 'has a context that is inside .git'],
    [
      '{ name: web, context: web, file: web/Dockerfile.out }',
      'has a Dockerfile that leads out of the workspace (a link)',
    ],
    ['{ name: web, context: web, file: Dockerfile.out }', 'has a Dockerfile that leads out of the workspace (a link)'],
    ['{ name: web, context: web, file: Dockerfile.broken }', 'has a Dockerfile that is a broken link'],
    ['{ name: web, context: web, file: pipe }', 'has a Dockerfile that is neither a file nor a directory'],
    ['{ name: web, context: "web\\nx" }', 'has a context that has control characters'],
  ])('are rejected: %s', async (images, problem) => {
    expect(await messageOf({ images })).toContain(problem);
  });
});

describe('the files of secrets', () => {
  it.each(['.npmrc', 'rc'])('can be in the workspace: %s', async (file) => {
    const { images, allowedPaths } = await read({ secrets: `rc=file:${file}` });
    expect(images[0]?.secrets).toEqual([{ id: 'rc', from: { file: join(workspace, '.npmrc') } }]);
    expect(await readSecretValues(images[0]?.secrets ?? [], {}, allowedPaths)).toEqual([`${SECRET} work/.npmrc`]);
  });

  it('can be in RUNNER_TEMP', async () => {
    const { images, allowedPaths } = await read({ secrets: `rc=file:${join(base, 'temp/npmrc')}` });
    expect(await readSecretValues(images[0]?.secrets ?? [], {}, allowedPaths)).toEqual([`${SECRET} temp/npmrc`]);
  });

  it.each([
    ['rc.out', 'secrets names the file rc.out, which leads out of the workspace (a link)'],
    ['rc.temp', 'secrets names the file rc.temp, which leads out of the workspace (a link)'],
    ['rc.git', 'secrets names the file rc.git, which leads into .git (a link)'],
    ['web/pipe', 'secrets names the file web/pipe, which is neither a file nor a directory'],
    ['/etc/passwd', "which is outside the workspace and the runner's temporary directory"],
    ['../temp/npmrc', 'which is outside the workspace'],
  ])('are rejected: %s', async (file, problem) => {
    expect(await messageOf({ secrets: `rc=file:${file}` })).toContain(problem);
  });

  it('are not read if they became links', async () => {
    const { images, allowedPaths } = await read({ secrets: 'rc=file:.npmrc' });
    await rm(join(workspace, '.npmrc'));
    await symlink('/proc/self/environ', join(workspace, '.npmrc'));
    await expect(readSecretValues(images[0]?.secrets ?? [], {}, allowedPaths)).rejects.toThrow(
      'invalid input secrets: .npmrc leads out of the workspace (a link)',
    );
  });
});

describe('before each build', () => {
  it.each([
    ['nothing has changed', async () => undefined, undefined],
    [
      'the context has become a link',
      async () => {
        await rename(join(workspace, 'web'), join(workspace, 'old'));
        await symlink('../elsewhere', join(workspace, 'web'));
      },
      'invalid input images: web leads out of the workspace (a link)\nweb/Dockerfile leads out of the workspace (a link)',
    ],
    [
      'the context has become a link that stays in the workspace',
      async () => {
        await rename(join(workspace, 'web'), join(workspace, 'old'));
        await symlink('old', join(workspace, 'web'));
      },
      'invalid input images: web has become a link\nweb/Dockerfile has become a link',
    ],
    [
      'a secret has become a link',
      async () => {
        await rm(join(workspace, '.npmrc'));
        await symlink('../elsewhere/Dockerfile', join(workspace, '.npmrc'));
      },
      'invalid input secrets: .npmrc leads out of the workspace (a link)',
    ],
  ])('the paths are checked again: %s', async (_, change, problem) => {
    const { images, allowedPaths } = await read({ secrets: 'rc=file:.npmrc' });
    let built = 0;
    const inner: Builder = {
      build: async () => {
        built++;
        return { digest: `sha256:${'a'.repeat(64)}` as never, metadata: {} };
      },
      export: async () => undefined,
    };
    await change();
    const [image = plan.image] = images;
    const build = withPathCheck(inner, allowedPaths).build({ ...plan, image }, silent);
    if (problem === undefined) await build;
    else await expect(build).rejects.toThrow(problem);
    expect(built).toBe(problem === undefined ? 1 : 0);
  });
});

describe('a build context of the extra arguments', () => {
  it.each([
    ['api', ''],
    ['web', ''],
    ['docker-image://alpine:3', ''],
    ['https://example.com/a.git', ''],
    ['git@example.com:a/b.git', ''],
    ['target:base', ''],
    ['oci-layout://web:1', ''],
    ['out', 'has a build context that leads out of the workspace (a link)'],
    ['oci-layout://out@sha256:1', 'has a build context that leads out of the workspace (a link)'],
    ['../elsewhere', 'has a build context that is outside'],
    ['git', 'has a build context that leads into .git (a link)'],
    ['none', 'has a build context that does not exist'],
    // buildx reads these as paths, whatever they look like.
    ['file://web', 'has a build context that does not exist'],
    ['git@web', 'has a build context that does not exist'],
    ['DOCKER-IMAGE://alpine:3', 'has a build context that does not exist'],
    ['rc', 'has a build context that is not a directory'],
  ])('%j: %j', async (value, problem) => {
    const reading = read({ 'extra-args': `--build-context=shared=${value}` });
    if (problem === '') expect((await reading).extraArgs).toEqual([`--build-context=shared=${value}`]);
    else await expect(reading).rejects.toThrow(problem);
  });
});
