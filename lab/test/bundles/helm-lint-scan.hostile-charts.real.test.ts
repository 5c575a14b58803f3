import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { packTar } from 'modern-tar';
import { ensureTools, toolsEnv } from '../../tools/index.ts';
import { runStep, type StepResult } from './step.ts';

/** Milliseconds. Nothing here is slow, so what takes this long goes on forever. */
const HANG = 10_000;

let path: string;
let workspace: string;
let dir: string;

beforeAll(async () => {
  await ensureTools(['helm']);
  path = toolsEnv().PATH ?? '';
}, 600_000);
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'helm-lint-scan-hostile-')));
  workspace = join(dir, 'workspace');
  mkdirSync(workspace);
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(files: Record<string, string | Uint8Array>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), text);
  }
}

interface HostileResult extends StepResult {
  /** The lines of the log that tell a finding: `LEVEL FILE:LINE [RULE] MESSAGE`. */
  findings: string[];
  /** The most memory that the step's own process had, in MiB. */
  peak: number;
}

async function step(inputs: Record<string, string> = {}, env: Record<string, string> = {}): Promise<HostileResult> {
  let peak = 0;
  const result = await runStep({
    action: 'helm-lint-scan',
    inputs: { 'kube-versions': '1.36', ...inputs },
    dir,
    env: { PATH: path, GITHUB_WORKSPACE: workspace, ...env },
    onOutput({ pid }) {
      peak = Math.max(peak, peakOf(pid));
    },
  });
  expect(result.log).not.toContain('bug in the action');
  return { ...result, findings: result.log.match(/^(?:error|warning|note) .*:\d+ \[.*$/gm) ?? [], peak };
}

/** Source: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html; a process that has ended has none. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return 0;
  }
}

const META = 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "1.0.0"\nkubeVersion: ">=1.30.0-0"\n';
const DEPENDENCY = 'apiVersion: v2\nname: dep\nversion: 1.0.0\n';
const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

/** A chart in which there is nothing to find but the privileged pod, which must be found whatever else there is. */
const CHART = {
  'helm/web/Chart.yaml': META,
  'helm/web/values.yaml': 'x: 1\n',
  'helm/web/values.schema.json': '{"additionalProperties":false,"properties":{"x":{},"global":{},"dep":{}}}',
  'helm/web/templates/map.yaml': MAP,
};
const OTHER = {
  'helm/other/Chart.yaml': META.replace('web', 'other'),
  'helm/other/templates/pod.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, image: a, securityContext: { privileged: true } }] }\n',
};

async function tgz(files: Record<string, string | Uint8Array>): Promise<Uint8Array> {
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name, size: typeof body === 'string' ? Buffer.byteLength(body) : body.length },
    body,
  }));
  return gzipSync(await packTar(entries), { level: 1 });
}

