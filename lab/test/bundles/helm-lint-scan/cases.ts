/**
 * Charts and manifests that other linters got wrong, by their issues, and charts with the mistakes that people make. Each is
 * checked in one run together with all others.
 */
export interface Case {
  /** The directory of its chart or of its manifests. */
  name: string;
  /** Its files, by their path in that directory. A chart gets a Chart.yaml. */
  files: Readonly<Record<string, string>>;
  /** The errors: the rule, the file and a text in the first line that it is on. Without errors there are no warnings either. */
  expected: readonly (readonly [rule: string, file: string, text: string])[];
}

const CONTAINER = `- name: web
          image: registry.example.com/web:1.0.0@sha256:${'0'.repeat(64)}
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
          resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 32Mi } }
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /ready, port: http } }
          livenessProbe: { httpGet: { path: /live, port: http } }
          startupProbe: { httpGet: { path: /live, port: http } }
`;

/** A Deployment without findings. */
const deployment = (name: string, labels = `app: ${name}`, more = '', selector = labels): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
  selector: { matchLabels: { ${selector} } }
  template:
    metadata: { labels: { ${labels} } }
    spec:
      automountServiceAccountToken: false
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        ${CONTAINER}${more}`;

const service = (name: string, selector: string, target = 'http'): string => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { ${selector} }
  ports: [{ name: http, port: 80, targetPort: ${target} }]
`;

const configMap = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`;

const SIDECARS = `      initContainers:
        - name: migrate
          image: registry.example.com/migrate:1.0.0@sha256:${'0'.repeat(64)}
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
          resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 32Mi } }
        - name: proxy
          restartPolicy: Always
          image: registry.example.com/proxy:1.0.0@sha256:${'0'.repeat(64)}
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
          resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 32Mi } }
          ports: [{ name: metrics, containerPort: 9000 }]
          startupProbe: { tcpSocket: { port: metrics } }
          readinessProbe: { tcpSocket: { port: metrics } }
          livenessProbe: { tcpSocket: { port: metrics } }
`;

const JOB = `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
spec:
  template:
    spec:
      automountServiceAccountToken: false
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: migrate
          image: registry.example.com/migrate:1.0.0@sha256:${'0'.repeat(64)}
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
          resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 32Mi } }
`;

const withDependency = (name: string): string =>
  `apiVersion: v2\nname: ${name}\nversion: 0.1.0\nappVersion: "1.0.0"\nkubeVersion: ">=1.30.0-0"\nicon: https://example.com/i.png\ndependencies: [{ name: sub, version: 0.1.0 }]\n`;

