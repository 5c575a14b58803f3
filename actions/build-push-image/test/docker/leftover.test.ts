import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withDockerHome } from '../../src/docker/docker-home.ts';
import { removeLeftover } from '../../src/docker/leftover.ts';

let temp: string;
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'leftover-'));
});
afterEach(() => rmSync(temp, { recursive: true }));

const remove = (path: string | undefined) =>
  removeLeftover({ RUNNER_TEMP: temp, ...(path === undefined ? {} : { STATE_directory: path }) });
const create = (name: string) => {
  mkdirSync(join(temp, name, 'docker'), { recursive: true });
  writeFileSync(join(temp, name, 'docker', 'config.json'), '{}');
  return join(temp, name);
};

describe('the directory that a killed step left', () => {
  it('is removed with its content', async () => {
    const path = create('build-push-image-aB3xyz');
    expect(await remove(path)).toBe(path);
    expect(existsSync(path)).toBe(false);
  });

  it('may be gone already, or never have been created', async () => {
    expect(await remove(join(temp, 'build-push-image-aB3xyz'))).toBeUndefined();
    expect(await remove(undefined)).toBeUndefined();
    expect(await remove('')).toBeUndefined();
  });

  it.each([
    'other-aB3xyz',
    'build-push-image-',
    'build-push-image-aB3xyz/docker',
    'build-push-image-aB3xyz/../other-aB3xyz',
  ])('is not %s', async (name) => {
    create('build-push-image-aB3xyz');
    create('other-aB3xyz');
    await expect(remove(`${temp}/${name}`)).rejects.toThrow('it is not a directory of this action in RUNNER_TEMP');
    await expect(remove(join(tmpdir(), 'build-push-image-aB3xyz'))).rejects.toThrow('was not removed');
    expect(existsSync(join(temp, 'other-aB3xyz', 'docker', 'config.json'))).toBe(true);
    expect(existsSync(join(temp, 'build-push-image-aB3xyz', 'docker', 'config.json'))).toBe(true);
  });

  it('is a link whose target stays', async () => {
    const target = create('other-aB3xyz');
    symlinkSync(target, join(temp, 'build-push-image-aB3xyz'));
    await remove(join(temp, 'build-push-image-aB3xyz'));
    expect(existsSync(join(target, 'docker', 'config.json'))).toBe(true);
  });

  it('is known before the login is in it', async () => {
    const state = join(temp, 'state');
    writeFileSync(state, '');
    await withDockerHome(
      {
        env: { RUNNER_TEMP: temp, GITHUB_STATE: state, DOCKER_CONFIG: temp },
        logins: [],
        passVariables: [],
        cancel: async () => undefined,
      },
      async ({ scratch }) =>
        expect(readFileSync(state, 'utf8')).toMatch(new RegExp(`^directory<<(\\S+)\\n${scratch}\\n\\1\\n$`)),
    );
  });
});
