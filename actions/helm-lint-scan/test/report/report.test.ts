import { describe, expect, it } from '@jest/globals';
import { type CaseId, describeCases, Findings, type NewFinding } from '../../src/findings/findings.ts';
import { annotateFindings } from '../../src/report/annotations.ts';
import { jsonReport } from '../../src/report/json.ts';
import { renderPaths } from '../../src/report/render-paths.ts';
import { sarifLog } from '../../src/report/sarif.ts';
import { summaryText } from '../../src/report/summary.ts';
import { engineRules } from '../../src/rules/engine.ts';
import { privileged } from '../../src/rules/security/security-context.ts';
import { imageDigest } from '../../src/rules/workloads/images.ts';

const CASES: CaseId[] = ['defaults', 'ci/a.yaml'].flatMap((values) =>
  ['1.36', '1.35'].map((kubeVersion) => ({ subject: 'helm/shop', values, kubeVersion })),
);

const report = (more: Partial<NewFinding> = {}): NewFinding => ({
  rule: privileged,
  case: CASES[0] as CaseId,
  resource: 'Deployment/web',
  path: ['spec', 'x'],
  message: 'container web is privileged',
  location: () => ({ file: 'helm/shop/templates/a b.yaml', line: 7, exact: true }),
  ...more,
});

function collected(...reports: NewFinding[]): Findings {
  const findings = new Findings(new Map());
  for (const each of reports) findings.add(each);
  return findings;
}

