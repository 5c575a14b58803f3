import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type BundledIndex, markProject, readBundledDefinitions } from '../../src/validation/bundled.ts';
import { readDefinitions } from '../../src/validation/definitions.ts';
import { createSchemaStore } from '../../src/validation/store.ts';
import { createValidators } from '../../src/validation/validator.ts';
import { resourcesIn } from '../helpers.ts';

const store = createSchemaStore();
const EXAMPLES = join(import.meta.dirname, 'bundled');
const DATA = join(import.meta.dirname, '../../custom-resources');
const index = JSON.parse(readFileSync(join(DATA, 'index.json'), 'utf8')) as BundledIndex;

/** The problems of the objects, with the bundled definitions and these. */
async function validate(objects: string, definitions = ''): Promise<string[]> {
  const resources = resourcesIn(objects);
  const { custom: own } = await readDefinitions(resourcesIn(definitions));
  const { custom } = await readBundledDefinitions(resources, own);
  const validator = await createValidators(store, [...own, ...custom]).for('1.36');
  return resources.flatMap((resource) => {
    const verdict = validator?.validate(resource);
    const label = `${resource.kind}/${resource.name}`;
    return verdict?.state === 'checked'
      ? verdict.problems.map(({ message }) => `${label}: ${message}`)
      : [`${label}: ${verdict?.state}`];
  });
}

const example = (name: string): string => readFileSync(join(EXAMPLES, name), 'utf8');

describe('good custom resources have no problem', () => {
  it.each(readdirSync(EXAMPLES))('%s', async (name) => {
    expect(await validate(example(name))).toEqual([]);
  });

  it('in every project that is bundled', () => {
    expect(readdirSync(EXAMPLES)).toEqual(
      Object.keys(index.projects)
        .sort()
        .map((name) => `${name}.yaml`),
    );
  });
});

describe('wrong custom resources', () => {
  it.each<[string, file: string, from: string, to: string, problem: string]>([
    [
      'a misspelled key',
      'gateway-api.yaml',
      'backendRefs: [{ name: web, port: 80 }]\n---',
      'backendRef: [{ name: web, port: 80 }]\n---',
      'HTTPRoute/web: spec.rules[1].backendRef is not a known key; did you mean backendRefs?',
    ],
    [
      'a value that is not in the enumeration',
      'gateway-api.yaml',
      'type: PathPrefix',
      'type: Prefix',
      'HTTPRoute/web: spec.rules[0].matches[0].path.type must be Exact or PathPrefix or RegularExpression, but is the string "Prefix"',
    ],
    [
      'a missing key',
      'prometheus-operator.yaml',
      '  endpoints:\n    - port: metrics',
      '  endpoint:\n    - port: metrics',
      'ServiceMonitor/web: spec has no endpoints, which is required',
    ],
    [
      'a value of the wrong type',
      'cert-manager.yaml',
      'dnsNames: [www.shop.example]',
      'dnsNames: www.shop.example',
      'Certificate/web: spec.dnsNames must be array, but is the string "www.shop.example"',
    ],
    [
      'a misspelled key deep inside',
      'argo-cd.yaml',
      'selfHeal: true',
      'selfheal: true',
      'Application/shop: spec.syncPolicy.automated.selfheal is not a known key; did you mean selfHeal?',
    ],
    [
      'a missing key in a list of a Flux object',
      'flux.yaml',
      'sourceRef: { kind: GitRepository, name: shop }\n  postBuild',
      'sourceRef: { name: shop }\n  postBuild',
      'Kustomization/shop: spec.sourceRef has no kind, which is required',
    ],
  ])('%s', async (_, file, from, to, problem) => {
    const text = example(file);
    expect(text).toContain(from);
    expect(await validate(text.replace(from, to))).toContain(problem);
  });

  it('are not validated in a version that the project no longer serves', async () => {
    const old = 'apiVersion: cert-manager.io/v1alpha2\nkind: Certificate\nmetadata: { name: a }\nspec: {}\n';
    expect(await validate(old)).toEqual(['Certificate/a: unchecked']);
  });
});

it('another definition of the kind takes precedence, also when it does not serve the version', async () => {
  const own = (version: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: certificates.cert-manager.io }
spec:
  group: cert-manager.io
  scope: Namespaced
  names: { kind: Certificate, plural: certificates }
  versions: [{ name: ${version}, served: true, storage: true, schema: { openAPIV3Schema: { type: object, properties: { other: { type: string } } } } }]
`;
  const object = 'apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: { name: a }\nother: x\n';
  expect(await validate(object, own('v1'))).toEqual([]);
  expect(await validate(object, own('v1alpha2'))).toEqual(['Certificate/a: unserved']);
});

describe('the bundled definitions', () => {
  it('are found by kind, with the version of their project', async () => {
    const { custom, projects } = await readBundledDefinitions(resourcesIn(example('cert-manager.yaml')), []);
    expect([...projects]).toContainEqual(['cert-manager.io/v1/Issuer', index.projects['cert-manager']]);
    expect(custom.map(({ key }) => key).sort()).toEqual([...projects.keys()].sort());
  });

  it('all have a usable schema', async () => {
    const objects = Object.keys(index.kinds).map((key) => {
      const [group, version, kind] = key.split('/');
      return `apiVersion: ${group}/${version}\nkind: ${kind}\nmetadata: { name: a }\n`;
    });
    const problems = await validate(objects.join('---\n'));
    expect(problems.filter((text) => !text.includes('required'))).toEqual([]);
  });

  it('are named with their version in the README beside them', () => {
    const readme = readFileSync(join(DATA, 'README.md'), 'utf8');
    for (const { title } of Object.values(index.projects)) expect(readme).toContain(`| ${title}`);
  });
});

describe('a problem that a bundled definition finds', () => {
  const key = { path: ['spec', 'a'], about: 'key', message: 'spec.a is not a known key' } as const;
  const value = { path: ['spec', 'b'], about: 'value', message: 'spec.b must be string' } as const;

  it.each([
    ['names the version of the project; an unknown key is a warning', { title: 'A 1.0.0' }, ['warning', undefined]],
    [
      'is always a warning where definitions are optional',
      { title: 'A 1.0.0', optional: true },
      ['warning', 'warning'],
    ],
  ] as const)('%s', (_, project, levels) => {
    const marked = markProject([key, value], project);
    expect(marked.map(({ message }) => message)).toEqual([
      'spec.a is not a known key (as in A 1.0.0)',
      'spec.b must be string (as in A 1.0.0)',
    ]);
    expect(marked.map(({ level }) => level)).toEqual(levels);
  });

  it('is unchanged with a definition of the user', () => {
    expect(markProject([key, value], undefined)).toEqual([key, value]);
  });
});
