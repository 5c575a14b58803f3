import { objectOf, podOf, type Topic } from './topic.ts';

/** Rows that begin with the type of their object. */
const anyKind = (row: string): string => {
  const [type = '', ...fields] = row.split(' ');
  return objectOf(type)(fields.join(' '));
};

const RULE = "operations: [CREATE], apiGroups: [''], apiVersions: [v1]";
const hook = (more: string): string =>
  `admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration webhooks: [{ name: a.b.c, sideEffects: None, admissionReviewVersions: [v1], clientConfig: { url: https://a/b }, ${more} }]`;
const policy = (more: string): string =>
  `admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy spec: { matchConstraints: { resourceRules: [{ ${RULE}, resources: [pods] }] }, ${more} }`;
const binding = (more: string): string =>
  `admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding spec: { policyName: a, validationActions: [Deny], ${more} }`;
const flow = (rules: string): string =>
  `flowcontrol.apiserver.k8s.io/v1/FlowSchema spec: { priorityLevelConfiguration: { name: a }, rules: [${rules}] }`;
const USER = 'subjects: [{ kind: User, user: { name: a } }]';
const level = (limited: string): string =>
  `flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration spec: { type: Limited, limited: { ${limited} } }`;
const claim = (devices: string): string => `resource.k8s.io/v1/ResourceClaim spec: { devices: { ${devices} } }`;
const GPU = 'requests: [{ name: gpu, exactly: { deviceClassName: a } }]';

