import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach } from '@jest/globals';
import { packTar } from 'modern-tar';
import { ensureTools, toolsEnv } from '../../../tools/index.ts';
import { runStep, type StepOptions, type StepResult } from '../step.ts';

/** A PATH with Helm. */
export let path: string;
/** The checkout of the current test. */
export let workspace: string;
/** A directory around the checkout, which the repository does not see. */
export let dir: string;

/** Installs Helm before the tests of a file, and creates an empty checkout before each. */
export function useScene(): void {
  beforeAll(async () => {
    await ensureTools(['helm']);
    path = toolsEnv().PATH ?? '';
  }, 600_000);
  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'helm-lint-scan-test-')));
    workspace = join(dir, 'workspace');
    mkdirSync(workspace);
  });
  afterEach(() => rmSync(dir, { recursive: true }));
}

/** Writes files by their path in the checkout. */
export function write(files: Record<string, string | Uint8Array>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
}

/** Runs the step in the checkout, with `env` added to the environment of the runner. */
export const step = (
  inputs: Record<string, string> = {},
  env: Record<string, string> = {},
  options: Pick<StepOptions, 'onOutput'> = {},
): Promise<StepResult> =>
  runStep({
    action: 'helm-lint-scan',
    inputs,
    dir,
    env: { PATH: path, GITHUB_WORKSPACE: workspace, ...env },
    ...options,
  });

export interface Annotation {
  level: string;
  file: string;
  line: number;
  title: string;
  message: string;
}

/** The annotations of a log that are on a line of a file. */
export function annotations({ log }: StepResult): Annotation[] {
  return [...log.matchAll(/^::(error|warning|notice) title=(.*?),file=(.*?),line=(\d+)::(.*)$/gm)].map(
    ([, level = '', title = '', file = '', line = '', message = '']) => ({
      level,
      title: title.replaceAll('%3A', ':').replaceAll('%2C', ','),
      file,
      line: Number(line),
      message: message.replaceAll('%0A', '\n').replaceAll('%25', '%'),
    }),
  );
}

export const errors = (result: StepResult): Annotation[] =>
  annotations(result).filter(({ level }) => level === 'error');
/** The annotations of a rule. */
export const ofRule = (result: StepResult, rule: string): Annotation[] =>
  annotations(result).filter(({ title }) => title.startsWith(`${rule}:`));

/** The 1-based number of the line that contains the text, in a file of the workspace. */
export function lineOf(file: string, text: string): number {
  const lines = readFileSync(join(workspace, file), 'utf8').split('\n');
  const index = lines.findIndex((line) => line.includes(text));
  if (index < 0) throw new Error(`${file} does not contain ${text}`);
  return index + 1;
}

export const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app: {{ .Release.Name }}
  strategy:
    rollingUpdate:
      maxUnavailable: 0
  template:
    metadata:
      labels:
        app: {{ .Release.Name }}
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: web
          image: "{{ with .Values.image.registry }}{{ . }}/{{ end }}{{ .Values.image.repository }}:{{ .Values.image.tag }}@{{ .Values.image.digest }}"
          ports:
            - name: http
              containerPort: 8080
          startupProbe: &probe
            httpGet: { path: /livez, port: http }
          livenessProbe: *probe
          readinessProbe:
            httpGet: { path: /readyz, port: http }
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    app: {{ .Release.Name }}
  ports:
    - name: http
      port: 80
      targetPort: http
`;

const DIGEST = `sha256:${'a'.repeat(64)}`;

export const VALUES = `# How many pods there are.
replicas: 1
image:
  registry: prod.example.com
  repository: shop/web
  tag: 1.0.0
  digest: ${DIGEST}
resources:
  requests:
    cpu: 100m
    memory: 64Mi
  limits:
    memory: 64Mi
`;

/** A chart without findings. */
export const GOOD: Record<string, string> = {
  'helm/web/Chart.yaml':
    'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "1.0.0"\nkubeVersion: ">=1.30.0-0"\nicon: https://example.com/icon.svg\n',
  'helm/web/values.yaml': VALUES,
  'helm/web/values.schema.json': JSON.stringify(
    {
      type: 'object',
      additionalProperties: false,
      properties: {
        global: { type: 'object' },
        replicas: { type: 'integer' },
        image: { type: 'object' },
        resources: { type: 'object' },
      },
    },
    undefined,
    2,
  ),
  'helm/web/templates/deployment.yaml': DEPLOYMENT,
  'helm/web/templates/service.yaml': SERVICE,
};

/** {@link GOOD} with one change of its Deployment. */
export const inDeployment = (from: string, to: string): Record<string, string> => ({
  ...GOOD,
  'helm/web/templates/deployment.yaml': DEPLOYMENT.replace(from, to),
});

/** Packs a chart. */
export async function tgz(files: Record<string, string | Uint8Array>): Promise<Uint8Array> {
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name, size: typeof body === 'string' ? Buffer.byteLength(body) : body.length },
    body,
  }));
  return gzipSync(await packTar(entries), { level: 1 });
}
