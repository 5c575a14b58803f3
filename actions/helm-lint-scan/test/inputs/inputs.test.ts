import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { InputError } from '../../../lib/errors.ts';
import { readSettings } from '../../src/inputs/inputs.ts';
import { assertNodeVersion } from '../../src/inputs/node-version.ts';

const env = (inputs: Record<string, string>): Record<string, string> => ({
  GITHUB_WORKSPACE: '/checkout',
  RUNNER_TEMP: '/runner/temp',
  ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
});

async function faults(inputs: Record<string, string>): Promise<InputError['problems']> {
  const error = await readSettings(env(inputs)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InputError)) throw new Error('the inputs were taken');
  return error.problems;
}

interface ActionFile {
  inputs: Record<string, { default?: string; description: string }>;
}
const action: ActionFile = parse(readFileSync(join(import.meta.dirname, '../../action.yml'), 'utf8'));

describe('the settings', () => {
  it.each([
    ['helm', 'helm'],
    ['/opt/helm', '/opt/helm'],
    ['./bin/helm', '/checkout/bin/helm'],
  ])('find Helm at %s', async (helm, expected) => {
    expect((await readSettings(env({ helm }))).helm).toBe(expected);
  });

  it('have no chart with none, which needs manifests and is the only line', async () => {
    const settings = await readSettings(env({ charts: 'none', manifests: 'k8s/*.yaml' }));
    expect(settings.charts).toEqual({ patterns: [], required: true });
    expect(await faults({ charts: 'none' })).toEqual([
      expect.objectContaining({ input: 'charts', problem: expect.stringContaining('nothing to check') }),
    ]);
    expect(await faults({ charts: 'none\nhelm/*', manifests: 'k8s/*.yaml' })).toEqual([
      expect.objectContaining({ input: 'charts', value: 'none, helm/*' }),
    ]);
  });

  it('need Node 24', () => {
    expect(() => assertNodeVersion('24.0.0')).not.toThrow();
    expect(() => assertNodeVersion('20.19.5')).toThrow('Node 20.19.5 is too old');
  });

  it('name each path once', async () => {
    expect(await faults({ 'sarif-file': 'a/b', 'report-file': './a//b', 'render-dir': '/checkout/a/b' })).toEqual([
      expect.objectContaining({ input: 'report-file', problem: 'is the same path as sarif-file' }),
      expect.objectContaining({ input: 'render-dir', problem: 'is the same path as sarif-file' }),
    ]);
  });

  it('take what is found at the base as the baseline, if there is a base', async () => {
    const settings = await readSettings(env({ 'changed-since': 'main', baseline: 'changed-since' }));
    expect(settings.baseline).toEqual({ from: 'changed-since' });
    expect(await faults({ baseline: 'changed-since' })).toEqual([
      expect.objectContaining({ input: 'baseline', problem: expect.stringContaining('is not set') }),
    ]);
  });

  it('do not overwrite the baseline', async () => {
    expect(await faults({ baseline: 'a.json', 'report-file': './a.json' })).toEqual([
      expect.objectContaining({ input: 'report-file', problem: 'is the same path as baseline' }),
    ]);
  });

  it('are the same with the defaults of action.yml and with nothing', async () => {
    const defaults = Object.entries(action.inputs).flatMap(([name, { default: value }]) =>
      value ? [[name, value]] : [],
    );
    expect(await readSettings(env(Object.fromEntries(defaults)))).toEqual(await readSettings(env({})));
  });

  it('take every input that action.yml names', async () => {
    const settings = await readSettings(
      env({
        charts: 'charts/*\ndeploy/web',
        values: 'charts/*: a.yaml + env/b.yaml\ndeploy/web:',
        manifests: 'argocd/**/*.yaml',
        'set-images': `[{"repository":"ghcr.io/o/web","digest":"sha256:${'a'.repeat(64)}"}]`,
        'kube-versions': '1.34\nv1.35.2\n1.34.0',
        crds: 'crds/*.yaml',
        'bundled-crds': 'false',
        'fail-on': 'warning',
        rules: 'image-digest = off\ncheckov/CKV_K8S_8=note\nkube-score=warning\nown/team=off',
        'ignore-file': 'ignored.yaml',
        'rules-files': 'policies/*.yaml\nrules.yaml',
        scanners: 'kube-score\nkube-score',
        'sarif-file': 'out/a.sarif',
        'report-file': '/runner/temp/report.json',
        'render-dir': '/checkout/rendered',
        'junit-file': 'out/a.xml',
        'changed-since': 'origin/main',
        baseline: '/runner/temp/baseline.json',
        'dependency-build': 'true',
        'max-annotations': '0',
        helm: '/opt/helm',
        namespace: 'store',
        'release-name': 'shop',
        summary: 'FALSE',
      }),
    );
    expect(settings).toMatchObject({
      charts: { patterns: ['charts/*', 'deploy/web'], required: true },
      values: [
        { charts: 'charts/*', files: ['a.yaml', 'env/b.yaml'] },
        { charts: 'deploy/web', files: [] },
      ],
      manifests: ['argocd/**/*.yaml'],
      images: [{ name: 'o/web', repository: 'ghcr.io/o/web' }],
      kubeVersions: [
        { minor: '1.34', full: '1.34.0' },
        { minor: '1.35', full: '1.35.2' },
      ],
      crds: ['crds/*.yaml'],
      bundledCrds: false,
      failOn: 'warning',
      ignoreFile: { path: 'ignored.yaml', required: true },
      rulesFiles: { patterns: ['policies/*.yaml', 'rules.yaml'], required: true },
      scanners: ['kube-score'],
      sarifFile: '/checkout/out/a.sarif',
      reportFile: '/runner/temp/report.json',
      renderDir: '/checkout/rendered',
      junitFile: '/checkout/out/a.xml',
      changedSince: 'origin/main',
      baseline: { from: 'report', path: '/runner/temp/baseline.json' },
      dependencyBuild: true,
      maxAnnotations: 0,
      helm: '/opt/helm',
      namespace: 'store',
      releaseName: 'shop',
      summary: false,
    });
    expect(Object.fromEntries(settings.levels)).toEqual({
      'image-digest': 'off',
      'checkov/CKV_K8S_8': 'note',
      'kube-score': 'warning',
      'own/team': 'off',
    });
  });

  it('need a chart, unless only manifests are given', async () => {
    expect((await readSettings(env({}))).charts.required).toBe(true);
    expect((await readSettings(env({ manifests: 'a.yaml' }))).charts.required).toBe(false);
    expect((await readSettings(env({ manifests: 'a.yaml', charts: 'charts/*' }))).charts.required).toBe(true);
  });

  it('may write to the directory for temporary files where the runner names none', async () => {
    const { RUNNER_TEMP: _, ...rest } = env({ 'sarif-file': join(tmpdir(), 'a.sarif') });
    expect((await readSettings(rest)).sarifFile).toBe(join(tmpdir(), 'a.sarif'));
  });
});

