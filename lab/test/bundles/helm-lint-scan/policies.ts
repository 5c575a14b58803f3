/** ValidatingAdmissionPolicies, each with a binding, for the API server and for the action. */

/** A policy for all resources of these kinds. */
const policy = (name: string, resources: string, spec: string): string => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${name} }
spec:
  matchConstraints:
    resourceRules:
      - { apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: ${resources} }
  ${spec.trim().replaceAll('\n', '\n  ')}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: ${name} }
spec: { policyName: ${name}, validationActions: [Deny] }
`;

export const POLICIES = [
  // Each says what the API server fills in.
  policy(
    'default-workload',
    '[deployments, statefulsets, daemonsets, jobs]',
    `
matchConditions: [{ name: only-defaults, expression: "object.metadata.name == 'defaults'" }]
variables:
  - { name: spec, expression: object.spec }
  - { name: pod, expression: object.spec.template.spec }
  - { name: web, expression: "variables.pod.containers[0]" }
validations:
  - expression: >-
      object.kind != 'Deployment' || variables.spec.replicas == 1 && variables.spec.revisionHistoryLimit == 10 &&
      variables.spec.progressDeadlineSeconds == 600 && variables.spec.strategy.type == 'RollingUpdate' &&
      variables.spec.strategy.rollingUpdate == {'maxSurge': '25%', 'maxUnavailable': '25%'}
  - expression: >-
      object.kind != 'StatefulSet' || variables.spec.replicas == 1 && variables.spec.podManagementPolicy == 'OrderedReady' &&
      variables.spec.revisionHistoryLimit == 10 && variables.spec.updateStrategy.rollingUpdate.partition == 0 &&
      variables.spec.persistentVolumeClaimRetentionPolicy == {'whenDeleted': 'Retain', 'whenScaled': 'Retain'}
  - expression: object.kind != 'DaemonSet' || variables.spec.revisionHistoryLimit == 10 && variables.spec.updateStrategy.rollingUpdate.maxUnavailable == 1
  - expression: >-
      object.kind != 'Job' || variables.spec.completions == 1 && variables.spec.parallelism == 1 && variables.spec.backoffLimit == 6 &&
      variables.spec.suspend == false && variables.spec.completionMode == 'NonIndexed'
  - expression: >-
      object.kind == 'Job' || variables.pod.restartPolicy == 'Always'
  - expression: >-
      variables.pod.dnsPolicy == 'ClusterFirst' && variables.pod.terminationGracePeriodSeconds == 30 &&
      variables.pod.schedulerName == 'default-scheduler' && variables.pod.securityContext.size() == 0 &&
      !has(variables.pod.enableServiceLinks)
  - expression: >-
      variables.web.terminationMessagePath == '/dev/termination-log' && variables.web.terminationMessagePolicy == 'File' &&
      variables.web.ports[0].protocol == 'TCP' && !has(variables.web.resources.requests)
  - expression: >-
      variables.web.livenessProbe.timeoutSeconds == 1 && variables.web.livenessProbe.periodSeconds == 10 &&
      variables.web.livenessProbe.successThreshold == 1 && variables.web.livenessProbe.failureThreshold == 3 &&
      variables.web.livenessProbe.httpGet.path == '/' && variables.web.livenessProbe.httpGet.scheme == 'HTTP'`,
  ),
  policy(
    'default-recreate',
    '[deployments]',
    `
matchConditions: [{ name: recreate, expression: object.spec.strategy.type == 'Recreate' }]
validations:
  - expression: "!has(object.spec.strategy.rollingUpdate)"`,
  ),
  policy(
    'default-pod',
    '[pods]',
    `
validations:
  - expression: >-
      object.spec.enableServiceLinks && object.spec.containers[0].resources.requests.memory == '512Mi' &&
      object.spec.restartPolicy == 'Always'`,
  ),
  policy(
    'default-others',
    '["*"]',
    `
