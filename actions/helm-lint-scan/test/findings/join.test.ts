import { describe, expect, it } from '@jest/globals';
import { Findings, type NewFinding } from '../../src/findings/findings.ts';
import { joinByLine } from '../../src/findings/join.ts';
import { findingText } from '../../src/report/sarif.ts';
import { memoryLimit } from '../../src/rules/workloads/resource-requests.ts';

const report = (name: string, more: Partial<NewFinding> = {}): NewFinding => ({
  rule: memoryLimit,
  case: { subject: 'helm/shop', values: 'defaults', kubeVersion: '1.36' },
  resource: `Deployment/${name}`,
  document: `helm/shop/templates/a.yaml\n${name}`,
  path: ['spec'],
  message: 'container web has no memory limit',
  location: () => ({ file: 'helm/shop/templates/a.yaml', line: 7, exact: true }),
  ...more,
});

function joined(...reports: NewFinding[]) {
  const findings = new Findings(new Map());
  for (const each of reports) findings.add(each);
  return joinByLine(findings.list());
}

describe('findings of one line', () => {
  it('in many resources are one, which counts and lists them', () => {
    const [finding, ...others] = joined(...Array.from({ length: 200 }, (_, index) => report(`web-${index}`)));
    expect(others).toEqual([]);
    expect(finding?.resources).toHaveLength(200);
    expect(findingText(finding as never, [])).toBe(
      'Deployment/web-0: container web has no memory limit, in 200 resources.',
    );
  });

  it('are one although the container is named after its resource', () => {
    const named = (name: string) => report(name, { message: `container ${name} has no memory limit` });
    expect(joined(named('web-a'), named('web-b'))).toHaveLength(1);
    // The name is not a part of another word.
    expect(joined(report('a', { message: 'a cat' }), report('b', { message: 'b cbt' }))).toHaveLength(2);
  });

  it('keep all their cases', () => {
    const other = { subject: 'helm/shop', values: 'ci/a.yaml', kubeVersion: '1.36' };
    const [finding] = joined(report('a'), report('b'), report('b', { case: other }));
    expect(finding?.cases.map(({ values }) => values)).toEqual(['defaults', 'ci/a.yaml']);
  });

  it.each<[string, Partial<NewFinding>]>([
    ['line', { location: () => ({ file: 'helm/shop/templates/a.yaml', line: 8, exact: true }) }],
    ['message', { message: 'container proxy has no memory limit' }],
    ['path', { path: ['spec', 'x'] }],
    ['rule', { rule: { ...memoryLimit, id: 'other' } }],
  ])('stay separate when they differ in the %s', (_, more) => {
    expect(joined(report('a'), report('b', more))).toHaveLength(2);
  });
});

describe('a finding', () => {
  it('in another document is another finding, also when the names are the same', () => {
    const findings = new Findings(new Map());
    for (const document of ['a', 'b', 'a']) findings.add(report('web', { document }));
    expect(new Set(findings.list().map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });
});
