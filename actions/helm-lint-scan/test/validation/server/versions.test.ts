import { expect, it } from '@jest/globals';
import { isCompletedByServer } from '../../../src/validation/server/defaults.ts';
import { checkAsServer } from '../../../src/validation/server/index.ts';
import { resourcesIn } from '../../helpers.ts';
import { containerWith, deploymentOf, refused } from './refused.ts';
import { scanFindings } from './scan-object.ts';

const service = (fields: string): string =>
  `{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: { ports: [{ port: 80 }], ${fields} } }`;

const job = (fields: string): string =>
  `{ apiVersion: batch/v1, kind: Job, metadata: { name: a }, spec: { ${fields}, template: { spec: { restartPolicy: Never, containers: [{ name: a, image: a }] } } } }`;
const policy = (cidr: string): string =>
  `{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: a }, spec: { ingress: [{ from: [{ ipBlock: { cidr: '${cidr}' } }] }] } }`;
const CERTIFICATE =
  'volumes: [{ name: a, projected: { sources: [{ podCertificate: { signerName: a.example.com/b, keyType: ED25519 } }] } }]';

/** what, the object, the last version that refuses it, the first that accepts it */
it.each([
  ['names of variables with a space', containerWith('env: [{ name: a b }]'), 31, 32],
  ['a hook that sleeps for no time', containerWith('lifecycle: { preStop: { sleep: { seconds: 0 } } }'), 32, 33],
  ['PreferSameZone', service('trafficDistribution: PreferSameZone'), 33, 34],
  ['a Service that begins with a digit', service('').replace('name: web', 'name: 1web'), 35, 36],
  ['restart policies of containers', containerWith('restartPolicy: Never'), 33, 34],
  [
    'no replicas',
    '{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: a }, spec: { minReplicas: 0, maxReplicas: 1, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: a }, metrics: [{ type: External, external: { metric: { name: a }, target: { type: Value, value: 1 } } }] } }',
    36,
    37,
  ],
  [
    'a key that a spread has twice',
    deploymentOf(
      'topologySpreadConstraints: [{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: web } }, matchLabelKeys: [app] }]',
    ),
    33,
    34,
  ],
  [
    'the label change policy MountOption',
    deploymentOf('securityContext: { seLinuxChangePolicy: MountOption }'),
    36,
    37,
  ],
])('%s: refused by 1.%3$i, accepted by 1.%4$i', (_, text, last, first) => {
  expect(refused(text, last)).toHaveLength(1);
  expect(refused(text, first)).toEqual([]);
});

/** what, the object, the last version that drops or accepts it, the first that refuses it */
it.each([
  ['users of their own in the network of the node', deploymentOf('hostUsers: false, hostPID: true'), 32, 33],
  ['an unmasked proc file system', containerWith('securityContext: { procMount: Unmasked }'), 32, 33],
  ['users of their own on Windows', deploymentOf('hostUsers: true, os: { name: windows }'), 32, 33],
  ['an unknown resize policy', containerWith('resizePolicy: [{ resourceName: cpu, restartPolicy: Never }]'), 32, 33],
  ['an unknown claim', containerWith('resources: { claims: [{ name: gpu }] }'), 33, 34],
  ['a claim of nothing', deploymentOf('resourceClaims: [{ name: gpu }]'), 33, 34],
  ['wrong resources of a pod', deploymentOf('resources: { limits: { nvidia.com/gpu: 1 } }'), 33, 34],
  ['an unknown restart policy of a container', containerWith('restartPolicy: Sometimes'), 34, 35],
  [
    'a restart rule without exit codes',
    containerWith('restartPolicy: Never, restartPolicyRules: [{ action: Restart }]'),
    34,
    35,
  ],
  ['a host name that is too long', deploymentOf(`hostnameOverride: ${'a'.repeat(65)}`), 34, 35],
  ['two sources, one an image', deploymentOf('volumes: [{ name: a, image: { reference: a }, emptyDir: {} }]'), 34, 35],
  ['a certificate of a pod without a path', deploymentOf(CERTIFICATE), 36, 37],
  ['zeros before a number of an address', deploymentOf('hostAliases: [{ ip: 010.0.0.1 }]'), 35, 36],
  ['an IPv4 address in one of IPv6', deploymentOf("dnsConfig: { nameservers: ['::ffff:10.0.0.1'] }"), 35, 36],
  ['a network with bits beyond its prefix', policy('10.0.0.5/8'), 35, 36],
  ['an IPv6 network with bits beyond its prefix', policy('fd00::1:0/96'), 35, 36],
  ['a manager without a domain', job('managedBy: me'), 31, 32],
  [
    'a taint of a device without an effect',
    '{ apiVersion: resource.k8s.io/v1, kind: ResourceSlice, metadata: { name: a }, spec: { driver: a.b, nodeName: a, pool: { name: a, generation: 1, resourceSliceCount: 1 }, devices: [{ name: a, taints: [{ key: a }] }] } }',
    35,
    36,
  ],
])('%s: accepted by 1.%3$i, refused by 1.%4$i', (_, text, last, first) => {
  expect(refused(text, last)).toEqual([]);
  expect(refused(text, first)).toHaveLength(1);
});

