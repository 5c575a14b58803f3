import { parseAllDocuments } from 'yaml';

import { indent, SMALL_JOB_TEMPLATE, SMALL_TEMPLATE, TEMPLATE, workload } from './server-pods.ts';

/** Objects that the API server accepts, one or two of each kind. */
const OBJECTS = [
  workload('Deployment', `template:\n${indent(TEMPLATE, 2)}`),
  workload(
    'Deployment',
    `replicas: 2\nrevisionHistoryLimit: 3\nprogressDeadlineSeconds: 60\nstrategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }\n${SMALL_TEMPLATE}`,
  ),
  workload('Deployment', `strategy: { type: Recreate }\n${SMALL_TEMPLATE}`),
  workload('ReplicaSet', `replicas: 2\n${SMALL_TEMPLATE}`),
  workload(
    'DaemonSet',
    `revisionHistoryLimit: 3\nupdateStrategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 10%, maxSurge: 0 } }\n${SMALL_TEMPLATE}`,
  ),
  workload(
    'StatefulSet',
    `replicas: 2
serviceName: web
podManagementPolicy: Parallel
updateStrategy: { type: RollingUpdate, rollingUpdate: { partition: 1 } }
persistentVolumeClaimRetentionPolicy: { whenDeleted: Retain, whenScaled: Delete }
volumeClaimTemplates: [{ metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], storageClassName: fast, volumeMode: Filesystem, resources: { requests: { storage: 1Gi } } } }]
template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: web, image: web, volumeMounts: [{ name: data, mountPath: /data }] }] } }`,
  ),
  `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { restartPolicy: Never, activeDeadlineSeconds: 60, os: { name: linux }, hostNetwork: true, readinessGates: [{ conditionType: example.com/a }], schedulingGates: [{ name: example.com/a }], containers: [{ name: web, image: web, ports: [{ containerPort: 80, hostPort: 80 }] }] }
`,
  `
apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec:
  backoffLimit: 3
  completions: 2
  parallelism: 2
  completionMode: Indexed
  backoffLimitPerIndex: 1
  maxFailedIndexes: 1
  ttlSecondsAfterFinished: 60
  activeDeadlineSeconds: 60
  podReplacementPolicy: Failed
  podFailurePolicy: { rules: [{ action: FailJob, onExitCodes: { containerName: web, operator: In, values: [1, 2] } }, { action: Ignore, onPodConditions: [{ type: DisruptionTarget, status: 'True' }] }] }
  ${SMALL_JOB_TEMPLATE}
`,
  `
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
spec:
  schedule: 0 3 * * 1-5
  timeZone: Europe/Berlin
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 60
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 1
  jobTemplate: { spec: { backoffLimit: 1, ${SMALL_JOB_TEMPLATE} } }
`,
  `
apiVersion: v1
kind: Service
metadata: { name: web, labels: { app: web } }
spec:
  type: LoadBalancer
  selector: { app: web }
  externalTrafficPolicy: Local
  internalTrafficPolicy: Cluster
  loadBalancerClass: example.com/lb
  loadBalancerSourceRanges: [10.0.0.0/8]
  sessionAffinity: ClientIP
  sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }
  ipFamilies: [IPv4]
  ipFamilyPolicy: SingleStack
  ports: [{ name: http, port: 80, targetPort: http, protocol: TCP, appProtocol: http }, { name: metrics, port: 9090, targetPort: 9090 }]
`,
  `
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: ClusterIP, selector: { app: web }, externalIPs: [10.1.2.3], trafficDistribution: PreferClose, ports: [{ port: 80, targetPort: 8080 }] }
`,
  `
apiVersion: v1
kind: Service
metadata: { name: db }
spec: { type: ExternalName, externalName: db.example.com }
`,
  `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec:
  ingressClassName: nginx
  defaultBackend: { service: { name: web, port: { name: http } } }
  tls: [{ hosts: [a.example.com], secretName: tls }]
  rules: [{ host: a.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }, { host: '*.example.com', http: { paths: [{ pathType: ImplementationSpecific, backend: { resource: { apiGroup: example.com, kind: Bucket, name: b } } }] } }]
`,
  `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: nginx }
spec: { controller: example.com/ingress, parameters: { apiGroup: example.com, kind: P, name: p, scope: Namespace, namespace: shop } }
`,
  `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress, Egress]
  ingress: [{ from: [{ podSelector: { matchLabels: { app: a } }, namespaceSelector: {} }], ports: [{ port: 80, endPort: 90, protocol: TCP }, { port: http }] }]
  egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }] }]
`,
  `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2
  maxReplicas: 5
  behavior: { scaleDown: { stabilizationWindowSeconds: 300, selectPolicy: Min, policies: [{ type: Percent, value: 10, periodSeconds: 60 }] } }
  metrics:
    - { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 80 } } }
    - { type: ContainerResource, containerResource: { name: cpu, container: web, target: { type: AverageValue, averageValue: 100m } } }
    - { type: Pods, pods: { metric: { name: requests }, target: { type: AverageValue, averageValue: '10' } } }
    - { type: Object, object: { metric: { name: requests }, describedObject: { kind: Service, name: web, apiVersion: v1 }, target: { type: Value, value: '10' } } }
    - { type: External, external: { metric: { name: queue, selector: { matchLabels: { q: a } } }, target: { type: Value, value: '10' } } }
`,
  `
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, minReplicas: 1, maxReplicas: 2, targetCPUUtilizationPercentage: 80 }
`,
  `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 50%, selector: { matchLabels: { app: web } }, unhealthyPodEvictionPolicy: AlwaysAllow }
`,
  `
apiVersion: v1
kind: ConfigMap
metadata: { name: c, labels: { app: web } }
data: { a.txt: a, B_c: d }
binaryData: { bin: AAAA }
`,
  `
apiVersion: v1
kind: Secret
metadata: { name: s }
type: kubernetes.io/tls
data: { tls.crt: YQ==, tls.key: YQ== }
`,
  `
apiVersion: v1
kind: Secret
metadata: { name: s }
type: kubernetes.io/dockerconfigjson
stringData: { .dockerconfigjson: '{}' }
`,
  `
apiVersion: v1
kind: Secret
metadata: { name: s }
type: kubernetes.io/basic-auth
stringData: { username: a }
`,
  `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: 'a:b' }
rules: [{ apiGroups: [''], resources: [pods], resourceNames: [a], verbs: [get] }]
`,
  `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: a }
rules: [{ nonResourceURLs: [/healthz], verbs: [get] }, { apiGroups: [apps], resources: [deployments], verbs: ['*'] }]
`,
  `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: a }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: a }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }, { kind: Group, name: admins, apiGroup: rbac.authorization.k8s.io }]
`,
  `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: a }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: a }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }, { kind: User, name: me }]
`,
  `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], storageClassName: fast, volumeMode: Block, dataSource: { apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: s }, resources: { requests: { storage: 1Gi } } }
`,
  `
apiVersion: v1
kind: PersistentVolume
metadata: { name: data }
spec: { accessModes: [ReadWriteMany], capacity: { storage: 1Gi }, persistentVolumeReclaimPolicy: Retain, volumeMode: Filesystem, storageClassName: fast, nfs: { server: a, path: /a } }
`,
  `
apiVersion: v1
kind: LimitRange
metadata: { name: l }
spec: { limits: [{ type: Container, min: { cpu: 100m }, max: { cpu: 2 }, default: { cpu: 1 }, defaultRequest: { cpu: 500m } }, { type: PersistentVolumeClaim, max: { storage: 1Gi } }] }
`,
  `
apiVersion: v1
kind: ResourceQuota
metadata: { name: q }
spec: { hard: { requests.cpu: 2, pods: 10, count/jobs.batch: 3 }, scopeSelector: { matchExpressions: [{ scopeName: PriorityClass, operator: In, values: [high] }] } }
`,
  `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast }
provisioner: example.com/disk
reclaimPolicy: Delete
volumeBindingMode: WaitForFirstConsumer
parameters: { type: ssd }
`,
  `
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: high }
value: 1000
preemptionPolicy: Never
`,
  `
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: { name: gvisor }
handler: runsc
overhead: { podFixed: { cpu: 10m } }
scheduling: { nodeSelector: { a: b } }
`,
  `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: w }
webhooks:
  - name: a.example.com
    sideEffects: None
    failurePolicy: Fail
    matchPolicy: Exact
    timeoutSeconds: 5
    admissionReviewVersions: [v1]
    clientConfig: { service: { name: w, namespace: shop, path: /validate, port: 443 } }
    rules: [{ operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods], scope: Namespaced }]
`,
  `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: w }
webhooks: [{ name: a.example.com, sideEffects: None, reinvocationPolicy: Never, admissionReviewVersions: [v1], clientConfig: { url: 'https://w.example.com/mutate' } }]
`,
  `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: shops.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: shops, singular: shop, kind: Shop, listKind: ShopList, shortNames: [sh] }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } }, additionalPrinterColumns: [{ name: Age, type: date, jsonPath: .metadata.creationTimestamp }] }]
`,
  `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: e }
addressType: IPv4
ports: [{ name: http, port: 80, protocol: TCP }]
endpoints: [{ addresses: [10.1.2.3], hostname: a }]
`,
  `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: restricted } }
`,
  workload(
    'Deployment',
    `template:
  metadata: { labels: { app: web } }
  spec:
    os: { name: windows }
    hostNetwork: true
    securityContext: { windowsOptions: { gmsaCredentialSpecName: a, runAsUserName: 'DOMAIN\\user', hostProcess: true } }
    containers: [{ name: web, image: web, resizePolicy: [{ resourceName: cpu, restartPolicy: NotRequired }] }]`,
  ),
  workload(
    'Deployment',
    `template:
  metadata: { labels: { app: web }, annotations: { container.apparmor.security.beta.kubernetes.io/web: runtime/default, controller.kubernetes.io/pod-deletion-cost: '5' } }
  spec:
    hostUsers: false
    runtimeClassName: gvisor
    resources: { requests: { cpu: 1 }, limits: { cpu: 2, memory: 1Gi } }
    resourceClaims: [{ name: gpu, resourceClaimTemplateName: gpu }]
    securityContext: { supplementalGroupsPolicy: Strict, seLinuxChangePolicy: Recursive }
    volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }, { name: disk, csi: { driver: a.example.com, nodePublishSecretRef: { name: s } } }, { name: files, azureFile: { secretName: s, shareName: s } }]
    containers: [{ name: web, image: web, securityContext: { appArmorProfile: { type: RuntimeDefault } }, resources: { claims: [{ name: gpu, request: one }], requests: { cpu: 500m }, limits: { cpu: 1, hugepages-2Mi: 4Mi, memory: 128Mi } }, volumeMounts: [{ name: data, mountPath: /data, readOnly: true, recursiveReadOnly: Enabled }] }]`,
  ),
  `
apiVersion: v1
kind: ReplicationController
metadata: { name: web }
spec: { replicas: 1, selector: { app: web }, ${SMALL_TEMPLATE} }
`,
  `
apiVersion: batch/v1
kind: Job
metadata: { name: early }
spec: { completionMode: Indexed, completions: 5, parallelism: 2, managedBy: example.com/manager, successPolicy: { rules: [{ succeededIndexes: '0,2-3', succeededCount: 2 }] }, ${SMALL_JOB_TEMPLATE} }
`,
  `
apiVersion: v1
kind: PersistentVolume
metadata: { name: csi }
spec: { accessModes: [ReadWriteOnce], capacity: { storage: 1Gi }, csi: { driver: a.example.com, volumeHandle: h, nodePublishSecretRef: { name: s, namespace: shop } } }
`,
  `
apiVersion: v1
kind: PersistentVolume
metadata: { name: local }
spec: { accessModes: [ReadWriteOnce], capacity: { storage: 1Gi }, local: { path: /data }, nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: a, operator: In, values: [b] }] }] } } }
`,
  `
apiVersion: v1
kind: ResourceQuota
metadata: { name: q }
spec: { hard: { pods: 10, requests.memory: 1Gi }, scopes: [NotTerminating] }
`,
  `
apiVersion: v1
kind: Endpoints
metadata: { name: e }
subsets: [{ addresses: [{ ip: 10.1.2.3, hostname: a, nodeName: n }], ports: [{ name: http, port: 80, protocol: TCP }] }]
`,
  `
apiVersion: apps/v1
kind: ControllerRevision
metadata: { name: r }
revision: 1
data: { a: b }
`,
  `
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: { name: l }
spec: { holderIdentity: a, leaseDurationSeconds: 15, leaseTransitions: 1 }
`,
  `
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1.a.example.com }
spec: { group: a.example.com, version: v1, groupPriorityMinimum: 100, versionPriority: 10, insecureSkipTLSVerify: true, service: { name: a, namespace: shop, port: 443 } }
`,
  `
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: FlowSchema
metadata: { name: f }
spec:
  matchingPrecedence: 1000
  distinguisherMethod: { type: ByUser }
  priorityLevelConfiguration: { name: p }
  rules: [{ subjects: [{ kind: ServiceAccount, serviceAccount: { name: a, namespace: shop } }], resourceRules: [{ verbs: [get], apiGroups: [apps], resources: [deployments], namespaces: [shop] }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: [/healthz] }] }]
`,
  `
apiVersion: flowcontrol.apiserver.k8s.io/v1
kind: PriorityLevelConfiguration
metadata: { name: p }
spec: { type: Limited, limited: { nominalConcurrencyShares: 10, lendablePercent: 50, limitResponse: { type: Queue, queuing: { queues: 16, handSize: 4, queueLengthLimit: 10 } } } }
`,
  `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: p }
spec:
  failurePolicy: Fail
  paramKind: { apiVersion: v1, kind: ConfigMap }
  matchConstraints: { matchPolicy: Exact, namespaceSelector: { matchLabels: { a: b } }, resourceRules: [{ operations: [CREATE], apiGroups: [apps], apiVersions: [v1], resources: [deployments], scope: Namespaced, resourceNames: [web] }] }
  matchConditions: [{ name: a, expression: 'true' }]
  validations: [{ expression: 'true', message: no, reason: Invalid }]
  auditAnnotations: [{ key: a, valueExpression: "'a'" }]
`,
  `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: p }
spec: { policyName: p, validationActions: [Deny, Audit], paramRef: { name: a, namespace: shop, parameterNotFoundAction: Deny }, matchResources: { objectSelector: { matchLabels: { a: b } } } }
`,
  `
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: { name: a.example.com }
spec: { attachRequired: true, fsGroupPolicy: File, volumeLifecycleModes: [Persistent], tokenRequests: [{ audience: a, expirationSeconds: 3600 }] }
`,
  `
apiVersion: storage.k8s.io/v1
kind: VolumeAttachment
metadata: { name: a }
spec: { attacher: a.example.com, nodeName: n, source: { persistentVolumeName: data } }
`,
  `
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: { name: gold }
driverName: a.example.com
parameters: { iops: '100' }
`,
  `
apiVersion: storage.k8s.io/v1
kind: CSIStorageCapacity
metadata: { name: c }
storageClassName: fast
capacity: 1Gi
nodeTopology: { matchLabels: { a: b } }
`,
  `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: zones }
provisioner: example.com/disk
allowedTopologies: [{ matchLabelExpressions: [{ key: zone, values: [a, b] }] }]
`,
  `
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: { name: c }
spec: { cidrs: [10.96.0.0/16] }
`,
  `
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata: { name: 10.96.0.10 }
spec: { parentRef: { group: '', resource: services, name: web, namespace: shop } }
`,
  `
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: { name: gpu }
spec:
  devices:
    requests: [{ name: one, exactly: { deviceClassName: gpu.example.com, allocationMode: ExactCount, count: 2, selectors: [{ cel: { expression: 'true' } }] } }, { name: other, firstAvailable: [{ name: large, deviceClassName: gpu.example.com }] }]
    constraints: [{ requests: [one], matchAttribute: gpu.example.com/model }]
    config: [{ requests: [other/large], opaque: { driver: gpu.example.com, parameters: { a: b } } }]
`,
  `
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: { name: gpu }
spec: { metadata: { labels: { a: b } }, spec: { devices: { requests: [{ name: one, exactly: { deviceClassName: gpu.example.com, allocationMode: All } }] } } }
`,
  `
apiVersion: resource.k8s.io/v1
kind: DeviceClass
metadata: { name: gpu.example.com }
spec: { selectors: [{ cel: { expression: 'true' } }], config: [{ opaque: { driver: gpu.example.com, parameters: { a: b } } }] }
`,
  `
apiVersion: v1
kind: Node
metadata: { name: n }
spec: { taints: [{ key: a, value: b, effect: NoSchedule }] }
`,
  `
apiVersion: v1
kind: PodTemplate
metadata: { name: t }
${SMALL_TEMPLATE}
`,
  '{ apiVersion: v1, kind: ServiceAccount, metadata: { name: web }, imagePullSecrets: [{ name: pull }] }',
];

export const validObjects: Record<string, unknown>[] = OBJECTS.flatMap((text) =>
  parseAllDocuments(text).map((document) => document.toJS() as Record<string, unknown>),
);
