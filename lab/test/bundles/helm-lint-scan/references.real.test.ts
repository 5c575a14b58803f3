import { describe, expect, it } from '@jest/globals';
import { annotations, DEPLOYMENT, GOOD, lineOf, step, useScene, write } from './scene.ts';

useScene();

const run = (inputs: Record<string, string> = {}) => step({ 'kube-versions': '1.34', 'fail-on': 'never', ...inputs });
const TEMPLATE = 'helm/web/templates/deployment.yaml';
const MORE = 'helm/web/templates/more.yaml';

/** A fault: the rule and its level, and the text of the line that causes it. */
type Fault = [rule: string, level: string, file: string, text: string];

/** The findings of the rules about references, in a form that can be compared. */
function found(result: Awaited<ReturnType<typeof run>>, rules: ReadonlySet<string>): string[] {
  return annotations(result)
    .map(({ title, level, file, line }) => ({ rule: title.split(':')[0] ?? '', level, file, line }))
    .filter(({ rule }) => rules.has(rule))
    .map(({ rule, level, file, line }) => `${rule} ${level} ${file}:${line}`)
    .sort();
}

async function expectFaults(faults: readonly Fault[], inputs: Record<string, string> = {}): Promise<void> {
  const result = await run({ 'max-annotations': '100', ...inputs });
  const expected = faults.map(([rule, level, file, text]) => `${rule} ${level} ${file}:${lineOf(file, text)}`);
  expect(found(result, new Set(faults.map(([rule]) => rule)))).toEqual(expected.sort());
}

const PORTS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ .Release.Name }}s
                port: { name: http }
          - path: /api
            pathType: Prefix
            backend:
              service:
                name: {{ .Release.Name }}
                port:
                  number: 81
          - path: /cart
            pathType: Prefix
            backend:
              service:
                name: checkout
                port: { name: http }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: web
spec:
  rules:
    - backendRefs:
        - name: {{ .Release.Name }}
          port: 8080
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: nothing
spec:
  selector:
    matchLabels: { app: nothing }
  endpoints:
    - port: http
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: {{ .Release.Name }}
  podMetricsEndpoints:
    - port: metrics
`;

const REFERENCES = `apiVersion: v1
kind: ConfigMap
metadata:
  name: shop-settings
data:
  currency: EUR
---
apiVersion: v1
kind: Secret
metadata:
  name: shop-database
stringData:
  password: example
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: store
spec:
  serviceName: store-peers
  selector:
    matchLabels: { app: store }
  template:
    metadata:
      labels: { app: store }
    spec:
      containers:
        - name: store
          image: store:1.0.0
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: reader
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: order-reader
subjects:
  - kind: ServiceAccount
    name: order-service
    namespace: web
`;

const POD = `      serviceAccountName: shop-runner
      volumes:
        - name: settings
          configMap:
            name: shop-setings
        - name: data
          persistentVolumeClaim:
            claimName: shop-data
      containers:
        - name: web
          env:
            - name: MODE
              value: fast
            - name: MODE # again
              value: slow
            - name: PASSWORD
              valueFrom:
                secretKeyRef:
                  name: shop-database
                  key: pasword
          volumeMounts:
            - { name: settings, mountPath: /settings }
            - { name: data, mountPath: /data }
`;

describe('the bundle reports, on its line,', () => {
  it('a port that does not exist', async () => {
    const deployment = DEPLOYMENT.replace(
      '          startupProbe: &probe\n            httpGet: { path: /livez, port: http }\n          livenessProbe: *probe\n',
      '          startupProbe:\n            httpGet: { path: /livez, port: 9999 }\n          livenessProbe:\n            httpGet: { path: /livez, port: htpp }\n',
    );
    write({ ...GOOD, [TEMPLATE]: deployment, [MORE]: PORTS });
    await expectFaults([
      ['probe-port', 'error', TEMPLATE, 'port: htpp'],
      ['probe-port-undeclared', 'notice', TEMPLATE, 'port: 9999'],
      ['backend-missing', 'warning', MORE, 'name: {{ .Release.Name }}s'],
      ['backend-missing', 'notice', MORE, 'name: checkout'],
      ['backend-port', 'error', MORE, 'number: 81'],
      ['backend-port', 'error', MORE, 'port: 8080'],
      ['monitor-selects-nothing', 'warning', MORE, '  selector:'],
      ['monitor-port', 'warning', MORE, 'port: metrics'],
    ]);
  });

  const referenceFaults = (pod: string, more: string): Fault[] => [
    ['config-reference', 'warning', pod, 'name: shop-setings'],
    ['config-reference', 'notice', pod, 'claimName: shop-data'],
    ['config-key', 'error', pod, 'key: pasword'],
    ['env-duplicate', 'warning', pod, '- name: MODE # again'],
    ['service-account-missing', 'notice', pod, 'serviceAccountName: shop-runner'],
    ['service-account-missing', 'notice', more, 'name: order-service'],
    ['role-missing', 'notice', more, 'name: order-reader'],
    ['stateful-set-service', 'notice', more, 'serviceName: store-peers'],
  ];

  it('an object or a key that does not exist', async () => {
    const deployment = DEPLOYMENT.replace('      containers:\n        - name: web\n', POD);
    write({ ...GOOD, [TEMPLATE]: deployment, [MORE]: REFERENCES });
    await expectFaults(referenceFaults(TEMPLATE, MORE));
  });

  it('the same in plain manifests', async () => {
    const [web, more] = ['k8s/web.yaml', 'k8s/more.yaml'];
    const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: web
spec:
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
${POD}          image: web:1.0.0
`;
    write({
      [web]: deployment,
      [more]: REFERENCES.replaceAll('metadata:\n  name:', 'metadata:\n  namespace: web\n  name:'),
    });
    await expectFaults(referenceFaults(web, more), { charts: '', manifests: 'k8s/*.yaml' });
  });
});

it('a chart whose objects all exist has no finding', async () => {
  const pod = POD.replace('shop-setings', 'shop-settings')
    .replace('pasword', 'password')
    .replace('            - name: MODE # again\n              value: slow\n', '');
  const claim =
    '---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: shop-data }\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: shop-runner }\n';
  const [settings, database] = REFERENCES.split('---\n');
  write({
    ...GOOD,
    [TEMPLATE]: DEPLOYMENT.replace('      containers:\n        - name: web\n', pod),
    [MORE]: `${settings}---\n${database}${claim}`,
  });
  expect((await run()).outputs).toMatchObject({ errors: '0', warnings: '0', notes: '0' });
});
