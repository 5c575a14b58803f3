import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { checkResources } from '../../../../actions/helm-lint-scan/src/check-resources.ts';
import { Findings } from '../../../../actions/helm-lint-scan/src/findings/findings.ts';
import { createReader } from '../../../../actions/helm-lint-scan/src/manifests/read.ts';
import { readDefinitions } from '../../../../actions/helm-lint-scan/src/validation/definitions.ts';
import { createSchemaStore } from '../../../../actions/helm-lint-scan/src/validation/store.ts';
import { createValidators, type Validators } from '../../../../actions/helm-lint-scan/src/validation/validator.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { kinds } from './custom-definitions.ts';
import { objectsOf } from './custom-objects.ts';

type Data = Record<string, unknown>;

/** The rules that say what the API server refuses. */
const REFUSED = new Set(['schema', 'api-invalid', 'api-unknown']);
const CONCURRENCY = 8;
const OBJECTS_OF_A_KIND = 150;
const SHARE = 0.95;

const read = (objects: readonly Data[]) =>
  createReader().manifests([
    { path: 'objects.yaml', text: objects.map((object) => JSON.stringify(object)).join('\n---\n') },
  ]);

let server: ApiServer;
let validators: Validators;
beforeAll(async () => {
  server = await startApiServer();
  for (const { definition } of kinds) await server.define(definition);
  const { custom, problems } = await readDefinitions(read(kinds.map(({ definition }) => definition)).resources);
  expect(problems.map(({ message }) => message)).toEqual([]);
  validators = createValidators(createSchemaStore(), custom);
  // Jest loads no module between tests.
  await validators.for(`1.${server.minor}`);
}, 600_000);
afterAll(() => server?.stop());

/** What the action says of an object, for the version of the server. */
async function scan(object: Data): Promise<{ refused: string[]; unchecked: string[] }> {
  const minor = `1.${server.minor}`;
  const location = { file: 'objects.yaml', line: 1, exact: true };
  const findings = new Findings(new Map());
  const set = {
    ...read([object]),
    id: { subject: 'manifests', values: '', kubeVersion: minor },
    kube: { text: minor, minor, full: `${minor}.0` },
    namespace: 'default',
    origin: 'manifests',
    built: [],
    locate: () => location,
    locateText: () => location,
  } as const;
  await checkResources(set, { validators, bundled: [minor], projects: new Map() }, findings);
  const messages = (isWanted: (id: string) => boolean): string[] =>
    findings.list().flatMap(({ rule, message }) => (isWanted(rule.id) ? [`${rule.id}: ${message}`] : []));
  return {
    refused: messages((id) => REFUSED.has(id)),
    unchecked: messages((id) => id === 'definition-rule-unchecked'),
  };
}

interface Comparison {
  asked: number;
  refused: number;
  /** Accepted by the server, but called wrong here. */
  wrong: string[];
  /** Refused by the server, but not found here. */
  missed: string[];
  unchecked: string[];
}

async function compare(objects: readonly Data[]): Promise<Comparison> {
  const result: Comparison = { asked: 0, refused: 0, wrong: [], missed: [], unchecked: [] };
  const open = [...new Map(objects.map((object) => [JSON.stringify(object), object])).values()];
  const ask = async (): Promise<void> => {
    for (let object = open.pop(); object !== undefined; object = open.pop()) {
      const [answer, found] = await Promise.all([server.ask(object), scan(object)]);
      result.asked++;
      result.unchecked.push(...found.unchecked);
      if (!answer.accepted) result.refused++;
      if (answer.accepted && found.refused.length > 0)
        result.wrong.push(`${found.refused.join('; ')}\n${JSON.stringify(object)}`);
      if (!answer.accepted && found.refused.length === 0)
        result.missed.push(`${answer.message.slice(0, 300)}\n${JSON.stringify(object)}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, ask));
  return result;
}

describe('the API server and the action, asked the same about custom resources', () => {
  it('agree on objects of many shapes, as their schemas have them and mutated', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const objects = kinds.flatMap((kind) => fc.sample(objectsOf(kind), { numRuns: OBJECTS_OF_A_KIND, seed }));
    const { asked, refused, wrong, missed, unchecked } = await compare(objects);
    const share = (refused - missed.length) / refused;
    process.stdout.write(
      `custom resources, seed ${seed}: asked ${asked}, refused ${refused}, accepted but called wrong ${wrong.length}, found ${(share * 100).toFixed(1)} %\n${missed.map((message) => `  not found: ${message}\n`).join('')}`,
    );
    expect({ seed, wrong }).toEqual({ seed, wrong: [] });
    // Only a value that is not supported, such as the duration `2 days` or a null, leaves a rule unchecked.
    expect(unchecked.length).toBeLessThanOrEqual(5);
    // Both kinds of answers must be there, or the comparison says nothing.
    expect(refused).toBeGreaterThan(asked / 4);
    expect(asked - refused).toBeGreaterThan(asked / 10);
    expect(share).toBeGreaterThanOrEqual(SHARE);
  }, 180_000);
});
