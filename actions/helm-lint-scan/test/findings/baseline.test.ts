import { describe, expect, it } from '@jest/globals';
import {
  type Baseline,
  baselineOf,
  compareWithBaseline,
  countFixed,
  parseReport,
} from '../../src/findings/baseline.ts';
import { type Finding, Findings } from '../../src/findings/findings.ts';
import { joinByLine } from '../../src/findings/join.ts';
import type { ScanInput } from '../../src/inputs/scan-input.ts';
import { jsonReport } from '../../src/report/json.ts';
import { privileged } from '../../src/rules/security/security-context.ts';

/** A finding in each of these resources, all on one line. */
function findingsIn(resources: readonly string[], { subject = 'helm/shop', line = 7 } = {}): Finding[] {
  const findings = new Findings(new Map());
  for (const name of resources)
    findings.add({
      rule: privileged,
      case: { subject, values: 'defaults', kubeVersion: '1.36' },
      resource: `Deployment/${name}`,
      path: ['spec'],
      message: 'container is privileged',
      location: () => ({ file: `${subject}/web.yaml`, line, exact: true }),
    });
  return findings.list();
}

const report = (
  findings: readonly Finding[],
  more: { known?: Finding[]; fixed?: number; partial?: boolean } = {},
): string =>
  JSON.stringify(jsonReport({ findings, suppressed: [], cases: [], matrix: [], set: [], helm: '', ...more }));

function readReport(text: string): Baseline {
  const parsed = parseReport(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.value;
}

const everything = { charts: [], manifests: [], partial: false };

describe('a baseline', () => {
  it('knows a finding of a report, also on another line and joined in another order', () => {
    const baseline = readReport(report(joinByLine(findingsIn(['b', 'c']))));
    const now = findingsIn(['a', 'b', 'c'], { line: 99 });
    const compared = compareWithBaseline(now, baseline);
    expect(compared.new.map(({ resource }) => resource)).toEqual(['Deployment/a']);
    expect(joinByLine(compared.known).map(({ resources }) => resources)).toEqual([['Deployment/b', 'Deployment/c']]);
    expect(countFixed(baseline, now, everything)).toBe(0);
  });

  it('is also what a run with a baseline reports', () => {
    const text = report(findingsIn(['a']), { known: findingsIn(['b']), fixed: 3 });
    expect(JSON.parse(text).baseline).toEqual({ known: 1, fixed: 3 });
    expect(JSON.parse(text).findings.map((entry: { baselineState: string }) => entry.baselineState)).toEqual([
      'new',
      'unchanged',
    ]);
    expect(compareWithBaseline(findingsIn(['a', 'b']), readReport(text)).new).toEqual([]);
  });

  it('counts what is gone, of what is checked', () => {
    const baseline = baselineOf([...findingsIn(['a', 'b']), ...findingsIn(['a'], { subject: 'helm/other' })]);
    const now = findingsIn(['a']);
    expect(countFixed(baseline, now, everything)).toBe(2);
    const part = { ...everything, partial: true, charts: [{ path: 'helm/shop' }] as ScanInput['charts'] };
    expect(countFixed(baseline, now, part)).toBe(1);
  });

  it('without a baseline everything is new', () => {
    expect(compareWithBaseline(findingsIn(['a']), undefined)).toMatchObject({ new: [{}], known: [] });
  });

  it.each([
    ['', 'is not a JSON report'],
    ['[]', 'is not a JSON report'],
    ['{"findings":{}}', 'is not a JSON report'],
    ['{"format":1,"findings":[]}', 'another version'],
    ['{"format":1,"fingerprintVersion":"helmLintScan/v1","findings":[]}', 'another version'],
    [report([], { partial: true }), 'was written with changed-since'],
  ])('%j is refused', (text, problem) => {
    expect(parseReport(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
