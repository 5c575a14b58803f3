import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { checkResources } from '../../../../actions/helm-lint-scan/src/check-resources.ts';
import { Findings } from '../../../../actions/helm-lint-scan/src/findings/findings.ts';
import { createReader } from '../../../../actions/helm-lint-scan/src/manifests/read.ts';
import { createSchemaStore } from '../../../../actions/helm-lint-scan/src/validation/store.ts';
import { createValidators } from '../../../../actions/helm-lint-scan/src/validation/validator.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { errors, lineOf, step, useScene, write } from './scene.ts';
import { mutatedObjects, reducedObjects } from './server-mutations.ts';
import { validObjects } from './server-objects.ts';

type Data = Record<string, unknown>;

/** The rules that say what the API server refuses. Others are about what it accepts. */
const RULES = new Set(['schema', 'api-invalid', 'selector-mismatch', 'definition-unusable']);
const CONCURRENCY = 8;
const RANDOM_OBJECTS = 800;
const SHARE = 0.95;

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
}, 600_000);
afterAll(() => server?.stop());

const schemas = { validators: createValidators(createSchemaStore(), []), bundled: ['1.34'] };

/** What the action says of an object, for the version of the server. */
async function scan(object: Data): Promise<string[]> {
  const minor = `1.${server.minor}`;
  const location = { file: 'object.yaml', line: 1, exact: true };
  const findings = new Findings(new Map());
  const set = {
    ...createReader().manifests([{ path: location.file, text: JSON.stringify(object) }]),
    id: { subject: 'manifests', values: '', kubeVersion: minor },
    kube: { text: minor, minor, full: `${minor}.0` },
    namespace: 'default',
    origin: 'manifests',
    built: [],
    locate: () => location,
    locateText: () => location,
  } as const;
  await checkResources(set, schemas, findings);
  return findings.list().flatMap(({ rule, message }) => (RULES.has(rule.id) ? [`${rule.id}: ${message}`] : []));
}

interface Comparison {
  /** Accepted by the server, but called wrong here. */
  wrong: string[];
  /** Refused by the server, but not found here. */
  missed: string[];
  refused: number;
}

/** Asks the server and the action the same. */
async function compare(objects: readonly Data[]): Promise<Comparison> {
  const result: Comparison = { wrong: [], missed: [], refused: 0 };
  const open = [...objects];
  const ask = async (): Promise<void> => {
    for (let object = open.pop(); object !== undefined; object = open.pop()) {
      const [answer, found] = await Promise.all([server.ask(object), scan(object)]);
      if (!answer.accepted) result.refused++;
      if (answer.accepted && found.length > 0) result.wrong.push(`${found.join('; ')}\n${JSON.stringify(object)}`);
      if (!answer.accepted && found.length === 0) result.missed.push(`${object.kind}: ${answer.message.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, ask));
  return result;
}

const unique = (objects: readonly Data[]): Data[] => [
  ...new Map(objects.map((object) => [JSON.stringify(object), object])).values(),
];

function report(what: string, { missed, refused }: Comparison): number {
  const share = (refused - missed.length) / refused;
  const percent = (share * 100).toFixed(1);
  const lines = missed.map((message) => `\n  not found: ${message}`).join('');
  process.stdout.write(`${what}: found ${percent} % of ${refused} objects that the API server refuses${lines}\n`);
  return share;
}

describe('the API server and the action, asked the same', () => {
  it('accept the valid objects', async () => {
    expect(await compare(validObjects)).toEqual({ wrong: [], missed: [], refused: 0 });
  });

  it('agree on objects without one of their fields, or with an empty one', async () => {
    const result = await compare(unique(reducedObjects));
    expect(result.wrong).toEqual([]);
    expect(report('without a field', result)).toBeGreaterThanOrEqual(SHARE);
  }, 120_000);

  it('agree on objects with one or two mutations', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const result = await compare(unique(fc.sample(mutatedObjects, { numRuns: RANDOM_OBJECTS, seed })));
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
