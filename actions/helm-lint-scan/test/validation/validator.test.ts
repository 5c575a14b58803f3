import { beforeAll, describe, expect, it } from '@jest/globals';
import { readDefinitions } from '../../src/validation/definitions.ts';
import { createSchemaStore } from '../../src/validation/store.ts';
import { createValidators, type Validator } from '../../src/validation/validator.ts';
import { GOOD, resourcesIn } from '../helpers.ts';

let validator: Validator;
const store = createSchemaStore();

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: shops.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Shop, plural: shops }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size: { type: integer, minimum: 1 }
                port: { x-kubernetes-int-or-string: true }
                note: { type: string, nullable: true, pattern: '^[a-z]+$' }
                free: { type: object, x-kubernetes-preserve-unknown-fields: true }
                labels: { type: object, additionalProperties: { type: string } }
                odd: { type: string, pattern: '(?P<go>x)' }
              oneOf:
                - required: [port]
                - required: [note]
    - name: v0
      served: false
      schema: { openAPIV3Schema: { type: object } }
`;

beforeAll(async () => {
  const { custom } = await readDefinitions(resourcesIn(CRD));
  const created = await createValidators(store, custom).for('1.36');
  if (created === undefined) throw new Error('1.36 is not bundled');
  validator = created;
});

function problems(text: string): string[] {
  return resourcesIn(text).flatMap((resource) => {
    const verdict = validator.validate(resource);
    return verdict.state === 'checked'
      ? verdict.problems.map(({ message, about }) => `${about}: ${message}`)
      : [verdict.state];
  });
}

it('bundles the newest versions, newest first', async () => {
  const minors = await store.minors();
  expect(minors.slice(0, 4)).toEqual(['1.37', '1.36', '1.35', '1.34']);
  expect(await store.load('1.99')).toBeUndefined();
});

describe('objects of Kubernetes', () => {
  it('are valid when nothing is wrong', () => {
    expect(problems(GOOD)).toEqual([]);
  });

  it.each([
    [
      'maxReplicas: 20',
      'maxReplica: 20',
      [
        'absent: spec has no maxReplicas, which is required',
        'key: spec.maxReplica is not a known key; did you mean maxReplicas?',
      ],
    ],
    ['maxReplicas: 20', 'maxReplicas: "20"', ['value: spec.maxReplicas must be integer, but is the string "20"']],
    [
      'memory: 64Mi }\n            limits',
      'memory: 64MB }\n            limits',
      [
        'value: spec.template.spec.containers[0].resources.requests.memory is not a quantity (like 250m, 1.5 or 64Mi): the string "64MB"',
      ],
    ],
    ['containerPort: 8080', 'containerPort: 8080\n              name: http\n              hostPort: {}', undefined],
    [
      'drop: [ALL]',
      'dropp: [ALL]',
      [
        'key: spec.template.spec.containers[0].securityContext.capabilities.dropp is not a known key; did you mean drop?',
      ],
    ],
    [
      'matchLabels: { app: web }\n  strategy',
      'matchLabels: [app]\n  strategy',
      ['value: spec.selector.matchLabels must be object, but is a list'],
    ],
    [
      'runAsNonRoot: true',
      'runAsNonRoot: "true"',
      ['value: spec.template.spec.securityContext.runAsNonRoot must be boolean, but is the string "true"'],
    ],
    [
      'targetPort: http',
      'targetPort: [http]',
      ['value: spec.ports[0].targetPort must be string or integer, but is a list'],
    ],
  ])('%j → %j', (from, to, expected) => {
    const text = GOOD.replace(from, to);
    expect(text).not.toBe(GOOD);
    if (expected === undefined) expect(problems(text)).toEqual([]);
    else expect(problems(text)).toEqual(expected);
  });

  it('the data of a Secret must be Base64', () => {
    const secret = (data: string) => `apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { a: ${data} }\n`;
    expect(problems(secret('aGVsbG8='))).toEqual([]);
    expect(problems(secret('hello!'))).toEqual(['value: data.a is not Base64: a string']);
  });

  it.each([
    ['metadata: {}', ['absent: metadata has no name, which is required']],
    ['metadata: { name: "" }', ['absent: metadata has no name, which is required']],
    ['data: {}', ['absent: metadata has no name, which is required']],
    ['metadata: { generateName: a- }', []],
    ['metadata: []', ['value: metadata must be object, but is a list']],
  ])('an object must have a name: %s', (text, expected) => {
    expect(problems(`apiVersion: v1\nkind: ConfigMap\n${text}\n`)).toEqual(expected);
  });

  it('a request to the API has no name', () => {
    const text = 'apiVersion: authentication.k8s.io/v1\nkind: TokenReview\nspec: { token: a }\n';
    expect(problems(text)).toEqual([]);
  });

  const secret = (data: string) => `apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n${data}\n`;
  const pod = (env: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, env: ${env} }] }\n`;
  const VARIABLE = 'spec.containers[0].env';
  it.each([
    [secret('stringData: { password: 48151623 }'), 'stringData.password must be string, but is a number'],
    [secret('data: 48151623'), 'data must be object, but is a number'],
    [secret('type: 48151623'), 'type must be string, but is 48151623'],
    [pod('[{ name: PASSWORD, value: 48151623 }]'), `${VARIABLE}[0].value must be string, but is a number`],
    [pod('[{ name: PASSWORD, value: true }]'), `${VARIABLE}[0].value must be string, but is a boolean`],
    [pod('[{ name: PORT, value: 48151623 }]'), `${VARIABLE}[0].value must be string, but is 48151623`],
    [pod('["PASSWORD=48151623"]'), `${VARIABLE}[0] must be object, but is a string`],
    [pod('"PASSWORD=48151623"'), `${VARIABLE} must be array, but is a string`],
  ])('values that may be secrets are not shown (%#)', (text, message) => {
    expect(problems(text)).toEqual([`value: ${message}`]);
  });

  it.each([
    ['apps/v2', { state: 'unknown', served: ['apps/v1'] }],
    ['ap/v1', { state: 'unknown', served: ['apps/v1'] }],
    ['networking.k8s.io/v1', { state: 'unknown', served: ['apps/v1'] }],
    ['apps.example.com/v1', { state: 'unchecked' }],
  ])('a Deployment in %s', (apiVersion, verdict) => {
    const [resource] = resourcesIn(`apiVersion: ${apiVersion}\nkind: Deployment\nmetadata: { name: a }\n`);
    expect(resource && validator.validate(resource)).toEqual(verdict);
  });
});

