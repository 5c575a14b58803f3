/** Every line of a text, with more spaces in front. */
export function indent(text: string, columns: number): string {
  return text
    .trim()
    .replaceAll('\n', `\n${' '.repeat(columns)}`)
    .replace(/^/, ' '.repeat(columns));
}

const CONTAINER = `
name: web
image: registry.example.com/web:1.0
imagePullPolicy: IfNotPresent
terminationMessagePolicy: File
command: [run]
ports: [{ name: http, containerPort: 8080, protocol: TCP }, { name: metrics, containerPort: 9090, hostPort: 9090 }]
env:
  - { name: A, value: a }
  - { name: B, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
  - { name: C, valueFrom: { secretKeyRef: { name: s, key: k } } }
  - { name: D, valueFrom: { resourceFieldRef: { resource: limits.cpu } } }
envFrom: [{ prefix: P_, configMapRef: { name: c } }]
resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { cpu: 1, memory: 128Mi } }
volumeMounts: [{ name: config, mountPath: /config, subPath: a }, { name: scratch, mountPath: /tmp }]
readinessProbe: { httpGet: { path: /ready, port: http, scheme: HTTP, httpHeaders: [{ name: X-A, value: a }] }, periodSeconds: 5 }
livenessProbe: { tcpSocket: { port: 8080 }, successThreshold: 1, terminationGracePeriodSeconds: 10 }
startupProbe: { exec: { command: [check] }, failureThreshold: 30 }
lifecycle: { preStop: { sleep: { seconds: 5 } } }
securityContext:
  runAsUser: 1000
  allowPrivilegeEscalation: false
  capabilities: { drop: [ALL] }
  seccompProfile: { type: RuntimeDefault }
  appArmorProfile: { type: Localhost, localhostProfile: web }
`;

const POD = `
restartPolicy: Always
dnsPolicy: ClusterFirst
preemptionPolicy: Never
serviceAccountName: web
hostname: web
subdomain: web
terminationGracePeriodSeconds: 30
nodeSelector: { disk: ssd }
imagePullSecrets: [{ name: pull }]
securityContext: { fsGroup: 1000, runAsGroup: 1000, supplementalGroups: [2000], fsGroupChangePolicy: Always, sysctls: [{ name: net.ipv4.tcp_syncookies, value: '1' }], seccompProfile: { type: Localhost, localhostProfile: a/b } }
dnsConfig: { nameservers: [10.0.0.10], searches: [svc.cluster.local], options: [{ name: ndots, value: '2' }] }
hostAliases: [{ ip: 10.1.2.3, hostnames: [a.example.com] }]
tolerations: [{ key: a, operator: Equal, value: b, effect: NoSchedule }, { key: c, operator: Exists, effect: NoExecute, tolerationSeconds: 60 }]
topologySpreadConstraints: [{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, minDomains: 2, nodeTaintsPolicy: Honor, labelSelector: { matchLabels: { app: web } } }]
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: disk, operator: In, values: [ssd] }] }] }
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, preference: { matchExpressions: [{ key: cpu, operator: Gt, values: ['4'] }] } }]
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: host, namespaces: [shop], labelSelector: { matchExpressions: [{ key: app, operator: In, values: [web] }] } }]
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, podAffinityTerm: { topologyKey: zone, labelSelector: { matchLabels: { app: web } } } }]
volumes:
  - { name: config, configMap: { name: c, defaultMode: 420, items: [{ key: k, path: a/b, mode: 256 }] } }
  - { name: scratch, emptyDir: { sizeLimit: 1Gi, medium: Memory } }
  - { name: secret, secret: { secretName: s } }
  - { name: claim, persistentVolumeClaim: { claimName: data } }
  - { name: host, hostPath: { path: /var/log, type: Directory } }
  - { name: share, nfs: { server: nfs.example.com, path: /share } }
  - { name: info, downwardAPI: { items: [{ path: labels, fieldRef: { fieldPath: metadata.labels } }] } }
  - name: all
    projected:
      sources:
        - { serviceAccountToken: { path: token, expirationSeconds: 3600, audience: a } }
        - { configMap: { name: c, items: [{ key: k, path: p }] } }
  - { name: own, ephemeral: { volumeClaimTemplate: { spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } } } }
initContainers: [{ name: init, image: 'init:1', volumeMounts: [{ name: scratch, mountPath: /tmp }] }, { name: sidecar, image: 'sidecar:1', restartPolicy: Always }]
containers:
  - ${indent(CONTAINER, 4).trimStart()}
`;

export const TEMPLATE = `
metadata: { labels: { app: web, app.kubernetes.io/version: '1.0' }, annotations: { example.com/a: 'x y' } }
spec:
  ${indent(POD, 2).trimStart()}
`;

/** A template of a few lines, so that the rules of the workload itself are tested as often as those of its pods. */
export const SMALL_TEMPLATE =
  'template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: web, image: web }] } }';
export const SMALL_JOB_TEMPLATE =
  'template: { spec: { restartPolicy: Never, containers: [{ name: web, image: web }] } }';

/** A workload whose spec has more fields. */
export const workload = (kind: string, more: string): string => `
apiVersion: apps/v1
kind: ${kind}
metadata: { name: web, labels: { app: web }, annotations: { a: b } }
spec:
  selector: { matchLabels: { app: web }, matchExpressions: [{ key: app, operator: Exists }] }
  minReadySeconds: 5
${indent(more, 2)}`;
