import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ensureTools, toolsEnv } from '../../tools/index.ts';
import { runStep, type StepResult } from './step.ts';

const root = join(import.meta.dirname, '..', '..', '..');
let path: string;
let workspace: string;
let dir: string;

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

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
}

const step = (inputs: Record<string, string> = {}, env: Record<string, string> = {}): Promise<StepResult> =>
  runStep({ action: 'helm-lint-scan', inputs, dir, env: { PATH: path, GITHUB_WORKSPACE: workspace, ...env } });

interface Annotation {
  level: string;
  file: string;
  line: number;
  title: string;
  message: string;
}

/** The annotations of a log that are on a line of a file. */
function annotations({ log }: StepResult): Annotation[] {
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

const errors = (result: StepResult): Annotation[] => annotations(result).filter(({ level }) => level === 'error');
const of = (result: StepResult, rule: string): Annotation[] =>
  annotations(result).filter(({ title }) => title.startsWith(`${rule}:`));

/** The 1-based line of the workspace's file that holds the text. */
function lineOf(file: string, text: string): number {
  const lines = readFileSync(join(workspace, file), 'utf8').split('\n');
  const index = lines.findIndex((line) => line.includes(text));
  if (index < 0) throw new Error(`${file} does not say ${text}`);
  return index + 1;
}

const DEPLOYMENT = `apiVersion: apps/v1
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

const VALUES = `# How many pods there are.
replicas: 2
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

/** A chart in which there is nothing to find. */
const GOOD: Record<string, string> = {
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

const inDeployment = (from: string, to: string): Record<string, string> => ({
  ...GOOD,
  'helm/web/templates/deployment.yaml': DEPLOYMENT.replace(from, to),
});

describe('a chart in which nothing is wrong', () => {
  it('passes for its three newest versions of Kubernetes and says how much was looked at', async () => {
    write(GOOD);
    const result = await step();
    expect(result.log).toContain('0 errors, 0 warnings, 0 notes in 3 cases with 6 resources, 0 not validated');
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ errors: '0', warnings: '0', notes: '0', cases: '3', resources: '6' });
    expect(result.outputs).toMatchObject({ 'not-validated': '0' });
    expect(result.summary).toContain('| ✅ | <code>helm/web</code> | defaults | 1.37, 1.36, 1.35 | 6 |');
  });

  it('is rendered with each of its values files', async () => {
    write({ ...GOOD, 'helm/web/ci/ha.yaml': 'replicas: 5\n', 'helm/web/values-prod.yaml': 'replicas: 9\n' });
    const result = await step({ 'kube-versions': '1.34\n1.36.2', 'render-dir': 'out' });
    expect(result.outputs).toMatchObject({ cases: '6', rendered: join(workspace, 'out') });
    expect(readdirSync(join(workspace, 'out/helm/web')).sort()).toEqual(['ci-ha', 'defaults', 'values-prod']);
    expect(readFileSync(join(workspace, 'out/helm/web/ci-ha/1.36.2.yaml'), 'utf8')).toContain('replicas: 5');
  });

  it('is written to a file for each of its values, in letters of every script', async () => {
    write({ ...GOOD, 'helm/web/values-日本.yaml': 'replicas: 5\n', 'helm/web/values-中国.yaml': 'replicas: 9\n' });
    await step({ 'kube-versions': '1.34', 'render-dir': '..out' });
    expect(readdirSync(join(workspace, '..out/helm/web')).sort()).toEqual(['defaults', 'values-中国', 'values-日本']);
  });

  it('is written to a file for each of its values, when their names differ in the ending alone', async () => {
    write({ ...GOOD, 'helm/web/values-a.yaml': 'replicas: 5\n', 'helm/web/values-a.yml': 'replicas: 9\n' });
    const result = await step({ 'kube-versions': '1.34', 'render-dir': 'out' });
    expect(result.outputs.cases).toBe('3');
    const directories = readdirSync(join(workspace, 'out/helm/web')).filter((name) => name.startsWith('values-a'));
    const texts = directories.map((directory) =>
      readFileSync(join(workspace, 'out/helm/web', directory, '1.34.yaml'), 'utf8'),
    );
    expect(texts.map((text) => /replicas: \d/.exec(text)?.[0]).sort()).toEqual(['replicas: 5', 'replicas: 9']);
  });

  it('is rendered with the stacks of values that are declared', async () => {
    write({ ...GOOD, 'env/base.yaml': 'replicas: 5\n', 'helm/web/over.yaml': 'replicas: 6\n' });
    const result = await step({
      values: 'helm/*: env/base.yaml + over.yaml',
      'kube-versions': '1.36',
      'render-dir': 'out',
    });
    expect(result.outputs.cases).toBe('1');
    expect(readFileSync(join(workspace, 'out/helm/web/env-base.yaml-over/1.36.yaml'), 'utf8')).toContain('replicas: 6');
  });

  it('is rendered with values whose path has signs that Helm would take for its own', async () => {
    write({ ...GOOD, 'helm/web/ci/a,/b "c", d.yaml': 'replicas: 5\n' });
    const values = 'helm/web: ci/a,/b "c", d.yaml';
    const result = await step({ values, 'kube-versions': '1.36', 'render-dir': 'out' });
    expect(result.outputs).toMatchObject({ errors: '0', cases: '1' });
    const [directory = ''] = readdirSync(join(workspace, 'out/helm/web'));
    expect(readFileSync(join(workspace, 'out/helm/web', directory, '1.36.yaml'), 'utf8')).toContain('replicas: 5');
  });

  it('survives line ends of Windows, a byte order mark, and letters of every script', async () => {
    const windows = Object.entries(GOOD).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')]);
    write({ ...Object.fromEntries(windows), 'helm/web/ci/ünï.yaml': '\uFEFFreplicas: 3 # 三\n' });
    const result = await step();
    expect(result.log).toContain('0 errors, 0 warnings, 0 notes in 6 cases');
  });
});