describe('custom resources', () => {
  const shop = (spec: string, version = 'v1') =>
    `apiVersion: example.com/${version}\nkind: Shop\nmetadata: { name: a }\nspec: ${spec}\n`;
  it.each([
    ['{ size: 1, port: http }', []],
    ['{ size: 1, port: 80, note: abc }', ['value: spec must match exactly one schema in oneOf']],
    ['{ size: 1, note: null }', []],
    ['{ size: 1, port: 80, free: { a: { b: 1 } }, labels: { x: z }, odd: x }', []],
    ['{ size: 1, port: 80, odd: z }', ['value: spec.odd must match pattern "(?P<go>x)"']],
    [
      '{ sise: 1, port: 80 }',
      ['absent: spec has no size, which is required', 'key: spec.sise is not a known key; did you mean size?'],
    ],
    ['{ size: 0, port: 80 }', ['value: spec.size must be >= 1']],
    ['{ size: 1, note: ABC }', ['value: spec.note must match pattern "^[a-z]+$"']],
    ['{ size: 1, port: 80, labels: { x: 1 } }', ['value: spec.labels.x must be string, but is 1']],
  ])('%s', (spec, expected) => {
    expect(problems(shop(spec))).toEqual(expected);
  });

  it('values under the name of a secret are not shown', () => {
    const named = (key: string) => problems(shop(`{ size: 1, port: 80, labels: { ${key}: 48151623 } }`));
    for (const key of ['password', 'adminPassword', 'auth-token', 'API_KEY'])
      expect(named(key)).toEqual([`value: spec.labels.${key} must be string, but is a number`]);
    expect(named('secretName')).toEqual(['value: spec.labels.secretName must be string, but is 48151623']);
  });

  it('a version that the definition does not serve is not known', () => {
    expect(problems(shop('{}', 'v0'))).toEqual(['unserved']);
  });
});
