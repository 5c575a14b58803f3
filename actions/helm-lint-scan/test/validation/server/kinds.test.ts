import { describe, expect, it } from '@jest/globals';
import { refused } from './refused.ts';

const POD_SPEC = 'containers: [{ name: web, image: web }]';
const TEMPLATE = `template: { metadata: { labels: { app: web } }, spec: { ${POD_SPEC} } }`;
const WORKLOAD = `selector: { matchLabels: { app: web } }, ${TEMPLATE}`;
const JOB = `template: { spec: { restartPolicy: Never, ${POD_SPEC} } }`;

const object = (type: string, fields: string): string => {
  const slash = type.lastIndexOf('/');
  return `{ apiVersion: ${type.slice(0, slash)}, kind: ${type.slice(slash + 1)}, metadata: { name: a.b }, ${fields} }`;
};

/** the type, its fields, the beginning of the message */
const OBJECTS: [type: string, fields: string, message: string][] = [
  [
    'apps/v1/Deployment',
    `spec: { selector: {}, ${TEMPLATE} }`,
    'spec.selector: Invalid value: empty selector is invalid for deployment',
  ],
  [
    'apps/v1/Deployment',
    `spec: { replicas: -1, ${WORKLOAD} }`,
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'apps/v1/Deployment',
    `spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0% } }, ${WORKLOAD} }`,
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ],
  [
    'apps/v1/Deployment',
    `spec: { strategy: { type: Recreate, rollingUpdate: {} }, ${WORKLOAD} }`,
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ],
  [
    'apps/v1/Deployment',
    `spec: { progressDeadlineSeconds: 5, minReadySeconds: 5, ${WORKLOAD} }`,
    'spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds',
  ],
  [
    'apps/v1/DaemonSet',
    `spec: { updateStrategy: { rollingUpdate: { maxSurge: 1 } }, ${WORKLOAD} }`,
    'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
  ],
  [
    'apps/v1/DaemonSet',
    `spec: { updateStrategy: { type: Rolling }, ${WORKLOAD} }`,
    'spec.updateStrategy.type: Unsupported value: "Rolling"',
  ],
  [
    'batch/v1/Job',
    `spec: { template: { spec: { ${POD_SPEC} } } }`,
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
  [
    'batch/v1/Job',
    `spec: { selector: { matchLabels: { app: web } }, ${JOB} }`,
    'spec.selector: Invalid value: `selector` not auto-generated; remove it',
  ],
  [
    'batch/v1/Job',
    `spec: { backoffLimitPerIndex: 1, ${JOB} }`,
    'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
  ],
  [
    'batch/v1/Job',
    `spec: { podFailurePolicy: { rules: [{ action: FailJob, onExitCodes: { operator: In, values: [2, 1] } }] }, ${JOB} }`,
    'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: must be ordered',
  ],
  [
    'batch/v1/CronJob',
    `spec: { schedule: '*/5 * * *', jobTemplate: { spec: { ${JOB} } } }`,
    'spec.schedule: Invalid value: "*/5 * * *": expected exactly 5 fields, found 4',
  ],
  [
    'batch/v1/CronJob',
    `spec: { schedule: '@daily', timeZone: Berlin, jobTemplate: { spec: { ${JOB} } } }`,
    'spec.timeZone: Invalid value: "Berlin": unknown time zone Berlin',
  ],
  [
    'batch/v1/CronJob',
    `spec: { schedule: '@daily', concurrencyPolicy: Never, jobTemplate: { spec: { ${JOB} } } }`,
    'spec.concurrencyPolicy: Unsupported value: "Never": supported values: "Allow", "Forbid", "Replace"',
  ],
  [
    'networking.k8s.io/v1/Ingress',
    'spec: {}',
    'spec: Invalid value: either `defaultBackend` or `rules` must be specified',
  ],
  [
    'networking.k8s.io/v1/Ingress',
    'spec: { rules: [{ host: https://a.b }] }',
    'spec.rules[0].host: Invalid value: "https://a.b": a lowercase RFC 1123 subdomain',
  ],
  [
    'networking.k8s.io/v1/Ingress',
    'spec: { rules: [{ host: 10.0.0.1 }] }',
    'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
  ],
  [
    'networking.k8s.io/v1/Ingress',
    'spec: { rules: [{ http: { paths: [{ path: api, pathType: Prefix, backend: { service: { name: a, port: { number: 1 } } } }] } }] }',
    'spec.rules[0].http.paths[0].path: Invalid value: "api": must be an absolute path',
  ],
  [
    'networking.k8s.io/v1/Ingress',
    'spec: { defaultBackend: { service: { name: a, port: { number: 1, name: a } } } }',
    'spec.defaultBackend.service.port: Invalid value: cannot set both port name & port number',
  ],
  [
    'networking.k8s.io/v1/NetworkPolicy',
    'spec: { policyTypes: [ingress] }',
    'spec.policyTypes[0]: Unsupported value: "ingress": supported values: "Ingress", "Egress"; did you mean Ingress?',
  ],
  [
    'networking.k8s.io/v1/NetworkPolicy',
    'spec: { ingress: [{ from: [{}] }] }',
    'spec.ingress[0].from[0]: Required value: must specify a peer',
  ],
  [
    'networking.k8s.io/v1/NetworkPolicy',
    'spec: { egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8, except: [11.0.0.0/16] } }] }] }',
    'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
  ],
  [
    'networking.k8s.io/v1/NetworkPolicy',
    'spec: { egress: [{ to: [{ ipBlock: { cidr: 10.0.0.1 } }] }] }',
    'spec.egress[0].to[0].ipBlock.cidr: Invalid value: "10.0.0.1": must be a valid CIDR value',
  ],
  [
    'autoscaling/v2/HorizontalPodAutoscaler',
    'spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: a }, minReplicas: 5, maxReplicas: 3 }',
    'spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`',
  ],
  [
    'autoscaling/v2/HorizontalPodAutoscaler',
    'spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: a }, maxReplicas: 3, metrics: [{ type: Resource }] }',
    'spec.metrics[0].resource: Required value: must populate information for the given metric source',
  ],
  [
    'policy/v1/PodDisruptionBudget',
    'spec: { minAvailable: 1, maxUnavailable: 1 }',
    'spec: Invalid value: minAvailable and maxUnavailable cannot be both set; remove one',
  ],
  [
    'policy/v1/PodDisruptionBudget',
    'spec: { minAvailable: half }',
    'spec.minAvailable: Invalid value: "half": a valid percent string',
  ],
  ['v1/ConfigMap', 'data: { a b: c }', 'data["a b"]: Invalid value: "a b": a valid config key'],
  ['v1/ConfigMap', `data: { a: ${'x'.repeat(1024 * 1024 + 1)} }`, 'data: Too long: may not be more than 1048576 bytes'],
  ['v1/Secret', 'type: kubernetes.io/tls, data: { tls.crt: YQ== }', 'data["tls.key"]: Required value'],
  [
    'v1/Secret',
    "type: kubernetes.io/dockerconfigjson, stringData: { .dockerconfigjson: '[1]' }",
    'stringData[".dockerconfigjson"]: Invalid value: must be the JSON of an object',
  ],
  [
    'rbac.authorization.k8s.io/v1/Role',
    "rules: [{ apiGroups: [''], resources: [pods] }]",
    'rules[0].verbs: Required value: verbs must contain at least one value',
  ],
  [
    'rbac.authorization.k8s.io/v1/ClusterRoleBinding',
    'roleRef: { kind: ClusterRole, name: a }, subjects: [{ kind: ServiceAccount, name: a }]',
    'subjects[0].namespace: Required value',
  ],
  [
    'rbac.authorization.k8s.io/v1/RoleBinding',
    'roleRef: { kind: Roles, name: a }',
    'roleRef.kind: Unsupported value: "Roles": supported values: "Role", "ClusterRole"; did you mean Role?',
  ],
  [
    'v1/PersistentVolumeClaim',
    'spec: { resources: { requests: { storage: 1Gi } } }',
    'spec.accessModes: Required value: at least 1 access mode is required',
  ],
  [
    'v1/PersistentVolumeClaim',
    'spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 0 } } }',
    'spec.resources.requests.storage: Invalid value: 0: must be greater than zero',
  ],
  [
    'v1/PersistentVolume',
    'spec: { accessModes: [ReadWriteOnce], capacity: { storage: 1Gi } }',
    'spec: Required value: must specify a volume type',
  ],
  [
    'v1/LimitRange',
    'spec: { limits: [{ type: Container, min: { cpu: 2 }, max: { cpu: 1 } }] }',
    'spec.limits[0].min.cpu: Invalid value: 2: min value 2 is greater than max value 1',
  ],
  ['v1/ResourceQuota', 'spec: { scopes: [Best] }', 'spec.scopes[0]: Unsupported value: "Best"'],
  [
    'storage.k8s.io/v1/StorageClass',
    'provisioner: a.b/c, volumeBindingMode: Later',
    'volumeBindingMode: Unsupported value: "Later"',
  ],
  [
    'scheduling.k8s.io/v1/PriorityClass',
    'value: 2000000000',
    'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
  ],
  ['node.k8s.io/v1/RuntimeClass', 'handler: A', 'handler: Invalid value: "A": a lowercase RFC 1123 label'],
  [
    'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration',
    'webhooks: [{ name: a.b.c, sideEffects: Some, admissionReviewVersions: [v1], clientConfig: { url: https://a/b } }]',
    'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
  ],
  [
    'apiextensions.k8s.io/v1/CustomResourceDefinition',
    'spec: { group: b, scope: Namespaced, names: { plural: a, kind: A }, versions: [] }',
    'spec.group: Invalid value: "b": should be a domain with at least one dot',
  ],
  [
    'discovery.k8s.io/v1/EndpointSlice',
    'addressType: IPv4, endpoints: [{ addresses: [127.0.0.1] }]',
    'endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range',
  ],
  [
    'v1/Namespace',
    'metadata: { name: a, labels: { pod-security.kubernetes.io/enforce: strict } }',
    'metadata.labels["pod-security.kubernetes.io/enforce"]: Unsupported value: "strict"',
  ],
];

/** Kinds of the cluster's administrators. */
it.each([
  ['v1/PodTemplate', 'template: { spec: { containers: [] } }', 'template.spec.containers: Required value'],
  ['storage.k8s.io/v1/CSIDriver', 'spec: { fsGroupPolicy: Files }', 'spec.fsGroupPolicy: Unsupported value: "Files"'],
  [
    'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding',
    'spec: { policyName: a, validationActions: [deny] }',
    'spec.validationActions[0]: Unsupported value: "deny"',
  ],
])('%s: %s', (type, fields, message) => {
  expect(refused(object(type, fields)).map((found) => found.slice(0, message.length))).toEqual([message]);
});

describe('objects of each kind', () => {
  it.each(OBJECTS)('%s: %s', (type, fields, message) => {
    const text = object(type, fields).replace('metadata: { name: a.b }, metadata', 'metadata');
    expect(refused(text).map((found) => found.slice(0, message.length))).toContain(message);
  });

  it('show no value of a Secret', () => {
    const text = object('v1/Secret', "data: { a: 'very secret' }");
    expect(refused(text)).toEqual(['data.a: Invalid value: illegal base64 data: it has spaces']);
  });
});

const SERVICE = 'selector: { app: web }';

describe('Services', () => {
  it.each([
    [
      `type: Loadbalancer, ${SERVICE}, ports: [{ port: 80 }]`,
      [
        'spec.type: Unsupported value: "Loadbalancer": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"; did you mean LoadBalancer?',
      ],
    ],
    [
      `${SERVICE}, ports: [{ port: 80 }, { port: 81 }]`,
      ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
    ],
    [`${SERVICE}, ports: [{ name: a, port: 80 }, { name: b, port: 80 }]`, ['spec.ports[1].port: Duplicate value: 80']],
    [
      `${SERVICE}, ports: [{ port: 80, nodePort: 30000 }]`,
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [`${SERVICE}`, ['spec.ports: Required value']],
    ['type: ExternalName', ['spec.externalName: Required value']],
    [
      `type: NodePort, clusterIP: None, ${SERVICE}, ports: [{ port: 80 }]`,
      ['spec.clusterIP: Invalid value: "None": may not be set to \'None\' for NodePort services'],
    ],
    [
      `${SERVICE}, externalTrafficPolicy: Local, ports: [{ port: 80 }]`,
      ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
    ],
    [
      `${SERVICE}, loadBalancerSourceRanges: [10.0.0.0/8], ports: [{ port: 80 }]`,
      ["spec.loadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ],
  ])('are refused with %s', (spec, messages) => {
    expect(refused(`{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: { ${spec} } }`)).toEqual(messages);
  });

  it.each([
    `clusterIP: None, ${SERVICE}`,
    'type: ExternalName, externalName: db.example.com.',
    `${SERVICE}, ports: [{ name: a, port: 53 }, { name: b, port: 53, protocol: UDP }]`,
    `type: LoadBalancer, ${SERVICE}, loadBalancerSourceRanges: [' 10.0.0.0/8'], ports: [{ port: 80, nodePort: 80 }]`,
  ])('are accepted with %s', (spec) => {
    expect(refused(`{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: { ${spec} } }`)).toEqual([]);
  });
});