export const CHARTS: readonly Case[] = [
  { name: 'good', files: { 'templates/web.yaml': deployment('web') }, expected: [] },
  {
    name: 'names',
    files: {
      'templates/config.yaml': configMap('My_Config'),
      'templates/service.yaml': service('web.api', 'app: web'),
      'templates/web.yaml': deployment('web'),
    },
    expected: [
      ['api-invalid', 'templates/config.yaml', 'name: My_Config'],
      ['api-invalid', 'templates/service.yaml', 'name: web.api'],
    ],
  },
  {
    name: 'port-names',
    files: {
      'templates/web.yaml': deployment('web').replace(
        'name: http, containerPort',
        'name: http-remote-write, containerPort',
      ),
    },
    expected: [
      ['api-invalid', 'templates/web.yaml', 'name: http-remote-write'],
      ['probe-port', 'templates/web.yaml', 'startupProbe:'],
      ['probe-port', 'templates/web.yaml', 'readinessProbe:'],
      ['probe-port', 'templates/web.yaml', 'livenessProbe:'],
    ],
  },
  {
    name: 'build-metadata',
    files: {
      'Chart.yaml':
        'apiVersion: v2\nname: build-metadata\nversion: 1.0.0\nappVersion: 1.2.3+build.5\nkubeVersion: ">=1.30.0-0"\nicon: https://example.com/i.png\n',
      'templates/config.yaml': configMap('web').replace(
        '  name: web\n',
        '  name: web\n  labels:\n    app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}\n',
      ),
    },
    expected: [['api-invalid', 'templates/config.yaml', '{{ .Chart.AppVersion | quote }}']],
  },
  {
    name: 'misplaced-keys',
    files: {
      'templates/a.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: one\nspecification:\n  replicas: 1\n',
      'templates/b.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: two
spec:
  selector: { matchLabels: { app: two } }
  template:
    metadata: { labels: { app: two } }
    spec:
    containers:
      - name: two
        image: registry.example.com/two:1.0.0
`,
      'templates/c.yaml': 'apiVersion: v1\nkind: Service\nmetafdata:\n  name: svc\nspec: { ports: [{ port: 80 }] }\n',
    },
    expected: [
      ['helm-lint', 'templates/a.yaml', 'apiVersion'],
      ['schema', 'templates/a.yaml', 'specification:'],
      ['schema', 'templates/b.yaml', 'containers:'],
      ['schema', 'templates/c.yaml', 'metafdata:'],
      ['schema', 'templates/c.yaml', 'apiVersion'],
    ],
  },
  {
    name: 'selectors',
    files: {
      'templates/front.yaml': deployment('front', 'app: front, env: staging', '', 'app: front'),
      'templates/dots.yaml': deployment('dots', 'app.name: web'),
      'templates/services.yaml': `${service('front', 'env: staging, app: front')}---\n${service('dots', 'app.name: web', '8080')}`,
      'templates/policy.yaml':
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: deny\nspec: { podSelector: {}, policyTypes: [Ingress] }\n',
    },
    expected: [],
  },
  {
    name: 'sidecars',
    files: {
      'templates/web.yaml': deployment('web', 'app: web', SIDECARS),
      'templates/service.yaml': service('web', 'app: web').replace(
        'targetPort: http }',
        'targetPort: http }, { name: metrics, port: 9000, targetPort: metrics }',
      ),
    },
    expected: [],
  },
  {
    name: 'jobs',
    files: {
      'templates/job.yaml': JOB,
      'templates/cron.yaml': JOB.replace('migrate\nspec:', 'once\nspec:').replace(
        '    spec:\n',
        '    spec:\n      restartPolicy: Never\n',
      ),
    },
    expected: [['api-invalid', 'templates/job.yaml', '    spec:']],
  },
  {
    name: 'values-of-another-type',
    files: {
      'Chart.yaml': withDependency('values-of-another-type'),
      'values.yaml': 'sub: { extra: [] }\n',
      'templates/web.yaml': deployment('web'),
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 0.1.0\n',
      'charts/sub/values.yaml': 'extra: { a: 1 }\n',
      'charts/sub/templates/c.yaml': configMap('sub', 'data: { a: {{ .Values.extra | toJson | quote }} }\n'),
    },
    expected: [],
  },
  {
    name: 'subchart-needs-parent',
    files: {
      'Chart.yaml': withDependency('subchart-needs-parent'),
      'values.yaml': 'global: { name: shop }\n',
      'templates/_helpers.tpl': '{{ define "shop.name" }}{{ .Values.global.name }}{{ end }}',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 0.1.0\n',
      'charts/sub/templates/c.yaml': configMap('{{ include "shop.name" . }}').replace(
        'metadata:\n',
        'metadata:\n  labels: { count: 5 }\n',
      ),
    },
    expected: [['schema', 'charts/sub/templates/c.yaml', 'count: 5']],
  },
  {
    name: 'lists',
    files: {
      'templates/list.yaml': `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: { name: a }
    data: { a: 1 }
  - apiVersion: v1
    kind: Service
    metadata: { name: b }
    spec: { clusterIP: None, ports: [{ port: 80, targetport: 8080 }] }
---
apiVersion: v1
kind: ConfigMapList
items:
  - metadata: { name: c }
    datta: { a: b }
`,
    },
    expected: [
      ['schema', 'templates/list.yaml', 'data: { a: 1 }'],
      ['schema', 'templates/list.yaml', 'targetport: 8080'],
      ['schema', 'templates/list.yaml', 'datta:'],
    ],
  },
  {
    name: 'comments-only',
    files: {
      'templates/a.yaml': `# a comment on the first line\n{{- if .Values.on }}\n${configMap('one')}{{- end }}\n`,
      'templates/b.yaml': `---\n# only this\n---\n---\n${configMap('other')}---\n`,
    },
    expected: [],
  },
  {
    name: 'split-item',
    files: { 'templates/web.yaml': deployment('web').replace('          image:', '        - image:') },
    expected: [
      ['api-invalid', 'templates/web.yaml', '- name: web'],
      ['schema', 'templates/web.yaml', '- image: registry'],
    ],
  },
  { name: 'no-values', files: { 'templates/web.yaml': deployment('web') }, expected: [] },
  {
    name: 'library',
    files: {
      'Chart.yaml': 'apiVersion: v2\nname: library\ntype: library\nversion: 0.1.0\nicon: https://example.com/i.png\n',
      'templates/_helpers.tpl': '{{ define "library.name" }}a{{ end }}',
    },
    expected: [],
  },
  {
    name: 'windows',
    files: {
      'templates/web.yaml': `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: web
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      os: { name: windows }
      nodeSelector: { kubernetes.io/os: windows }
      automountServiceAccountToken: false
      securityContext: { runAsNonRoot: true }
      containers:
        ${CONTAINER.replace(/ +securityContext:.*\n/, '')}`,
      'templates/linux-fields.yaml': `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: other
spec:
  selector: { matchLabels: { app: other } }
  template:
    metadata: { labels: { app: other } }
    spec:
      os: { name: windows }
      automountServiceAccountToken: false
      securityContext:
        fsGroup: 1000
      containers:
        ${CONTAINER.replace(/ +securityContext:.*\n/, '')}`,
    },
    expected: [['api-invalid', 'templates/linux-fields.yaml', 'fsGroup: 1000']],
  },
  {
    name: 'misspelled-values',
    files: {
      'templates/web.yaml': deployment('web')
        .replace('maxUnavailable: 0, maxSurge: 1', 'maxUnavailable: 0, maxSurge: 0')
        .replace('        - name: web\n', '        - name: web\n          imagePullPolicy: IfNotPresents\n'),
      'templates/service.yaml': service('web', 'app: web').replace('spec:\n', 'spec:\n  type: Loadbalancer\n'),
    },
    expected: [
      ['api-invalid', 'templates/web.yaml', 'maxSurge: 0'],
      ['api-invalid', 'templates/web.yaml', 'imagePullPolicy: IfNotPresents'],
      ['api-invalid', 'templates/service.yaml', 'type: Loadbalancer'],
    ],
  },
  {
    name: 'branches',
    files: {
      'values.yaml': 'reloader: { enabled: false }\n',
      'templates/web.yaml': deployment('web').replace(
        '        - name: web\n',
        '        {{- if .Values.reloader.enabled }}\n        - name: reloader\n          image: registry.example.com/reloader:1.0.0\n          imagePullPolicy: Alway\n        {{- end }}\n        - name: web\n          imagePullPolicy: Never say never\n',
      ),
    },
    expected: [['api-invalid', 'templates/web.yaml', 'imagePullPolicy: Never say never']],
  },
];

/** Plain manifests, each directory a line of the input. */
export const MANIFESTS: readonly Case[] = [
  {
    name: 'nameless',
    files: {
      'a.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata: { labels: { n: one } }\n---\napiVersion: v1\nkind: Secret\nmetadata: { labels: { n: two } }\n',
    },
    expected: [
      ['schema', 'a.yaml', 'n: one'],
      ['schema', 'a.yaml', 'n: two'],
    ],
  },
  {
    name: 'split-directories',
    files: { 'a/web.yaml': deployment('web'), 'b/service.yaml': service('web', 'app: web', '8080') },
    expected: [],
  },
  {
    name: 'custom-resources',
    files: {
      'a.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: shop, namespace: argocd }\nspec: { project: default, destination: { namespace: shop } }\n',
    },
    expected: [],
  },
];
