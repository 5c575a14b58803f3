import { describe, expect, it } from '@jest/globals';
import { findingsOf } from '../helpers.ts';

const deployment = (spec: string, container = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata: { labels: { app: web } }
    spec: { ${spec}${spec === '' ? '' : ', '}containers: [{ name: web, ${container} }] }
`;
const object = (apiVersion: string, kind: string, name: string, rest = ''): string =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name} }\n${rest}\n`;
const configMap = (name: string, rest = 'data: { a: b }'): string => object('v1', 'ConfigMap', name, rest);
const secret = (name: string, rest = 'stringData: { a: b }'): string => object('v1', 'Secret', name, rest);
const env = (source: string): string => deployment('', `env: [{ name: A, valueFrom: { ${source} } }]`);
const volume = (source: string): string => deployment(`volumes: [{ name: a, ${source} }]`);

const POD = 'spec.template.spec';
const ENV = `${POD}.containers[0].env[0].valueFrom`;
const VOLUME = `${POD}.volumes[0]`;

describe('what a pod uses', () => {
  it.each([
    [env('configMapKeyRef: { name: app, key: a }'), `${ENV}.configMapKeyRef.name: reads the ConfigMap app`],
    [env('secretKeyRef: { name: app, key: a }'), `${ENV}.secretKeyRef.name: reads the Secret app`],
    [
      deployment('', 'envFrom: [{ configMapRef: { name: app } }]'),
      `${POD}.containers[0].envFrom[0].configMapRef.name: reads the ConfigMap app`,
    ],
    [
      deployment('', 'envFrom: [{ secretRef: { name: app } }]'),
      `${POD}.containers[0].envFrom[0].secretRef.name: reads the Secret app`,
    ],
    [volume('configMap: { name: app }'), `${VOLUME}.configMap.name: mounts the ConfigMap app`],
    [volume('secret: { secretName: app }'), `${VOLUME}.secret.secretName: mounts the Secret app`],
    [
      volume('projected: { sources: [{ configMap: { name: app } }] }'),
      `${VOLUME}.projected.sources[0].configMap.name: mounts the ConfigMap app`,
    ],
    [
      volume('projected: { sources: [{ secret: { name: app } }] }'),
      `${VOLUME}.projected.sources[0].secret.name: mounts the Secret app`,
    ],
    [
      volume('persistentVolumeClaim: { claimName: app }'),
      `${VOLUME}.persistentVolumeClaim.claimName: mounts the PersistentVolumeClaim app`,
    ],
    [
      object('networking.k8s.io/v1', 'Ingress', 'web', 'spec: { tls: [{ secretName: app }] }'),
      'spec.tls[0].secretName: uses the Secret app',
    ],
    [
      object(
        'gateway.networking.k8s.io/v1',
        'Gateway',
        'web',
        'spec: { listeners: [{ tls: { certificateRefs: [{ name: app }] } }] }',
      ),
      'spec.listeners[0].tls.certificateRefs[0].name: uses the Secret app',
    ],
  ])('may come from elsewhere, or is misspelled (%#)', (text, found) => {
    const others = [configMap('apps'), secret('apps'), object('v1', 'PersistentVolumeClaim', 'apps')].join('');
    expect(findingsOf('config-reference', text)).toEqual([`note ${found}, which is not among the rendered resources`]);
    expect(findingsOf('config-reference', text + others)).toEqual([
      `warning ${found}, which is not among the rendered resources; did you mean apps?`,
    ]);
  });

  it.each([
    ['an object of the same name', env('configMapKeyRef: { name: app, key: a }') + configMap('app')],
    ['an optional object', env('configMapKeyRef: { name: app, key: a, optional: true }')],
    ['an optional volume', volume('secret: { secretName: app, optional: true }')],
    ['what Kubernetes creates', volume('configMap: { name: kube-root-ca.crt }')],
    [
      'a hook',
      volume('configMap: { name: app }') +
        configMap('app').replace('app }', 'app, annotations: { helm.sh/hook: pre-install } }'),
    ],
    [
      'the Secret of a Certificate',
      volume('secret: { secretName: tls }') +
        object('cert-manager.io/v1', 'Certificate', 'web', 'spec: { secretName: tls }'),
    ],
    [
      'the Secret of an ExternalSecret',
      volume('secret: { secretName: db }') +
        object('external-secrets.io/v1', 'ExternalSecret', 'x', 'spec: { target: { name: db } }'),
    ],
    [
      'the Secret of a SealedSecret',
      volume('secret: { secretName: db }') + object('bitnami.com/v1alpha1', 'SealedSecret', 'db'),
    ],
    [
      'the Secret of an operator',
      volume('secret: { secretName: shop-db-app }') + object('postgresql.cnpg.io/v1', 'Cluster', 'shop-db'),
    ],
    [
      'the Secret that a job creates',
      volume('secret: { secretName: web-admission }') +
        object(
          'batch/v1',
          'Job',
          'create',
          'spec: { template: { spec: { containers: [{ name: a, args: [create, --secret-name=web-admission] }] } } }',
        ),
    ],
    [
      'the Secret that OpenShift creates for a service',
      volume('secret: { secretName: serving }') +
        object('v1', 'Service', 'web').replace(
          'name: web',
          'name: web, annotations: { service.beta.openshift.io/serving-cert-secret-name: serving }',
        ),
    ],
    [
      'a claim of a StatefulSet',
      volume('persistentVolumeClaim: { claimName: data-db-0 }') +
        object('apps/v1', 'StatefulSet', 'db', 'spec: { volumeClaimTemplates: [{ metadata: { name: data } }] }'),
    ],
    [
      'a certificate that cert-manager issues',
      object('networking.k8s.io/v1', 'Ingress', 'web', 'spec: { tls: [{ secretName: tls }] }').replace(
        'name: web',
        'name: web, annotations: { cert-manager.io/cluster-issuer: main }',
      ),
    ],
    ['a secret to pull images with', deployment('imagePullSecrets: [{ name: registry }]')],
  ])('is %s', (_, text) => {
    expect(findingsOf('config-reference', text)).toEqual([]);
  });

  it('is found once for a pod', () => {
    const twice = deployment(
      'volumes: [{ name: a, secret: { secretName: app } }]',
      'envFrom: [{ secretRef: { name: app } }]',
    );
    expect(findingsOf('config-reference', twice)).toHaveLength(1);
  });

  it('is in its namespace', () => {
    const other = configMap('app').replace('name: app', 'name: app, namespace: other');
    expect(findingsOf('config-reference', volume('configMap: { name: app }') + other)).toHaveLength(1);
  });

  it.each([
    ['a pod', deployment('imagePullSecrets: [{ name: registri }]')],
    ['a service account', object('v1', 'ServiceAccount', 'web', 'imagePullSecrets: [{ name: registri }]')],
  ])('is a misspelled secret to pull images with, in %s', (_, text) => {
    expect(findingsOf('config-reference', text + secret('registry'))[0]).toMatch(
      /^warning .*: pulls images with the Secret registri, .*did you mean registry\?$/,
    );
  });
});

describe('a similar name', () => {
  it.each([
    ['web-conf', 'web-config', true],
    ['web-cofnig', 'web-config', true],
    ['web-1', 'web-2', false],
    ['web', 'web-2', false],
    ['shop-server-config', 'shop-worker-config', false],
    ['shop-web-config', 'shop-web-secret', false],
    ['a', 'b', false],
  ])('to %s is %s: %s', (name, other, isSimilar) => {
    const [finding] = findingsOf('config-reference', volume(`configMap: { name: ${name} }`) + configMap(other));
    expect(finding?.includes(`did you mean ${other}?`)).toBe(isSimilar);
  });

  it('is no longer looked for after very many comparisons', () => {
    const names = Array.from({ length: 400 }, (_, index) => `settings-${index}`);
    const volumes = [...names.map((name) => `missing-${name}`), 'web-conf'].map(
      (name) => `{ name: ${name}, configMap: { name: ${name} } }`,
    );
    const text = deployment(`volumes: [${volumes.join(', ')}]`) + configMap('web-config');
    const isMisspelled = (found: string[]): boolean => found.at(-1)?.endsWith('did you mean web-config?') ?? false;
    expect(isMisspelled(findingsOf('config-reference', text))).toBe(true);
    const many = text + names.map((name) => configMap(name)).join('');
    expect(isMisspelled(findingsOf('config-reference', many))).toBe(false);
  });
});

describe('a key', () => {
  const role = (names: string): string =>
    object(
      'rbac.authorization.k8s.io/v1',
      'Role',
      'web',
      `rules: [{ resources: [secrets], verbs: [get, patch], resourceNames: [${names}] }]`,
    );
  const read = env('secretKeyRef: { name: app, key: nokey }');
  const message = 'uses the key nokey of the Secret app, which has no such key';

  it.each([
    [read + secret('app'), `error ${ENV}.secretKeyRef.key: ${message}`],
    [read + secret('app') + role('other'), `error ${ENV}.secretKeyRef.key: ${message}`],
    [read + secret('app') + role('app'), `warning ${ENV}.secretKeyRef.key: ${message}`],
    [read + secret('app') + role(''), `warning ${ENV}.secretKeyRef.key: ${message}`],
    [
      volume('secret: { secretName: app, items: [{ key: a }, { key: nokey }] }') + secret('app', 'data: { a: Yg== }'),
      `error ${VOLUME}.secret.items[1].key: ${message}`,
    ],
    [
      volume('projected: { sources: [{ configMap: { name: app, items: [{ key: nokey }] } }] }') + configMap('app'),
      `error ${VOLUME}.projected.sources[0].configMap.items[0].key: ${message.replace('Secret', 'ConfigMap')}`,
    ],
  ])('is missing (%#)', (text, found) => {
    expect(findingsOf('config-key', text)).toEqual([found]);
  });

  const annotated = (annotation: string): string =>
    secret('app').replace('name: app', `name: app, annotations: { ${annotation}: x }`);
  it.each([
    ['is there', env('secretKeyRef: { name: app, key: a }') + secret('app')],
    [
      'is there, as a file',
      env('configMapKeyRef: { name: app, key: a }') + configMap('app', 'binaryData: { a: Yg== }'),
    ],
    ['is optional', env('secretKeyRef: { name: app, key: nokey, optional: true }') + secret('app')],
    ['is of an object that something else fills', read + secret('app', '')],
    ['is of a token', read + secret('app', 'type: kubernetes.io/service-account-token\nstringData: { a: b }')],
    ['is copied', read + annotated('replicator.v1.mittwald.de/replicate-from')],
    ['is generated', read + annotated('secret-generator.v1.mittwald.de/autogenerate')],
    [
      'is added by an ExternalSecret',
      read +
        secret('app') +
        object('external-secrets.io/v1', 'ExternalSecret', 'app', 'spec: { target: { creationPolicy: Merge } }'),
    ],
    ['is of an object elsewhere', read],
  ])('%s', (_, text) => {
    expect(findingsOf('config-key', text)).toEqual([]);
  });
});

describe('a service account', () => {
  const account = object('v1', 'ServiceAccount', 'web');
  const binding = (subject: string): string =>
    object(
      'rbac.authorization.k8s.io/v1',
      'ClusterRoleBinding',
      'web',
      `subjects: [{ kind: ServiceAccount, ${subject} }]`,
    );

  it.each([
    [deployment('serviceAccountName: other'), `note ${POD}.serviceAccountName: runs as the ServiceAccount other`],
    [deployment('serviceAccount: other'), `note ${POD}.serviceAccount: runs as the ServiceAccount other`],
    [binding('name: other, namespace: shop'), 'note subjects[0].name: gives rights to the ServiceAccount other'],
  ])('may be elsewhere (%#)', (text, found) => {
    expect(findingsOf('service-account-missing', text + account)).toEqual([
      `${found}, which is not among the rendered resources`,
    ]);
  });

  it('is misspelled', () => {
    expect(findingsOf('service-account-missing', deployment('serviceAccountName: webb') + account)).toEqual([
      `warning ${POD}.serviceAccountName: runs as the ServiceAccount webb, which is not among the rendered resources; did you mean web?`,
    ]);
  });

  it.each([
    ['there', deployment('serviceAccountName: web')],
    [
      'the one that every namespace has',
      deployment('serviceAccountName: default') + binding('name: default, namespace: shop'),
    ],
    ['not set', deployment('')],
    ['in another namespace', binding('name: other, namespace: monitoring')],
    ['no account', binding('name: other, namespace: shop').replace('ServiceAccount', 'User')],
  ])('is %s', (_, text) => {
    expect(findingsOf('service-account-missing', text + account)).toEqual([]);
  });
});

describe('a role', () => {
  const RBAC = 'rbac.authorization.k8s.io/v1';
  const roles = object(RBAC, 'Role', 'web') + object(RBAC, 'ClusterRole', 'web-all');
  const binding = (kind: string, role: string): string => object(RBAC, kind, 'web', `roleRef: { ${role} }`);

  it.each([
    [
      'RoleBinding',
      'kind: Role, name: other',
      'note roleRef.name: gives the Role other, which is not among the rendered resources',
    ],
    [
      'RoleBinding',
      'kind: Role, name: wep',
      'warning roleRef.name: gives the Role wep, which is not among the rendered resources; did you mean web?',
    ],
    [
      'RoleBinding',
      'kind: Role, name: web-all',
      'note roleRef.name: gives the Role web-all, which is not among the rendered resources',
    ],
    [
      'ClusterRoleBinding',
      'kind: ClusterRole, name: web-al',
      'warning roleRef.name: gives the ClusterRole web-al, which is not among the rendered resources; did you mean web-all?',
    ],
  ])('does not exist: %s, %s', (kind, role, found) => {
    expect(findingsOf('role-missing', roles + binding(kind, role))).toEqual([found]);
  });

  it.each([
    ['RoleBinding', 'kind: Role, name: web'],
    ['RoleBinding', 'kind: ClusterRole, name: web-all'],
    ['ClusterRoleBinding', 'kind: ClusterRole, name: cluster-admin'],
    ['ClusterRoleBinding', 'kind: ClusterRole, name: system:auth-delegator'],
    ['RoleBinding', 'kind: Role, name: extension-apiserver-authentication-reader'],
  ])('exists: %s, %s', (kind, role) => {
    expect(findingsOf('role-missing', roles + binding(kind, role))).toEqual([]);
  });

  it('without a namespace is found from every namespace', () => {
    const elsewhere = object(RBAC, 'ClusterRole', 'web-other').replace(
      'name: web-other',
      'name: web-other, namespace: x',
    );
    expect(
      findingsOf('role-missing', elsewhere + binding('RoleBinding', 'kind: ClusterRole, name: web-other')),
    ).toEqual([]);
  });
});

describe('the service of a StatefulSet', () => {
  const set = (serviceName: string): string =>
    object('apps/v1', 'StatefulSet', 'db', `spec: { ${serviceName}, template: { metadata: { labels: { app: db } } } }`);
  const service = (selector: string): string => object('v1', 'Service', 'db', `spec: { ${selector} }`);

  it.each([
    [
      'serviceName: other',
      'selector: { app: db }',
      'note spec.serviceName: has its names from the Service other, which is not among the rendered resources',
    ],
    [
      'serviceName: dbs',
      'selector: { app: db }',
      'warning spec.serviceName: has its names from the Service dbs, which is not among the rendered resources; did you mean db?',
    ],
    [
      'serviceName: db',
      'selector: { app: web }',
      'warning spec.serviceName: has its names from the Service db, which does not select its pods',
    ],
  ])('is wrong: %s, %s', (name, selector, found) => {
    expect(findingsOf('stateful-set-service', set(name) + service(selector))).toEqual([found]);
  });

  it.each([
    ['serviceName: db', 'clusterIP: None, selector: { app: db }'],
    // The DNS gives the pods names for other services, too.
    ['serviceName: db', 'selector: { app: db }'],
    ['serviceName: db', 'clusterIP: None'],
    ['serviceName: ""', 'selector: { app: db }'],
  ])('is right: %s, %s', (name, selector) => {
    expect(findingsOf('stateful-set-service', set(name) + service(selector))).toEqual([]);
  });
});

describe('the target of a scaler', () => {
  const vertical = (target: string): string =>
    object('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'web', `spec: { targetRef: { ${target} } }`);
  const scaled = (target: string): string =>
    object('keda.sh/v1alpha1', 'ScaledObject', 'web', `spec: { scaleTargetRef: { ${target} } }`);

  it.each([
    [
      vertical('apiVersion: apps/v1, kind: StatefulSet, name: web'),
      'note spec.targetRef.name: scales the StatefulSet web, which is not among the rendered resources',
    ],
    [
      scaled('name: webb'),
      'warning spec.scaleTargetRef.name: scales the Deployment webb, which is not among the rendered resources; did you mean web?',
    ],
  ])('does not exist (%#)', (text, found) => {
    expect(findingsOf('scaler-target-missing', deployment('') + text)).toEqual([found]);
  });

  it.each([[vertical('apiVersion: apps/v1, kind: Deployment, name: web')], [scaled('name: web')]])(
    'exists (%#)',
    (text) => {
      expect(findingsOf('scaler-target-missing', deployment('') + text)).toEqual([]);
    },
  );
});

describe('an environment variable', () => {
  it('is set twice', () => {
    const text = deployment('', 'env: [{ name: A, value: "1" }, { name: B }, { name: A, value: "2" }]');
    expect(findingsOf('env-duplicate', text)).toEqual([
      `warning ${POD}.containers[0].env[2].name: container web sets A twice; the last value counts`,
    ]);
  });

  it('may be in two containers, or come from a ConfigMap too', () => {
    const text = deployment(
      'initContainers: [{ name: init, env: [{ name: A }] }]',
      'env: [{ name: A }], envFrom: [{ configMapRef: { name: a } }]',
    );
    expect(findingsOf('env-duplicate', text)).toEqual([]);
  });
});

it('a directory with a Kustomization is left alone', () => {
  const text = `${env('secretKeyRef: { name: app, key: nokey }')}${secret('app')}${object('kustomize.config.k8s.io/v1beta1', 'Kustomization', 'x')}`;
  expect(['config-key', 'config-reference'].flatMap((id) => findingsOf(id, text))).toEqual([]);
});
