import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { branchFromMain, commit, git } from './repository.ts';
import {
  annotations,
  DEPLOYMENT,
  errors,
  GOOD,
  inDeployment,
  ofRule,
  step,
  useScene,
  workspace,
  write,
} from './scene.ts';

useScene();

const FILE = 'helm/web/templates/deployment.yaml';
const CHART = 'helm/web/Chart.yaml';
const SIDECAR = '        - { name: side, image: "example.com/side:1.0.0", securityContext: { privileged: true } }\n';
/** With one error and several warnings. */
const FAULTY = inDeployment('allowPrivilegeEscalation: false', 'privileged: true');
const INPUTS = { 'kube-versions': '1.36', 'report-file': 'now.json', 'sarif-file': 'now.sarif' };

const readJson = (file: string) => JSON.parse(readFileSync(join(workspace, file), 'utf8'));
const states = (): string[] =>
  readJson('now.sarif').runs[0].results.map(
    (result: { baselineState: string; ruleId: string }) => `${result.baselineState} ${result.ruleId}`,
  );

describe('a baseline', () => {
  it('makes only what is new fail the step, also when lines move, and counts what is fixed', async () => {
    write(FAULTY);
    const first = await step({ ...INPUTS, 'report-file': 'baseline.json' });
    expect(first.exitCode).toBe(1);
    const known = Number(first.outputs.errors) + Number(first.outputs.warnings) + Number(first.outputs.notes);
    expect(known).toBeGreaterThan(0);

    const inputs = { ...INPUTS, baseline: 'baseline.json' };
    write({ [FILE]: `# moved\n# moved\n${FAULTY[FILE]}` });
    const same = await step(inputs);
    expect(same.exitCode).toBe(0);
    expect(same.outputs).toMatchObject({ errors: '0', warnings: '0', notes: '0', known: String(known), fixed: '0' });
    expect(annotations(same)).toEqual([]);
    expect(same.summary).toContain('known from the baseline, 0 fixed.');
    expect(states()).toContain('unchanged privileged');

    write({
      [FILE]: (FAULTY[FILE] ?? '').replace('readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false') + SIDECAR,
    });
    const more = await step(inputs);
    expect(more.exitCode).toBe(1);
    expect(errors(more).map(({ title }) => title)).toEqual([expect.stringContaining('privileged:')]);
    expect(states()).toEqual(expect.arrayContaining(['unchanged privileged', 'new privileged', 'new read-only-root']));
    expect(readJson('now.json').baseline).toEqual({ known, fixed: 0 });

    write(GOOD);
    const fixed = await step({ ...inputs, baseline: join(workspace, 'now.json'), 'report-file': 'later.json' });
    expect(fixed.exitCode).toBe(0);
    expect(Number(fixed.outputs.fixed)).toBeGreaterThan(known);
    expect(fixed.outputs.known).toBe('0');
  });

  it('is the base with changed-since, which is checked without touching the checkout', async () => {
    write({ ...FAULTY, 'helm/web/ci/a.yaml': 'nothing: 1\n' });
    branchFromMain();
    write({
      [FILE]: `# moved\n${FAULTY[FILE]}${SIDECAR}`,
      [CHART]: (GOOD[CHART] ?? '').replace('version: 1.0.0', 'version: 1.1.0'),
      'env/new.yaml': 'replicas: 3\n',
    });
    commit();
    write({ 'helm/web/templates/uncommitted.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n' });
    const before = git('status', '--porcelain');
    const result = await step({
      'kube-versions': '1.36',
      'changed-since': 'main',
      baseline: 'changed-since',
      values: 'helm/web:\nhelm/web: ci/a.yaml\nhelm/web: env/new.yaml',
    });
    expect(result.exitCode).toBe(1);
    expect(errors(result)).toHaveLength(1);
    expect(errors(result)[0]?.message).toContain('container side is privileged');
    // The schema refuses `nothing`, then as now.
    expect(result.log).not.toContain('[helm-render]');
    expect(Number(result.outputs.known)).toBeGreaterThan(1);
    expect(result.outputs.fixed).toBe('0');
    expect(git('status', '--porcelain')).toBe(before);
  });

  it('knows what is wrong with suppressions too', async () => {
    write({ ...GOOD, '.helm-lint-scan.yaml': 'suppressions: [{ rule: privileged, reason: a, expires: never }]\n' });
    const inputs = { 'kube-versions': '1.36', 'report-file': 'baseline.json' };
    expect((await step(inputs)).outputs.warnings).toBe('1');
    const result = await step({ 'kube-versions': '1.36', baseline: 'baseline.json' });
    expect(result.outputs).toMatchObject({ warnings: '0', known: '1', fixed: '0' });
  });

  it('does not know a chart that is new since the base', async () => {
    write({ 'README.md': 'x\n' });
    branchFromMain();
    write(FAULTY);
    commit();
    const result = await step({ 'kube-versions': '1.36', 'changed-since': 'main', baseline: 'changed-since' });
    expect(ofRule(result, 'privileged')).toHaveLength(1);
    expect(result.outputs).toMatchObject({ known: '0', fixed: '0' });
  });

  it.each([
    ['{}', 'it is not a JSON report of this action'],
    ['{"format":1,"findings":[]}', 'it was written by another version of this action'],
  ])('%s cannot be used', async (text, why) => {
    write({ ...GOOD, 'baseline.json': text });
    const result = await step({ baseline: 'baseline.json' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('the baseline baseline.json cannot be used');
    expect(result.log).toContain(why);
  });

  it('must exist', async () => {
    write({ ...GOOD, [FILE]: DEPLOYMENT });
    const result = await step({ baseline: 'none.json' });
    expect(result.log).toContain('the baseline none.json cannot be used::it does not exist');
  });
});