describe('findings', () => {
  it('with the same message in several cases are one, and are located once', () => {
    let asked = 0;
    const location = () => ({ file: 'a', line: ++asked, exact: true });
    const findings = collected(...CASES.map((each) => report({ case: each, location })), report({ location }));
    expect(findings.list().map(({ cases }) => cases.length)).toEqual([4]);
    expect(asked).toBe(1);
  });

  it('have the same fingerprint when the lines in a message move, and are still told apart', () => {
    const failure = (line: number) =>
      report({
        rule: engineRules.helmRender,
        resource: undefined,
        message: `(web/templates/x.yaml:${line}:14): yaml: line ${line}: no`,
      });
    const of = (...lines: number[]) => {
      const findings = collected(...lines.map(failure));
      const prints = findings.list().map(({ fingerprint }) => fingerprint);
      for (const finding of findings.list()) findings.remove(finding);
      expect(findings.list()).toEqual([]);
      return prints;
    };
    expect(of(7)).toEqual(of(4));
    expect(new Set(of(7, 4, 7))).toHaveProperty('size', 2);
    expect(of(7, 4)).toEqual(of(9, 5));
  });

  it('are on one readable line, whatever a chart contains', () => {
    const message = `\u001b[31mred\u0007\n${'x'.repeat(5000)}`;
    const [finding] = collected(report({ message })).list();
    expect(finding?.message).toMatch(/^Deployment\/web: {2}\[31mred x+…$/);
    expect(finding?.message.length).toBeLessThan(1010);
  });

  it('are sorted by level, then by severity, file and line', () => {
    const findings = collected(
      report({ rule: imageDigest }),
      report({ rule: engineRules.schema, message: 'b' }),
      report(),
      report({ message: 'earlier', location: () => ({ file: 'helm/shop/templates/a b.yaml', line: 2, exact: true }) }),
      report({ rule: engineRules.notAnObject }),
    );
    expect(findings.list().map(({ rule, location }) => `${rule.id}:${location.line}`)).toEqual([
      'privileged:2',
      'privileged:7',
      'not-an-object:7',
      'schema:7',
      'image-digest:7',
    ]);
  });

  it('have the level that the user gives the rule or its engine', () => {
    const findings = new Findings(
      new Map([
        ['privileged', 'off'],
        ['checkov', 'note'],
        ['checkov/A', 'error'],
      ] as const),
    );
    const rule = (id: string) => ({ ...privileged, id, level: 'warning' as const });
    findings.add(report());
    findings.add(report({ rule: engineRules.schema, level: 'warning' }));
    findings.add(report({ engine: 'checkov', rule: rule('checkov/A'), level: 'warning' }));
    findings.add(report({ engine: 'checkov', rule: rule('checkov/B') }));
    expect(findings.list().map(({ rule: { id }, level }) => `${id} ${level}`)).toEqual([
      'checkov/A error',
      'schema warning',
      'checkov/B note',
    ]);
  });

  it.each([
    [CASES, 'in all 4 cases'],
    [CASES.slice(0, 1), 'in 1 of 4 cases (values defaults; Kubernetes 1.36)'],
    [CASES.slice(0, 3), 'in 3 of 4 cases (values defaults, ci/a.yaml; Kubernetes 1.36, 1.35)'],
    [[{ subject: 'helm/shop', values: 'ci/a.yaml', kubeVersion: '' }], 'with the values ci/a.yaml'],
    [[{ subject: 'helm/shop', values: '', kubeVersion: '' }], ''],
  ])('name their cases (%#)', (cases, text) => {
    const [finding] = collected(...cases.map((each) => report({ case: each }))).list();
    expect(finding && describeCases(finding, CASES)).toBe(text);
  });
});

describe('with a baseline', () => {
  const [fresh] = collected(report()).list();
  const [old] = collected(report({ message: 'known' })).list();
  if (fresh === undefined || old === undefined) throw new Error('there is no finding');
  const suppression = { reason: 'because', expires: 'never', line: 1 };
  const input = {
    ...{
      findings: [fresh],
      known: [old],
      fixed: 2,
      suppressed: [{ finding: old, suppression, kind: 'inSource' as const }],
    },
    ...{ cases: CASES, matrix: [], set: [], helm: '', blob: undefined },
  };

  it('SARIF has the state of every result, and without one of none', () => {
    // biome-ignore lint/suspicious/noExplicitAny: SARIF as others will read it
    const states = (log: any) => log.runs[0].results.map((result: any) => result.baselineState);
    expect(states(sarifLog(input))).toEqual(['new', 'unchanged', 'new']);
    expect(states(sarifLog({ ...input, fixed: undefined }))).toEqual([undefined, undefined, undefined]);
  });

  it('the summary counts what is known and fixed, and says when not everything was checked', () => {
    expect(summaryText(input)).toContain('1 finding known from the baseline, 2 fixed.');
    expect(summaryText(input)).toContain('1 error, 0 warnings');
    expect(summaryText({ ...input, fixed: undefined })).not.toContain('baseline');
    expect(summaryText({ ...input, partial: true })).toContain('Only what can be affected by a change was checked.');
  });
});

describe('SARIF', () => {
  const findings = collected(report(), report({ engine: 'checkov', rule: { ...privileged, id: 'checkov/X' } })).list();
  const suppression = {
    rule: 'privileged',
    reason: 'because',
    expires: 'never',
    chart: undefined,
    file: undefined,
    resource: undefined,
    line: 1,
  };
  const first = findings.find(({ engine }) => engine === 'helm-lint-scan');
  const log = sarifLog({
    findings,
    suppressed: first === undefined ? [] : [{ finding: { ...first, fingerprint: 'f' }, suppression, kind: 'external' }],
    cases: CASES,
    // biome-ignore lint/suspicious/noExplicitAny: SARIF as others will read it
  }) as any;

  it('has a run for each engine', () => {
    expect(log.version).toBe('2.1.0');
    // biome-ignore lint/suspicious/noExplicitAny: see above
    expect(log.runs.map((run: any) => [run.tool.driver.name, run.results.length])).toEqual([
      ['helm-lint-scan', 2],
      ['checkov', 1],
    ]);
  });

  it('has encoded relative paths, lines, fingerprints, severities and suppressions', () => {
    const [run] = log.runs;
    const [shown, hidden] = run.results;
    expect(shown).toMatchObject({
      ruleId: 'privileged',
      level: 'error',
      message: {
        text: 'Deployment/web: container web is privileged, in 1 of 4 cases (values defaults; Kubernetes 1.36).',
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'helm/shop/templates/a%20b.yaml', uriBaseId: '%SRCROOT%' },
            region: { startLine: 7 },
          },
        },
      ],
      partialFingerprints: { 'helmLintScan/v2': expect.stringMatching(/^[0-9a-f]{32}$/) },
    });
    expect(run.tool.driver.rules[shown.ruleIndex]).toMatchObject({
      id: 'privileged',
      properties: { 'security-severity': '9.0', tags: ['kubernetes', 'security'] },
    });
    expect(hidden.suppressions).toEqual([{ kind: 'external', status: 'accepted', justification: 'because' }]);
    expect(shown.suppressions).toBeUndefined();
  });

  it('describes the rules of the repository beside those of the action', () => {
    const rule = { id: 'own/team', level: 'warning', title: 'A resource has no team', help: 'Set the label.' } as const;
    const log = sarifLog({ findings: collected(report({ rule })).list(), suppressed: [], cases: CASES }) as {
      runs: { tool: { driver: { rules: { id: string; help: object }[] } }; results: { ruleIndex: number }[] }[];
    };
    expect(log.runs).toHaveLength(1);
    const described = log.runs[0]?.tool.driver.rules[log.runs[0]?.results[0]?.ruleIndex ?? -1];
    expect(described).toMatchObject({ id: 'own/team', help: { text: 'Set the label.' } });
  });

  it('stays under the number of results that GitHub takes', () => {
    const many = collected(...Array.from({ length: 25_001 }, (_, index) => report({ message: `m${index}` }))).list();
    // biome-ignore lint/suspicious/noExplicitAny: see above
    expect((sarifLog({ findings: many, suppressed: [], cases: CASES }) as any).runs[0].results).toHaveLength(25_000);
  });

  it('makes each finding of one rule on one line an alert of its own', () => {
    const findings = collected(report(), report({ message: 'container proxy is privileged' })).list();
    const log = sarifLog({ findings, suppressed: [], cases: CASES }) as {
      runs: { results: { partialFingerprints: Record<string, string> }[] }[];
    };
    // The first has no hash, so that upload-sarif computes it from the line.
    expect(log.runs[0]?.results.map((result) => result.partialFingerprints.primaryLocationLineHash)).toEqual([
      undefined,
      `${findings[1]?.fingerprint}:1`,
    ]);
  });
});