describe('a chart that is the root of the repository', () => {
  it('has its cases, its own files in the findings, and its place in the render directory', async () => {
    const files = Object.entries(inDeployment('automount', 'automont')).map(([name, text]) => [
      name.slice('helm/web/'.length),
      text,
    ]);
    write({ ...Object.fromEntries(files), 'ci/ha.yaml': 'replicas: 5\n' });
    const result = await step({ charts: '.', 'kube-versions': '1.36', 'render-dir': 'out' });
    expect(result.outputs.cases).toBe('2');
    const line = lineOf('templates/deployment.yaml', 'automont');
    expect(errors(result)).toEqual([expect.objectContaining({ file: 'templates/deployment.yaml', line })]);
    expect(readdirSync(join(workspace, 'out')).sort()).toEqual(['ci-ha', 'defaults']);
  });
});

it('a directory whose name has the signs of a glob has its cases and its lines', async () => {
  const files = Object.entries(inDeployment('automount', 'automont')).map(([name, text]) => [
    name.replace('web', 'w[e]b (x)!'),
    text,
  ]);
  write({ ...Object.fromEntries(files), 'helm/w[e]b (x)!/ci/ha.yaml': 'replicas: 5\n' });
  const result = await step({ 'kube-versions': '1.36' });
  expect(result.outputs.cases).toBe('2');
  const file = 'helm/w[e]b (x)!/templates/deployment.yaml';
  expect(errors(result)).toEqual([expect.objectContaining({ file, line: lineOf(file, 'automont') })]);
});

