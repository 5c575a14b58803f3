import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseImagesOutput } from '../../../lib/images/images-output.ts';
import { formatPath } from '../../src/data.ts';
import { findWorkloads } from '../../src/manifests/workloads.ts';
import { chartRules, resourceRules } from '../../src/rules/index.ts';
import type { Scope } from '../../src/rules/rule.ts';
import { GOOD, resourcesIn, scopeOf } from '../helpers.ts';

const found = (scope: Scope): string[] =>
  resourceRules.flatMap((rule) => rule.check(scope).map(({ path }) => `${rule.id} ${formatPath(path)}`));

/** The good resources with one string replaced by another. */
function replaceInGood(from: string, to: string): string {
  if (!GOOD.includes(from)) throw new Error(`the good resources do not contain ${from}`);
  return GOOD.replace(from, to);
}

const POD = 'spec.template.spec';
const CONTAINER = `${POD}.containers[0]`;

it('finds nothing in good resources', () => {
  expect(found(scopeOf(GOOD))).toEqual([]);
});

/** A change of the good resources, and the problem that is then found. */
const CASES: [from: string, to: string, problem: string | undefined][] = [
  [
    'spec:\n  selector:\n    matchLabels: { app: web }\n  strategy',
    'spec:\n  replicas: 6\n  selector:\n    matchLabels: { app: web }\n  strategy',
    'hpa-replicas spec.replicas',
  ],
  ['kind: Deployment, name: web', 'kind: Deployment, name: wep', 'hpa-target-missing spec.scaleTargetRef.name'],
  ['kind: Deployment, name: web', 'kind: StatefulSet, name: web', 'hpa-target-missing spec.scaleTargetRef.name'],
  ['maxUnavailable: 1', 'maxUnavailable: 0', 'pdb-blocks-drain spec.maxUnavailable'],
  ['  maxUnavailable: 1\n', '', 'pdb-blocks-drain spec.maxUnavailable'],
  ['maxUnavailable: 1', 'maxUnavailable: ~', 'pdb-blocks-drain spec.maxUnavailable'],
  ['unhealthyPodEvictionPolicy: AlwaysAllow', '', 'pdb-unhealthy-pods spec.unhealthyPodEvictionPolicy'],
  [
    'unhealthyPodEvictionPolicy: AlwaysAllow',
    'unhealthyPodEvictionPolicy: IfHealthyBudget',
    'pdb-unhealthy-pods spec.unhealthyPodEvictionPolicy',
  ],
  ['kind: PodDisruptionBudget', 'kind: Other', 'pdb-missing spec.minReplicas'],
  [
    '      topologySpreadConstraints:\n        - {',
    '      a:\n        - {',
    `pod-spread ${POD}.topologySpreadConstraints`,
  ],
  ['maxUnavailable: 1', 'maxUnavailable: 0%', 'pdb-blocks-drain spec.maxUnavailable'],
  ['maxUnavailable: 1', 'minAvailable: 6', 'pdb-blocks-drain spec.minAvailable'],
  ['maxUnavailable: 1', 'minAvailable: 100%', 'pdb-blocks-drain spec.minAvailable'],
  [
    'maxUnavailable: 1\n  selector:\n    matchLabels: { app: web }',
    'maxUnavailable: 1\n  selector:\n    matchLabels: { app: wep }',
    'pdb-selects-nothing spec.selector',
  ],
  [
    'terminationGracePeriodSeconds: 60',
    'terminationGracePeriodSeconds: 15',
    'grace-period spec.template.spec.terminationGracePeriodSeconds',
  ],
  [
    'preStop: { sleep: { seconds: 15 } }',
    'preStop: { exec: { command: [sh, -c, "sleep 90"] } }',
    'grace-period spec.template.spec.terminationGracePeriodSeconds',
  ],
  [
    'rollingUpdate: { maxUnavailable: 0 }',
    'rollingUpdate: { maxUnavailable: 1 }',
    'rolling-update spec.strategy.rollingUpdate.maxUnavailable',
  ],
  [
    'rollingUpdate: { maxUnavailable: 0 }',
    'rollingUpdate: { maxSurge: 1 }',
    'rolling-update spec.strategy.rollingUpdate.maxUnavailable',
  ],
  ['rollingUpdate: { maxUnavailable: 0 }', 'type: Recreate', 'rolling-update spec.strategy.type'],
  [
    '          readinessProbe:\n            httpGet: { path: /readyz, port: http }\n',
    '',
    `readiness-probe ${CONTAINER}.readinessProbe`,
  ],
  [
    '          livenessProbe:\n            httpGet: { path: /livez, port: http }\n',
    '',
    `liveness-probe ${CONTAINER}.livenessProbe`,
  ],
  [
    '          startupProbe:\n            httpGet: { path: /livez, port: http }\n',
    '',
    `startup-probe ${CONTAINER}.startupProbe`,
  ],
  [
    'path: /readyz, port: http }',
    'path: /livez, port: http }\n            periodSeconds: 1',
    `identical-probes ${CONTAINER}.livenessProbe`,
  ],
  ['requests: { cpu: 100m, memory: 64Mi }', 'requests: { cpu: 100m }', undefined],
  ['limits: { memory: 64Mi }', 'limits: { cpu: 1 }', `memory-limit ${CONTAINER}.resources.limits.memory`],
  [`:1.0.0@sha256:${'a'.repeat(64)}`, ':1.0.0', `image-digest ${CONTAINER}.image`],
  [
    'allowPrivilegeEscalation: false',
    'allowPrivilegeEscalation: true',
    `privilege-escalation ${CONTAINER}.securityContext.allowPrivilegeEscalation`,
  ],
  [
    'allowPrivilegeEscalation: false',
    'allowPrivilegeEscalation: false\n            privileged: true',
    `privileged ${CONTAINER}.securityContext.privileged`,
  ],
  ['runAsNonRoot: true', 'fsGroup: 1', `run-as-non-root ${CONTAINER}.securityContext.runAsNonRoot`],
  ['runAsNonRoot: true', 'runAsUser: 0', `run-as-non-root ${CONTAINER}.securityContext.runAsUser`],
  ['runAsNonRoot: true', 'runAsUser: 1000', undefined],
  [
    'readOnlyRootFilesystem: true',
    'readOnlyRootFilesystem: false',
    `read-only-root ${CONTAINER}.securityContext.readOnlyRootFilesystem`,
  ],
  ['drop: [ALL]', 'drop: [NET_RAW]', `capabilities ${CONTAINER}.securityContext.capabilities`],
  ['drop: [ALL]', 'drop: [all], add: [NET_BIND_SERVICE]', undefined],
  ['drop: [ALL]', 'drop: [ALL], add: [SYS_ADMIN]', `capabilities ${CONTAINER}.securityContext.capabilities.add`],
  ['type: RuntimeDefault', 'type: Unconfined', `seccomp ${CONTAINER}.securityContext.seccompProfile`],
  ['      containers:', '      hostPID: true\n      containers:', 'host-namespaces spec.template.spec.hostPID'],
  [
    '      containers:',
    '      volumes: [{ name: a, hostPath: { path: / } }]\n      containers:',
    'host-path spec.template.spec.volumes[0].hostPath',
  ],
  [
    '      containers:',
    '      volumes: [{ name: a, hostPath: { path: /run/docker.sock } }]\n      containers:',
    `container-socket ${POD}.volumes[0].hostPath`,
  ],
  [
    'containerPort: 8080',
    'containerPort: 8080\n              hostPort: 80',
    `host-port ${CONTAINER}.ports[0].hostPort`,
  ],
  [
    'runAsNonRoot: true',
    'runAsNonRoot: true\n        windowsOptions: { hostProcess: true }',
    `host-process ${POD}.securityContext.windowsOptions.hostProcess`,
  ],
  ['automountServiceAccountToken: false', 'automountServiceAccountToken: true', undefined],
  [
    '      automountServiceAccountToken: false\n',
    '',
    'service-account-token spec.template.spec.automountServiceAccountToken',
  ],
  ['value: /run/secrets/token', 'value: hunter2', `secret-in-env ${CONTAINER}.env[1].value`],
  [
    '- name: TOKEN\n              value: /run/secrets/token',
    '- name: DATABASE\n              value: postgres://me:secret@db/shop',
    `secret-in-env ${CONTAINER}.env[1].value`,
  ],
  ['selector: { app: web }\n  ports', 'selector: { app: wep }\n  ports', 'service-selects-nothing spec.selector'],
  ['targetPort: http', 'targetPort: https', 'service-port spec.ports[0].targetPort'],
  ['targetPort: http', 'targetPort: 8081', 'service-port-undeclared spec.ports[0].targetPort'],
  ['targetPort: http', 'targetPort: 8080', undefined],
  ['values: [front, back]', 'values: [back]', 'network-policy-selects-nothing spec.podSelector'],
  ['    - ports:\n        - port: 8080', '    - {}', 'network-policy-allows-all spec.ingress[0]'],
  ['kind: Service\nmetadata:\n  name: web', 'kind: Service\nmetadata:\n  name: web\n  namespace: shop', undefined],
  [
    'kind: NetworkPolicy\nmetadata:\n  name: web\nspec:\n  podSelector:\n    matchExpressions:\n      - { key: tier, operator: In, values: [front, back] }',
    'kind: NetworkPolicy\nmetadata:\n  name: web\n  namespace: other\nspec:\n  podSelector: {}',
    'namespace-hard-coded metadata.namespace',
  ],
  [
    'kind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels: { app: web }',
    'kind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels: { app: web, side: left }',
    'selector-mismatch spec.selector',
  ],
  [
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy',
    'apiVersion: v1\nkind: Endpoints\nmetadata: { name: web }\nsubsets: []\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy',
    'api-deprecated apiVersion',
  ],
];

