import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../src/rules/rule.ts';
import { findingsOf } from '../helpers.ts';

const deployment = (spec: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec: { ${spec}, template: { metadata: { labels: { app: web } }, spec: { containers: [] } } }
`;
const scaler = (min: number): string => `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { minReplicas: ${min}, maxReplicas: 20, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web } }
`;

describe('a rolling update', () => {
  const update = (replicas: number | undefined, rollingUpdate: string): string =>
    deployment(`replicas: ${replicas ?? '~'}, strategy: { rollingUpdate: { ${rollingUpdate} } }`);
  it.each([
    [update(undefined, '')],
    [update(1, '')],
    [update(3, '')],
    [update(3, 'maxUnavailable: 10%')],
    [update(9, 'maxUnavailable: 0')],
    [update(0, 'maxUnavailable: 1')],
    [update(undefined, '') + scaler(3)],
  ])('removes no pod before new ones are ready, because percentages are rounded down (%#)', (text) => {
    expect(findingsOf('rolling-update', text)).toEqual([]);
  });

  it.each([
    [update(4, ''), 'does not set rollingUpdate.maxUnavailable, which is 25% by default: 1 of 4'],
    [update(undefined, '') + scaler(8), 'does not set rollingUpdate.maxUnavailable, which is 25% by default: 2 of 8'],
    [update(10, 'maxUnavailable: 10%'), 'sets rollingUpdate.maxUnavailable to 10%: 1 of 10'],
    [update(2, 'maxUnavailable: 5'), 'sets rollingUpdate.maxUnavailable to 5: 2 of 2'],
    // Where neither is possible, Kubernetes removes one.
    [update(1, 'maxSurge: 0'), 'does not set rollingUpdate.maxUnavailable, which is 25% by default: 1 of 1'],
  ])('says how many pods it removes (%#)', (text, message) => {
    const path = 'warning spec.strategy.rollingUpdate.maxUnavailable';
    const found = findingsOf('rolling-update', text);
    expect(found).toEqual([`${path}: ${message} pods may be removed before new ones are ready`]);
  });
});

describe('an autoscaler without its target', () => {
  it('is an error in a chart and a warning in plain manifests', () => {
    const text = scaler(2);
    expect(findingsOf('hpa-target-missing', text)[0]).toMatch(/^error .*not among the rendered resources$/);
    expect(findingsOf('hpa-target-missing', text, { origin: 'manifests' })[0]).toMatch(/^warning .*the manifests$/);
  });
});

describe('two objects with one name', () => {
  const job = (annotations: string): string =>
    `---\napiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate, annotations: { ${annotations} } }\n`;
  const hook = (event: string, policy: string): string =>
    job(`helm.sh/hook: ${event}${policy === '' ? '' : `, helm.sh/hook-delete-policy: "${policy}"`}`);
  it.each([['before-hook-creation'], ['hook-failed, before-hook-creation'], ['hook-succeeded'], ['']])(
    'are no duplicates if both are hooks that Helm deletes: %j',
    (policy) => {
      const text = hook('pre-install', policy) + hook('post-install', policy);
      expect(findingsOf('duplicate-resource', text)).toEqual([]);
    },
  );

  it.each([
    [hook('pre-install', 'hook-failed') + hook('post-install', 'hook-failed')],
    [hook('pre-install', '') + job('')],
    [job('') + job('')],
  ])('are duplicates otherwise (%#)', (text) => {
    expect(findingsOf('duplicate-resource', text)).toHaveLength(1);
  });
});

describe('a service without pods', () => {
  const service = (selector: string, namespace = ''): string =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: "${namespace}" }\nspec: { selector: { ${selector} } }\n`;
  const custom = (apiVersion: string, kind: string, spec = ''): string =>
    `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: shop }\nspec: { ${spec} }\n`;
  const inNamespace = (namespace: string): string => service('app: web', namespace);
  const template = 'template: { metadata: { labels: { app: web, tier: front } } }';

  it.each<[string, string, Partial<Scope>?]>([
    ['those of kube-system', inNamespace('kube-system')],
    ['those of kube-system, in plain manifests', inNamespace('kube-system'), { origin: 'manifests' }],
    ['those of another namespace', inNamespace('other')],
    ['those of an operator', service('prometheus: shop') + custom('monitoring.coreos.com/v1', 'Prometheus')],
    ['those of a gateway', service('gateway: shop') + custom('gateway.networking.k8s.io/v1', 'Gateway')],
    ['those of a rollout', service('app: web') + custom('argoproj.io/v1alpha1', 'Rollout', template)],
  ])('may select %s', (_, text, more = {}) => {
    const inRelease = text.replace(', namespace: ""', '');
    expect(findingsOf('service-selects-nothing', inRelease, more)).toEqual([]);
  });

  it.each<[string, string, Partial<Scope>?]>([
    ['alone', service('app: web')],
    ['in another namespace, in plain manifests', inNamespace('other'), { origin: 'manifests' }],
    ['beside a monitor of its name', service('app: shop') + custom('monitoring.coreos.com/v1', 'ServiceMonitor')],
    ['beside a role of its name', service('app: shop') + custom('rbac.authorization.k8s.io/v1', 'Role')],
    ['beside another custom resource', service('app: web') + custom('monitoring.coreos.com/v1', 'Prometheus')],
  ])('is a problem %s', (_, text, more = {}) => {
    const inRelease = text.replace(', namespace: ""', '');
    expect(findingsOf('service-selects-nothing', inRelease, more)).toHaveLength(1);
  });
});