describe('charts that must fail', () => {
  it.each(['helm/web/values.yaml', 'helm/web/ci/twice.yaml'])(
    'a key that is twice in %s is an error there',
    async (file) => {
      write({ ...GOOD, [file]: `${GOOD[file] ?? ''}replicas: 3\nreplicas: 4\n` });
      const result = await step({ 'kube-versions': '1.36' });
      expect(errors(result)).toEqual([
        expect.objectContaining({ file, message: expect.stringContaining('has a key twice') }),
      ]);
    },
  );

  it('a values file that is no mapping is an error in that file, named as the repository has it', async () => {
    write({ ...GOOD, 'helm/web/ci/a b.yaml': '- x\n' });
    const result = await step({ 'kube-versions': '1.36' });
    expect(errors(result)).toEqual([
      expect.objectContaining({
        file: 'helm/web/ci/a b.yaml',
        line: 1,
        message: expect.stringContaining('failed to parse helm/web/ci/a b.yaml:'),
      }),
    ]);
  });

  it('a fault in a template with a space in its name is shown there', async () => {
    write({ ...GOOD, 'helm/web/templates/my file.yaml': '\n{{ fail "no way" }}\n' });
    const result = await step({ 'kube-versions': '1.36' });
    expect(errors(result)).toEqual([expect.objectContaining({ file: 'helm/web/templates/my file.yaml', line: 2 })]);
  });

  it.each([
    ['a call on nothing', '{{ .Values.replicas }}', '{{ .Values.nope.deep }}', 'nil pointer'],
    ['an action without an end', '{{ .Values.replicas }}', '{{ if }}', 'missing value for if'],
    ['a required value', '{{ .Values.replicas }}', '{{ required "say how many" .Values.count }}', 'say how many'],
    ['two keys on a line', 'replicas: {{ .Values.replicas }}', 'replicas: 1: 2', 'mapping values are not allowed'],
  ])('%s is an error on its line of the template', async (_, from, to, message) => {
    write(inDeployment(from, to));
    const result = await step();
    expect(result.exitCode).toBe(1);
    const line = lineOf('helm/web/templates/deployment.yaml', to);
    expect(errors(result)).toEqual([expect.objectContaining({ file: 'helm/web/templates/deployment.yaml', line })]);
    expect(errors(result)[0]?.title).toContain('helm-render');
    expect(errors(result)[0]?.message).toContain(message);
    expect(result.outputs.errors).toBe('1');
  });

  it('a fault in a template that is included is shown where it is', async () => {
    write({
      ...inDeployment('app: {{ .Release.Name }}', '{{- include "web.labels" . | nindent 6 }}'),
      'helm/web/templates/_helpers.tpl':
        '{{- define "web.labels" -}}\napp: {{ .Release.Name }}\ntier: {{ .Values.a.b.c }}\n{{- end }}\n',
    });
    expect(errors(await step())).toEqual([
      expect.objectContaining({ file: 'helm/web/templates/_helpers.tpl', line: 3 }),
    ]);
  });

  it('a misspelt key, however deep, is an error on its line, with what was meant', async () => {
    write(inDeployment('containerPort: 8080', 'containrPort: 8080'));
    const result = await step();
    const misspelt = errors(result).find(({ message }) => message.includes('did you mean containerPort?'));
    expect(misspelt).toMatchObject({
      file: 'helm/web/templates/deployment.yaml',
      line: lineOf('helm/web/templates/deployment.yaml', 'containrPort'),
    });
    expect(misspelt?.message).toContain('spec.template.spec.containers[0].ports[0].containrPort is not a known key');
    expect(result.exitCode).toBe(1);
  });

  it('a misspelt key that comes from the values is shown in the values', async () => {
    write({ ...GOOD, 'helm/web/ci/ha.yaml': 'resources:\n  limits: {}\n  limmits:\n    memory: 1Gi\n' });
    expect(errors(await step())).toEqual([
      expect.objectContaining({
        file: 'helm/web/ci/ha.yaml',
        line: 3,
        message: expect.stringContaining('did you mean limits?'),
      }),
    ]);
  });

  it('a value of the wrong type is shown in the values file that sets it', async () => {
    write({ ...GOOD, 'helm/web/values.schema.json': '{}', 'helm/web/values-odd.yaml': '# odd\nreplicas: "many"\n' });
    const result = await step();
    expect(of(result, 'schema')).toEqual([
      expect.objectContaining({
        file: 'helm/web/values-odd.yaml',
        line: 2,
        message: expect.stringContaining('spec.replicas must be integer'),
      }),
    ]);
    expect(of(result, 'schema')[0]?.message).toContain('in 3 of 6 cases (values values-odd.yaml;');
  });

  it('values that values.schema.json refuses are shown in their file', async () => {
    write({ ...GOOD, 'helm/web/ci/typo.yaml': '# typo\nreplica: 3\n' });
    expect(errors(await step())).toEqual([
      expect.objectContaining({
        file: 'helm/web/ci/typo.yaml',
        line: 2,
        message: expect.stringContaining('it knows no such key'),
      }),
    ]);
  });

  it.each([
    ['apps/v2', 'api-unknown', 'use apps/v1'],
    ['apps/v1beta1', 'api-removed', 'is gone since Kubernetes 1.16; use apps/v1'],
  ])('an object in %s is an error', async (apiVersion, rule, advice) => {
    write(inDeployment('apiVersion: apps/v1', `apiVersion: ${apiVersion}`));
    const result = await step();
    expect(of(result, rule)).toEqual([
      expect.objectContaining({ level: 'error', line: 1, message: expect.stringContaining(advice) }),
    ]);
    expect(result.exitCode).toBe(1);
  });

  it.each(['helm/web', '.'])('templates that fail hide no other of the same chart (%s)', async (directory) => {
    const broken: Record<string, string> = {
      'values.schema.json': '{}',
      'templates/a.yaml': '\n{{ .Values.a.b.c }}\n',
      'templates/b.yaml': '\n\n{{ fail "no way" }}\n',
      'templates/c.yaml': 'kind: ConfigMap\ndata:\n  a: 1: 2\n',
      'templates/d.yaml': '{{ include "web.d" . }}\n',
      'templates/_d.tpl': '{{ define "web.d" }}\n{{ .Values.d.e.f }}\n{{ end }}\n',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/templates/e.yaml': '{{ required "say e" .Values.e }}\n',
    };
    const files = [...Object.entries(GOOD), ...Object.entries(broken)].map(([name, text]) => [
      join(directory, name.replace('helm/web/', '')),
      text,
    ]);
    write(Object.fromEntries(files));
    const temp = join(workspace, 'temp');
    mkdirSync(temp);
    const result = await step({ charts: directory, 'kube-versions': '1.36' }, { RUNNER_TEMP: temp });
    expect(errors(result).map(({ file, line }) => `${file}:${line}`)).toEqual(
      [
        'charts/sub/templates/e.yaml:1',
        'templates/_d.tpl:2',
        'templates/a.yaml:2',
        'templates/b.yaml:3',
        'templates/c.yaml:3',
      ].map((place) => join(directory, place)),
    );
    expect(result.outputs).toMatchObject({ errors: '5', cases: '1' });
    expect(readdirSync(temp)).toEqual([]);
  });

  it('one case that fails hides no other', async () => {
    write({
      ...inDeployment(
        '{{ .Values.replicas }}',
        '{{ if eq (int .Values.replicas) 7 }}{{ fail "no seven" }}{{ end }}{{ .Values.replicas }}',
      ),
      'helm/web/ci/seven.yaml': 'replicas: 7\n',
      'helm/web/ci/typo.yaml': 'resources: { limmits: {} }\n',
      'helm/other/Chart.yaml': 'apiVersion: v2\nname: other\nversion: nope\n',
    });
    const result = await step();
    expect(
      errors(result)
        .map(({ file }) => file)
        .sort(),
    ).toEqual([
      'helm/other/Chart.yaml',
      'helm/other/Chart.yaml',
      'helm/web/ci/typo.yaml',
      'helm/web/templates/deployment.yaml',
    ]);
    expect(result.outputs.cases).toBe('12');
    expect(result.summary).toContain(
      '| ❌ | <code>helm/web</code> | ci/seven.yaml | 1.37, 1.36, 1.35 | not rendered |',
    );
  });

  it('a Chart.yaml that is no YAML is one error, on its line', async () => {
    write({ ...GOOD, 'helm/web/Chart.yaml': `${GOOD['helm/web/Chart.yaml']}a: b: c\n` });
    const result = await step({ 'kube-versions': '1.36' });
    expect(errors(result)).toEqual([expect.objectContaining({ file: 'helm/web/Chart.yaml', line: 7 })]);
    expect(result.outputs).toMatchObject({ errors: '1', cases: '1' });
  });

  it('a dependency that is not there says how to get it', async () => {
    const chart = `${GOOD['helm/web/Chart.yaml']}dependencies:\n  - name: common\n    version: 1.0.0\n    repository: https://charts.example.com\n`;
    write({ ...GOOD, 'helm/web/Chart.yaml': chart });
    const result = await step();
    expect(errors(result)[0]?.message).toContain('helm dependency build');
    expect(result.exitCode).toBe(1);
  });
});