it('the name of the Service of a StatefulSet is checked from 1.34 on', () => {
  const text = deploymentOf('')
    .replace('Deployment', 'StatefulSet')
    .replace('selector:', 'serviceName: a.b\n  selector:');
  expect(refused(text, 33)).toEqual([]);
  expect(refused(text, 34)).toHaveLength(1);
});

const statefulSet = (spec: string, pod = '', labels = 'app: web'): string =>
  `{ apiVersion: apps/v1, kind: StatefulSet, metadata: { name: web }, spec: { serviceName: web, selector: { matchLabels: { app: web } }, ${spec} template: { metadata: { labels: { ${labels} } }, spec: { ${pod} } } } }`;
const CONTAINERS = 'containers: [{ name: web, image: web }]';

/** The levels of what is found in a version. */
const levels = async (text: string, minor: number): Promise<string[]> =>
  (await scanFindings(text, minor)).map(({ level }) => level);

it.each([
  ['a container without a name', statefulSet('', 'containers: [{ image: web }]')],
  ['no containers', statefulSet('')],
  ['an unknown policy', statefulSet('', `dnsPolicy: clusterFirst, ${CONTAINERS}`)],
  [
    'a claim without access modes',
    statefulSet(
      'volumeClaimTemplates: [{ metadata: { name: data }, spec: { resources: { requests: { storage: 1Gi } } } }],',
      CONTAINERS,
    ),
  ],
])('a StatefulSet with %s is refused from 1.34 on, and before that only its pods', async (_, text) => {
  expect(await levels(text, 33)).toEqual(['warning']);
  expect(await levels(text, 34)).toEqual(['error']);
});

it.each([
  ['a policy for restarts', statefulSet('', `restartPolicy: Never, ${CONTAINERS}`)],
  ['an invalid label', statefulSet('', CONTAINERS, 'app: web, a: b c')],
  ['a text instead of a number', statefulSet('', `terminationGracePeriodSeconds: ten, ${CONTAINERS}`)],
  ['an unknown key', statefulSet('', `${CONTAINERS}, container: `)],
])('a StatefulSet with %s is refused by every version', async (_, text) => {
  for (const minor of [31, 33, 34]) expect(await levels(text, minor)).toEqual(['error']);
});

it('other workloads with a container without a name are refused by every version', async () => {
  const text = statefulSet('', 'containers: [{ image: web }]')
    .replace('StatefulSet', 'ReplicaSet')
    .replace('serviceName: web, ', '');
  for (const minor of [31, 33, 34]) expect(await levels(text, minor)).toEqual(['error']);
});

it.each(['10.0.0.0/8', '10.1.2.3/32', '0.0.0.0/0', '::/0', 'fd00::/8', 'fd00::1/128', '2001:db8:0:1::/64'])(
  'the network %s is accepted by every version',
  (cidr) => {
    for (const minor of [31, 34, 36, 37]) expect(refused(policy(cidr), minor)).toEqual([]);
  },
);

it('versions before 1.31 are not checked', () => {
  expect(refused(service('type: Loadbalancer'), 30)).toEqual([]);
});

it('what the schema has reported is not reported again', () => {
  const [resource] = resourcesIn(service('type: Loadbalancer'));
  if (resource === undefined) throw new Error('there is no resource');
  const known = [{ path: ['spec', 'type'], about: 'value', message: 'spec.type is wrong' }] as const;
  expect(checkAsServer(resource, { minor: 34 }, known)).toEqual([]);
});

it('a key that is absent because it is misspelled is not reported', () => {
  const [resource] = resourcesIn(service('').replace('ports:', 'port:'));
  if (resource === undefined) throw new Error('there is no resource');
  const known = [{ path: ['spec', 'port'], about: 'key', message: 'spec.port is not a known key' }] as const;
  expect(checkAsServer(resource, { minor: 34 }, known)).toEqual([]);
});

it('what would be in such a key is not reported either', () => {
  const [resource] = resourcesIn(service('').replace('spec:', 'specs:'));
  if (resource === undefined) throw new Error('there is no resource');
  const known = [{ path: ['specs'], about: 'key', message: 'specs is not a known key' }] as const;
  expect(checkAsServer(resource, { minor: 34 }, known)).toEqual([]);
  expect(checkAsServer(resource, { minor: 34 })).toHaveLength(1);
});

it.each([
  ['{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass }', ['value'], true],
  ['{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, value: }', ['value'], true],
  ['{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, value: a }', ['value'], false],
  ['{ apiVersion: example.com/v1, kind: PriorityClass }', ['value'], false],
  ['{ apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, roleRef: {} }', ['roleRef', 'apiGroup'], true],
  ['{ apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, roleRef: {} }', ['roleRef', 'name'], false],
])('of %s the server completes %j: %s', (text, path, expected) => {
  const [resource] = resourcesIn(text);
  if (resource === undefined) throw new Error('there is no resource');
  expect(isCompletedByServer(resource, { path, about: 'absent', message: 'is absent' })).toBe(expected);
});