validations:
  - expression: >-
      object.kind != 'CronJob' || object.spec.concurrencyPolicy == 'Allow' && !object.spec.suspend &&
      object.spec.successfulJobsHistoryLimit == 3 && object.spec.failedJobsHistoryLimit == 1
  - expression: >-
      object.kind != 'Service' || object.spec.sessionAffinity == 'None' && (object.spec.type == 'ExternalName' ||
      object.spec.internalTrafficPolicy == 'Cluster' && object.spec.ports[0].targetPort == object.spec.ports[0].port)
  - expression: >-
      object.kind != 'Service' || object.spec.type != 'NodePort' || object.spec.externalTrafficPolicy == 'Cluster'
  - expression: >-
      object.kind != 'HorizontalPodAutoscaler' || object.spec.minReplicas == 1
  - expression: >-
      object.kind != 'PersistentVolumeClaim' || object.spec.volumeMode == 'Filesystem'
  - expression: >-
      object.kind != 'NetworkPolicy' || object.spec.policyTypes == (has(object.spec.egress) ? ['Ingress', 'Egress'] : ['Ingress'])
  - expression: >-
      object.kind != 'Secret' || object.type == 'Opaque'`,
  ),
  policy(
    'replicas',
    '[deployments, statefulsets]',
    `
validations:
  - expression: object.spec.replicas <= 3
    messageExpression: "string(object.spec.replicas) + ' pods are more than 3'"`,
  ),
  policy(
    'registry',
    '[deployments]',
    `
variables:
  - name: containers
    expression: object.spec.template.spec.containers + object.spec.template.spec.?initContainers.orValue([])
  - name: foreign
    expression: variables.containers.filter(c, !c.image.startsWith('registry.example.com/'))
  - name: broken
    expression: object.spec.nothing.here
validations:
  - expression: variables.foreign.size() == 0
    messageExpression: "'foreign images: ' + variables.foreign.map(c, c.image).join(', ')"
  - expression: object.spec.replicas < 100 || variables.broken`,
  ),
  policy(
    'pulls',
    '["*"]',
    `
matchConditions:
  - { name: pods, expression: object.kind == 'Deployment' && request.operation == 'CREATE' }
  - { name: not-exempt, expression: "!('exempt' in object.metadata.?labels.orValue({}))" }
validations:
  - expression: object.spec.template.spec.containers.all(c, c.imagePullPolicy == 'IfNotPresent')
    message: an image is always pulled
  - expression: object.spec.template.spec.terminationGracePeriodSeconds >= 30 && object.spec.template.spec.restartPolicy == 'Always'
    message: pods end early`,
  ),
  policy(
    'memory',
    '[deployments]',
    `
validations:
  - expression: >-
      object.spec.template.spec.containers.all(c, !has(c.resources.limits) ||
      quantity(c.resources.limits.memory).isLessThan(quantity('1Gi')))
    message: a container may use more than 1 GiB`,
  ),
  policy(
    'ports',
    '[services]',
    `
validations:
  - expression: object.spec.ports.all(p, p.protocol == 'TCP') && object.spec.type == 'ClusterIP'
    message: only TCP in the cluster`,
  ),
  policy(
    'owner',
    '[configmaps]',
    `
validations:
  - expression: object.metadata.labels.owner.matches('^[a-z]+$')
    message: the owner is not a name`,
  ),
  policy(
    'lenient',
    '[secrets]',
    `
failurePolicy: Ignore
validations:
  - expression: object.metadata.labels.owner == 'a'
    message: another owner`,
  ),
  policy(
    'elsewhere',
    '[ingresses, networkpolicies]',
    `