describe('each rule finds its problem and no other rule does', () => {
  it.each(
    CASES.map(([from, to, problem]) => ({ from, to, problem, finds: problem ?? `nothing in ${JSON.stringify(to)}` })),
  )('finds $finds', ({ from, to, problem }) => {
    expect(found(scopeOf(replaceInGood(from, to)))).toEqual(problem === undefined ? [] : [problem]);
  });

  it('the request that an autoscaler needs is missing on one of two containers', () => {
    const two = replaceInGood(
      '      containers:',
      '      initContainers:\n        - name: proxy\n          restartPolicy: Always\n          image: x\n      containers:',
    );
    expect(found(scopeOf(two))).toContain(
      'hpa-request-missing spec.template.spec.initContainers[0].resources.requests.cpu',
    );
  });

  it('a selector that contains the version', () => {
    const versioned = GOOD.replaceAll('app: web, tier: front', 'app: web, tier: front, helm.sh/chart: a').replace(
      'matchLabels: { app: web }',
      'matchLabels: { app: web, helm.sh/chart: a }',
    );
    expect(found(scopeOf(versioned))).toEqual(['selector-version spec.selector.matchLabels["helm.sh/chart"]']);
  });

  it('the same resource twice, but not the same name in two namespaces', () => {
    const config = (namespace: string) => `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: a${namespace} }\n`;
    expect(found(scopeOf(config('') + config('')))).toEqual(['duplicate-resource metadata.name']);
    const apart = config(', namespace: one') + config(', namespace: two');
    expect(found(scopeOf(apart, { origin: 'manifests' }))).toEqual([]);
  });

  it.each(['nginx', 'nginx:latest', 'localhost:5000/nginx'])('the image %s has no fixed version', (image) => {
    const text = GOOD.replace(/image: .*/, `image: ${image}`);
    expect(found(scopeOf(text))).toEqual([`image-tag ${CONTAINER}.image`, `image-digest ${CONTAINER}.image`]);
  });

  it('without an autoscaler the replicas decide what a budget allows', () => {
    const single = `${GOOD.split('---\napiVersion: autoscaling')[0]}`;
    expect(found(scopeOf(single.replace('maxUnavailable: 1', 'minAvailable: 1')))).toEqual([
      'pdb-blocks-drain spec.minAvailable',
    ]);
    const two = single
      .replace('spec:\n  selector', 'spec:\n  replicas: 2\n  selector')
      .replace('maxUnavailable: 1', 'minAvailable: 1');
    expect(found(scopeOf(two))).toEqual([]);
  });

  it('pods of helm test are not checked', () => {
    const test =
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: test\n  annotations: { helm.sh/hook: "test" }\nspec:\n  containers: [{ name: a, image: b }]\n';
    expect(found(scopeOf(test))).toEqual([]);
  });
});

