import { describe, expect, it } from '@jest/globals';
import { CONTAINER, containerWith, deploymentOf, POD, refused } from './refused.ts';

/** fields of the container, the beginning of the message, fields of the pod */
const CONTAINERS: [fields: string, message: string, pod?: string][] = [
  [
    'ports: [{ name: http-remote-write, containerPort: 80 }]',
    'ports[0].name: Invalid value: "http-remote-write": must be no more than 15 characters',
  ],
  ['ports: [{ name: a, containerPort: 80 }, { name: a, containerPort: 81 }]', 'ports[1].name: Duplicate value: "a"'],
  [
    'ports: [{ containerPort: 65536 }]',
    'ports[0].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive',
  ],
  [
    'ports: [{ containerPort: 80, protocol: tcp }]',
    'ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"; did you mean TCP?',
  ],
  [
    'ports: [{ containerPort: 80, hostPort: 81 }]',
    'ports[0].containerPort: Invalid value: 80: must match `hostPort` when `hostNetwork` is true',
    'hostNetwork: true',
  ],
  [
    'ports: [{ containerPort: 1, hostPort: 9 }, { containerPort: 2, hostPort: 9 }]',
    'ports[1].hostPort: Duplicate value: "TCP//9"',
  ],
  [
    'imagePullPolicy: IfNotPresents',
    'imagePullPolicy: Unsupported value: "IfNotPresents": supported values: "Always", "IfNotPresent", "Never"; did you mean IfNotPresent?',
  ],
  [
    'env: [{ name: A, value: a, valueFrom: { fieldRef: { fieldPath: metadata.name } } }]',
    'env[0].valueFrom: Invalid value: may not be specified when `value` is not empty',
  ],
  ['env: [{ name: A, valueFrom: {} }]', 'env[0].valueFrom: Invalid value: must specify one of: `fieldRef`'],
  [
    'env: [{ name: A, valueFrom: { fieldRef: { fieldPath: "metadata.labels[\'a b\']" } } }]',
    'env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.labels[\'a b\']": name part must consist of',
  ],
  [
    'env: [{ name: A, valueFrom: { secretKeyRef: { name: s, key: a/b } } }]',
    'env[0].valueFrom.secretKeyRef.key: Invalid value: "a/b": a valid config key must consist of',
  ],
  ['envFrom: [{ prefix: A }]', 'envFrom[0]: Invalid value: must specify one of: `configMapRef` or `secretRef`'],
  ['volumeMounts: [{ name: a, mountPath: /a }]', 'volumeMounts[0].name: Not found: "a"'],
  [
    'volumeMounts: [{ name: a, mountPath: /a }, { name: a, mountPath: /a }]',
    'volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
    'volumes: [{ name: a }]',
  ],
  [
    'volumeMounts: [{ name: a, mountPath: /a, subPath: ../b }]',
    'volumeMounts[0].subPath: Invalid value: "../b": must not contain \'..\'',
    'volumes: [{ name: a }]',
  ],
  [
    'volumeMounts: [{ name: a, mountPath: /a, mountPropagation: Bidirectional }]',
    'volumeMounts[0].mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
    'volumes: [{ name: a }]',
  ],
  [
    'resources: { requests: { memory: 64Mi }, limits: { memory: 32Mi } }',
    'resources.requests.memory: Invalid value: "64Mi": must be less than or equal to memory limit of 32Mi',
  ],
  [
    'resources: { limits: { cpus: 1 } }',
    'resources.limits.cpus: Invalid value: "cpus": must be a standard resource for containers',
  ],
  [
    'resources: { requests: { nvidia.com/gpu: 1 } }',
    'resources.limits["nvidia.com/gpu"]: Required value: Limit must be set for non overcommitable resources',
  ],
  ['readinessProbe: {}', 'readinessProbe: Required value: must specify a handler type'],
  [
    'readinessProbe: { exec: { command: [a] }, tcpSocket: { port: 1 } }',
    'readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
  ],
  [
    'livenessProbe: { tcpSocket: { port: "8080" } }',
    'livenessProbe.tcpSocket.port: Invalid value: "8080": must contain at least one letter (a-z); remove the quotes if it is a number',
  ],
  [
    'livenessProbe: { exec: { command: [a] }, successThreshold: 2 }',
    'livenessProbe.successThreshold: Invalid value: 2: must be 1',
  ],
  [
    'lifecycle: { preStop: { sleep: { seconds: 31 } } }',
    'lifecycle.preStop.sleep.seconds: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
  ],
  [
    'securityContext: { privileged: true, allowPrivilegeEscalation: false }',
    'securityContext.allowPrivilegeEscalation: Invalid value: false: cannot set',
  ],
  [
    'securityContext: { seccompProfile: { type: Localhost } }',
    'securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
  ],
];

