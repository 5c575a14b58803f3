import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ExecResult } from '../../../lib/processes/exec.ts';
import { copyChart } from '../../src/helm/chart-copy.ts';
import type { RenderRequest } from '../../src/helm/helm.ts';
import { collectRenderProblems } from '../../src/helm/render-problems.ts';

const request: RenderRequest = {
  directory: '/w/c',
  valuesFiles: [],
  kubeVersion: '1.36.0',
  releaseName: 'c',
  namespace: 'c',
  apiVersions: [],
  skipSchemas: false,
};
const error = (text: string): ExecResult => ({ exitCode: 1, stdout: '', stderr: `Error: ${text}\n` });
const OK: ExecResult = { exitCode: 0, stdout: '', stderr: '' };
const failsIn = (name: string): ExecResult => error(`execution error at (c/templates/${name}:2:3): no ${name}`);

/** What is reported when Helm returns these results, one after the other, and which templates were emptied. */
async function collect(
  ...results: ExecResult[]
): Promise<{ reported: string[]; emptied: string[]; directories: string[] }> {
  const emptied: string[] = [];
  const directories: string[] = [];
  const [first = OK, ...later] = results;
  const { messages } = await collectRenderProblems(first, request, {
    helm: {
      render: async ({ directory }) => {
        directories.push(directory);
        return later.shift() ?? OK;
      },
      copyChart: async () => ({ directory: '/copy', empty: async (file) => emptied.push(file) > 0 }),
    },
    templateFile: (template) => template.slice('c/'.length),
    readBroken: () => [],
  });
  return { reported: messages.map(({ message }) => message.slice(-9)), emptied, directories };
}

describe('problems of templates', () => {
  it.each([
    ['every template that fails', [failsIn('a.yaml'), failsIn('b.yaml'), OK], ['no a.yaml', 'no b.yaml']],
    [
      'no error that follows from an emptied template',
      [failsIn('a.yaml'), error('c/templates/b.yaml:1:2 template: no template "a" associated')],
      ['no a.yaml'],
    ],
    [
      'no error outside the templates',
      [failsIn('a.yaml'), error('chart requires kubeVersion: >=1.99.0')],
      ['no a.yaml'],
    ],
    ['no template twice', [failsIn('a.yaml'), failsIn('a.yaml'), failsIn('b.yaml')], ['no a.yaml']],
    ['a partial, and nothing after it', [failsIn('_p.yaml'), failsIn('b.yaml')], ['o _p.yaml']],
  ])('are reported: %s', async (_, answers, reported) => {
    expect((await collect(...answers)).reported).toEqual(reported);
  });

  it('are searched in a copy, in a limited number of attempts', async () => {
    const { emptied, directories } = await collect(failsIn('a.yaml'), failsIn('b.yaml'), OK);
    expect(emptied).toEqual(['templates/a.yaml', 'templates/b.yaml']);
    expect(directories).toEqual(['/copy', '/copy']);
    const many = await collect(...Array.from({ length: 90 }, (_, index) => failsIn(`${index}.yaml`)));
    expect(many.emptied).toHaveLength(50);
  });
});

it('a copy contains the targets of links, skips a link to a parent directory, and does not change the chart', async () => {
  const root = await mkdtemp(join(tmpdir(), 'render-problems-test-'));
  const chart = join(root, 'chart');
  await mkdir(join(chart, 'templates'), { recursive: true });
  await mkdir(join(chart, 'temp'));
  await writeFile(join(root, 'shared.yaml'), 'shared');
  await writeFile(join(chart, 'templates/a.yaml'), 'a');
  await symlink('../../shared.yaml', join(chart, 'templates/b.yaml'));
  await symlink('..', join(chart, 'templates/up'));
  const copy = await copyChart(chart, join(chart, 'temp/x/chart'), join(chart, 'temp'));
  expect(await readFile(join(copy.directory, 'templates/b.yaml'), 'utf8')).toBe('shared');
  expect(await copy.empty('templates/a.yaml')).toBe(true);
  expect(await copy.empty('templates/none.yaml')).toBe(false);
  expect(await readFile(join(copy.directory, 'templates/a.yaml'), 'utf8')).toBe('');
  expect(await readFile(join(chart, 'templates/a.yaml'), 'utf8')).toBe('a');
  await rm(root, { recursive: true });
});