describe('fail-on, rules and suppressions', () => {
  const LATEST = inDeployment(':{{ .Values.image.tag }}@{{ .Values.image.digest }}', ':latest');

  it.each([
    ['error', 0],
    ['warning', 1],
    ['note', 1],
    ['never', 0],
  ])('with fail-on: %s a warning ends with code %i', async (failOn, exitCode) => {
    write(LATEST);
    const result = await step({ 'fail-on': failOn });
    expect(result.outputs).toMatchObject({ errors: '0', warnings: '1', notes: '1' });
    expect(result.exitCode).toBe(exitCode);
  });

  it('never fails, not even for a chart that cannot be rendered', async () => {
    write(inDeployment('{{ .Values.replicas }}', '{{ fail "no" }}'));
    const result = await step({ 'fail-on': 'never' });
    expect(result.outputs.errors).toBe('1');
    expect(result.exitCode).toBe(0);
  });

  it('a rule has the level that the user gives it', async () => {
    write(LATEST);
    const result = await step({ rules: 'image-tag=error\nimage-digest=off' });
    expect(result.outputs).toMatchObject({ errors: '1', warnings: '0', notes: '0' });
    expect(result.exitCode).toBe(1);
  });

  it('hides what is suppressed with a reason, and reports what has expired or hides nothing', async () => {
    write({
      ...LATEST,
      '.helm-lint-scan.yaml': `suppressions:
  - { rule: image-digest, reason: pinned by the mirror, expires: never, chart: helm/web }
  - { rule: image-tag, reason: until the release, expires: 2020-01-01 }
  - { rule: privileged, reason: once it was, expires: never }
`,
    });
    const result = await step({ 'sarif-file': 'out.sarif' });
    expect(of(result, 'image-digest')).toEqual([]);
    expect(of(result, 'image-tag')).toHaveLength(1);
    expect(of(result, 'suppression-expired')).toEqual([
      expect.objectContaining({ file: '.helm-lint-scan.yaml', line: 3 }),
    ]);
    expect(of(result, 'suppression-unused')).toEqual([
      expect.objectContaining({ file: '.helm-lint-scan.yaml', line: 4 }),
    ]);
    expect(result.summary).toContain('pinned by the mirror');
    const sarif = JSON.parse(readFileSync(join(workspace, 'out.sarif'), 'utf8'));
    const hidden = sarif.runs[0].results.filter((each: { suppressions?: unknown }) => each.suppressions !== undefined);
    expect(hidden).toEqual([expect.objectContaining({ ruleId: 'image-digest' })]);
  });

  it('makes no more annotations than it may, the worst first', async () => {
    write({ ...LATEST, 'helm/web/ci/typo.yaml': 'resources: { limmits: {} }\n' });
    const result = await step({ 'max-annotations': '1' });
    expect(annotations(result)).toEqual([expect.objectContaining({ level: 'error', file: 'helm/web/ci/typo.yaml' })]);
  });
});

