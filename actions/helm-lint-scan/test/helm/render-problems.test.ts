import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
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

/** What is reported when Helm gives these answers, one after the other, and which templates were taken out. */
async function collect(
  ...results: ExecResult[]
): Promise<{ said: string[]; emptied: string[]; directories: string[] }> {
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
  return { said: messages.map(({ message }) => message.slice(-9)), emptied, directories };
}

it.each([
  ['all that fail, one after the other', [failsIn('a.yaml'), failsIn('b.yaml'), OK], ['no a.yaml', 'no b.yaml']],
  [
    'not what follows from a template that was taken out',
    [failsIn('a.yaml'), error('c/templates/b.yaml:1:2 template: no template "a" associated')],
    ['no a.yaml'],
  ],
  ['nothing else of the chart', [failsIn('a.yaml'), error('chart requires kubeVersion: >=1.99.0')], ['no a.yaml']],
  ['not the same one again', [failsIn('a.yaml'), failsIn('a.yaml'), failsIn('b.yaml')], ['no a.yaml']],
  ['a partial, and no more', [failsIn('_p.yaml'), failsIn('b.yaml')], ['o _p.yaml']],
])('are reported: %s', async (_, answers, said) => {
  expect((await collect(...answers)).said).toEqual(said);
});

it('are looked for in a copy, and not without end', async () => {
  const { emptied, directories } = await collect(failsIn('a.yaml'), failsIn('b.yaml'), OK);
  expect(emptied).toEqual(['templates/a.yaml', 'templates/b.yaml']);
  expect(directories).toEqual(['/copy', '/copy']);
  const many = await collect(...Array.from({ length: 90 }, (_, index) => failsIn(`${index}.yaml`)));
  expect(many.emptied).toHaveLength(50);
});

it('a copy has what links lead to, ends at a link to a directory above, and leaves the chart alone', async () => {
  const root = await mkdtemp(join(tmpdir(), 'faults-test-'));
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