describe('an image that was built', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const parsed = parseImagesOutput([
    { name: 'shop/web', repository: 'localhost:5000/shop/web', digest, tags: ['1.0.0'] },
  ]);
  const built = 'value' in parsed ? parsed.value : [];
  const other = `sha256:${'b'.repeat(64)}`;
  it.each([
    [`localhost:5000/shop/web:1.0.0@${digest}`, true],
    [`localhost:5000/shop/web@${digest}`, true],
    ['localhost:5000/shop/web:1.0.0', true],
    [`localhost:5000/shop/web:1.0.0@${other}`, false],
    ['localhost:5000/shop/web:0.9.0', false],
    ['localhost:5000/shop/web', false],
    [`localhost:5000/shop/api@${other}`, true],
  ])('rendered as %s', (image, isBuilt) => {
    const scope = scopeOf(replaceInGood(`localhost:5000/shop/web:1.0.0@${digest}`, image), { built });
    expect(found(scope).includes(`image-not-built ${CONTAINER}.image`)).toBe(!isBuilt);
  });
});

describe('rules as a whole', () => {
  it('have distinct ids, a title and help', () => {
    const rules = [...resourceRules, ...chartRules];
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, title, help } of rules) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(title.length).toBeGreaterThan(10);
      expect(help.length).toBeGreaterThan(20);
    }
  });

  it('never fail on objects of any shape', () => {
    const shapes = resourcesIn(GOOD);
    fc.assert(
      fc.property(
        fc.nat(shapes.length - 1),
        fc.array(fc.string(), { maxLength: 6 }),
        fc.nat(),
        fc.jsonValue(),
        (which, _, seed, odd) => {
          const resource = shapes[which];
          if (resource === undefined) return;
          const object = corrupt(structuredClone(resource.object), seed, odd) as typeof resource.object;
          const resources = [...shapes, { ...resource, object }];
          const scope: Scope = {
            resources,
            workloads: findWorkloads(resources),
            namespace: 'shop',
            origin: 'chart',
            minor: 36,
            built: [],
          };
          expect(Array.isArray(found(scope))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Replace a value at any path of an object. */
function corrupt(value: unknown, seed: number, odd: unknown): unknown {
  if (typeof value !== 'object' || value === null) return odd;
  const keys = Object.keys(value);
  const key = keys[seed % (keys.length + 1)];
  if (key === undefined) return odd;
  const record = value as Record<string, unknown>;
  record[key] = corrupt(record[key], Math.floor(seed / (keys.length + 1)), odd);
  return value;
}
