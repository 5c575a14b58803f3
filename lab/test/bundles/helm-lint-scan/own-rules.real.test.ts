import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { POLICIES } from './policies.ts';
import { GOOD, lineOf, ofRule, step, useScene, workspace, write } from './scene.ts';

const RULES = `rules:
  - id: registry
    title: An image is not from our registry
    each: container
    path: image
    check: self.startsWith("registry.example.com/")
    messageExpression: '"the image of " + container.name + " is " + self'
  - id: replicas
    level: warning
    title: A workload has fewer than three pods
    match: { kinds: [Deployment] }
    path: spec.replicas
    check: self >= 3
  - id: policy
    level: note
    title: No network policy
    match: { kinds: [Deployment] }
    check: resources.exists(r, r.kind == "NetworkPolicy")
`;
const FILE = '.helm-lint-scan.rules.yaml';
const TEMPLATE = 'helm/web/templates/deployment.yaml';

describe('rules of the repository', () => {
  useScene();

  it('are findings on the line of the template or of the values that causes them', async () => {
    write({ ...GOOD, [FILE]: RULES });
    const result = await step({ 'sarif-file': 'out.sarif', 'kube-versions': '1.36' });
    expect(result.exitCode).toBe(1);
    expect(ofRule(result, 'own/registry')).toMatchObject([
      { level: 'error', message: expect.stringContaining('the image of web is prod.example.com/shop/web:1.0.0') },
    ]);
    expect(ofRule(result, 'own/replicas')).toMatchObject([
      { level: 'warning', file: 'helm/web/values.yaml', line: lineOf('helm/web/values.yaml', 'replicas: 1') },
    ]);
    expect(ofRule(result, 'own/policy')).toMatchObject([
      { level: 'notice', file: TEMPLATE, line: lineOf(TEMPLATE, 'kind:') },
    ]);
    const { runs } = JSON.parse(readFileSync(join(workspace, 'out.sarif'), 'utf8'));
    const described = runs[0].tool.driver.rules.map(({ id }: { id: string }) => id);
    expect(described).toEqual(expect.arrayContaining(['own/registry', 'own/replicas', 'own/policy', 'schema']));
  });

  it('have levels and suppressions', async () => {
    write({
      ...GOOD,
      [FILE]: RULES,
      '.helm-lint-scan.yaml': 'suppressions: [{ rule: own/registry, reason: moves next week, expires: never }]\n',
    });
    const result = await step({ rules: 'own/replicas=off\nown/policy=warning' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ errors: '0', warnings: '1', notes: '0' });
  });

  it('that cannot be evaluated fail the step', async () => {
    write({
      ...GOOD,
      [FILE]: 'rules: [{ id: x, title: a, check: object.spec.paused, match: { kinds: [Deployment] } }]\n',
    });
    const result = await step();
    expect(result.exitCode).toBe(1);
    expect(ofRule(result, 'rule-failed')).toMatchObject([{ message: expect.stringContaining('no such key: paused') }]);
  });

  it('that are invalid are reported with every problem and its line, before anything is rendered', async () => {
    write({
      ...GOOD,
      'rules/a.yaml': 'rules:\n  - { id: a, title: a, chek: "true" }\n',
      'rules/b.yaml': 'rules: [{ id: b, title: b, check: "(" }]\n',
    });
    const result = await step({ 'rules-files': 'rules/*.yaml' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('rules/a.yaml, line 2: rules[0].chek is unknown; did you mean check?');
    expect(result.log).toContain('rules/b.yaml, line 1: check is not a CEL expression');
    expect(result.log).not.toContain('Kubernetes 1.36');
  });

  it('can be the policies of a cluster', async () => {
    write({ ...GOOD, 'policies/all.yaml': POLICIES });
    const result = await step({ 'rules-files': 'policies/*.yaml', 'kube-versions': '1.36' });
    expect(result.exitCode).toBe(1);
    expect(ofRule(result, 'own/registry')).toMatchObject([
      { message: expect.stringContaining('foreign images: prod.example.com/shop/web:1.0.0') },
    ]);
  });

  it('take limited time', async () => {
    const maps = Array.from(
      { length: 300 },
      (_, index) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m${index} }\n`,
    );
    const check = 'resources.all(a, resources.all(b, resources.all(c, resources.all(d, a.kind == d.kind))))';
    write({ 'a.yaml': maps.join('---\n'), [FILE]: `rules: [{ id: x, title: a, check: "${check}" }]\n` });
    const result = await step({ charts: 'none', manifests: 'a.yaml', 'kube-versions': '1.36' });
    expect(result.exitCode).toBe(1);
    expect(ofRule(result, 'rule-failed')).toMatchObject([{ message: expect.stringContaining('takes too long') }]);
  }, 180_000);
});