describe('annotations', () => {
  it('are made for the worst findings, up to the limit, and nothing in them leaves its place', () => {
    const written: string[] = [];
    const findings = collected(
      report({ rule: imageDigest }),
      report({ message: 'a\n::set-output name=x::y', location: () => ({ file: 'a,b:c', line: 3, exact: false }) }),
    ).list();
    expect(annotateFindings({ findings, cases: CASES }, 1, (text) => written.push(text))).toBe(1);
    expect(written).toEqual([
      expect.stringMatching(
        /^::error title=privileged%3A A container is privileged,file=a%2Cb%3Ac,line=3::[^\n]*The line is approximate\.[^\n]*\n$/,
      ),
    ]);
  });
});

describe('the job summary', () => {
  const matrix = [
    {
      subject: 'helm/shop',
      values: 'defaults',
      kubeVersions: ['1.36', '1.35'],
      resources: 8,
      notValidated: 2,
      failed: false,
      seconds: 0.5,
    },
    {
      subject: 'helm/shop',
      values: 'ci/a.yaml',
      kubeVersions: ['1.36', '1.35'],
      resources: 0,
      notValidated: 0,
      failed: true,
      seconds: 0.1,
    },
    {
      subject: 'helm/ok',
      values: 'defaults',
      kubeVersions: ['1.36'],
      resources: 1,
      notValidated: 0,
      failed: false,
      seconds: 0.1,
    },
  ];
  const base = {
    matrix,
    suppressed: [],
    cases: CASES,
    set: [],
    helm: 'v4.3.1',
    blob: 'https://github.com/o/r/blob/abc',
  };

  it('is a matrix of charts and values, with links to the lines', () => {
    const text = summaryText({ ...base, findings: collected(report({ message: 'a | b <i>' })).list() });
    expect(text).toContain(
      '1 error, 0 warnings, 0 notes in 4 cases with 9 resources (**2 not validated**); Helm v4.3.1.',
    );
    expect(text).toContain('| ❌ | <code>helm/shop</code> | defaults | 1.36, 1.35 | 8 | 1 | 0 | 0 | 2 | 0.50 |');
    expect(text).toContain('| ❌ | <code>helm/shop</code> | ci/a.yaml | 1.36, 1.35 | not rendered |');
    expect(text).toContain('| ✅ | <code>helm/ok</code> | defaults | 1.36 | 1 |');
    expect(text).toContain('(https://github.com/o/r/blob/abc/helm/shop/templates/a%20b.yaml#L7)');
    expect(text).toContain('a \\| b &lt;i&gt;');
  });

  it('shows no more findings than people read', () => {
    const many = collected(...Array.from({ length: 60 }, (_, index) => report({ message: `m${index}` }))).list();
    expect(summaryText({ ...base, findings: many })).toContain('…and 10 more');
  });

  it('the JSON report counts the same', () => {
    const findings = collected(report()).list();
    expect(jsonReport({ ...base, findings })).toMatchObject({
      counts: { errors: 1, warnings: 0, notes: 0, cases: 4, resources: 9, notValidated: 2 },
      findings: [
        {
          rule: 'privileged',
          severity: 9,
          file: 'helm/shop/templates/a b.yaml',
          line: 7,
          chart: 'helm/shop',
          resource: 'Deployment/web',
        },
      ],
    });
  });
});

describe('where the cases are written', () => {
  const paths = (...values: string[]) =>
    renderPaths(values.map((each) => ({ subject: 'helm/shop', values: each, kubeVersion: '1.36' })));

  it('is called after their values', () => {
    expect(paths('defaults', 'ci/ha.yaml', 'a.yaml + b.yml')).toEqual([
      'helm/shop/defaults/1.36.yaml',
      'helm/shop/ci-ha/1.36.yaml',
      'helm/shop/a.yaml-b/1.36.yaml',
    ]);
  });

  it.each([
    [['a.yaml', 'a.yml']],
    [['ci/ha.yaml', 'ci-ha.yaml', 'ci ha.yaml']],
    [['defaults', 'defaults.yaml']],
    [['Prod.yaml', 'prod.yaml']],
    [['..yaml', '...yaml', '.yaml']],
    [[`${'三'.repeat(90)}.yaml`, `${'三'.repeat(91)}.yaml`]],
  ])('is a place of its own for each, below the directory: %j', (values) => {
    const found = paths(...values);
    expect(new Set(found.map((path) => path.toLowerCase())).size).toBe(values.length);
    for (const path of found) {
      expect(path).toMatch(/^helm\/shop\/[^/]+\/1\.36\.yaml$/);
      expect(Math.max(...path.split('/').map((name) => Buffer.byteLength(name)))).toBeLessThan(255);
    }
    expect(paths(...values)).toEqual(found);
  });
});
