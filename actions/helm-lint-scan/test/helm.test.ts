import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Exec, ExecOptions, ExecResult } from '../../lib/exec.ts';
import { openHelm } from '../src/helm/helm.ts';
import { mapParallel } from '../src/parallel.ts';

const OK: ExecResult = { exitCode: 0, stdout: 'v4.3.1\n', stderr: '' };

it('a program that is not Helm is no Helm without faults', async () => {
  const temp = await mkdtemp(join(tmpdir(), 'helm-test-'));
  const helm = await openHelm({ run: async () => ({ ...OK, stdout: '' }) }, '/bin/true', { RUNNER_TEMP: temp });
  await expect(helm.version()).rejects.toThrow('/bin/true does not say its version');
  await rm(temp, { recursive: true });
});

it('Helm gets files of its own, and nothing of the job but what a program needs', async () => {
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
  const helm = await openHelm(exec, 'helm', { ...job, RUNNER_TEMP: temp });
  expect(await helm.version()).toBe('v4.3.1');
  const values = await helm.writeValues('images-0', '{}');
  await helm.render(
    {
      folder: '/w/c',
      valuesFiles: ['/w/a.yaml', values],
      kubeVersion: '1.36.0',
      releaseName: 'r',
      namespace: 'n',
      apiVersions: ['a.b/v1'],
    },
    true,
  );
  const { args, options } = calls[1] ?? {};
  expect(args).toEqual([
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

it('a program that is not Helm is an error with its own words', async () => {
  const helm = await openHelm({ run: async () => ({ exitCode: 1, stdout: '', stderr: 'unknown flag' }) }, 'bash', {});
  await expect(helm.version()).rejects.toThrow('bash does not say its version: unknown flag');
  await helm.close();
});

it('work is done side by side up to a limit, and results keep their order', async () => {
  let running = 0;
  let most = 0;
  const results = await mapParallel([5, 1, 4, 2, 3], 2, async (item) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    running--;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
  await expect(mapParallel([1], 2, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
