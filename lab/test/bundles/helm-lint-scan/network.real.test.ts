import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CHART, DEPENDENCY, MAP, META, OTHER, STEP_TIMEOUT_MS, scan } from './hostile-scene.ts';
import { dir, path, tgz, useScene, workspace, write } from './scene.ts';

useScene();

describe('with hostile charts, nothing on this machine is reached', () => {
  const requests: string[] = [];
  const servers: Server[] = [];
  /** The same port on both loopback addresses. */
  let port: number;

  beforeAll(async () => {
    const listen = (host: string, listenPort: number) =>
      new Promise<number>((resolve, reject) => {
        const server = createServer(({ method, url }, response) => {
          requests.push(`${method} ${host} ${url}`);
          response.setHeader('content-type', 'application/json').end('{"type":"object"}');
        });
        server.on('connection', () => requests.push(`connection to ${host}`));
        server.once('error', reject).listen(listenPort, host, () => resolve((server.address() as AddressInfo).port));
        servers.push(server);
      });
    port = await listen('127.0.0.1', 0);
    await listen('::1', port);
  });
  beforeEach(() => void requests.splice(0));
  afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));

  /** A PATH with which no network namespace can be created, as on systems that forbid it. */
  function pathWithoutIsolation(): Record<string, string> {
    const bin = join(dir, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'unshare'), '#!/bin/sh\necho "unshare failed: Operation not permitted" >&2\nexit 1\n');
    chmodSync(join(bin, 'unshare'), 0o755);
    return { PATH: `${bin}:${path}` };
  }

  it('although Helm itself would connect: the servers respond to it', async () => {
    write({ ...CHART, 'helm/web/values.schema.json': `{"$ref":"http://127.0.0.1:${port}/x"}` });
    await promisify(execFile)('helm', ['template', join(workspace, 'helm/web')], { env: { PATH: path } });
    expect(requests).toContain('GET 127.0.0.1 /x');
  });

  const REFERENCES: [where: string, schema: (port: number) => unknown, reference: (port: number) => string][] = [
    [
      'an address of the machine',
      (port) => ({ properties: { x: { $ref: `http://127.0.0.1:${port}/x` } } }),
      (port) => `http://127.0.0.1:${port}/x`,
    ],
    [
      'its name',
      (port) => ({ properties: { x: { $ref: `http://localhost:${port}/x` } } }),
      (port) => `http://localhost:${port}/x`,
    ],
    ['its IPv6 address', (port) => ({ not: { $ref: `http://[::1]:${port}/x` } }), (port) => `http://[::1]:${port}/x`],
    ['a schema dialect', (port) => ({ $schema: `http://127.0.0.1:${port}/x` }), (port) => `http://127.0.0.1:${port}/x`],
    [
      'a dynamic reference',
      (port) => ({ $dynamicRef: `http://127.0.0.1:${port}/x` }),
      (port) => `http://127.0.0.1:${port}/x`,
    ],
    [
      'a path relative to an address',
      (port) => ({ $id: `http://127.0.0.1:${port}/`, not: { $ref: 'values.schema.json' } }),
      () => 'values.schema.json',
    ],
    [
      'data that is used as a schema',
      (port) => ({ default: { $ref: `http://127.0.0.1:${port}/x` }, not: { $ref: '#/default' } }),
      (port) => `http://127.0.0.1:${port}/x`,
    ],
    ['a file', () => ({ not: { $ref: 'file:///etc/hostname' } }), () => 'file:///etc/hostname'],
    [
      'a path out of the chart',
      () => ({ not: { $ref: '../../../../../../etc/hostname' } }),
      () => '../../../../../../etc/hostname',
    ],
  ];

  it.each(REFERENCES)(
    'by %s in a values schema: it is a finding on its line, also in dependencies, and the chart is still rendered',
    async (_, createSchema, createReference) => {
      const schema = JSON.stringify(createSchema(port), null, 1);
      const reference = createReference(port);
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
      const { exitCode, findings } = await scan({}, pathWithoutIsolation());
      expect(requests).toEqual([]);
      expect(exitCode).toBe(1);
      const line = schema.split('\n').findIndex((text) => text.includes(JSON.stringify(reference))) + 1;
      const words = `refers to ${JSON.stringify(reference)}, which is outside the schema.`;
      for (const file of ['helm/web/values.schema.json', 'helm/web/charts/directory/values.schema.json'])
        expect(findings).toContain(`error   ${file}:${line} [values-schema-reference] ${file} ${words}`);
      const [archive, inside] = ['helm/web/charts/packed.tgz', 'charts/in-1.0.0.tgz/values.schema.json'];
      expect(findings).toContain(`error   ${archive}:1 [values-schema-reference] ${inside} in ${archive} ${words}`);
      expect(findings.join('\n')).toContain('helm/web/templates/pod.yaml:4 [privileged]');
      expect(findings.join('\n')).not.toContain('helm-render');
    },
    STEP_TIMEOUT_MS,
  );

  it(
    'by any other reference or function of a chart',
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
      const { findings, log } = await scan(
        {},
        { ...pathWithoutIsolation(), KUBECONFIG: '/dev/null', HELM_KUBEAPISERVER: address },
      );
      expect(requests).toEqual([]);
      expect(log).toContain('2 resources');
      expect(findings.filter((line) => line.includes('helm-render'))).toEqual([]);
    },
    STEP_TIMEOUT_MS,
  );

  it(
    'not even by a Helm that tries to connect, if the system allows a separate network namespace',
    async () => {
      const helm = join(dir, 'connecting-helm');
      writeFileSync(
        helm,
        `#!/bin/bash\nfor host in 127.0.0.1 ::1; do (exec 3<>"/dev/tcp/$host/${port}") 2>/dev/null; done\nexec helm "$@"\n`,
      );
      chmodSync(helm, 0o755);
      write(CHART);
      expect((await scan({ helm }, pathWithoutIsolation())).log).toContain('1 resource');
      expect(requests).toContain('connection to 127.0.0.1');
      expect(requests).toContain('connection to ::1');
      requests.splice(0);
      expect((await scan({ helm })).log).toContain('1 resource');
      expect(requests).toEqual([]);
    },
    2 * STEP_TIMEOUT_MS,
  );
});