describe('SARIF', () => {
  it('has paths in the repository, lines, fingerprints that outlive a move, and severities', async () => {
    const bad = inDeployment('allowPrivilegeEscalation: false', 'privileged: true');
    write(bad);
    const first = await results();
    write({ ...bad, 'helm/web/templates/deployment.yaml': `# moved\n\n${bad['helm/web/templates/deployment.yaml']}` });
    const second = await results();
    expect(second.map(({ fingerprint }) => fingerprint)).toEqual(first.map(({ fingerprint }) => fingerprint));
    expect(second.map(({ line }) => line)).toEqual(first.map(({ line }) => line + 2));
    expect(first.map(({ rule }) => rule)).toEqual(['privileged', 'privilege-escalation']);
    expect(first[0]).toMatchObject({
      uri: 'helm/web/templates/deployment.yaml',
      line: lineOf('helm/web/templates/deployment.yaml', 'privileged: true') - 2,
      level: 'error',
      severity: '9.0',
    });
  });

  interface Result {
    rule: string;
    level: string;
    uri: string;
    line: number;
    fingerprint: string;
    severity: string | undefined;
  }

  async function results(): Promise<Result[]> {
    await step({ 'sarif-file': 'out.sarif' });
    const log = JSON.parse(readFileSync(join(workspace, 'out.sarif'), 'utf8'));
    expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringContaining('sarif') });
    const [run] = log.runs;
    expect(run.tool.driver.name).toBe('helm-lint-scan');
    for (const rule of run.tool.driver.rules)
      expect(rule).toMatchObject({ id: expect.any(String), shortDescription: { text: expect.any(String) } });
    // biome-ignore lint/suspicious/noExplicitAny: SARIF as it is in the file; the expectations say its shape
    return run.results.map((result: any) => {
      const rule = run.tool.driver.rules[result.ruleIndex];
      expect(rule.id).toBe(result.ruleId);
      expect(['error', 'warning', 'note']).toContain(result.level);
      const { artifactLocation, region } = result.locations[0].physicalLocation;
      return {
        rule: result.ruleId,
        level: result.level,
        uri: artifactLocation.uri,
        line: region.startLine,
        fingerprint: result.partialFingerprints['helmLintScan/v1'],
        severity: rule.properties['security-severity'],
      };
    });
  }
});

