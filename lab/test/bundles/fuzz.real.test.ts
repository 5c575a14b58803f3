import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, it } from '@jest/globals';
import { execa } from 'execa';
import fc from 'fast-check';
import { readActions } from '../../../scripts/action-metadata.ts';
import { ensureTools, toolsEnv } from '../../tools/index.ts';
import { damaged, expectSound, HANG_SECONDS, inputsOf, runs, SECRET, text } from './fuzz.ts';
import { runStep, type StepResult } from './step.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const actions = await readActions(root);

/** Stands for docker: a build that succeeds, a registry that has nothing. */
const DOCKER = `#!/bin/sh
case "$*" in
  *imagetools*) echo 'ERROR: not found' >&2; exit 1 ;;
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
let server: Server;
let answer: (response: ServerResponse) => void;
let url: string;

beforeAll(async () => {
  await ensureTools(['helm']);
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'fuzz-')));
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin', 'docker'), DOCKER);
  chmodSync(join(dir, 'bin', 'docker'), 0o755);
  server = createServer((request, response) => {
    request.resume();
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 600_000);
afterAll(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  answer = (response) => response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
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
    limitSeconds: HANG_SECONDS,
    env: {
      PATH: `${join(dir, 'bin')}:${toolsEnv().PATH ?? ''}`,
      GITHUB_WORKSPACE: workspace,
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_SHA: '0'.repeat(40),
      GITHUB_REF: 'refs/tags/v1.2.3',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_API_URL: url,
      GITHUB_SERVER_URL: url,
      GITHUB_GRAPHQL_URL: `${url}/graphql`,
    },
  });

/** Enough of the required inputs for the odd ones to be met one by one. */
const BASE: Readonly<Record<string, Record<string, string>>> = {
  'build-push-image': { images: 'name: shop/web', registry: 'localhost:9', reproducible: 'false', retries: '0' },
  'bump-chart-version': { charts: 'helm/web', version: '1.2.3', mode: 'worktree' },
  'create-release': { notes: 'none' },
  'helm-lint-scan': { 'kube-versions': '1.34' },
};

describe('odd inputs', () => {
  it.each(actions.map(({ name }) => name))(
    '%s answers with a result or with an error of the inputs',
    async (action) => {
      const names = actions.find(({ name }) => name === action)?.inputs.map(({ name }) => name) ?? [];
      const free = names.filter((name) => !(SECRETS[action] ?? []).includes(name) && name !== 'retries');
      await fc.assert(
        fc.asyncProperty(inputsOf(free), async (inputs) => {
          expectSound(await step(action, { ...BASE[action], ...inputs }));
        }),
        runs,
      );
    },
  );
});

/** What a proxy, a broken server or a hostile one may send instead of what was asked; nothing that is asked for again. */
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

describe('odd answers of servers', () => {
  const cases: [string, Record<string, string>][] = [
    ['create-release', { notes: 'github' }],
    ['create-release', { notes: 'commits', files: 'Dockerfile', 'major-tag': 'true' }],
    ['bump-chart-version', { charts: 'helm/web', version: '1.2.3', retries: '1' }],
    ['bump-chart-version', { charts: 'helm/web', version: '1.2.3', mode: 'pull-request', retries: '1' }],
    [
      'build-push-image',
      { images: 'name: shop/web', reproducible: 'false', retries: '0', tags: 'semver\nlatest', username: 'joe' },
    ],
  ];
  it.each(cases)('%s %j ends with an error that names the server', async (action, inputs) => {
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 4 }), async (replies) => {
        let next = 0;
        answer = (response) => {
          const { status, body, type, challenge } = replies[next++ % replies.length] ?? {
            status: 404,
            body: '',
            type: '',
            challenge: undefined,
          };
          response.writeHead(status, {
            ...(type === '' ? {} : { 'content-type': type }),
            ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
            ...(status === 301 ? { location: `${url}/elsewhere` } : {}),
          });
          response.end(status === 204 || status === 304 ? undefined : body);
        };
        const registry = action === 'build-push-image' ? { registry: new URL(url).host } : {};
        expectSound(await step(action, { ...inputs, ...registry }));
      }),
      runs,
    );
  });
});

describe('odd files', () => {
  const yaml = [
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

  it('helm-lint-scan reports a chart, values, a schema or a manifest that cannot be read', async () => {
    const content = fc.oneof(
      text,
      ...[...Object.values(CHART), CRD].map((each) =>
        damaged(Buffer.from(each)).map((bytes) => bytes.toString('latin1')),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...yaml), content, async (path, data) => {
        write(path, data);
        write('k8s/b.yaml', 'apiVersion: acme.example/v1\nkind: Thing\nmetadata: {name: t}\nspec: {a: x}\n');
        expectSound(await step('helm-lint-scan', { 'kube-versions': '1.34', manifests: 'k8s/*.yaml' }));
        for (const each of yaml) rmSync(join(workspace, each), { force: true });
        for (const [name, original] of Object.entries(CHART)) write(name, original);
      }),
      runs,
    );
  });

  it('helm-lint-scan reports a packed dependency that is damaged', async () => {
    write('dep/Chart.yaml', 'apiVersion: v2\nname: dep\nversion: 1.0.0\n');
    write('dep/templates/c.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dep}\n');
    const tar = (await execa('tar', ['--create', '--file', '-', 'dep'], { cwd: workspace, encoding: 'buffer' })).stdout;
    const gzip = async (input: Uint8Array): Promise<Buffer> =>
      Buffer.from((await execa('gzip', ['--stdout'], { input, encoding: 'buffer' })).stdout);
    const packed = await gzip(tar);
    await fc.assert(
      fc.asyncProperty(fc.oneof(damaged(packed), damaged(Buffer.from(tar))), async (bytes) => {
        // The packed bytes are damaged as they are; those of the archive inside are packed again.
        write(
          'helm/web/charts/dep-1.0.0.tgz',
          bytes.subarray(0, 2).equals(packed.subarray(0, 2)) ? bytes : await gzip(bytes),
        );
        expectSound(await step('helm-lint-scan', { 'kube-versions': '1.34' }));
      }),
      runs,
    );
  });

  it('bump-chart-version changes nothing in a file that it cannot read', async () => {
    const content = fc.oneof(
      text,
      damaged(Buffer.from(CHART['helm/web/values.yaml'])).map((bytes) => bytes.toString('latin1')),
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