export const RARE: Topic[] = [
  {
    name: 'users of Windows',
    object: (name) => podOf(`os: { name: windows }, securityContext: { windowsOptions: { runAsUserName: ${name} } }`),
    refused: ['a\\b\\c', '"a\\tb"', '"*"', '"..."', 'a@b', 'a/b', '"\\\\a"', '"a\\\\"', `${'a'.repeat(105)}`],
    accepted: ['ContainerUser', 'NT AUTHORITY\\SYSTEM', 'example.com\\user', '"a b.c"', `${'a'.repeat(104)}`],
  },
  {
    name: 'profiles in annotations and fields',
    object: (row) => {
      const [annotations = '', context = ''] = row.split(' | ');
      return podOf(`securityContext: { ${context} }`).replace(
        'metadata: { labels',
        `metadata: { annotations: { ${annotations} }, labels`,
      );
    },
    refused: [
      'container.apparmor.security.beta.kubernetes.io/web: unconfined | appArmorProfile: { type: RuntimeDefault }',
      'container.apparmor.security.beta.kubernetes.io/web: localhost/a | appArmorProfile: { type: Localhost, localhostProfile: b }',
      'seccomp.security.alpha.kubernetes.io/pod: unconfined | seccompProfile: { type: RuntimeDefault }',
      'seccomp.security.alpha.kubernetes.io/pod: localhost/a | seccompProfile: { type: Localhost, localhostProfile: b }',
    ],
    accepted: [
      'container.apparmor.security.beta.kubernetes.io/web: runtime/default | appArmorProfile: { type: RuntimeDefault }',
      'seccomp.security.alpha.kubernetes.io/pod: docker/default | seccompProfile: { type: RuntimeDefault }',
      'seccomp.security.alpha.kubernetes.io/pod: unconfined | seccompProfile: { type: Unconfined }',
    ],
  },
  {
    name: 'volumes of storage systems',
    object: (source) => podOf(`volumes: [{ name: a, ${source} }]`),
    refused: [
      'awsElasticBlockStore: { volumeID: v, partition: 256 }',
      'gcePersistentDisk: { pdName: "" }',
      'cinder: {}',
      'cephfs: { monitors: [] }',
      'fc: {}',
      'fc: { targetWWNs: [a] }',
      'fc: { targetWWNs: [a], lun: 256 }',
      'fc: { targetWWNs: [a], wwids: [b], lun: 1 }',
      'flexVolume: {}',
      'flexVolume: { driver: a, options: { kubernetes.io/a: b } }',
      'flocker: {}',
      'flocker: { datasetName: a, datasetUUID: b }',
      'flocker: { datasetName: a/b }',
      'iscsi: { targetPortal: p, iqn: iqn.bad, lun: 0 }',
      'iscsi: { targetPortal: p, iqn: "iqn.2001-04.com.example:a", lun: 256 }',
      'iscsi: { targetPortal: p, iqn: "iqn.2001-04.com.example:a", lun: 0, chapAuthSession: true }',
      'quobyte: { registry: a, volume: v }',
      'quobyte: { registry: "a:1" }',
      'storageos: { volumeName: A_b }',
      'scaleIO: { gateway: a, system: b, secretRef: { name: s } }',
      'vsphereVolume: {}',
      'portworxVolume: {}',
      'azureDisk: { diskName: d, diskURI: /subscriptions/a, kind: Shared }',
      'azureDisk: { diskName: d, diskURI: https://a, cachingMode: readOnly }',
      'csi: { driver: a.b, nodePublishSecretRef: {} }',
      `csi: { driver: ${'a'.repeat(64)} }`,
      'gitRepo: { repository: r, directory: ../a }',
    ],
    accepted: [
      'awsElasticBlockStore: { volumeID: v, partition: 255 }',
      'cinder: { volumeID: v }',
      'fc: { wwids: [a] }',
      'fc: { targetWWNs: [a], lun: 0 }',
      'flexVolume: { driver: a, options: { a: b } }',
      'flocker: { datasetUUID: a }',
      'quobyte: { registry: "a:1,b:2", volume: v }',
      'azureDisk: { diskName: d, diskURI: https://a.blob.core.windows.net/a.vhd }',
      'scaleIO: { gateway: a, system: b, volumeName: v, secretRef: { name: s } }',
      'gitRepo: { repository: r }',
      `csi: { driver: ${'a'.repeat(63)} }`,
    ],
  },
  {
    name: 'addresses of Services',
    object: (fields) => objectOf('v1/Service')(`spec: { ports: [{ port: 80 }], ${fields} }`),
    refused: [
      'clusterIP: 10.0.0.6, clusterIPs: [10.0.0.5]',
      'clusterIP: None, clusterIPs: [None, 10.0.0.5]',
      'clusterIP: 10.0.0.5, clusterIPs: [10.0.0.5, 10.0.0.6], ipFamilyPolicy: RequireDualStack',
      'clusterIP: 10.0.0.5, ipFamilies: [IPv6]',
      'clusterIP: "", clusterIPs: [10.0.0.5]',
      'clusterIPs: [None]',
      'type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 70000',
      'type: LoadBalancer, healthCheckNodePort: 30000',
    ],
    accepted: ['clusterIP: None, clusterIPs: [None]', 'clusterIP: ""'],
  },
  {
    name: 'annotations of Services',
    object: (row) => {
      const [annotation = '', spec = ''] = row.split(' | ');
      return objectOf(
        'v1/Service',
        `name: web, annotations: { ${annotation} }`,
      )(`spec: { ports: [{ port: 80 }], ${spec} }`);
    },
    refused: [
      'service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8 | type: ClusterIP',
      'service.beta.kubernetes.io/load-balancer-source-ranges: "10.0.0.0/8, all" | type: LoadBalancer',
      'service.kubernetes.io/topology-mode: Auto, service.kubernetes.io/topology-aware-hints: Disabled | type: ClusterIP',
    ],
    accepted: [
      'service.beta.kubernetes.io/load-balancer-source-ranges: "10.0.0.0/8, 11.0.0.0/8" | type: LoadBalancer',
      'service.beta.kubernetes.io/load-balancer-source-ranges: "" | type: LoadBalancer',
      'service.kubernetes.io/topology-mode: any | type: ClusterIP',
    ],
  },
  {
    name: 'admission rules and policies',
    object: anyKind,
    refused: [
      hook(`rules: [{ ${RULE}, resources: ['*', pods] }]`),
      hook(`rules: [{ ${RULE}, resources: ['*/*', pods] }]`),
      hook(`rules: [{ ${RULE}, resources: [pods/*, pods/status] }]`),
      hook(`rules: [{ ${RULE}, resources: ['*/scale', deployments/scale] }]`),
      hook(`rules: [{ ${RULE}, resources: [''] }]`),
      hook(`rules: [{ ${RULE}, resources: [pods], scope: cluster }]`),
      hook("matchConditions: [{ name: a, expression: 'true' }, { name: a, expression: 'true' }]"),
      hook("matchConditions: [{ name: 'a b', expression: 'true' }]"),
      hook('reinvocationPolicy: Never'),
      hook('matchPolicy: exact'),
      hook('timeoutSeconds: 0'),
      policy("validations: [{ expression: 'true', message: ' ' }]"),
      policy("validations: [{ expression: 'true', reason: NotFound }]"),
      policy("validations: [{ expression: 'true', messageExpression: ' ' }]"),
      policy("validations: [{ expression: 'true' }], variables: [{ name: 'a b', expression: 'true' }]"),
      policy("validations: [{ expression: 'true' }], variables: [{ name: a }]"),
      policy("validations: [{ expression: 'true' }], paramKind: { kind: ConfigMap }"),
      policy("validations: [{ expression: 'true' }], paramKind: { apiVersion: a/b/c, kind: ConfigMap }"),
      policy("validations: [{ expression: 'true' }], paramKind: { apiVersion: v1, kind: Config_Map }"),
      policy("auditAnnotations: [{ key: 'a b', valueExpression: \"'a'\" }]"),
      policy('auditAnnotations: [{ key: a }]'),
      binding('paramRef: { parameterNotFoundAction: Deny }'),
      binding('paramRef: { name: a }'),
      binding('paramRef: { name: a, parameterNotFoundAction: deny }'),
      binding('paramRef: { name: a, selector: {}, parameterNotFoundAction: Deny }'),
      binding('matchResources: { matchPolicy: exact }'),
      binding('matchResources: { namespaceSelector: { matchLabels: { a: b c } } }'),
      binding(`matchResources: { resourceRules: [{ ${RULE}, resources: [pods], resourceNames: [a/b] }] }`),
      binding(`matchResources: { resourceRules: [{ ${RULE}, resources: [pods], resourceNames: [a, a] }] }`),
    ],
    accepted: [
      hook(`rules: [{ ${RULE}, resources: [pods, pods/status, '*/scale'] }]`),
      hook(`rules: [{ ${RULE}, resources: ['*', pods/log] }]`),
      hook("matchConditions: [{ name: example.com/a, expression: 'true' }]"),
      policy('auditAnnotations: [{ key: a, valueExpression: "\'a\'" }]'),
      binding('paramRef: { selector: {}, parameterNotFoundAction: Allow }'),
      binding('matchResources: {}'),
    ],
  },
  {
    name: 'flow control',
    object: anyKind,
    refused: [
      'flowcontrol.apiserver.k8s.io/v1/FlowSchema spec: { matchingPrecedence: 1, priorityLevelConfiguration: { name: a } }',
      'flowcontrol.apiserver.k8s.io/v1/FlowSchema spec: { matchingPrecedence: 10001, priorityLevelConfiguration: { name: a } }',
      'flowcontrol.apiserver.k8s.io/v1/FlowSchema spec: { distinguisherMethod: { type: byUser }, priorityLevelConfiguration: { name: a } }',
      flow(`{ ${USER} }`),
      flow(`{ subjects: [{ kind: User }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }`),
      flow(
        `{ subjects: [{ kind: user, user: { name: a } }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }`,
      ),
      flow(
        `{ subjects: [{ kind: User, user: { name: a }, group: { name: a } }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }`,
      ),
      flow(
        `{ subjects: [{ kind: ServiceAccount, serviceAccount: { name: a } }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }`,
      ),
      flow(`{ ${USER}, nonResourceRules: [{ verbs: [GET], nonResourceURLs: ['*'] }] }`),
      flow(`{ ${USER}, nonResourceRules: [{ verbs: ['*', get], nonResourceURLs: ['*'] }] }`),
      flow(`{ ${USER}, nonResourceRules: [{ verbs: [get], nonResourceURLs: [healthz] }] }`),
      flow(`{ ${USER}, nonResourceRules: [{ verbs: [get], nonResourceURLs: [/a*] }] }`),
      flow(`{ ${USER}, resourceRules: [{ verbs: [get], apiGroups: [''], resources: [pods] }] }`),
      flow(`{ ${USER}, resourceRules: [{ verbs: [get], apiGroups: [''], resources: [pods], namespaces: [A_b] }] }`),
      flow(`{ ${USER}, resourceRules: [{ verbs: [get], apiGroups: [], resources: [pods], clusterScope: true }] }`),
      level('limitResponse: { type: reject }'),
      level('limitResponse: { type: Reject, queuing: {} }'),
      level('limitResponse: { type: Reject }, nominalConcurrencyShares: -1'),
      level('limitResponse: { type: Reject }, lendablePercent: 101'),
      level('limitResponse: { type: Queue, queuing: { queues: 4, handSize: 5 } }'),
      level('limitResponse: { type: Queue, queuing: { queues: 512, handSize: 8 } }'),
      'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration spec: { type: Exempt }',
      'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration spec: { type: Limited }',
    ],
    accepted: [
      'flowcontrol.apiserver.k8s.io/v1/FlowSchema spec: { priorityLevelConfiguration: { name: a } }',
      flow(`{ ${USER}, nonResourceRules: [{ verbs: [get], nonResourceURLs: [/, /a/*] }] }`),
      flow(`{ ${USER}, resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true }] }`),
      level('limitResponse: { type: Reject }'),
      level('limitResponse: { type: Queue, queuing: { queues: 64, handSize: 8 } }'),
    ],
  },
  {
    name: 'claims of devices',
    object: anyKind,
    refused: [
      claim('requests: [{ exactly: { deviceClassName: a } }]'),
      claim('requests: [{ name: gpu, exactly: { deviceClassName: A } }]'),
      claim('requests: [{ name: gpu, exactly: { deviceClassName: a, allocationMode: all } }]'),
      claim('requests: [{ name: gpu, exactly: { deviceClassName: a, allocationMode: All, count: 2 } }]'),
      claim('requests: [{ name: gpu, exactly: { deviceClassName: a, count: -1 } }]'),
      claim('requests: [{ name: gpu, exactly: { deviceClassName: a, selectors: [{}] } }]'),
      claim(
        'requests: [{ name: gpu, exactly: { deviceClassName: a }, firstAvailable: [{ name: b, deviceClassName: a }] }]',
      ),
      claim('requests: [{ name: gpu, firstAvailable: [{ name: b }] }]'),
      claim(
        'requests: [{ name: gpu, exactly: { deviceClassName: a } }, { name: gpu, exactly: { deviceClassName: a } }]',
      ),
      claim(`${GPU}, constraints: [{ requests: [other], matchAttribute: a.b/c }]`),
      claim(`${GPU}, constraints: [{ requests: [gpu] }]`),
      claim(`${GPU}, constraints: [{ requests: [gpu], matchAttribute: model }]`),
      claim(`${GPU}, config: [{ requests: [gpu] }]`),
      claim(`${GPU}, config: [{ requests: [gpu], opaque: { driver: a.b } }]`),
      claim(`${GPU}, config: [{ requests: [other], opaque: { driver: a.b, parameters: { c: d } } }]`),
      'resource.k8s.io/v1/DeviceClass spec: { config: [{}] }',
    ],
    accepted: [
      claim(GPU),
      claim('requests: []'),
      claim('requests: [{ name: gpu, exactly: { deviceClassName: a, allocationMode: All } }]'),
      claim('requests: [{ name: gpu, firstAvailable: [{ name: b, deviceClassName: a, count: 2 }] }]'),
      claim(`${GPU}, constraints: [{ requests: [gpu], matchAttribute: a.b/c }]`),
      claim(`${GPU}, config: [{ requests: [gpu], opaque: { driver: a.b, parameters: { c: d } } }]`),
    ],
  },
  {
    name: 'kinds of the cluster',
    object: (row) => {
      const [type = '', name = '', ...fields] = row.split(' ');
      return objectOf(type, `name: ${name}`)(fields.join(' '));
    },
    refused: [
      'apiregistration.k8s.io/v1/APIService v1.a.b spec: { group: a.b, version: v1, groupPriorityMinimum: 0, versionPriority: 10 }',
      'apiregistration.k8s.io/v1/APIService v1.a.b spec: { group: a.b, version: v1, groupPriorityMinimum: 100, versionPriority: 1001 }',
      'apiregistration.k8s.io/v1/APIService v1.a.b spec: { group: a.b, version: v1, groupPriorityMinimum: 100, versionPriority: 10, insecureSkipTLSVerify: true }',
      'apiregistration.k8s.io/v1/APIService v1.a.b spec: { group: a.b, version: v1, groupPriorityMinimum: 100, versionPriority: 10, service: { name: a } }',
      'apiregistration.k8s.io/v1/APIService v1.a.b spec: { group: a.b, version: v1, groupPriorityMinimum: 100, versionPriority: 10, caBundle: YQ==, insecureSkipTLSVerify: true, service: { name: a, namespace: b } }',
      'certificates.k8s.io/v1/CertificateSigningRequest a spec: { request: YQ==, usages: [client auth], signerName: a.b/c }',
      'coordination.k8s.io/v1/Lease a spec: { leaseTransitions: -1 }',
      'networking.k8s.io/v1/ServiceCIDR a spec: { cidrs: [] }',
      'networking.k8s.io/v1/ServiceCIDR a spec: { cidrs: [10.0.0.5/16] }',
      'resource.k8s.io/v1/ResourceClaimTemplate a spec: { metadata: { labels: { a: b c } }, spec: {} }',
      'v1/Endpoints a subsets: [{ addresses: [null], ports: [{ port: 80 }] }]',
      'v1/Endpoints a subsets: [{ addresses: [{ ip: 10.1.2.3 }], ports: [null] }]',
      'networking.k8s.io/v1/ServiceCIDR a spec: { cidrs: [10.0.0.0] }',
      'networking.k8s.io/v1/ServiceCIDR a spec: { cidrs: [10.0.0.0/16, 10.1.0.0/16] }',
      'networking.k8s.io/v1/IPAddress web spec: { parentRef: { resource: services, name: web } }',
      'networking.k8s.io/v1/IPAddress 10.0.0.1 spec: {}',
      'networking.k8s.io/v1/IPAddress 10.0.0.1 spec: { parentRef: { name: web } }',
      'v1/Node a spec: { taints: [{ key: a }] }',
      'v1/Node a spec: { taints: [{ key: a, effect: noSchedule }] }',
      'v1/Node a spec: { taints: [{ key: a, effect: NoSchedule }, { key: a, effect: NoSchedule, value: b }] }',
      'apps/v1/ControllerRevision a revision: 1',
      'apps/v1/ControllerRevision a revision: -1, data: { a: b }',
      'storage.k8s.io/v1/CSINode a spec: { drivers: [{ name: a.b }] }',
      'storage.k8s.io/v1/CSINode a spec: { drivers: [{ name: a.b, nodeID: a }, { name: a.b, nodeID: a }] }',
      'storage.k8s.io/v1/CSIStorageCapacity a storageClassName: A_b',
      'storage.k8s.io/v1/CSIStorageCapacity a storageClassName: a, capacity: -1',
      'storage.k8s.io/v1/StorageClass a provisioner: a.b/c, allowedTopologies: [{}]',
      'coordination.k8s.io/v1/Lease a spec: { leaseTransitions: 2147483648 }',
      'coordination.k8s.io/v1/Lease a spec: { leaseTransitions: -2147483649 }',
      "coordination.k8s.io/v1/Lease a spec: { renewTime: '2026-01-02' }",
      "coordination.k8s.io/v1/Lease a spec: { renewTime: '2026-01-02 03:04:05.000000Z' }",
      'v1/LimitRange a spec: { limits: [{ type: Container, default: { cpu: }, min: { cpu: 1 } }] }',
      'storage.k8s.io/v1/CSIStorageCapacity a storageClassName: a, nodeTopology: { matchLabels: { a: b c } }',
      'storage.k8s.io/v1/StorageClass a provisioner: a.b/c, allowedTopologies: [{ matchLabelExpressions: [{ key: a, values: [b, b] }] }]',
      'storage.k8s.io/v1/StorageClass a provisioner: a.b/c, allowedTopologies: [{ matchLabelExpressions: [{ key: a, values: [b] }, { key: a, values: [c] }] }]',
    ],
    accepted: [
      'apiregistration.k8s.io/v1/APIService v1.a.b spec: { group: a.b, version: v1, groupPriorityMinimum: 100, versionPriority: 10 }',
      'networking.k8s.io/v1/ServiceCIDR a spec: { cidrs: [10.0.0.0/16, "fd00::/112"] }',
      'networking.k8s.io/v1/IPAddress 10.0.0.9 spec: { parentRef: { resource: services, name: web } }',
      'v1/Node a spec: { taints: [{ key: a, effect: NoSchedule }, { key: a, effect: NoExecute }] }',
      'apps/v1/ControllerRevision a revision: 1, data: { a: b }',
      'storage.k8s.io/v1/CSINode a spec: { drivers: [] }',
      'storage.k8s.io/v1/CSINode a ',
      'storage.k8s.io/v1/CSINode a spec: {}',
      'storage.k8s.io/v1/CSIDriver a ',
      'storage.k8s.io/v1/CSIDriver a spec: { tokenRequests: [{}] }',
      'apps/v1/ControllerRevision a data: { a: b }',
      'v1/Event a ',
      'v1/Node a spec: { configSource: { configMap: {} } }',
      "v1/PersistentVolume a spec: { capacity: { storage: 1Gi }, accessModes: [ReadWriteOnce], iscsi: { targetPortal: '10.0.0.1:3260', iqn: 'iqn.2001-04.com.example:a' } }",
      'v1/PersistentVolume a spec: { capacity: { storage: 1Gi }, accessModes: [ReadWriteOnce], scaleIO: { gateway: a, system: b, volumeName: c } }',
      'resource.k8s.io/v1/DeviceClass a ',
      'resource.k8s.io/v1/ResourceClaim a ',
      'resource.k8s.io/v1/ResourceClaimTemplate a ',
      'resource.k8s.io/v1/ResourceClaimTemplate a spec: {}',
      'resource.k8s.io/v1/ResourceSlice a spec: { driver: a.b, nodeName: a, pool: { name: a, resourceSliceCount: 1 }, devices: [{ name: a, taints: [{ key: a }] }] }',
      'discovery.k8s.io/v1/EndpointSlice a addressType: IPv4, endpoints: [{ addresses: [10.1.2.3], hints: { forZones: [{}] } }]',
      "coordination.k8s.io/v1/Lease a spec: { leaseTransitions: 2147483647, renewTime: '2026-01-02T03:04:05.123456+02:00' }",
    ],
  },
];
