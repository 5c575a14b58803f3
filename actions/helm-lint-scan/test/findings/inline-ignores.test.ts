import { describe, expect, it } from '@jest/globals';
import type { Chart } from '../../src/charts/chart.ts';
import { applyInlineIgnores } from '../../src/findings/apply-ignores.ts';
import { Findings } from '../../src/findings/findings.ts';
import { readInlineIgnores } from '../../src/findings/inline-ignores.ts';
import { imageDigest, imageTag } from '../../src/rules/workloads/images.ts';

const read = (text: string) => readInlineIgnores('a.yaml', text);

describe('a comment that hides findings', () => {
  it.each([
    ['image: x # helm-lint-scan: ignore image-tag -- a mirror', [1], ['image-tag']],
    ['# helm-lint-scan: ignore image-tag -- a\r\nimage: x', [1, 2], ['image-tag']],
    ['  #helm-lint-scan:ignore image-tag, image-digest -- a -- b', [1, 2], ['image-tag', 'image-digest']],
    ['{{- /* helm-lint-scan: ignore checkov/CKV_K8S_8 -- a */ -}}\nx', [1, 2], ['checkov/CKV_K8S_8']],
    ['image: {{ .x }} {{/* helm-lint-scan: ignore image-tag -- a */}}', [1], ['image-tag']],
  ])('%j', (text, lines, rules) => {
    expect(read(text)).toEqual({ valid: [expect.objectContaining({ lines, rules, expires: 'never' })], invalid: [] });
  });

  it('may have a date, and several comments may be above one line', () => {
    const text =
      'a\n# helm-lint-scan: ignore image-tag until 2027-06-30 -- one\n# helm-lint-scan: ignore privileged -- two\nb\n';
    expect(read(text).valid).toEqual([
      { file: 'a.yaml', line: 2, lines: [2, 4], rules: ['image-tag'], reason: 'one', expires: '2027-06-30' },
      { file: 'a.yaml', line: 3, lines: [3, 4], rules: ['privileged'], reason: 'two', expires: 'never' },
    ]);
  });

  it.each([
    ['# helm-lint-scan: ignore image-tag', 'gives no reason'],
    ['# helm-lint-scan: ignore image-tag --', 'gives no reason'],
    ['# helm-lint-scan: ignore image-tag -a', 'gives no reason'],
    ['# helm-lint-scan: ignore -- a', 'names no rule'],
    [
      '# helm-lint-scan: ignore image-tga -- a',
      'names "image-tga", which is not a rule of this action; did you mean image-tag?',
    ],
    ['# helm-lint-scan: ignore image-tag until soon -- a', 'has "soon" after until'],
    ['# helm-lint-scan: ignore image-tag until 2027-02-30 -- a', 'has "2027-02-30" after until'],
    ['# helm-lint-scan: disable image-tag -- a', 'does not say what it ignores'],
  ])('%j is invalid', (text, problem) => {
    expect(read(text)).toEqual({
      valid: [],
      invalid: [{ file: 'a.yaml', line: 1, problem: expect.stringContaining(problem) }],
    });
  });

  it.each(['color: x#helm-lint-scan: ignore', '# see .helm-lint-scan.yaml', 'helm-lint-scan: ignore image-tag'])(
    '%j hides nothing',
    (text) => expect(read(text)).toEqual({ valid: [], invalid: [] }),
  );
});

describe('comments', () => {
  const FILE = 'helm/shop/templates/web.yaml';
  const chart = {
    path: 'helm/shop',
    subcharts: [],
    unreadDependencies: [],
    values: undefined,
    meta: { text: '', value: {} },
  } as unknown as Chart;

  function apply(text: string, settings: { levels?: Map<string, 'off'>; failed?: boolean; file?: string } = {}) {
    const findings = new Findings(new Map());
    for (const [rule, resource] of [
      [imageTag, 'Deployment/web'],
      [imageDigest, 'Deployment/web'],
      [imageTag, 'Deployment/api'],
    ] as const)
      findings.add({
        rule,
        case: { subject: 'helm/shop', values: 'defaults', kubeVersion: '1.36' },
        resource,
        path: [],
        message: 'x',
        location: () => ({ file: FILE, line: resource === 'Deployment/web' ? 2 : 9, exact: true }),
      });
    const input = {
      charts: [chart],
      stacks: [],
      templates: new Map([[chart, new Map([[settings.file ?? FILE, text]])]]),
      manifests: [],
    };
    const cases = settings.failed ? [{ stack: { chart }, failures: [{}] }] : [];
    const hidden = applyInlineIgnores(findings, input, {
      reported: findings.list(),
      cases: cases as never[],
      settings: { levels: settings.levels ?? new Map(), scanners: [] },
      now: new Date('2027-01-31T23:59:00Z'),
    });
    return {
      hidden: hidden.map(({ finding, kind }) => `${finding.rule.id} ${finding.resource} ${kind}`),
      others: findings
        .list()
        .flatMap(({ rule, resource, location }) => (resource ? [] : `${rule.id}:${location.line}`)),
      left: findings.list().filter(({ resource }) => resource !== undefined).length,
    };
  }

  it('hide the findings of their rule on their line, and no others', () => {
    expect(apply('# helm-lint-scan: ignore image-tag -- a\nimage: x\n')).toEqual({
      hidden: ['image-tag Deployment/web inSource'],
      others: [],
      left: 2,
    });
  });

  it.each<[string, string, string[]]>([
    ['hide nothing', '\n\n\n# helm-lint-scan: ignore image-tag -- a\n', ['suppression-unused:4']],
    ['have expired', '# helm-lint-scan: ignore image-tag until 2027-01-30 -- a\n', ['suppression-expired:1']],
    ['are invalid', '# helm-lint-scan: ignore image-tag\n', ['suppression-invalid:1']],
  ])('are reported when they %s', (_, text, others) => {
    expect(apply(text)).toEqual({ hidden: [], others, left: 3 });
  });

  it('of a dependency are not reported: its author maintains them', () => {
    const text = '# helm-lint-scan: ignore privileged -- a\n# helm-lint-scan: ignore image-tga -- a\n';
    expect(apply(text).others).toEqual(['suppression-invalid:2', 'suppression-unused:1']);
    expect(apply(text, { file: 'helm/shop/charts/dep/templates/web.yaml' }).others).toEqual([]);
  });

  it('that hide nothing are not reported where findings may be missing', () => {
    const text = '\n\n\n# helm-lint-scan: ignore privileged, checkov/CKV_K8S_8 -- a\n';
    expect(apply(text).others).toEqual(['suppression-unused:4']);
    expect(apply(text, { levels: new Map([['privileged', 'off']]) }).others).toEqual([]);
    expect(apply(text, { failed: true }).others).toEqual([]);
  });
});
