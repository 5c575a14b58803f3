import { describe, expect, it } from '@jest/globals';
import { type CaseId, type Finding, Findings, type NewFinding } from '../../src/findings/findings.ts';
import { escapeXml, type JunitInput, junitReport } from '../../src/report/junit.ts';
import { privileged } from '../../src/rules/security/security-context.ts';
import { imageDigest } from '../../src/rules/workloads/images.ts';

const CASES: CaseId[] = ['1.36', '1.35'].map((kubeVersion) => ({
  subject: 'helm/shop',
  values: 'defaults',
  kubeVersion,
}));

function finding(more: Partial<NewFinding> = {}): Finding {
  const findings = new Findings(new Map());
  findings.add({
    rule: privileged,
    case: CASES[0] as CaseId,
    resource: 'Deployment/web',
    path: [],
    message: 'is "privileged" & <more>',
    location: () => ({ file: 'a.yaml', line: 7, exact: true }),
    ...more,
  });
  return findings.list()[0] as Finding;
}

const report = (more: Partial<JunitInput>, threshold: 'error' | 'note' | 'never' = 'error'): string => {
  const matrix = [
    {
      subject: 'helm/shop',
      values: 'defaults',
      kubeVersions: [],
      resources: 1,
      notValidated: 0,
      failed: false,
      seconds: 1.5,
    },
  ];
  return junitReport({ findings: [], suppressed: [], known: [], cases: CASES, matrix, ...more }, threshold);
};

describe('the JUnit report', () => {
  it('has a suite for each chart, in which each case without a finding passes', () => {
    expect(report({})).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="helm-lint-scan">
  <testsuite name="helm/shop" tests="2" failures="0" errors="0" skipped="0" time="1.500">
    <testcase classname="helm/shop" name="values defaults, Kubernetes 1.36" time="0"/>
    <testcase classname="helm/shop" name="values defaults, Kubernetes 1.35" time="0"/>
  </testsuite>
</testsuites>
`);
  });

  it('has a failing test for each finding that fails the step, with its line', () => {
    const text = report({ findings: [finding(), finding({ rule: imageDigest, message: 'x' })] });
    expect(text).toContain('tests="2" failures="1" errors="0" skipped="0"');
    expect(text).toContain(
      '<testcase classname="helm/shop" name="privileged: Deployment/web: is &quot;privileged&quot; &amp; &lt;more&gt;" file="a.yaml" line="7" time="0">',
    );
    expect(text).toContain('<failure type="privileged" message="Deployment/web: is &quot;');
    expect(text).toContain('>error a.yaml:7 [privileged] Deployment/web: is &quot;privileged&quot;');
    expect(text).toContain('<system-out>note a.yaml:7 [image-digest] Deployment/web: x');
    expect(report({ findings: [finding({ rule: imageDigest })] }, 'note')).toContain('failures="1"');
    expect(report({ findings: [finding()] }, 'never')).toContain('failures="0"');
  });

  it('skips what is suppressed or known', () => {
    const suppression = { reason: 'it is <old>', expires: 'never', line: 1 };
    const suppressed = [{ finding: finding(), suppression, kind: 'external' as const }];
    const text = report({ suppressed, known: [finding({ message: 'y' })] });
    expect(text).toContain('tests="4" failures="0" errors="0" skipped="2"');
    expect(text).toContain('<skipped message="it is &lt;old&gt;"/>');
    expect(text).toContain('<skipped message="known from the baseline"/>');
  });
});

describe('the text of XML', () => {
  it.each([
    ['a\u0000\u001b[31m\ufffe', 'a\ufffd\ufffd[31m\ufffd'],
    ['\ud800x😀', '\ufffdx😀'],
    ['\t\n\r]]>', '\t\n&#13;]]&gt;'],
  ])('%j', (text, escaped) => expect(escapeXml(text)).toBe(escaped));

  it('keeps line breaks of attributes', () => {
    const suppression = { reason: 'a\n\tb', expires: 'never', line: 1 };
    expect(report({ suppressed: [{ finding: finding(), suppression, kind: 'inSource' }] })).toContain(
      'message="a&#10;&#9;b"',
    );
  });
});