describe('set-images', () => {
  const BUILT = `sha256:${'b'.repeat(64)}`;
  const image = (name: string) =>
    JSON.stringify([{ name, repository: `localhost:5001/staging/${name}`, digest: BUILT, tags: ['sha-0123456789ab'] }]);

  it('renders with what was built, though the chart names another registry', async () => {
    write(GOOD);
    const result = await step({ 'set-images': image('shop/web'), 'render-dir': 'out', 'kube-versions': '1.36' });
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain(`set image to localhost:5001/staging/shop/web@${BUILT}`);
    expect(readFileSync(join(workspace, 'out/helm/web/defaults/1.36.yaml'), 'utf8')).toContain(
      `image: "localhost:5001/staging/shop/web:sha-0123456789ab@${BUILT}"`,
    );
  });

  it('an image that no chart has is an error', async () => {
    write(GOOD);
    const result = await step({ 'set-images': image('shop/other') });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('an image of set-images is in no chart');
  });

  it.each([false, true])(
    'finds images in the values of dependencies, however deep, by the names that their parents give them (packed: %j)',
    async (packed) => {
      const values = 'image:\n  repository: ghcr.io/o/NAME\n  tag: 1.0.0\n';
      const config = (value: string) =>
        `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${value} }\ndata: { image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}" }\n`;
      write({
        ...GOOD,
        'helm/web/Chart.yaml': `${GOOD['helm/web/Chart.yaml']}dependencies: [{ name: sub, version: 1.0.0, alias: back }]\n`,
        'helm/web/values.schema.json': '{}',
        'helm/web/charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
        'helm/web/charts/sub/values.yaml': values.replace('NAME', 'api'),
        'helm/web/charts/sub/templates/a.yaml': config('api'),
        'helm/web/charts/sub/charts/deep/Chart.yaml': 'apiVersion: v2\nname: deep\nversion: 1.0.0\n',
        'helm/web/charts/sub/charts/deep/values.yaml': values.replace('NAME', 'db'),
        'helm/web/charts/sub/charts/deep/templates/a.yaml': config('db'),
      });
      const sub = join(workspace, 'helm/web/charts/sub');
      if (packed) {
        execFileSync('helm', ['package', sub, '--destination', dirname(sub)], { env: { ...process.env, PATH: path } });
        rmSync(sub, { recursive: true });
      }
      const built = ['api', 'db'].map((name) => ({
        name,
        repository: `ghcr.io/o/${name}`,
        digest: BUILT,
        tags: ['new'],
      }));
      const result = await step({ 'set-images': JSON.stringify(built), 'render-dir': 'out', 'kube-versions': '1.36' });
      expect(result.log).toContain('set back.image to ghcr.io/o/api');
      expect(result.log).toContain('set back.deep.image to ghcr.io/o/db');
      const text = readFileSync(join(workspace, 'out/helm/web/defaults/1.36.yaml'), 'utf8');
      expect(text).toContain('ghcr.io/o/api:new');
      expect(text).toContain('ghcr.io/o/db:new');
    },
  );

  it('that a template takes in another version are an error there', async () => {
    write(inDeployment(':{{ .Values.image.tag }}@{{ .Values.image.digest }}', ':{{ .Chart.AppVersion }}'));
    const result = await step({ 'set-images': image('shop/web'), 'kube-versions': '1.36' });
    expect(result.exitCode).toBe(1);
    expect(of(result, 'image-not-built')).toEqual([
      expect.objectContaining({
        level: 'error',
        file: 'helm/web/templates/deployment.yaml',
        line: lineOf('helm/web/templates/deployment.yaml', 'image:'),
      }),
    ]);
  });

  it('that no chart has hide no values that cannot be read', async () => {
    write({ ...GOOD, 'helm/web/values.yaml': 'image: { repository: shop/web\n' });
    const result = await step({ 'set-images': image('shop/web'), 'kube-versions': '1.36' });
    expect(of(result, 'helm-render')).toEqual([expect.objectContaining({ file: 'helm/web/values.yaml' })]);
  });
});