describe('a pod on Windows', () => {
  it.each([['os: { name: windows }'], ['nodeSelector: { kubernetes.io/os: windows }']])(
    'gets no advice for Linux: %s',
    (os) => {
      const pod = (spec: string): string =>
        `apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: { ${spec}, containers: [{ name: web }] }\n`;
      const rules = ['privilege-escalation', 'read-only-root', 'capabilities', 'seccomp'];
      const count = (spec: string): number => rules.flatMap((rule) => findingsOf(rule, pod(spec))).length;
      expect(count(os)).toBe(0);
      expect(count('nodeSelector: { kubernetes.io/os: linux }')).toBe(4);
    },
  );
});

describe('pods that something else scales or creates', () => {
  const scaledObject = (min: string): string =>
    `---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: { name: web }\nspec: { ${min} scaleTargetRef: { name: web } }\n`;
  const budget = (selector: string): string =>
    `---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: web }\nspec: { minAvailable: 1, selector: { ${selector} } }\n`;
  const policy = (selector: string): string =>
    `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: web }\nspec: { podSelector: { ${selector} } }\n`;
  const WEB = 'matchLabels: { app: web }';

  it.each(['minReplicaCount: 2,', ''])('a ScaledObject says how many pods there are at least: %s', (min) => {
    const text = deployment('selector: {}') + scaledObject(min) + budget(WEB);
    expect(findingsOf('pdb-blocks-drain', text)).toEqual([]);
  });

  it('a ScaledObject with one pod leaves none to evict', () => {
    const text = deployment('selector: {}') + scaledObject('minReplicaCount: 1,') + budget(WEB);
    expect(findingsOf('pdb-blocks-drain', text)).toHaveLength(1);
    expect(findingsOf('pdb-missing', deployment('selector: {}') + scaledObject('minReplicaCount: 2,'))).toEqual([
      'note spec.minReplicaCount: no disruption budget selects the 2 pods of Deployment/web',
    ]);
  });

  const rollout =
    'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: x }\nspec: { template: { metadata: { labels: { app: web } } } }\n';
  const deploymentConfig = rollout
    .replace('argoproj.io/v1alpha1', 'apps.openshift.io/v1')
    .replace('Rollout', 'DeploymentConfig');
  const cluster = 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: web }\nspec: {}\n';
  it.each([
    ['the pods of a Rollout', rollout, WEB],
    ['the pods of a DeploymentConfig', deploymentConfig, WEB],
    ['the pods of an operator', cluster, 'matchLabels: { cnpg.io/cluster: web }'],
    ['a list of values', cluster, 'matchExpressions: [{ key: app, operator: In, values: [web, api] }]'],
  ])('budgets and network policies select %s', (_, owner, selector) => {
    expect(findingsOf('pdb-selects-nothing', owner + budget(selector))).toEqual([]);
    expect(findingsOf('network-policy-selects-nothing', owner + policy(selector))).toEqual([]);
    expect(findingsOf('pdb-selects-nothing', budget(selector))).toHaveLength(1);
    expect(findingsOf('network-policy-selects-nothing', policy(selector))).toHaveLength(1);
  });
});

describe('a selector with labels that are not in a pod template', () => {
  const set = deployment('selector: {}').replace('Deployment', 'StatefulSet');
  const job = `apiVersion: batch/v1\nkind: Job\nmetadata: { name: web }\nspec: { template: { spec: {} } }\n`;
  const service = (selector: string): string =>
    `---\napiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { ${selector} } }\n`;
  const role = (verb: string): string =>
    `---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: web }\nrules: [{ apiGroups: [""], resources: [pods], verbs: [${verb}] }]\n`;

  it.each([
    ['the name of a pod', set + service('statefulset.kubernetes.io/pod-name: web-0')],
    ['the number of a pod', set + service('app: web, apps.kubernetes.io/pod-index: "0"')],
    ['the name of a job', job + service('batch.kubernetes.io/job-name: web')],
    ['a label that a program may set', set + service('app: web, role: primary') + role('get, patch')],
  ])('may select pods: %s', (_, text) => {
    expect(findingsOf('service-selects-nothing', text)).toEqual([]);
  });

  it.each([
    ['a label that nothing sets', set + service('app: web, role: primary') + role('get')],
    ['a pod of another workload', set + service('app: api, apps.kubernetes.io/pod-index: "0"')],
  ])('selects nothing: %s', (_, text) => {
    expect(findingsOf('service-selects-nothing', text)).toHaveLength(1);
  });
});

describe('a variable with the name of a secret', () => {
  const variable = (value: string): string =>
    deployment(
      `template: { spec: { containers: [{ name: a, env: [{ name: ALLOW_EMPTY_PASSWORD, value: "${value}" }] }] } }`,
    ).replace(', template: { metadata: { labels: { app: web } }, spec: { containers: [] } }', '');
  it.each(['yes', 'true', 'False', '0', '$(OTHER)', '/run/secret'])('may be a switch or a reference: %s', (value) => {
    expect(findingsOf('secret-in-env', variable(value))).toEqual([]);
  });

  it('may have a secret', () => {
    expect(findingsOf('secret-in-env', variable('hunter2'))).toHaveLength(1);
  });
});

it('a binding to the role of extension API servers must be in kube-system', () => {
  const binding = (role: string): string =>
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: web, namespace: kube-system }\nroleRef: { kind: Role, name: ${role} }\n`;
  expect(findingsOf('namespace-hard-coded', binding('extension-apiserver-authentication-reader'))).toEqual([]);
  expect(findingsOf('namespace-hard-coded', binding('other'))).toHaveLength(1);
});