/** An archive of one file whose header says a negative size, with the right sum over it. */
async function negativeSize(): Promise<Uint8Array> {
  const tar = Buffer.from(await packTar([{ header: { name: 'dep/Chart.yaml', size: 0 }, body: '' }]));
  tar.write('-0000002000\0', 124);
  tar.fill(' ', 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return gzipSync(tar);
}

describe('a packed dependency', () => {
  it.each<[string, () => Promise<Uint8Array>, string]>([
    ['with a negative size', negativeSize, 'invalid tar number'],
    ['that is no archive', async () => Buffer.from('no archive'), 'incorrect header check'],
    ['that leads out of it', () => tgz({ 'dep/../../x': '' }), 'it has a path that leads out of it'],
    [
      'that unpacks to more than Helm takes',
      () => tgz({ 'dep/x': new Uint8Array(101 * 1024 * 1024) }),
      'it unpacks to more than 100 MiB',
    ],
  ])(
    '%s is a finding at the archive, and takes nothing from other charts',
    async (_, archive, why) => {
      write({ ...CHART, ...OTHER, 'helm/web/charts/dep-1.0.0.tgz': await archive() });
      const { exitCode, findings, summary } = await step();
      expect(exitCode).toBe(1);
      const file = 'helm/web/charts/dep-1.0.0.tgz';
      expect(findings).toContain(`error   ${file}:1 [dependency-unreadable] ${file} cannot be read: ${why}.`);
      expect(findings.join('\n')).toContain('helm/other/templates/pod.yaml:4 [privileged]');
      expect(findings.join('\n')).not.toContain('helm-render');
      expect(summary).toContain('helm/web');
      // Helm itself takes none of them.
      expect(() =>
        execFileSync('helm', ['template', join(workspace, 'helm/web')], { env: { PATH: path }, stdio: 'pipe' }),
      ).toThrow('Command failed');
    },
    HANG,
  );

  it(
    'forty of 95 MB each are not unpacked side by side',
    async () => {
      const bomb = await tgz({ 'dep/Chart.yaml': DEPENDENCY, 'dep/big': new Uint8Array(95_000_000) });
      write(CHART);
      for (let index = 0; index < 40; index++) write({ [`helm/web/charts/dep${index}-1.0.0.tgz`]: bomb });
      const { exitCode, findings, peak } = await step();
      expect(exitCode).toBe(1);
      const unread = findings.filter((line) => line.includes('[dependency-unreadable]'));
      expect(unread).toHaveLength(1);
      expect(unread[0]).toContain('the packed dependencies of the chart unpack to more than 256 MiB');
      expect(peak).toBeGreaterThan(30);
      expect(peak).toBeLessThan(300);
    },
    3 * HANG,
  );

  it(
    'that is as it should be is read',
    async () => {
      const inner = await tgz({
        'in/Chart.yaml': DEPENDENCY.replace('dep', 'in'),
        'in/templates/a.yaml': 'kind: List\n',
      });
      const packed = await tgz({
        'dep/Chart.yaml': DEPENDENCY,
        'dep/values.yaml': 'image: { repository: a.b/c, tag: "1" }\n',
        'dep/templates/map.yaml': MAP.replace('name: a', 'name: {{ .Values.image.tag }}x'),
        'dep/charts/in-1.0.0.tgz': inner,
      });
      write({ ...CHART, 'helm/web/charts/dep-1.0.0.tgz': packed });
      const images = JSON.stringify([{ repository: 'a.b/c', digest: `sha256:${'a'.repeat(64)}`, tags: ['2'] }]);
      const { findings, log } = await step({ 'set-images': images });
      expect(log).toContain('set dep.image to a.b/c@sha256:');
      expect(findings.filter((line) => /dependency|helm-render/.test(line))).toEqual([]);
    },
    HANG,
  );
});

describe('a CustomResourceDefinition', () => {
  const crd = (spec: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.acme.example }
spec:
  group: acme.example
  scope: Namespaced
  names: { kind: Thing, plural: things, singular: thing }
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
              ${spec}
`;
  const thing = (spec: string) => `apiVersion: acme.example/v1\nkind: Thing\nmetadata: { name: t }\nspec: ${spec}\n`;

  it.each([
    ['enum: x', 'enum must be a list'],
    ['enum: []', 'enum must not be empty'],
    ['required: 5', 'required must be a list of texts'],
    ['minLength: "abc"', 'minLength must be a whole number'],
    ['uniqueItems: 1', 'uniqueItems must be true or false'],
    ['exclusiveMinimum: true', 'exclusiveMinimum has no minimum beside it'],
    ['pattern: "(?=x)"', 'pattern is refused, as Kubernetes does: invalid or unsupported Perl syntax: `(?=`'],
  ])(
    'with %s is a finding in its line, wherever it lies, and nothing else is lost',
    async (keyword, message) => {
      write({
        ...CHART,
        ...OTHER,
        'crds/crd.yaml': crd(keyword),
        'm/t.yaml': thing('{ a: x }'),
        'm/crd.yaml': crd(keyword),
      });
      write({ 'helm/web/crds/crd.yaml': crd(keyword), 'helm/other/templates/crd.yaml': crd(keyword) });
      const { exitCode, findings } = await step({ crds: 'crds/*', manifests: 'm/*' });
      expect(exitCode).toBe(1);
      const told = findings.filter((line) => line.includes('[definition-unusable]'));
      for (const file of [
        'crds/crd.yaml:18',
        'm/crd.yaml:18',
        'helm/web/crds/crd.yaml:18',
        'helm/other/templates/crd.yaml:18',
      ])
        expect(told.find((line) => line.includes(` ${file} `))).toContain(`its schema is not usable: ${message} (`);
      expect(findings.join('\n')).toContain('helm/other/templates/pod.yaml:4 [privileged]');
      expect(findings.join('\n')).toContain('m/t.yaml:1 [schema-missing]');
    },
    HANG,
  );

  it(
    'has a pattern that another engine would search without end',
    async () => {
      write({
        'm/crd.yaml': crd("properties: { host: { type: string, pattern: '^(([a-z0-9]+)[.-]?)*$' } }"),
        'm/t.yaml': thing(`{ host: "${'a'.repeat(10_000)}!" }`),
      });
      const { findings } = await step({ manifests: 'm/*' });
      expect(findings.join('\n')).toContain('m/t.yaml:4 [schema] Thing/t: spec.host must match pattern');
    },
    HANG,
  );
});

describe('with hostile charts, nothing on this machine is reached', () => {
  const asked: string[] = [];
  const servers: Server[] = [];
  /** One port on both addresses of the loopback. */
  let port: number;

  beforeAll(async () => {
    const listen = (host: string, on: number) =>
      new Promise<number>((resolve, reject) => {
        const server = createServer(({ method, url }, response) => {
          asked.push(`${method} ${host} ${url}`);
          response.setHeader('content-type', 'application/json').end('{"type":"object"}');
        });
        server.on('connection', () => asked.push(`connection to ${host}`));
        server.once('error', reject).listen(on, host, () => resolve((server.address() as AddressInfo).port));
        servers.push(server);
      });
    port = await listen('127.0.0.1', 0);
    await listen('::1', port);
  });
  beforeEach(() => void asked.splice(0));
  afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));

  /** A PATH on which no network of its own can be made, as on systems that refuse it. */
  function withoutIsolation(): Record<string, string> {
    const bin = join(dir, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'unshare'), '#!/bin/sh\necho "unshare failed: Operation not permitted" >&2\nexit 1\n');
    chmodSync(join(bin, 'unshare'), 0o755);
    return { PATH: `${bin}:${path}` };
  }

  it('though Helm would: the servers answer it', async () => {
    write({ ...CHART, 'helm/web/values.schema.json': `{"$ref":"http://127.0.0.1:${port}/x"}` });
    await promisify(execFile)('helm', ['template', join(workspace, 'helm/web')], { env: { PATH: path } });
    expect(asked).toContain('GET 127.0.0.1 /x');
  });

  const REFERENCES: [where: string, schema: (port: number) => unknown, reference: (port: number) => string][] = [
    [
      'an address of the machine',
      (at) => ({ properties: { x: { $ref: `http://127.0.0.1:${at}/x` } } }),
      (at) => `http://127.0.0.1:${at}/x`,
    ],
    [
      'its name',
      (at) => ({ properties: { x: { $ref: `http://localhost:${at}/x` } } }),
      (at) => `http://localhost:${at}/x`,
    ],
    ['its other address', (at) => ({ not: { $ref: `http://[::1]:${at}/x` } }), (at) => `http://[::1]:${at}/x`],
    ['a language of schemas', (at) => ({ $schema: `http://127.0.0.1:${at}/x` }), (at) => `http://127.0.0.1:${at}/x`],
    ['a dynamic reference', (at) => ({ $dynamicRef: `http://127.0.0.1:${at}/x` }), (at) => `http://127.0.0.1:${at}/x`],
    [
      'a path below an address',
      (at) => ({ $id: `http://127.0.0.1:${at}/`, not: { $ref: 'values.schema.json' } }),
      () => 'values.schema.json',
    ],
    [
      'data that is made a schema',
      (at) => ({ default: { $ref: `http://127.0.0.1:${at}/x` }, not: { $ref: '#/default' } }),
      (at) => `http://127.0.0.1:${at}/x`,
    ],
    ['a file', () => ({ not: { $ref: 'file:///etc/hostname' } }), () => 'file:///etc/hostname'],
    [
      'a path out of the chart',
      () => ({ not: { $ref: '../../../../../../etc/hostname' } }),
      () => '../../../../../../etc/hostname',
    ],
  ];

  it.each(REFERENCES)(
    'by %s in a values schema: a finding in its line, in dependencies too, and the chart is rendered all the same',
    async (_, schemaFor, referenceFor) => {
      const schema = JSON.stringify(schemaFor(port), null, 1);
      const reference = referenceFor(port);
      const packed = await tgz({
        'dep/Chart.yaml': DEPENDENCY,
        'dep/charts/in-1.0.0.tgz': await tgz({
          'in/Chart.yaml': DEPENDENCY.replace('dep', 'in'),
          'in/values.schema.json': schema,
        }),
      });
      write({
        ...CHART,
        'helm/web/templates/pod.yaml': OTHER['helm/other/templates/pod.yaml'],
        'helm/web/values.schema.json': schema,
        'helm/web/charts/packed.tgz': packed,
        'helm/web/charts/directory/Chart.yaml': DEPENDENCY.replace('dep', 'directory'),
        'helm/web/charts/directory/values.schema.json': schema,
      });
      const { exitCode, findings } = await step({}, withoutIsolation());
      expect(asked).toEqual([]);
      expect(exitCode).toBe(1);
      const line = schema.split('\n').findIndex((each) => each.includes(JSON.stringify(reference))) + 1;
      const words = `refers to ${JSON.stringify(reference)}, which is not in it.`;
      for (const file of ['helm/web/values.schema.json', 'helm/web/charts/directory/values.schema.json'])
        expect(findings).toContain(`error   ${file}:${line} [values-schema-reference] ${file} ${words}`);
      const [archive, inside] = ['helm/web/charts/packed.tgz', 'charts/in-1.0.0.tgz/values.schema.json'];
      expect(findings).toContain(`error   ${archive}:1 [values-schema-reference] ${inside} in ${archive} ${words}`);
      expect(findings.join('\n')).toContain('helm/web/templates/pod.yaml:4 [privileged]');
      expect(findings.join('\n')).not.toContain('helm-render');
    },
    HANG,
  );

  it(
    'by anything else that charts can ask for',
    async () => {
      const address = `http://127.0.0.1:${port}`;
      write({
        ...CHART,
        'helm/web/Chart.yaml': `${META}icon: ${address}/icon\nhome: ${address}/home\nsources: ["${address}/source"]\ndependencies: [{ name: dep, version: 1.0.0, repository: "${address}/charts" }, { name: oci, version: 1.0.0, repository: "oci://127.0.0.1:${port}/charts", condition: oci.enabled }]\n`,
        'helm/web/values.yaml': 'x: 1\noci: { enabled: false }\n',
        'helm/web/values.schema.json': '{}',
        'helm/web/charts/dep-1.0.0.tgz': await tgz({ 'dep/Chart.yaml': DEPENDENCY }),
        'helm/web/charts/oci/Chart.yaml': DEPENDENCY.replace('dep', 'oci'),
        'helm/web/templates/ways.yaml': `${MAP}data:\n  lookup: {{ lookup "v1" "Secret" "" "" | toJson | quote }}\n  host: {{ getHostByName "localhost" | quote }}\n`,
      });
      const { findings, log } = await step(
        {},
        { ...withoutIsolation(), KUBECONFIG: '/dev/null', HELM_KUBEAPISERVER: address },
      );
      expect(asked).toEqual([]);
      expect(log).toContain('2 resources');
      expect(findings.filter((line) => line.includes('helm-render'))).toEqual([]);
    },
    HANG,
  );

  it(
    'not even by a Helm that tries, where the system lets it have a network of its own',
    async () => {
      const helm = join(dir, 'helm-that-tries');
      writeFileSync(
        helm,
        `#!/bin/bash\nfor host in 127.0.0.1 ::1; do (exec 3<>"/dev/tcp/$host/${port}") 2>/dev/null; done\nexec helm "$@"\n`,
      );
      chmodSync(helm, 0o755);
      write(CHART);
      expect((await step({ helm }, withoutIsolation())).log).toContain('1 resources');
      expect(asked).toContain('connection to 127.0.0.1');
      expect(asked).toContain('connection to ::1');
      asked.splice(0);
      expect((await step({ helm })).log).toContain('1 resources');
      expect(asked).toEqual([]);
    },
    2 * HANG,
  );
});
