import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, it } from '@jest/globals';
import { execa } from 'execa';
import fc from 'fast-check';
import { readActions } from '../../../scripts/generators/action-metadata.ts';
import { startServer, type TestServer } from '../../../scripts/test-support/server.ts';
import { ensureTools, toolsEnv } from '../../tools/index.ts';
import { damagedBytes, expectSound, oddInputs, runs, SECRET, STEP_TIMEOUT_MS, text } from './fuzz.ts';
import { runStep, type StepResult } from './step.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const actions = await readActions(root);

/** Replaces docker: builds succeed. */
const DOCKER = `#!/bin/sh
case "$*" in
  *'buildx build'*)
    while [ $# -gt 0 ]; do
      [ "$1" = --metadata-file ] && printf '{"containerimage.digest":"sha256:%064d"}' 1 >"$2"
      shift
    done ;;
esac
exit 0
`;

const CHART = {
  'helm/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "1.0.0"\n',
  'helm/web/values.yaml': 'image:\n  repository: r/web\n  tag: "1.0.0"\n',
  'helm/web/templates/c.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {tag: {{ .Values.image.tag | quote }}}\n',
};

let dir: string;
let workspace: string;
let server: TestServer;
let respond: (response: ServerResponse) => void;

beforeAll(async () => {
  await ensureTools(['helm']);
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'fuzz-')));
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin', 'docker'), DOCKER, { mode: 0o755 });
  server = await startServer((request, response) => {
    request.resume();
    respond(response);
  });
}, 600_000);
afterAll(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  respond = (response) =>
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
  workspace = mkdtempSync(join(dir, 'workspace-'));
  for (const [path, content] of Object.entries(CHART)) write(path, content);
  write('Dockerfile', 'FROM scratch\n');
  symlinkSync('/proc/self/environ', join(workspace, 'link'));
  symlinkSync('loop', join(workspace, 'loop'));
});

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), content);
}

const SECRETS: Readonly<Record<string, readonly string[]>> = {
  'build-push-image': ['password', 'promote-password'],
  'bump-chart-version': ['token'],
  'create-release': ['token'],
  'helm-lint-scan': [],
};

const step = (action: string, inputs: Record<string, string>): Promise<StepResult> =>
  runStep({
    action,
    inputs: { ...inputs, ...Object.fromEntries((SECRETS[action] ?? []).map((name) => [name, SECRET])) },
    dir,
    timeoutMs: STEP_TIMEOUT_MS,
    env: {
      PATH: `${join(dir, 'bin')}:${toolsEnv().PATH ?? ''}`,
      GITHUB_WORKSPACE: workspace,
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_SHA: '0'.repeat(40),
      GITHUB_REF: 'refs/tags/v1.2.3',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_API_URL: server.url,
      GITHUB_SERVER_URL: server.url,
      GITHUB_GRAPHQL_URL: `${server.url}/graphql`,
    },
  });

/** The required inputs, so that the odd ones are reached one at a time. */
const BASE: Readonly<Record<string, Record<string, string>>> = {
  'build-push-image': { images: 'name: shop/web', registry: 'localhost:9', reproducible: 'false', retries: '0' },
  'bump-chart-version': { charts: 'helm/web', version: '1.2.3', mode: 'worktree' },
  'create-release': { notes: 'none' },
  'helm-lint-scan': { 'kube-versions': '1.34' },
};

describe('odd inputs', () => {
  it.each(actions.map(({ name }) => name))(
    '%s ends with a result or with an error about the inputs',
    async (action) => {
      const names = actions.find(({ name }) => name === action)?.inputs.map(({ name }) => name) ?? [];
      const free = names.filter((name) => !(SECRETS[action] ?? []).includes(name) && name !== 'retries');
      await fc.assert(
        fc.asyncProperty(oddInputs(free), async (inputs) => {
          expectSound(await step(action, { ...BASE[action], ...inputs }));
        }),
        runs,
      );
    },
  );
});

/** Responses of a proxy, a broken or a hostile server. */
const BODIES = [
  '',
  'null',
  '5',
  '"x"',
  '[]',
  '{}',
  '[null]',
  '[1]',
  '{"data":null}',
  '{"data":{"repository":null}}',
  '{"data":{"repository":{"ref":5,"object":[]}}}',
  '{"errors":[null,5,"x",{"message":7}]}',
  '{"message":5,"errors":"x"}',
  '{"tags":[1,null,{"a":1}]}',
  '{"tags":"abc"}',
  '{"object":{"type":"commit","sha":5}}',
  '{"object":null,"ref":{}}',
  '[{"id":"x","tag_name":5,"assets":null,"upload_url":7}]',
  '{"token":{"a":1}}',
  '<html>the proxy says no</html>',
  '{"schemaVersion":2,"manifests":[null,{"digest":5}]}',
  `{"message":"${'x'.repeat(100_000)}"}`,
  '['.repeat(20_000),
];

