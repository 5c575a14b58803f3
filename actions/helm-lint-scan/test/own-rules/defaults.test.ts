import { describe, expect, it } from '@jest/globals';
import { at } from '../../src/data.ts';
import type { Resource } from '../../src/manifests/resource.ts';
import { withDefaults } from '../../src/own-rules/defaults.ts';
import { resourcesIn } from '../helpers.ts';

const POD = ['spec', 'template', 'spec'];
const WEB = [...POD, 'containers', 0];

/** An object of a kind, with these texts as its spec and as its only container. */
const text = (kind: string, spec: string, container = 'image: a:1'): string =>
  `apiVersion: x\nkind: ${kind}\nmetadata: { name: a }\nspec: { ${spec}template: { spec: { containers: [{ name: web, ${container} }] } } }\n`;

const CASES: [manifest: string, path: (string | number)[], value: unknown][] = [
  [text('Deployment', ''), ['spec', 'replicas'], 1],
  [text('Deployment', 'replicas: 3, '), ['spec', 'replicas'], 3],
  [text('Deployment', 'replicas: 0, '), ['spec', 'replicas'], 0],
  [text('Deployment', 'replicas: null, '), ['spec', 'replicas'], 1],
  [
    text('Deployment', ''),
    ['spec', 'strategy'],
    { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  ],
  [
    text('Deployment', 'strategy: { rollingUpdate: { maxSurge: 1 } }, '),
    ['spec', 'strategy', 'rollingUpdate'],
    { maxSurge: 1, maxUnavailable: '25%' },
  ],
  [text('Deployment', 'strategy: { type: Recreate }, '), ['spec', 'strategy'], { type: 'Recreate' }],
  [text('DaemonSet', 'updateStrategy: { type: OnDelete }, '), ['spec', 'updateStrategy'], { type: 'OnDelete' }],
  [text('Job', ''), ['spec', 'completions'], 1],
  [text('Job', 'parallelism: 2, '), ['spec', 'completions'], undefined],
  [text('Deployment', ''), [...POD, 'restartPolicy'], 'Always'],
  [text('Deployment', ''), [...WEB, 'imagePullPolicy'], 'IfNotPresent'],
  [text('Deployment', '', 'image: "reg:5000/a"'), [...WEB, 'imagePullPolicy'], 'Always'],
  [text('Deployment', '', 'image: "a:latest"'), [...WEB, 'imagePullPolicy'], 'Always'],
  [text('Deployment', '', `image: "a@sha256:${'a'.repeat(64)}"`), [...WEB, 'imagePullPolicy'], 'IfNotPresent'],
  [
    text('Deployment', '', 'livenessProbe: { httpGet: { port: 80 }, periodSeconds: 5 }'),
    [...WEB, 'livenessProbe'],
    {
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      periodSeconds: 5,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
    },
  ],
  [
    text('Deployment', '', 'livenessProbe: { tcpSocket: { port: 80 } }'),
    [...WEB, 'livenessProbe', 'httpGet'],
    undefined,
  ],
  [text('Deployment', '', 'resources: { limits: { cpu: 1 } }'), [...WEB, 'resources', 'requests'], undefined],
  [
    'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, resources: { limits: { cpu: 1, memory: 2 }, requests: { cpu: 3 } } }] }\n',
    ['spec', 'containers', 0, 'resources', 'requests'],
    { cpu: 3, memory: 2 },
  ],
  [
    'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: 80 }] }\n',
    ['spec', 'ports', 0],
    { port: 80, protocol: 'TCP', targetPort: 80 },
  ],
  [
    'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { type: NodePort }\n',
    ['spec', 'externalTrafficPolicy'],
    'Cluster',
  ],
  [
    'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { type: ExternalName }\n',
    ['spec', 'internalTrafficPolicy'],
    undefined,
  ],
  ['apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n', ['type'], 'Opaque'],
  [
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: a }\nspec: { egress: [{}] }\n',
    ['spec', 'policyTypes'],
    ['Ingress', 'Egress'],
  ],
  ['apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n', ['spec'], undefined],
  [
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { template: { spec: { containers: [null, a] } } }\n',
    [...POD, 'containers'],
    [null, 'a'],
  ],
  ['apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: [a]\n', ['spec', 'replicas'], 1],
];

describe('the defaults of the API server', () => {
  it.each(CASES)('complete %j at %j', (manifest, path, value) => {
    const [resource] = resourcesIn(manifest);
    expect(at(withDefaults(resource as Resource), ...path)).toEqual(value);
  });
});
