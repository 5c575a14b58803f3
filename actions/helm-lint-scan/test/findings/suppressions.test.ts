import { describe, expect, it } from '@jest/globals';
import { Findings } from '../../src/findings/findings.ts';
import { applySuppressions, readSuppressions } from '../../src/findings/suppressions.ts';
import type { Files } from '../../src/inputs/files.ts';
import { imageDigest, imageTag } from '../../src/rules/workloads/images.ts';

const PATH = '.helm-lint-scan.yaml';

/** A checkout that holds only the ignore file. */
const withFile = (text: string | undefined): Files => ({
  root: '/checkout',
  locate: async () => ({ problem: 'is not asked for' }),
  match: async () => ({ paths: [], invalid: [] }),
  read: async (path) => (path === PATH ? text : undefined),
  unsafePaths: async () => [],
  absolute: (path) => `/checkout/${path}`,
});

const read = (text: string | undefined, required = false) => readSuppressions(withFile(text), { path: PATH, required });

describe('the ignore file', () => {
  it('may be missing, unless the input names it', async () => {
    expect(await read(undefined)).toEqual([]);
    expect(await read('')).toEqual([]);
    await expect(read(undefined, true)).rejects.toThrow('the file does not exist');
  });

  it('is read with its lines', async () => {
    const text =
      'suppressions:\n  - rule: image-digest\n    reason: " a mirror pins it "\n    expires: 2027-06-30\n    chart: helm/*\n  - { rule: checkov/CKV_K8S_8, reason: b, expires: never, resource: "Deployment/*", file: "**/x.yaml" }\n';
    expect(await read(text)).toEqual([
      {
        rule: 'image-digest',
        reason: 'a mirror pins it',
        expires: '2027-06-30',
        chart: 'helm/*',
        file: undefined,
        resource: undefined,
        line: 2,
      },
      {
        rule: 'checkov/CKV_K8S_8',
        reason: 'b',
        expires: 'never',
        chart: undefined,
        file: '**/x.yaml',
        resource: 'Deployment/*',
        line: 6,
      },
    ]);
  });

  it('reports all its problems at once', async () => {
    const text =
      'suppressions:\n  - { rule: image-digst, reason: a, expires: 2027-13-01 }\n  - { rule: image-digest, expires: never, char: x, file: 1 }\n  - nothing\n';
    await expect(read(text)).rejects.toThrow(
      [
        'line 2: rule "image-digst" is not a rule of this action',
        'line 2: expires is neither a date (2027-06-30) nor never',
        'line 3: char is not one of rule, reason, expires, chart, file, resource',
        'line 3: file is not a string',
        'line 3: reason is missing: say why the finding is hidden',
        'line 4: is not a mapping',
      ].join('\n'),
    );
  });

  it.each(['suppressions: {}', 'suppresions: []', '- a', 'a: 1\na: 2'])('%j is refused', async (text) => {
    await expect(read(text)).rejects.toThrow(`invalid ignore file ${PATH}`);
  });
});

describe('suppressions', () => {
  function findings(): Findings {
    const all = new Findings(new Map());
    for (const [rule, resource] of [
      [imageDigest, 'Deployment/web'],
      [imageDigest, 'Deployment/api'],
      [imageTag, 'Deployment/api'],
    ] as const)
      all.add({
        rule,
        case: { subject: 'helm/shop', values: 'defaults', kubeVersion: '1.36' },
        resource,
        path: ['spec'],
        message: 'x',
        location: () => ({ file: 'helm/shop/templates/web.yaml', line: 1, exact: true }),
      });
    return all;
  }
  const apply = async (entries: string, all = findings()) => {
    const now = new Date('2027-01-31T23:59:00Z');
    const suppressed = await applySuppressions(all, await read(`suppressions:\n${entries}`), { file: PATH, now });
    return {
      hidden: suppressed.map(({ finding }) => `${finding.rule.id} ${finding.resource}`).sort(),
      shown: all
        .list()
        .map(({ rule, resource, location }) => `${rule.id} ${resource ?? `${location.file}:${location.line}`}`),
    };
  };
  const rest = ['image-tag Deployment/api'];

  it.each([
    [
      'a rule',
      '  - { rule: image-digest, reason: a, expires: never }',
      ['image-digest Deployment/api', 'image-digest Deployment/web'],
    ],
    [
      'a resource',
      '  - { rule: image-digest, reason: a, expires: 2027-01-31, resource: Deployment/web }',
      ['image-digest Deployment/web'],
    ],
    [
      'a chart and a file by globs',
      '  - { rule: image-digest, reason: a, expires: never, chart: "helm/*", file: "helm/**/web.yaml", resource: "*/web" }',
      ['image-digest Deployment/web'],
    ],
  ])('hide by %s', async (_, entries, hidden) => {
    const result = await apply(entries);
    expect(result.hidden).toEqual(hidden);
    expect(result.shown.slice(0, 1)).toEqual(rest);
    expect(result.shown).toHaveLength(3 - hidden.length);
  });

  it('are reported when they have expired, and what they hid counts again', async () => {
    const result = await apply('  - { rule: image-tag, reason: a, expires: 2027-01-30 }');
    expect(result.hidden).toEqual([]);
    expect(result.shown).toContain(`suppression-expired ${PATH}:2`);
    expect(result.shown).toContain('image-tag Deployment/api');
  });

  it('are reported when they hide nothing', async () => {
    expect((await apply('  - { rule: privileged, reason: a, expires: never }')).shown).toContain(
      `suppression-unused ${PATH}:2`,
    );
  });
});
