import { describe, expect, it } from '@jest/globals';
import { OwnRulesBudget } from '../../src/own-rules/evaluate.ts';
import { CRON_JOB, check, DEPLOYMENT, type Found } from './helpers.ts';

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web } }\n';

/** One rule, with `{ title: wrong }` unless it has a message. */
const rule = (fields: string): string =>
  `rules:\n  - id: x\n    title: wrong\n    ${fields.replaceAll('\n', '\n    ')}\n`;
const places = (found: readonly Found[]): string[] =>
  found.map(({ resource, path, about }) => `${resource} ${path} ${about}`);

const pod = 'spec.template.spec';
const CASES: [what: string, rule: string, manifests: string, places: string[]][] = [
  ['a rule that is satisfied', 'check: object.metadata.name == "web"', DEPLOYMENT, []],
  ['the kind of the object, where nothing else is read', 'check: "false"', DEPLOYMENT, ['Deployment/web kind value']],
  [
    'the deepest path that the expression reads',
    `check: has(object.metadata.labels) && 'team' in object.metadata.labels`,
    DEPLOYMENT,
    ['Deployment/web metadata.labels value'],
  ],
  [
    'the first key that is missing on the path that the expression reads',
    'check: has(object.metadata.annotations) && has(object.metadata.annotations.team)',
    DEPLOYMENT,
    ['Deployment/web metadata.annotations absent'],
  ],
  [
    'the path that a variable reads',
    'variables: [{ name: labels, expression: object.metadata.labels }]\ncheck: "\'team\' in variables.labels"',
    DEPLOYMENT,
    ['Deployment/web metadata.labels value'],
  ],
  [
    'every item of a list',
    `path: ${pod}.containers[*].image\ncheck: self.startsWith("registry.example.com/")`,
    DEPLOYMENT,
    [`Deployment/web ${pod}.containers.0.image value`],
  ],
  [
    'a key that is missing, as null',
    `path: ${pod}.containers[*].securityContext.readOnlyRootFilesystem\ncheck: self == true`,
    DEPLOYMENT,
    [`Deployment/web ${pod}.containers.0.securityContext absent`],
  ],
  ['no item of a list that is missing', `path: ${pod}.volumes[*].name\ncheck: "false"`, DEPLOYMENT, []],
  [
    'a key in brackets',
    `path: metadata.labels["app"]\ncheck: self == "api"`,
    DEPLOYMENT,
    ['Deployment/web metadata.labels.app value'],
  ],
  [
    'every container of every kind of workload',
    'each: container\npath: image\ncheck: self.startsWith("registry.example.com/")',
    `${DEPLOYMENT}---\n${CRON_JOB}---\n${SERVICE}`,
    [
      `Deployment/web ${pod}.containers.0.image value`,
      'CronJob/backup spec.jobTemplate.spec.template.spec.containers.0.image value',
    ],
  ],
  [
    'what a container reads',
    'each: container\nwhen: container.name == "web"\ncheck: size(container.ports) == 0 || has(pod.hostNetwork) && has(object.kind)',
    DEPLOYMENT,
    [`Deployment/web ${pod}.containers.0.ports value`],
  ],
  [
    'every pod',
    'each: pod\ncheck: has(self.serviceAccountName)',
    DEPLOYMENT,
    [`Deployment/web ${pod}.serviceAccountName absent`],
  ],
  [
    'only where the condition is true',
    'when: object.kind == "Service"\ncheck: "false"',
    `${DEPLOYMENT}---\n${SERVICE}`,
    ['Service/web kind value'],
  ],
  [
    'kinds by glob',
    'match: { kinds: ["*Set", apps/*/Deployment] }\ncheck: "false"',
    `${DEPLOYMENT}---\n${SERVICE}`,
    ['Deployment/web kind value'],
  ],
  ['charts by glob', 'match: { charts: ["helm/o*"] }\ncheck: "false"', DEPLOYMENT, []],
  ['namespaces by glob', 'match: { namespaces: [sh*] }\ncheck: "false"', DEPLOYMENT, ['Deployment/web kind value']],
  [
    'the other resources of the case',
    'match: { kinds: [Deployment] }\ncheck: resources.exists(r, r.kind == "Service" && r.metadata.namespace == object.metadata.namespace)',
    `${DEPLOYMENT}---\n${SERVICE.replace('name: web', 'name: web, namespace: other')}`,
    ['Deployment/web metadata.namespace absent'],
  ],
  [
    'the chart, the namespace in the object and the version of Kubernetes',
    `check: chart.name == "shop" && chart.version == "1.2.3" && object.metadata.namespace == "shop" && kubeVersion.minor >= 36`,
    DEPLOYMENT,
    [],
  ],
  [
    'no namespace in a resource of the cluster',
    'check: has(object.metadata.namespace)',
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n',
    ['Namespace/a metadata.namespace absent'],
  ],
];

