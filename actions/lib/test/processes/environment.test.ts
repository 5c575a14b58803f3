import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { environmentWithoutRunner, minimalEnvironment } from '../../processes/environment.ts';
import { createExec } from '../../processes/exec.ts';

/** The variables that a runner sets for an action, and some that a workflow may add. */
const STEP = {
  PATH: process.env.PATH,
  HOME: '/home/me',
  LANG: 'C.UTF-8',
  INPUT_PASSWORD: 's3cr3t-1',
  'INPUT_PROMOTE-PASSWORD': 's3cr3t-2',
  INPUT_TOKEN: 's3cr3t-3',
  ACTIONS_RUNTIME_TOKEN: 's3cr3t-4',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 's3cr3t-5',
  GITHUB_TOKEN: 's3cr3t-6',
  GH_TOKEN: 's3cr3t-7',
  GITHUB_OUTPUT: '/tmp/output',
  GITHUB_ENV: '/tmp/env',
  GITHUB_REPOSITORY: 'acme/shop',
  AWS_REGION: 'eu-central-1',
  DOCKER_HOST: 'unix:///run/docker.sock',
  NOTHING: undefined,
};

describe('minimalEnvironment', () => {
  it('has the variables that any program needs, the named ones, and the given ones', () => {
    expect(minimalEnvironment(STEP, ['HOME'], { X: 'y' })).toEqual({
      PATH: process.env.PATH,
      HOME: '/home/me',
      LANG: 'C.UTF-8',
      X: 'y',
    });
  });

  it('finds the names of Windows in any case', () => {
    expect(minimalEnvironment({ Path: 'C:\\', SystemRoot: 'C:\\Windows' }, [])).toEqual({
      Path: 'C:\\',
      SystemRoot: 'C:\\Windows',
    });
  });
});

describe('environmentWithoutRunner', () => {
  it('keeps the variables that configure a program', () => {
    expect(environmentWithoutRunner(STEP, [])).toEqual({
      PATH: process.env.PATH,
      HOME: '/home/me',
      LANG: 'C.UTF-8',
      GITHUB_REPOSITORY: 'acme/shop',
      AWS_REGION: 'eu-central-1',
      DOCKER_HOST: 'unix:///run/docker.sock',
    });
  });

  it('keeps the variables of the runner that are named', () => {
    expect(environmentWithoutRunner(STEP, ['GITHUB_TOKEN', 'ACTIONS_RUNTIME_TOKEN'])).toMatchObject({
      GITHUB_TOKEN: 's3cr3t-6',
      ACTIONS_RUNTIME_TOKEN: 's3cr3t-4',
    });
  });
});

describe('a process', () => {
  it.each([
    ['minimalEnvironment', minimalEnvironment(STEP, ['HOME'])],
    ['environmentWithoutRunner', environmentWithoutRunner(STEP, [])],
  ])('has no input and no token of the runner in %s', async (_title, env) => {
    const exec = createExec({});
    const { stdout } = await exec.run('node', ['-e', 'console.log(JSON.stringify(process.env))'], { env });
    expect(JSON.parse(stdout)).toMatchObject({ HOME: '/home/me' });
    expect(stdout).not.toMatch(/s3cr3t|INPUT_|ACTIONS_|GITHUB_OUTPUT/);
  });

  it('never has an input, whatever its name', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('INPUT_', 'input_', 'ACTIONS_', 'Actions_'), (name, prefix) => {
        const env = { [prefix + name]: 's3cr3t' };
        expect([minimalEnvironment(env, ['HOME']), environmentWithoutRunner(env, ['HOME'])]).toEqual([{}, {}]);
      }),
    );
  });

  it('is started by one module only, which requires an environment', () => {
    const actions = join(import.meta.dirname, '..', '..', '..');
    const sources = readdirSync(actions, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /^(?:lib|[a-z-]+\/src)\/.*(?<!\.test)\.ts$/.test(path),
    );
    const modules = sources.filter((path) => {
      const text = readFileSync(join(actions, path), 'utf8').replaceAll(/^import type .*$/gm, '');
      return /'(?:node:)?child_process'|@actions\/exec'/.test(text);
    });
    expect(sources.length).toBeGreaterThan(100);
    expect(modules).toEqual(['lib/processes/exec.ts']);
  });
});