const reply = fc.record({
  status: fc.constantFrom(200, 200, 200, 201, 204, 301, 304, 400, 401, 403, 404, 409, 422),
  body: fc.oneof(fc.constantFrom(...BODIES), fc.json(), text),
  type: fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/html', ''),
  challenge: fc.constantFrom(undefined, 'Bearer realm="not a url"', 'Bearer realm="http://127.0.0.1:1/t"', 'Basic', ''),
});

describe('odd responses of servers', () => {
  const cases: [string, Record<string, string>][] = [
    ['create-release', { notes: 'github', retries: '0' }],
    ['create-release', { notes: 'commits', files: 'Dockerfile', 'major-tag': 'true', retries: '0' }],
    ['bump-chart-version', { charts: 'helm/web', version: '1.2.3', retries: '0' }],
    ['bump-chart-version', { charts: 'helm/web', version: '1.2.3', mode: 'pull-request', retries: '0' }],
    [
      'build-push-image',
      { images: 'name: shop/web', reproducible: 'false', retries: '0', tags: 'semver\nlatest', username: 'joe' },
    ],
  ];
  it.each(cases)('%s %j ends with an error that names the server', async (action, inputs) => {
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 4 }), async (replies) => {
        let next = 0;
        respond = (response) => {
          const { status, body, type, challenge } = replies[next++ % replies.length] ?? {
            status: 404,
            body: '',
            type: '',
            challenge: undefined,
          };
          response.writeHead(status, {
            ...(type === '' ? {} : { 'content-type': type }),
            ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
            ...(status === 301 ? { location: `${server.url}/elsewhere` } : {}),
          });
          response.end(status === 204 || status === 304 ? undefined : body);
        };
        const registry = action === 'build-push-image' ? { registry: server.host } : {};
        expectSound(await step(action, { ...inputs, ...registry }));
      }),
      runs,
    );
  });
});

describe('odd files', () => {
  const paths = [
    'helm/web/Chart.yaml',
    'helm/web/values.yaml',
    'helm/web/templates/c.yaml',
    'helm/web/ci/a.yaml',
    'helm/web/values.schema.json',
    'helm/web/crds/a.yaml',
    '.helm-lint-scan.yaml',
    'k8s/a.yaml',
  ];
  const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.acme.example}
spec:
  group: acme.example
  scope: Namespaced
  names: {kind: Thing, plural: things, singular: thing}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {a: {type: string, pattern: "^a+$"}}}}}}}]
`;

  it('helm-lint-scan reports a chart, values file, schema or manifest that cannot be read', async () => {
    const content = fc.oneof(
      text,
      ...[...Object.values(CHART), CRD].map((original) =>
        damagedBytes(Buffer.from(original)).map((bytes) => bytes.toString('latin1')),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), content, async (path, data) => {
        write(path, data);
        write('k8s/b.yaml', 'apiVersion: acme.example/v1\nkind: Thing\nmetadata: {name: t}\nspec: {a: x}\n');
        expectSound(await step('helm-lint-scan', { 'kube-versions': '1.34', manifests: 'k8s/*.yaml' }));
        for (const name of paths) rmSync(join(workspace, name), { force: true });
        for (const [name, original] of Object.entries(CHART)) write(name, original);
      }),
      runs,
    );
  });

  it('helm-lint-scan reports a damaged packed dependency', async () => {
    write('dep/Chart.yaml', 'apiVersion: v2\nname: dep\nversion: 1.0.0\n');
    write('dep/templates/c.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dep}\n');
    const tar = (await execa('tar', ['--create', '--file', '-', 'dep'], { cwd: workspace, encoding: 'buffer' })).stdout;
    const gzip = async (input: Uint8Array): Promise<Buffer> =>
      Buffer.from((await execa('gzip', ['--stdout'], { input, encoding: 'buffer' })).stdout);
    const packed = await gzip(tar);
    await fc.assert(
      fc.asyncProperty(fc.oneof(damagedBytes(packed), damagedBytes(Buffer.from(tar))), async (bytes) => {
        // A damaged tar archive is compressed; a damaged compressed archive is used unchanged.
        write(
          'helm/web/charts/dep-1.0.0.tgz',
          bytes.subarray(0, 2).equals(packed.subarray(0, 2)) ? bytes : await gzip(bytes),
        );
        expectSound(await step('helm-lint-scan', { 'kube-versions': '1.34' }));
      }),
      runs,
    );
  });

  it('bump-chart-version does not change a file that it cannot read', async () => {
    const content = fc.oneof(
      text,
      damagedBytes(Buffer.from(CHART['helm/web/values.yaml'])).map((bytes) => bytes.toString('latin1')),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('helm/web/Chart.yaml', 'helm/web/values.yaml'), content, async (path, data) => {
        for (const [name, original] of Object.entries(CHART)) write(name, original);
        write(path, data);
        expectSound(await step('bump-chart-version', { ...BASE['bump-chart-version'], values: 'image.tag=1.2.3' }));
      }),
      runs,
    );
  });
});
