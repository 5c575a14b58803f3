import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const bundle = join(import.meta.dirname, '../dist/index.js');

let workspace = '';
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'helm-lint-scan-bundle-'));
});
afterEach(() => rm(workspace, { recursive: true }));

/** Start the bundle with these inputs and nothing else of a runner but the workspace. */
async function start(inputs: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const env = { PATH: process.env.PATH ?? '', GITHUB_WORKSPACE: workspace, ...Object.fromEntries(given) };
  const child = spawn(process.execPath, [bundle], { cwd: workspace, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output: output.replaceAll('%3A', ':').replaceAll('%0A', '\n') };
}

describe('the bundle as a process', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['no input and no chart', {}, ['::error title=helm-lint-scan: no chart in helm/*::']],
    [
      'every input wrong at once',
      {
        charts: '../x',
        values: 'x',
        manifests: '/x',
        'set-images': 'x',
        'kube-versions': 'x',
        crds: '../x',
        'bundled-crds': 'x',
        'fail-on': 'x',
        rules: 'x',
        'ignore-file': '../x',
        'rules-files': '../x',
        scanners: 'x',
        'sarif-file': '../x',
        'report-file': '../x',
        'render-dir': '../x',
        'junit-file': '../x',
        'changed-since': '-x',
        baseline: '../x',
        'dependency-build': 'x',
        'max-annotations': 'x',
        namespace: 'X',
        'release-name': 'X',
        summary: 'x',
      },
      [
        '23 invalid inputs',
        'charts (line 1) leaves the repository',
        'set-images is not a list',
        'summary is not a boolean',
      ],
    ],
    ['an unknown boolean', { summary: 'yes' }, ['invalid input summary', 'true True TRUE false False FALSE']],
    ['a chart outside the workspace', { charts: 'helm/../../etc' }, ['leaves the repository']],
    ['a chart at an absolute path', { charts: '/etc' }, ['is an absolute path']],
    [
      'an image with a command for a tag',
      { 'set-images': `[{"repository":"a.b/c","digest":"sha256:${'a'.repeat(64)}","tags":["v1.0.0$(touch pwned)"]}]` },
      ['tag "v1.0.0$(touch pwned)" is not a tag'],
    ],
    ['a version with a command', { 'kube-versions': '1.34$(touch pwned)' }, ['is not a Kubernetes version']],
    [
      'an ignore file that does not exist',
      { charts: 'c', 'ignore-file': 'none.yaml' },
      ['invalid ignore file none.yaml'],
    ],
    ['values of a chart that does not exist', { charts: 'c', values: 'd: a.yaml' }, ['this step has no chart d']],
    [
      'missing files and programs, all in one error',
      {
        charts: 'nope/*\nc\nnothing',
        manifests: 'no.yaml\ngone/*.yaml',
        crds: 'nocrd.yaml',
        scanners: 'polaris',
        'ignore-file': 'none.yaml',
        values: 'x: y.yaml\nc: z.yaml',
        helm: 'helm-of-nowhere',
        'set-images': `[{"repository":"a.b/c","digest":"sha256:${'a'.repeat(64)}"}]`,
        'sarif-file': 'out/a.sarif',
      },
      [
        '::error title=helm-lint-scan: 11 problems found::',
        'no chart in nope/*: the input charts',
        'no chart in nothing:',
        'x: y.yaml: this step has no chart x',
        'z.yaml does not exist in c',
        'no manifest in no.yaml',
        'no manifest in gone/*.yaml',
        'no manifest in nocrd.yaml: the input crds',
        'invalid ignore file none.yaml: the input ignore-file names it',
        'helm-of-nowhere was not found',
        'polaris was not found',
        'invalid input sarif-file: out/a.sarif leads out of the workspace (a link)',
        'an image of set-images is in no chart',
      ],
    ],
    [
      'a missing Helm, for charts that do not exist',
      { charts: 'nope', helm: 'helm-of-nowhere' },
      ['no chart in nope', 'helm-of-nowhere was not found'],
    ],
  ])('%s', async (_, inputs, words) => {
    await mkdir(join(workspace, 'c'));
    await symlink('/', join(workspace, 'out'));
    await writeFile(join(workspace, 'c/Chart.yaml'), 'apiVersion: v2\nname: c\nversion: 1.0.0\n');
    const { code, output } = await start(inputs);
    expect(code).toBe(1);
    for (const word of words) expect(output).toContain(word);
    expect(output).not.toMatch(/^\s+at /m);
    await expect(access(join(workspace, 'pwned'))).rejects.toThrow('ENOENT');
  });

  it('validates with the schemas beside it', async () => {
    await writeFile(
      join(workspace, 'a.yaml'),
      'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { prots: [] }\n',
    );
    const { code, output } = await start({
      manifests: 'a.yaml',
      'report-file': 'report.json',
      'kube-versions': '1.25\n1.37',
    });
    expect(code).toBe(1);
    expect(output).toContain('did you mean ports?');
    const report = JSON.parse(await readFile(join(workspace, 'report.json'), 'utf8'));
    expect(report.counts).toEqual({ errors: 1, warnings: 0, notes: 0, cases: 2, resources: 2, notValidated: 0 });
  });
});