describe('a rule of the repository', () => {
  it.each(CASES)('finds %s', async (_what, text, manifests, expected) => {
    expect(places(await check(rule(text), manifests))).toEqual(expected);
  });

  it('has its id, its level and a message, which can be an expression', async () => {
    const text = rule(
      `level: note\nmessage: has no team\nmessageExpression: '"is " + object.metadata.name + ", not api"'\ncheck: object.metadata.name == "api"`,
    );
    const [found] = await check(text, DEPLOYMENT);
    expect(found).toMatchObject({ rule: 'own/x', level: 'note', message: 'is web, not api' });
    const [other] = await check(text.replace('object.metadata.name + ', 'object.metadata.nam + '), DEPLOYMENT);
    expect(other).toMatchObject({ rule: 'own/x', message: 'has no team' });
  });

  it('evaluates a variable only where it is used', async () => {
    const text = `variables:
  - { name: broken, expression: object.spec.nothing.here }
  - { name: twice, expression: "variables.broken + 'x'" }
check: has(object.spec.nothing) && variables.twice == 'x' || object.kind == 'Deployment'`;
    expect(await check(rule(text), DEPLOYMENT)).toEqual([]);
    const [found] = await check(
      rule(text.replace('has(object.spec.nothing) &&', '')).replace(" || object.kind == 'Deployment'", ''),
      DEPLOYMENT,
    );
    expect(found).toMatchObject({ rule: 'rule-failed' });
    expect(found?.message).toContain('variables.twice: variables.broken: no such key: nothing');
  });
});

describe('a rule that cannot be evaluated', () => {
  it.each([
    ['a missing key', 'check: object.spec.replicas >= 2', 'no such key: replicas', 'kind'],
    ['a result that is not a boolean', 'check: object.metadata.name', 'the result is neither true nor false', 'kind'],
    ['an unknown name', 'check: objct.spec.replicas >= 2', 'objct is not known', 'kind'],
    ['a condition', 'when: object.spec.replicas > 1\ncheck: "true"', 'when: no such key: replicas', 'kind'],
    [
      'a null',
      'path: metadata.annotations.team\ncheck: self.startsWith("a")',
      'self is null, because there is no metadata.annotations.team',
      'metadata.annotations',
    ],
  ])('is an error, with the line of the rule: %s', async (_what, text, why, path) => {
    const found = await check(rule(text), DEPLOYMENT);
    expect(found).toMatchObject([{ rule: 'rule-failed', level: 'error', path }]);
    expect(found[0]?.message).toContain('the rule own/x (rules.yaml, line 2) cannot be evaluated: ');
    expect(found[0]?.message).toContain(why);
  });

  it('ends when the rules of the step take too long', async () => {
    const text = rule('check: resources.all(a, resources.all(b, a.kind == b.kind))');
    const found = await check(text, `${DEPLOYMENT}---\n${SERVICE}`, new OwnRulesBudget(10));
    expect(found).toMatchObject([{ rule: 'rule-failed' }]);
    expect(found[0]?.message).toContain('takes too long');
  });

  it.each([
    ['a variable', 'timestamp(object.spec.containers[0].env[0].value) == now'],
    ['a key', 'object.metadata[object.spec.containers[0].env[0].value] == 1'],
  ])('does not show the value of a variable with the name of a secret: %s', async (_, text) => {
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ env: [{ name: TOKEN, value: hunter2 }] }] }\n';
    const found = await check(rule(`check: ${text.replace('== now', '== timestamp("2026-01-01T00:00:00Z")')}`), pod);
    expect(found).toMatchObject([{ rule: 'rule-failed' }]);
    expect(found[0]?.message).toContain('cannot be evaluated: ');
    expect(found[0]?.message).not.toContain('hunter2');
  });

  it('does not show the value of a Secret as a key', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { a: hunter2 }\n';
    const found = await check(rule('check: object.stringData[object.stringData.a] == "x"'), secret);
    expect(found).toMatchObject([{ rule: 'rule-failed' }]);
    expect(found[0]?.message).not.toContain('hunter2');
  });

  it('does not show what may be secret', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { a: hunter2 }\n';
    const found = await check(rule('check: int(object.stringData.a) > 1'), secret);
    expect(found).toMatchObject([{ rule: 'rule-failed' }]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});