/** fields of the pod, the beginning of the message */
const PODS: [fields: string, message: string][] = [
  ['restartPolicy: Sometimes', 'restartPolicy: Unsupported value: "Sometimes"'],
  ['restartPolicy: Never', 'restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ['dnsPolicy: clusterFirst', 'dnsPolicy: Unsupported value: "clusterFirst"'],
  ['dnsPolicy: None', 'dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  ['hostname: a.b', 'hostname: Invalid value: "a.b": a lowercase RFC 1123 label'],
  ['serviceAccountName: A', 'serviceAccountName: Invalid value: "A": a lowercase RFC 1123 subdomain'],
  ['nodeSelector: { a: b c }', 'nodeSelector.a: Invalid value: "b c": a valid label'],
  ['hostUsers: false, hostPID: true', 'hostPID: Forbidden: when `hostUsers` is false'],
  [
    'securityContext: { fsGroup: -1 }',
    'securityContext.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive',
  ],
  [
    'tolerations: [{ operator: Equal, effect: NoSchedule }]',
    'tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty',
  ],
  [
    'tolerations: [{ key: a, operator: Exists, effect: noSchedule }]',
    'tolerations[0].effect: Unsupported value: "noSchedule"',
  ],
  [
    'topologySpreadConstraints: [{ maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule }]',
    'topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
  ],
  [
    'affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] } }',
    'affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: cannot be empty',
  ],
  [
    'affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, preference: {} }] } }',
    'affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100',
  ],
  ['volumes: [{ name: my_vol }]', 'volumes[0].name: Invalid value: "my_vol": a lowercase RFC 1123 label'],
  ['volumes: [{ name: a }, { name: a }]', 'volumes[1].name: Duplicate value: "a"'],
  [
    'volumes: [{ name: a, emptyDir: {}, configMap: { name: a } }]',
    'volumes[0].configMap: Forbidden: may not specify more than 1 volume type',
  ],
  ['volumes: [{ name: a, secret: {} }]', 'volumes[0].secret.secretName: Required value'],
  [
    'volumes: [{ name: a, configMap: { name: a, defaultMode: 1000 } }]',
    'volumes[0].configMap.defaultMode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive',
  ],
  ['volumes: [{ name: a, hostPath: { path: /a, type: Dir } }]', 'volumes[0].hostPath.type: Unsupported value: "Dir"'],
  [
    'volumes: [{ name: a, projected: { sources: [{ serviceAccountToken: { path: t, expirationSeconds: 60 } }] } }]',
    'volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: must be between 600',
  ],
  ['initContainers: [{ name: web, image: a }]', 'initContainers[0].name: Duplicate value: "web"'],
  [
    'initContainers: [{ name: a, image: a, readinessProbe: { tcpSocket: { port: 1 } } }]',
    'initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
  ],
  ['hostAliases: [{ ip: 300.0.0.1 }]', 'hostAliases[0].ip: Invalid value: "300.0.0.1": must be a valid IP address'],
];

describe('pods', () => {
  it.each(CONTAINERS)('are refused with a container that has %s', (fields, message, pod = '') => {
    const messages = refused(containerWith(fields, pod));
    expect(messages).toHaveLength(1);
    expect(messages[0]?.slice(0, CONTAINER.length + 1 + message.length)).toBe(`${CONTAINER}.${message}`);
  });

  it.each(PODS)('are refused with %s', (fields, message) => {
    const messages = refused(deploymentOf(fields));
    expect(messages).toHaveLength(1);
    expect(messages[0]?.slice(0, POD.length + 1 + message.length)).toBe(`${POD}.${message}`);
  });

  it.each([
    ['containers: []', [`${POD}.containers: Required value`]],
    ['containers: [{ name: web }]', [`${POD}.containers[0].image: Required value`]],
  ])('need a container with an image: %s', (fields, messages) => {
    expect(refused(deploymentOf('').replace('containers: [{ name: web, image: web }]', fields))).toEqual(messages);
  });

  it.each([
    'env: [{ name: "a b", value: a }, { name: A, valueFrom: { resourceFieldRef: { resource: limits.hugepages-2Mi } } }]',
    'env: [{ name: A, valueFrom: { fieldRef: { fieldPath: "metadata.annotations[\'Example.com/A\']" } } }]',
    'ports: [{ name: a, containerPort: 53 }, { name: b, containerPort: 53, protocol: UDP }, { containerPort: 53 }]',
    'resources: { requests: { cpu: 0.5, memory: 1e3 }, limits: { cpu: 500m, memory: 1k } }',
    'lifecycle: { preStop: { sleep: { seconds: 0 } } }',
  ])('are accepted with a container that has %s', (fields) => {
    expect(refused(containerWith(fields))).toEqual([]);
  });

  it.each([
    'tolerations: [{ operator: Exists }]',
    'dnsConfig: { searches: [., _tcp.example.com.] }',
    'volumes: [{ name: a }, { name: b, projected: { sources: [{}] } }]',
    'hostAliases: [{ ip: 010.0.0.1 }]',
    'terminationGracePeriodSeconds: -5',
  ])('are accepted with %s', (fields) => {
    expect(refused(deploymentOf(fields))).toEqual([]);
  });
});