describe('manifests and custom resources', () => {
  const APPLICATION = `apiVersion: example.com/v1
kind: Shop
metadata:
  name: shop
spec:
  sise: 3
`;
  const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: shops.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Shop, plural: shops, singular: shop }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                size: { type: integer }
`;

  it('checks plain manifests without a chart, and counts what it has no schema for', async () => {
    write({ 'argocd/app.yaml': APPLICATION });
    const result = await step({ manifests: 'argocd/**/*.yaml', 'kube-versions': '1.36' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ cases: '1', resources: '1', 'not-validated': '1', notes: '1' });
    expect(of(result, 'schema-missing')).toEqual([expect.objectContaining({ file: 'argocd/app.yaml', line: 1 })]);
  });

  it('validates them with the definitions that it is given', async () => {
    write({ 'argocd/app.yaml': APPLICATION, 'crds/shop.yaml': CRD });
    const result = await step({ manifests: 'argocd/*.yaml', crds: 'crds/*.yaml', 'kube-versions': '1.36' });
    expect(result.outputs['not-validated']).toBe('0');
    expect(errors(result)).toEqual([
      expect.objectContaining({
        file: 'argocd/app.yaml',
        line: 6,
        message: expect.stringContaining('did you mean size?'),
      }),
    ]);
  });

  it("validates a chart's custom resources with its own crds/", async () => {
    write({ ...GOOD, 'helm/web/crds/shop.yaml': CRD, 'helm/web/templates/shop.yaml': APPLICATION });
    const result = await step();
    expect(errors(result)).toEqual([expect.objectContaining({ file: 'helm/web/templates/shop.yaml', line: 6 })]);
  });

  it('a definition that cannot be read is an error in its file', async () => {
    write({ 'argocd/app.yaml': APPLICATION, 'crds/shop.yaml': `${CRD}a: b: c\n` });
    write({ ...GOOD, 'helm/web/crds/own.yaml': `${CRD}a: b: c\n` });
    const result = await step({ manifests: 'argocd/*.yaml', crds: 'crds/*.yaml', 'kube-versions': '1.36' });
    const line = CRD.split('\n').length;
    expect(of(result, 'yaml')).toEqual([
      expect.objectContaining({ file: 'crds/shop.yaml', line }),
      expect.objectContaining({ file: 'helm/web/crds/own.yaml', line }),
    ]);
  });

  it('a version whose schemas are not bundled is a warning, and nothing of it counts as validated', async () => {
    write(GOOD);
    const result = await step({ 'kube-versions': '1.36\n1.99' });
    expect(result.outputs).toMatchObject({ cases: '2', resources: '4', 'not-validated': '2', warnings: '1' });
    expect(of(result, 'kube-version-missing')[0]?.message).toContain('nothing was validated for Kubernetes 1.99');
  });
});

describe('secrets', () => {
  const seen = async (inputs: Record<string, string>): Promise<string> => {
    const result = await step({ ...inputs, 'sarif-file': 'out.sarif', 'report-file': 'out.json' });
    expect(Number(result.outputs.errors)).toBeGreaterThan(0);
    const reports = ['out.sarif', 'out.json'].map((file) => readFileSync(join(workspace, file), 'utf8'));
    return [result.log, result.summary, JSON.stringify(result.outputs), ...reports].join('\n');
  };
  const head = (name: string) => `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name} }\n`;

  it('that break their schema, or are no YAML, are shown nowhere', async () => {
    write({
      'a.yaml': `${head('a')}stringData: { password: 48151623 }\ndata: { token: "hunter2-is-my-password!" }\n`,
      'b.yaml': `${head('b')}stringData:\n  password: "hunter2-is-my-password!\n`,
      'c.yaml': `${head('c')}stringData:\n  password: *hunter2-is-my-password\n`,
      'd.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: { name: d }\nspec: { containers: [{ name: d, env: [{ name: PASSWORD, value: 48151623 }] }] }\n',
    });
    const text = await seen({ manifests: '*.yaml', 'kube-versions': '1.36' });
    expect(text).toContain('stringData.password must be string, but is a number');
    expect(text).not.toMatch(/hunter2|48151623/);
  });

  it.each([
    ['a value that breaks the schema of its kind', 'password: {{ .Values.replicas }}'],
    ['a text that is not closed', 'password: "{{ .Values.image.tag }}'],
    ['a value that YAML takes for an alias', 'password: *{{ .Values.image.tag }}'],
    ['a value that is no list', '{{ range .Values.image.tag }}{{ . }}{{ end }}'],
  ])('in a template: %s', async (_, line) => {
    write({
      ...GOOD,
      'helm/web/values.yaml': VALUES.replace('replicas: 2', 'replicas: 48151623').replace('1.0.0', 'hunter2'),
      'helm/web/templates/secret.yaml': `${head('a')}stringData:\n  ${line}\n`,
      'helm/web/templates/deployment.yaml': '',
    });
    const text = await seen({ 'kube-versions': '1.36' });
    expect(text).not.toMatch(/hunter2|48151623/);
    expect(text).toMatch(/^error +helm\/web\/(?:templates\/secret.yaml:5|values.yaml:2) /m);
  });

  it('that values.schema.json refuses are not shown', async () => {
    const schema = { properties: { password: { type: 'string', pattern: '^x' } } };
    write({
      ...GOOD,
      'helm/web/values.schema.json': JSON.stringify(schema),
      'helm/web/ci/a.yaml': 'password: hunter2\n',
    });
    const text = await seen({ 'kube-versions': '1.36' });
    expect(text).toContain('values.schema.json refuses password');
    expect(text).not.toContain('hunter2');
  });
});

