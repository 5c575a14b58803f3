import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readYaml } from '../../../../actions/helm-lint-scan/src/manifests/yaml.ts';
import { ENTRIES, RECORDED_MINORS } from '../../../../actions/helm-lint-scan/test/validation/server/battery/index.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { errors, lineOf, step, useScene, write } from './scene.ts';
import { compare, forEach, report, unique } from './server-comparison.ts';
import { mutatedObjects, reducedObjects } from './server-mutations.ts';
import { validObjects } from './server-objects.ts';

/** Of about 2,500: each run asks others. */
const REDUCED_OBJECTS = 1500;
const RANDOM_OBJECTS = 800;
const SHARE = 0.95;

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
}, 600_000);
afterAll(() => server?.stop());

describe('the API server and the action, asked the same', () => {
  it('the API server says of the battery what is recorded there', async () => {
    const minor = RECORDED_MINORS.find((recorded) => recorded === server.minor);
    if (minor === undefined) throw new Error(`what 1.${server.minor} says is not recorded: add it to RECORDED_MINORS`);
    const other: string[] = [];
    await forEach(ENTRIES, async ({ text, acceptedBy }) => {
      const [document] = readYaml(text);
      const answer = await server.ask(document?.value as Record<string, unknown>);
      if (answer.accepted !== acceptedBy(minor)) other.push(`${text.slice(0, 500)}: ${answer.message || 'accepted'}`);
    });
    expect(other).toEqual([]);
  }, 120_000);

  it('accept the valid objects', async () => {
    expect(await compare(server, validObjects)).toEqual({ wrong: [], missed: [], refused: 0 });
  });

  it('agree on objects without one of their fields, or with an empty one', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const [objects = []] = fc.sample(
      fc.shuffledSubarray(unique(reducedObjects), { minLength: REDUCED_OBJECTS, maxLength: REDUCED_OBJECTS }),
      { numRuns: 1, seed },
    );
    const result = await compare(server, objects);
    expect({ seed, wrong: result.wrong }).toEqual({ seed, wrong: [] });
    expect(report(`without a field, chosen with the seed ${seed}`, result)).toBeGreaterThanOrEqual(SHARE);
  }, 120_000);

  it('agree on objects with one or two mutations', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const result = await compare(server, unique(fc.sample(mutatedObjects, { numRuns: RANDOM_OBJECTS, seed })));
    expect({ seed, wrong: result.wrong }).toEqual({ seed, wrong: [] });
    expect(report(`mutated with the seed ${seed}`, result)).toBeGreaterThanOrEqual(SHARE);
  }, 120_000);
});

describe('the bundle reports what the API server refuses, on its line', () => {
  useScene();

  it('in manifests, with the value that was probably meant', async () => {
    const file = 'k8s/web.yaml';
    write({
      [file]: `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: Loadbalancer
  selector: { app: web }
  ports:
    - name: http-remote-write
      port: 80
      targetPort: "8080"
`,
    });
    const result = await step({ manifests: 'k8s/*.yaml', 'kube-versions': '1.34' });
    expect(result.exitCode).toBe(1);
    expect(errors(result).map(({ title, line, message }) => ({ title, line, message }))).toEqual([
      {
        title: expect.stringContaining('api-invalid'),
        line: lineOf(file, 'type:'),
        message: expect.stringContaining('spec.type: Unsupported value: "Loadbalancer"'),
      },
      {
        title: expect.stringContaining('api-invalid'),
        line: lineOf(file, 'targetPort:'),
        message: expect.stringContaining('remove the quotes if it is a number'),
      },
    ]);
    expect(result.log).toContain('did you mean LoadBalancer?');
  });

  it('in charts, on the line of the value that a label comes from', async () => {
    write({
      'helm/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'helm/web/values.yaml': 'replicas: 1\nversion: 1.2.3+build.5\n',
      'helm/web/templates/config.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  labels:
    app.kubernetes.io/version: {{ .Values.version | quote }}
`,
    });
    const result = await step({ 'kube-versions': '1.34' });
    expect(errors(result)).toEqual([
      expect.objectContaining({
        file: 'helm/web/values.yaml',
        line: 2,
        message: expect.stringContaining('replace the + by _'),
      }),
    ]);
  });
});
