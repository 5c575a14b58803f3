import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { branchFromMain, commit, git } from './repository.ts';
import { annotations, errors, GOOD, lineOf, ofRule, step, useScene, VALUES, workspace, write } from './scene.ts';

useScene();

/** {@link GOOD} as another chart. */
const other = (name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(GOOD).map(([path, text]) => [
      path.replace('helm/web', `helm/${name}`),
      text.replace('name: web', `name: ${name}`),
    ]),
  );
const CHART = 'helm/web/Chart.yaml';
const raised = (version: string): Record<string, string> => ({
  [CHART]: (GOOD[CHART] ?? '').replace('version: 1.0.0', `version: ${version}`),
});
const INPUTS = { 'changed-since': 'main', 'kube-versions': '1.36' };

describe('changed-since', () => {
  it('checks only the chart that has changed, and wants a higher version', async () => {
    write({ ...GOOD, ...other('api') });
    branchFromMain();
    write({ 'helm/web/values.yaml': VALUES.replace('replicas: 1', 'replicas: 0') });
    commit();
    const result = await step(INPUTS);
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ cases: '1', errors: '1' });
    expect(result.summary).not.toContain('helm/api');
    expect(errors(result)).toEqual([
      expect.objectContaining({
        file: CHART,
        line: lineOf(CHART, 'version: 1.0.0'),
        title: expect.stringContaining('version-not-raised'),
      }),
    ]);
    expect(errors(result)[0]?.message).toContain('its version is still 1.0.0, that of main');

    write(raised('1.0.1'));
    expect(await step(INPUTS)).toMatchObject({ exitCode: 0, outputs: { cases: '1', errors: '0' } });
  });

  it('wants a version above that of the branch as it is now', async () => {
    write(GOOD);
    branchFromMain();
    write(raised('1.0.1'));
    commit();
    git('switch', '--quiet', 'main');
    write({ ...raised('1.0.2'), 'helm/web/values.yaml': `${VALUES}# changed\n` });
    commit();
    git('switch', '--quiet', 'change');
    const [finding] = ofRule(await step(INPUTS), 'version-not-raised');
    expect(finding?.message).toContain('its version is 1.0.1, not above 1.0.2, that of main');
  });

  it('checks a chart that depends on what has changed, and the scope of a manifest', async () => {
    const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
    write({
      ...GOOD,
      ...other('api'),
      [CHART]: `${GOOD[CHART]}dependencies: [{ name: lib, version: 1.0.0, repository: "file://../../lib" }]\n`,
      'helm/web/values.schema.json': '{}',
      'helm/web/charts/lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n',
      'lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n',
      'k8s/prod/a.yaml': map('a'),
      'k8s/staging/a.yaml': map('a'),
    });
    branchFromMain();
    write({ 'lib/templates/_x.tpl': 'x', 'k8s/prod/b.yaml': map('b') });
    commit();
    const result = await step({ ...INPUTS, manifests: 'k8s/**/*.yaml' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs.cases).toBe('2');
    expect(result.summary).toContain('k8s/prod');
    expect(result.summary).toContain('helm/web');
    expect(result.summary).not.toContain('k8s/staging');
  });

  it('does not report suppressions that may be for other charts, and checks everything when they change', async () => {
    const suppression = 'suppressions: [{ rule: privileged, reason: a, expires: never, chart: helm/api }]\n';
    write({ ...GOOD, ...other('api'), '.helm-lint-scan.yaml': suppression });
    branchFromMain();
    write({ ...raised('1.1.0') });
    commit();
    const inputs = { ...INPUTS, 'fail-on': 'warning' };
    expect(await step(inputs)).toMatchObject({ exitCode: 0, outputs: { cases: '1' } });
    write({ '.helm-lint-scan.yaml': `${suppression}# changed\n` });
    const result = await step(inputs);
    expect(result.outputs.cases).toBe('2');
    expect(ofRule(result, 'suppression-unused')).toHaveLength(1);
  });

  it('succeeds when nothing has changed, and says so', async () => {
    write(GOOD);
    branchFromMain();
    write({ 'README.md': 'x\n' });
    commit();
    const inputs = { ...INPUTS, 'report-file': 'out.json', 'sarif-file': 'out.sarif', 'junit-file': 'out.xml' };
    for (const more of [{}, { baseline: 'changed-since' }]) {
      const result = await step({ ...inputs, ...more });
      expect(result.exitCode).toBe(0);
      expect(result.outputs).toMatchObject({ errors: '0', warnings: '0', notes: '0', cases: '0', resources: '0' });
      expect(result.log).toContain(
        '::notice title=helm-lint-scan%3A nothing to check::No chart or manifest of this step has changed since main.',
      );
      expect(annotations(result)).toEqual([]);
    }
  });

  it('fails in a shallow checkout and says what to do', async () => {
    write(GOOD);
    branchFromMain();
    write(raised('1.0.1'));
    commit();
    const origin = join(workspace, '../origin');
    execFileSync('git', ['clone', '--quiet', '--bare', workspace, origin]);
    rmSync(workspace, { recursive: true });
    mkdirSync(workspace);
    git('init', '--quiet');
    git('fetch', '--quiet', '--depth=1', `file://${origin}`, 'change');
    git('switch', '--quiet', '--detach', 'FETCH_HEAD');
    const result = await step(INPUTS);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('changed-since names main%2C which is not in the checkout::Git finds no branch');
    expect(result.log).toContain('`fetch-depth: 0`');
    expect(result.outputs.cases).toBeUndefined();
  });

  it('takes nothing that Git would take for an option', async () => {
    write(GOOD);
    branchFromMain();
    const result = await step({ 'changed-since': '--output=x' });
    expect(result.log).toContain('changed-since begins with "-"');
    expect(result.exitCode).toBe(1);
  });
});