describe('trouble', () => {
  it('says what to do when Helm is not there', async () => {
    write(GOOD);
    const result = await step({ helm: 'helm-of-nowhere' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('helm-of-nowhere was not found');
    expect(result.log).toContain('azure/setup-helm');
  });

  it('tells all else when a scanner fails', async () => {
    write(inDeployment('automount', 'automont'));
    const bin = join(dir, 'bin');
    mkdirSync(bin);
    for (const name of ['kube-score', 'checkov'])
      writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} is out of order >&2\nexit 3\n`, { mode: 0o755 });
    const result = await step(
      { scanners: 'kube-score\ncheckov', 'report-file': 'out.json', 'kube-versions': '1.36' },
      { PATH: `${bin}:${path}` },
    );
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('kube-score is out of order');
    expect(result.log).toContain('checkov is out of order');
    expect(of(result, 'schema')).toHaveLength(1);
    expect(result.outputs).toMatchObject({ errors: '1', report: join(workspace, 'out.json') });
  });

  it('says which scanner is not there before anything else is done', async () => {
    write(GOOD);
    const result = await step({ scanners: 'kube-score' }, { PATH: dirname(process.execPath) });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('kube-score was not found');
  });

  it.each(['sarif-file', 'report-file', 'render-dir'])(
    'writes nothing through a link of the repository: %s',
    async (input) => {
      write(GOOD);
      mkdirSync(join(dir, 'outside'));
      symlinkSync(join(dir, 'outside'), join(workspace, 'out'));
      const result = await step({ [input]: 'out/x' });
      expect(result.exitCode).toBe(1);
      expect(result.log).toContain('out/x leads out of the workspace (a link)');
      expect(readdirSync(join(dir, 'outside'))).toEqual([]);
    },
  );

  it('tells what it found and writes the other files when one cannot be written', async () => {
    write({ ...GOOD, 'out/report.json/x': '', 'out/sarif': '' });
    const result = await step({
      'sarif-file': 'out/sarif/x.sarif',
      'report-file': 'out/report.json',
      'render-dir': 'out/rendered',
      'kube-versions': '1.36',
    });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('0 errors, 0 warnings, 0 notes in 1 case');
    expect(result.log).toContain('out/sarif/x.sarif could not be written');
    expect(result.log).toContain('out/report.json could not be written');
    expect(result.outputs).toMatchObject({ errors: '0', rendered: join(workspace, 'out/rendered') });
    expect(result.outputs).not.toHaveProperty('report');
    expect(result.summary).toContain('helm/web');
  });

  it('refuses a chart that a link leads out of the workspace', async () => {
    write({ 'helm/readme.txt': '' });
    mkdirSync(join(dir, 'outside'));
    writeFileSync(join(dir, 'outside', 'Chart.yaml'), 'apiVersion: v2\nname: outside\nversion: 1.0.0\n');
    symlinkSync(join(dir, 'outside'), join(workspace, 'helm', 'outside'));
    const result = await step();
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('leads out of the workspace');
  });

  it('refuses a template that a link leads out of the workspace', async () => {
    write(GOOD);
    writeFileSync(join(dir, 'secret.yaml'), 'kind: Secret\n');
    symlinkSync(join(dir, 'secret.yaml'), join(workspace, 'helm/web/templates/secret.yaml'));
    const result = await step();
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('helm/web/templates/secret.yaml leads out of the workspace (a link)');
  });

  describe('with a server that must not be asked', () => {
    let server: Server;
    let asked = 0;
    let port = 0;
    beforeAll(async () => {
      server = createServer((socket) => {
        asked++;
        socket.destroy();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      port = typeof address === 'object' && address !== null ? address.port : 0;
    });
    afterAll(() => new Promise((resolve) => server.close(resolve)));

    it('touches neither the cluster of the job nor the plug-ins of its user', async () => {
      const kubeconfig = join(dir, 'kubeconfig');
      writeFileSync(
        kubeconfig,
        `apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{ name: a, context: { cluster: a, user: a } }]\nclusters: [{ name: a, cluster: { server: "http://127.0.0.1:${port}" } }]\nusers: [{ name: a, user: {} }]\n`,
      );
      const found = '{{ (lookup "v1" "Namespace" "" "default").kind | default "nothing" }}';
      write(
        inDeployment(
          '  name: {{ .Release.Name }}',
          `  name: {{ .Release.Name }}\n  annotations: { found: "${found}" }`,
        ),
      );
      const result = await step(
        { 'render-dir': 'out' },
        { KUBECONFIG: kubeconfig, HELM_KUBEAPISERVER: `http://127.0.0.1:${port}` },
      );
      expect(result.exitCode).toBe(0);
      expect(readFileSync(join(workspace, 'out/helm/web/defaults/1.36.yaml'), 'utf8')).toContain('found: "nothing"');
      expect(asked).toBe(0);
    });
  });
});

describe("this project's own files", () => {
  it('the chart of the shop has no error and no warning in any case', async () => {
    const result = await step({ 'fail-on': 'warning' }, { GITHUB_WORKSPACE: root });
    expect(result.log).toMatch(/0 errors, 0 warnings, \d+ notes in \d+ cases/);
    expect(result.exitCode).toBe(0);
  });
});
