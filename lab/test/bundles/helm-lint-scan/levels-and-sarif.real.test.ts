import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { annotations, inDeployment, lineOf, ofRule, step, useScene, workspace, write } from './scene.ts';

useScene();

describe('fail-on, rules and suppressions', () => {
  const LATEST = inDeployment(':{{ .Values.image.tag }}@{{ .Values.image.digest }}', ':latest');

  it.each([
    ['error', 0],
    ['warning', 1],
    ['note', 1],
    ['never', 0],
  ])('with fail-on: %s a warning ends with code %i', async (failOn, exitCode) => {
    write(LATEST);
    const result = await step({ 'fail-on': failOn });
    // The notes: no digest, and two values that no template reads.
    expect(result.outputs).toMatchObject({ errors: '0', warnings: '1', notes: '3' });
    expect(result.exitCode).toBe(exitCode);
  });

  it('never fails, not even for a chart that cannot be rendered', async () => {
    write(inDeployment('{{ .Values.replicas }}', '{{ fail "no" }}'));
    const result = await step({ 'fail-on': 'never' });
    expect(result.outputs.errors).toBe('1');
    expect(result.exitCode).toBe(0);
  });

  it('applies the levels that the user sets for rules', async () => {
    write(LATEST);
    const result = await step({ rules: 'image-tag=error\nimage-digest=off\nvalue-unused=off' });
    expect(result.outputs).toMatchObject({ errors: '1', warnings: '0', notes: '0' });
    expect(result.exitCode).toBe(1);
  });

  it('hides suppressed findings, and reports suppressions that have expired or hide nothing', async () => {
    write({
      ...LATEST,
      '.helm-lint-scan.yaml': `suppressions:
  - { rule: image-digest, reason: pinned by the mirror, expires: never, chart: helm/web }
  - { rule: image-tag, reason: until the release, expires: 2020-01-01 }
  - { rule: privileged, reason: once it was, expires: never }
`,
    });
    const result = await step({ 'sarif-file': 'out.sarif' });
    expect(ofRule(result, 'image-digest')).toEqual([]);
    expect(ofRule(result, 'image-tag')).toHaveLength(1);
    expect(ofRule(result, 'suppression-expired')).toEqual([
      expect.objectContaining({ file: '.helm-lint-scan.yaml', line: 3 }),
    ]);
    expect(ofRule(result, 'suppression-unused')).toEqual([
      expect.objectContaining({ file: '.helm-lint-scan.yaml', line: 4 }),
    ]);
    expect(result.summary).toContain('pinned by the mirror');
    const sarif = JSON.parse(readFileSync(join(workspace, 'out.sarif'), 'utf8'));
    const hidden = sarif.runs[0].results.filter(
      (result: { suppressions?: unknown }) => result.suppressions !== undefined,
    );
    expect(hidden).toEqual([expect.objectContaining({ ruleId: 'image-digest' })]);
  });

  it('creates at most max-annotations annotations, the worst first', async () => {
    write({ ...LATEST, 'helm/web/ci/typo.yaml': 'resources: { limmits: {} }\n' });
    const result = await step({ 'max-annotations': '1' });
    expect(annotations(result)).toEqual([expect.objectContaining({ level: 'error', file: 'helm/web/ci/typo.yaml' })]);
  });
});

describe('SARIF', () => {
  it('has paths in the repository, lines, fingerprints that survive a move, and severities', async () => {
    const bad = inDeployment('allowPrivilegeEscalation: false', 'privileged: true');
    write(bad);
    const first = await results();
    write({ ...bad, 'helm/web/templates/deployment.yaml': `# moved\n\n${bad['helm/web/templates/deployment.yaml']}` });
    const second = await results();
    expect(second.map(({ fingerprint }) => fingerprint)).toEqual(first.map(({ fingerprint }) => fingerprint));
    expect(second.map(({ line }) => line)).toEqual(first.map(({ line }) => line + 2));
    expect(first.map(({ rule }) => rule)).toEqual(['privileged', 'privilege-escalation']);
    expect(first[0]).toMatchObject({
      uri: 'helm/web/templates/deployment.yaml',
      line: lineOf('helm/web/templates/deployment.yaml', 'privileged: true') - 2,
      level: 'error',
      severity: '9.0',
    });
  });

  interface Result {
    rule: string;
    level: string;
    uri: string;
    line: number;
    fingerprint: string;
    severity: string | undefined;
  }

  async function results(): Promise<Result[]> {
    await step({ 'sarif-file': 'out.sarif' });
    const log = JSON.parse(readFileSync(join(workspace, 'out.sarif'), 'utf8'));
    expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringContaining('sarif') });
    const [run] = log.runs;
    expect(run.tool.driver.name).toBe('helm-lint-scan');
    for (const rule of run.tool.driver.rules)
      expect(rule).toMatchObject({ id: expect.any(String), shortDescription: { text: expect.any(String) } });
    // biome-ignore lint/suspicious/noExplicitAny: parsed SARIF, whose shape the expectations check
    return run.results.map((result: any) => {
      const rule = run.tool.driver.rules[result.ruleIndex];
      expect(rule.id).toBe(result.ruleId);
      expect(['error', 'warning', 'note']).toContain(result.level);
      const { artifactLocation, region } = result.locations[0].physicalLocation;
      return {
        rule: result.ruleId,
        level: result.level,
        uri: artifactLocation.uri,
        line: region.startLine,
        fingerprint: result.partialFingerprints['helmLintScan/v1'],
        severity: rule.properties['security-severity'],
      };
    });
  }
});
