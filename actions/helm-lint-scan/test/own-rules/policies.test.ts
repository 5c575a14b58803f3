import { describe, expect, it } from '@jest/globals';
import { CRON_JOB, check, DEPLOYMENT, problemsOf } from './helpers.ts';

/** A policy as it would be applied to a cluster. */
const policy = (more = '', match = ''): string => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: replicas.example.com
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - apiGroups: [apps]
        apiVersions: [v1]
        operations: [CREATE, UPDATE]
        resources: [deployments]
${match}  validations:
    - expression: object.spec.replicas >= 2
      message: has one pod
      messageExpression: "'has ' + string(object.spec.replicas) + ' pod in ' + request.namespace"
${more}`;

const binding = (actions: string, more = ''): string => `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: replicas }
spec:
  policyName: replicas.example.com
  validationActions: [${actions}]
${more}`;

const RULE = 'own/replicas.example.com';

describe('a ValidatingAdmissionPolicy', () => {
  it('is a rule for the resources that it matches, with the defaults of the API server', async () => {
    expect(await check(policy(), `${DEPLOYMENT}---\n${CRON_JOB}`)).toEqual([
      {
        rule: RULE,
        level: 'error',
        resource: 'Deployment/web',
        path: 'spec.replicas',
        about: 'absent',
        message: 'has 1 pod in shop',
      },
    ]);
    expect(await check(policy(), DEPLOYMENT.replace('spec:', 'spec:\n  replicas: 2'))).toEqual([]);
  });

  it('reads the path that its variables read', async () => {
    const text = policy(`  variables:
    - name: images
      expression: object.spec.template.spec.containers.map(c, c.image)
`).replace('object.spec.replicas >= 2', 'variables.images.all(i, i.startsWith("registry.example.com/"))');
    expect(await check(text, DEPLOYMENT)).toMatchObject([{ rule: RULE, path: 'spec.template.spec.containers' }]);
  });

  it.each([
    ['    objectSelector: { matchLabels: { app: api } }\n', 0],
    ['    objectSelector: { matchExpressions: [{ key: app, operator: Exists }] }\n', 1],
    ['    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shop } }\n', 1],
    ['    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: other } }\n', 0],
    ["    excludeResourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }]\n", 0],
    ["  matchConditions: [{ name: not-web, expression: object.metadata.name != 'web' }]\n", 0],
  ])('applies where its selectors and conditions do: %s', async (match, count) => {
    expect(await check(policy('', match), DEPLOYMENT)).toHaveLength(count);
  });

  // The pods of the Deployment are resources too.
  const match = "  matchConditions: [{ name: not-pods, expression: object.kind != 'Pod' }]\n";
  it.each([
    ['deployments', 'apps', 1],
    ["'*'", "'*'", 1],
    ["'*/*'", "'*'", 1],
    ['deployments/scale', 'apps', 0],
    ['deployments', "''", 0],
    ['cronjobs', 'apps', 0],
  ])('matches resources by their plural name: %s of %s', async (resources, group, count) => {
    const text = policy('', match).replace('[deployments]', `[${resources}]`).replace('[apps]', `[${group}]`);
    expect(await check(text, DEPLOYMENT)).toHaveLength(count);
  });

  it('for pods also applies to the pods that a workload creates, which the cluster asks it about', async () => {
    const text = policy()
      .replace('apiGroups: [apps]', 'apiGroups: [""]')
      .replace('[deployments]', '[pods]')
      .replace(
        'object.spec.replicas >= 2',
        'object.spec.containers.all(c, has(c.securityContext)) && has(object.metadata.ownerReferences) && object.spec.serviceAccountName != ""',
      )
      .replace(/\n +messageExpression.*/, '');
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a, ownerReferences: [] }\nspec: { serviceAccountName: a, containers: [{ name: a }] }\n';
    const created = { rule: RULE, message: 'its pods: has one pod', about: 'value' };
    expect(await check(text, `${DEPLOYMENT}---\n${CRON_JOB}---\n${pod}`)).toMatchObject([
      { ...created, resource: 'Deployment/web', path: 'spec.template.spec.containers' },
      { ...created, resource: 'CronJob/backup', path: 'spec.jobTemplate.spec.template.spec.containers' },
      { resource: 'Pod/a', path: 'spec.containers', message: 'has one pod' },
    ]);
  });

  it.each([
    ['Deny', 'error'],
    ['Warn', 'warning'],
    ['Audit', 'note'],
    ['Audit, Deny', 'error'],
  ])('has the level of its binding: %s', async (actions, level) => {
    expect(await check(policy() + binding(actions), DEPLOYMENT)).toMatchObject([{ level }]);
  });

  it('applies only where a binding does', async () => {
    const elsewhere =
      '  matchResources: { namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: prod } } }\n';
    expect(await check(policy() + binding('Deny', elsewhere), DEPLOYMENT)).toEqual([]);
  });

  it('that ignores failures has a note where its expression fails, because the cluster accepts the resource', async () => {
    const failing = policy().replace('object.spec.replicas >= 2', 'object.spec.paused');
    expect(await check(failing, DEPLOYMENT)).toMatchObject([{ rule: 'rule-failed', level: 'error' }]);
    const ignoring = failing.replace('failurePolicy: Fail', 'failurePolicy: Ignore');
    expect(await check(ignoring, DEPLOYMENT)).toMatchObject([{ rule: 'rule-failed', level: 'note' }]);
  });

  it.each([
    [
      'a kind of parameters',
      policy('  paramKind: { apiVersion: v1, kind: ConfigMap }\n'),
      'a policy with parameters is not supported',
    ],
    [
      'a parameter',
      policy().replace('>= 2', '>= params.min'),
      'expression uses params, but parameters are not supported',
    ],
    [
      'the user',
      policy().replace('>= 2', '>= 2 || request.userInfo.username == "a"'),
      'expression uses a part of request that only a cluster knows',
    ],
    [
      'the authorizer',
      policy().replace('>= 2', '>= 2 || authorizer.path("/x").check("get").allowed()'),
      'expression uses authorizer, which only a cluster has',
    ],
    [
      'labels of the namespace',
      policy('', '    namespaceSelector: { matchLabels: { env: prod } }\n'),
      'namespaceSelector uses the label env; only a cluster knows the labels of its namespaces, apart from kubernetes.io/metadata.name',
    ],
    [
      'only deletions',
      policy().replace('[CREATE, UPDATE]', '[DELETE]'),
      'the policy applies to no CREATE request, so there is nothing to check here',
    ],
    ['an unknown key', policy('  validation: []\n'), 'spec.validation is unknown; did you mean validations?'],
    [
      'a binding with parameters',
      policy() + binding('Deny', '  paramRef: { name: a }\n'),
      'a binding with parameters is not supported',
    ],
    [
      'a binding of another policy',
      policy() + binding('Deny').replace('policyName: r', 'policyName: x'),
      'the policy xeplicas.example.com is in none of the files',
    ],
    ['an unknown action', policy() + binding('Refuse'), 'spec.validationActions has none of Deny, Warn, Audit'],
  ])('must not have %s', async (_what, text, problem) => {
    const problems = await problemsOf(text);
    expect(problems.map((line) => line.replace(/^rules\.yaml, line \d+: /, ''))).toEqual([problem]);
  });
});