describe('wrong inputs', () => {
  it('are images that came out empty', async () => {
    expect(await faults({ 'set-images': '' })).toEqual([expect.objectContaining({ input: 'set-images' })]);
  });

  it('are reported together, each with an example', async () => {
    const wrong = await faults({
      charts: '../x\n/etc',
      values: 'a.yaml\nhelm/x: ../b.yaml\nhelm/x: a.yaml + ',
      manifests: '/etc/*.yaml',
      'set-images': '[]',
      'kube-versions': 'latest\n2.0',
      crds: '../crds',
      'fail-on': 'critical',
      rules: 'image-digst=off\nimage-digest=on\nimage-digest',
      'ignore-file': '../ignore.yaml',
      scanners: 'trivy',
      'sarif-file': '../a.sarif',
      'report-file': '/etc/report.json',
      'render-dir': '.',
      'max-annotations': '-1',
      namespace: 'Store',
      'release-name': 'a'.repeat(54),
      summary: 'yes',
    });
    expect(wrong.map(({ input }) => input)).toEqual([
      'manifests (line 1)',
      'charts (line 1)',
      'charts (line 2)',
      'values (line 1)',
      'values (line 2)',
      'values (line 3)',
      'set-images',
      'kube-versions (line 1)',
      'kube-versions (line 2)',
      'crds (line 1)',
      'fail-on',
      'rules (line 1)',
      'rules (line 2)',
      'rules (line 3)',
      'ignore-file',
      'scanners (line 1)',
      'sarif-file',
      'report-file',
      'render-dir',
      'max-annotations',
      'namespace',
      'release-name',
      'summary',
    ]);
    expect(wrong.find(({ value }) => value === 'image-digst=off')?.problem).toContain('did you mean image-digest?');
    for (const { example } of wrong) expect(example).not.toBe('');
  });
});