validations:
  - expression: object.metadata.namespace != 'default' || object.metadata.name.size() < 5
    message: a long name`,
  ),
].join('---\n');

const pod = (more: object = {}, container: object = {}): object => ({
  containers: [{ name: 'web', image: 'registry.example.com/web:1', ...container }],
  ...more,
});
const deployment = (spec: object, template: object = pod(), labels: Record<string, string> = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: template },
    ...spec,
  },
});
const simple = (apiVersion: string, kind: string, more: object = {}, metadata: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name: 'web', ...metadata },
  ...more,
});
const service = (spec: object) => simple('v1', 'Service', { spec: { ports: [{ port: 80 }], ...spec } });
const anyPeer = { spec: { podSelector: {} } };

const complete = {
  containers: [
    {
      name: 'web',
      image: 'registry.example.com/web:1',
      ports: [{ containerPort: 80 }],
      livenessProbe: { httpGet: { port: 80 } },
      resources: { limits: { memory: '512Mi' } },
    },
  ],
};
const workload = (apiVersion: string, kind: string, spec: object, template: object = {}) =>
  simple(
    apiVersion,
    kind,
    {
      spec: {
        ...(kind === 'Job' ? {} : { selector: { matchLabels: { app: 'web' } } }),
        template: { metadata: { labels: { app: 'web' } }, spec: { ...complete, ...template } },
        ...spec,
      },
    },
    { name: 'defaults' },
  );
const resources = { requests: { storage: '1Gi' } };

/** Objects of which the policies of the cluster look at every default. */
const DEFAULTED = [
  { ...workload('apps/v1', 'Deployment', {}), metadata: { name: 'defaults', labels: { exempt: 'true' } } },
  workload('apps/v1', 'StatefulSet', { serviceName: 'web' }),
  workload('apps/v1', 'DaemonSet', {}),
  workload('batch/v1', 'Job', {}, { restartPolicy: 'Never' }),
  deployment({ strategy: { type: 'Recreate' } }),
  simple('v1', 'Pod', { spec: complete }),
  simple('batch/v1', 'CronJob', {
    spec: {
      schedule: '0 0 * * *',
      jobTemplate: { spec: { template: { spec: { ...complete, restartPolicy: 'Never' } } } },
    },
  }),
  service({ type: 'ExternalName', externalName: 'example.com' }),
  simple('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  }),
  simple('v1', 'PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'], resources } }),
  simple('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, egress: [{}] } }),
];

/** Objects that the API server accepts without policies. */
export const OBJECTS: Record<string, unknown>[] = [
  ...DEFAULTED,
  deployment({}),
  deployment({ replicas: 3 }),
  deployment({ replicas: 4 }),
  deployment({ replicas: 0 }),
  deployment({}, pod({}, { image: 'docker.io/web:1' })),
  deployment({}, pod({ initContainers: [{ name: 'init', image: 'docker.io/init:1' }] })),
  deployment({}, pod({ initContainers: [{ name: 'init', image: 'registry.example.com/init:1' }] })),
  deployment({}, pod({}, { image: 'registry.example.com/web' })),
  deployment({}, pod({}, { image: 'registry.example.com/web:latest' })),
  deployment({}, pod({}, { image: 'registry.example.com/web:latest' }), { exempt: 'true' }),
  deployment({}, pod({}, { imagePullPolicy: 'Always' })),
  deployment({}, pod({}, { image: `registry.example.com/web@sha256:${'a'.repeat(64)}` })),
  deployment({}, pod({ terminationGracePeriodSeconds: 29 })),
  deployment({}, pod({}, { resources: { limits: { memory: '2Gi' } } })),
  deployment({}, pod({}, { resources: { limits: { memory: '1023Mi' } } })),
  deployment({}, pod({}, { resources: { limits: { cpu: '1' } } })),
  deployment({}, pod({}, { resources: {} })),
  service({}),
  service({ ports: [{ port: 53, protocol: 'UDP' }] }),
  service({ type: 'NodePort' }),
  simple('v1', 'ConfigMap'),
  simple('v1', 'ConfigMap', {}, { labels: { owner: 'shop' } }),
  simple('v1', 'ConfigMap', {}, { labels: { owner: 'Shop' } }),
  simple('v1', 'Secret'),
  simple('v1', 'Secret', {}, { labels: { owner: 'b' } }),
  simple('networking.k8s.io/v1', 'NetworkPolicy', anyPeer),
  simple('networking.k8s.io/v1', 'NetworkPolicy', anyPeer, { name: 'website' }),
  simple(
    'networking.k8s.io/v1',
    'Ingress',
    { spec: { defaultBackend: { service: { name: 'a', port: { number: 1 } } } } },
    { name: 'website' },
  ),
];
