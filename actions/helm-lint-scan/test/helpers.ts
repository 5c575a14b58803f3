import { formatPath } from '../src/data.ts';
import { createReader } from '../src/manifests/read.ts';
import type { Resource } from '../src/manifests/resource.ts';
import { findWorkloads } from '../src/manifests/workloads.ts';
import { resourceRules } from '../src/rules/index.ts';
import type { Scope } from '../src/rules/rule.ts';

/** The resources in a text, as they would stand in a manifest. */
export const resourcesIn = (text: string): Resource[] =>
  createReader().manifests([{ path: 'manifests.yaml', text }]).resources;

/** What a rule is asked about. */
export function scopeOf(text: string, more: Partial<Scope> = {}): Scope {
  const resources = resourcesIn(text);
  return {
    resources,
    workloads: findWorkloads(resources),
    namespace: 'shop',
    origin: 'chart',
    minor: 36,
    built: [],
    ...more,
  };
}

/** The findings of one rule: `warning spec.replicas: MESSAGE`. */
export function findingsOf(id: string, text: string, more: Partial<Scope> = {}): string[] {
  const rule = resourceRules.find((candidate) => candidate.id === id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  const problems = rule.check(scopeOf(text, more));
  return problems.map(({ message, level = rule.level, path }) => `${level} ${formatPath(path)}: ${message}`);
}

/** A Deployment, its service, its budget, its autoscaler and its policy, in which there is nothing to find. */
export const GOOD = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: { app: web }
  strategy:
    rollingUpdate: { maxUnavailable: 0 }
  template:
    metadata:
      labels: { app: web, tier: front }
    spec:
      automountServiceAccountToken: false
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway }
      terminationGracePeriodSeconds: 60
      securityContext:
        runAsNonRoot: true
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: web
          image: localhost:5000/shop/web:1.0.0@sha256:${'a'.repeat(64)}
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: PASSWORD
              valueFrom: { secretKeyRef: { name: web, key: password, optional: true } }
            - name: TOKEN
              value: /run/secrets/token
          startupProbe:
            httpGet: { path: /livez, port: http }
          livenessProbe:
            httpGet: { path: /livez, port: http }
          readinessProbe:
            httpGet: { path: /readyz, port: http }
          lifecycle:
            preStop: { sleep: { seconds: 15 } }
          resources:
            requests: { cpu: 100m, memory: 64Mi }
            limits: { memory: 64Mi }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: { app: web }
  ports:
    - name: http
      port: 80
      targetPort: http
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  unhealthyPodEvictionPolicy: AlwaysAllow
  maxUnavailable: 1
  selector:
    matchLabels: { app: web }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 6
  maxReplicas: 20
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: 80 } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchExpressions:
      - { key: tier, operator: In, values: [front, back] }
  ingress:
    - ports:
        - port: 8080
`;
