import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ToolMissingError } from '../../../lib/errors.ts';
import type { Exec, ExecOptions, ExecResult } from '../../../lib/processes/exec.ts';
import { createHelm, type RenderRequest } from '../../src/helm/helm.ts';

const OK: ExecResult = { exitCode: 0, stdout: 'v4.3.1\n', stderr: '' };

const REQUEST: RenderRequest = {
  directory: '/w/c',
  valuesFiles: [],
  kubeVersion: '1.36.0',
  releaseName: 'r',
  namespace: 'n',
  apiVersions: [],
  skipSchemas: false,
};

it('a program that prints no version is refused', async () => {
  const temp = await mkdtemp(join(tmpdir(), 'helm-test-'));
  const helm = await createHelm({ run: async () => ({ ...OK, stdout: '' }) }, '/bin/true', { RUNNER_TEMP: temp });
  await expect(helm.version()).rejects.toThrow('/bin/true does not print its version');
  await rm(temp, { recursive: true });
});

it('Helm gets separate directories, and only the variables of the job that a program needs', async () => {
  const temp = await mkdtemp(join(tmpdir(), 'helm-test-'));
  const calls: { args: readonly string[]; options: ExecOptions }[] = [];
  const exec: Exec = {
    async run(_, args, options) {
      calls.push({ args, options });
      return OK;
    },
  };
  const job = {
    PATH: '/bin',
    HOME: '/home/me',
    HELM_KUBETOKEN: 't',
    HELM_DRIVER: 'sql',
    KUBECONFIG: '/k',
    GITHUB_TOKEN: 's',
    HTTPS_PROXY: 'http://proxy',
  };
  const helm = await createHelm(exec, 'helm', { ...job, RUNNER_TEMP: temp });
  expect(await helm.version()).toBe('v4.3.1');
  const values = await helm.writeValues('images-0', '{}');
  await helm.render(
    {
      directory: '/w/c',
      valuesFiles: ['/w/a.yaml', values],
      kubeVersion: '1.36.0',
      releaseName: 'r',
      namespace: 'n',
      apiVersions: ['a.b/v1'],
      skipSchemas: false,
    },
    true,
  );
  const { args = [], options } = calls[1] ?? {};
  expect(args.slice(args.indexOf('template'))).toEqual([
    'template',
    'r',
    '/w/c',
    '--values',
    '/w/a.yaml',
    '--values',
    values,
    '--kube-version',
    '1.36.0',
    '--namespace',
    'n',
    '--api-versions',
    'a.b/v1',
    '--debug',
  ]);
  const env = options?.env ?? {};
  expect(Object.keys(env).sort()).toEqual([
    'HELM_CACHE_HOME',
    'HELM_CONFIG_HOME',
    'HELM_DATA_HOME',
    'HELM_PLUGINS',
    'HOME',
    'HTTPS_PROXY',
    'HTTP_PROXY',
    'KUBECONFIG',
    'PATH',
    'USERPROFILE',
  ]);
  expect(env.HTTPS_PROXY).toBe('http://127.0.0.1:9');
  expect(await readFile(env.KUBECONFIG ?? '', 'utf8')).toBe('');
  await helm.close();
  await expect(access(values)).rejects.toThrow('ENOENT');
  await rm(temp, { recursive: true });
});

it('the error of a program that is not Helm contains its message', async () => {
  const helm = await createHelm({ run: async () => ({ exitCode: 1, stdout: '', stderr: 'unknown flag' }) }, 'bash', {});
  await expect(helm.version()).rejects.toThrow('bash does not print its version: unknown flag');
  await helm.close();
});

describe('Helm runs in a separate network', () => {
  const version = async (respond: (tool: string) => ExecResult): Promise<string[]> => {
    const tools: string[] = [];
    const exec: Exec = {
      async run(tool) {
        tools.push(tool);
        return respond(tool);
      },
    };
    const helm = await createHelm(exec, 'helm', {});
    await helm.version();
    await helm.lint(REQUEST);
    await helm.close();
    return tools;
  };
  const linux = process.platform === 'linux';

  it('where the system allows one', async () => {
    expect(await version(() => OK)).toEqual(linux ? ['unshare', 'unshare'] : ['helm', 'helm']);
  });

  it.each<[string, () => ExecResult]>([
    ['is not permitted', () => ({ exitCode: 1, stdout: '', stderr: 'unshare failed: Operation not permitted' })],
    [
      'has no unshare',
      () => {
        throw new ToolMissingError('unshare', '');
      },
    ],
  ])('or in that of the machine where it %s', async (_, refuse) => {
    const tools = await version((tool) => (tool === 'unshare' ? refuse() : OK));
    expect(tools).toEqual(linux ? ['unshare', 'helm', 'helm'] : ['helm', 'helm']);
  });
});

it('values schemas are skipped on request', async () => {
  const calls: (readonly string[])[] = [];
  const exec: Exec = {
    async run(_, args) {
      calls.push(args);
      return OK;
    },
  };
  const helm = await createHelm(exec, 'helm', {});
  await helm.render({ ...REQUEST, skipSchemas: true });
  await helm.lint({ ...REQUEST, skipSchemas: true });
  await helm.lint(REQUEST);
  expect(calls.map((args) => args.includes('--skip-schema-validation'))).toEqual([true, true, false]);
  await helm.close();
});
