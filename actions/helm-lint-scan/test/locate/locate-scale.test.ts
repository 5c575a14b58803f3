import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { growth, MAX_LINEAR } from '../../../lib/test/growth.ts';
import { DEFAULTS } from '../../src/cases/values-case.ts';
import type { Chart } from '../../src/charts/chart.ts';
import { yamlFile } from '../../src/charts/chart-file.ts';
import type { Path } from '../../src/data.ts';
import { parseActions, replaceActions, withoutComments } from '../../src/locate/actions.ts';
import { createLocator } from '../../src/locate/locate.ts';
import { parseTemplateLines } from '../../src/locate/template-lines.ts';
import { createReader } from '../../src/manifests/read.ts';

const FILE = 'helm/shop/templates/web.yaml';

const chart = (values: string): Chart => ({
  path: 'helm/shop',
  name: 'shop',
  type: 'application',
  version: '1.0.0',
  appVersion: '1.0.0',
  kubeVersion: undefined,
  subcharts: [],
  unreadDependencies: [],
  externalReferences: [],
  meta: yamlFile('name: shop'),
  values: yamlFile(values),
  valuesSchema: undefined,
});

interface Scene {
  template: string;
  values?: string;
  /** The rendered documents. */
  rendered: string[];
  /** The paths to locate in each. */
  paths: (resource: number) => Path[];
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const times = (count: number, text: (index: number) => string): string => numbers(count).map(text).join('');

const deployment = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  template:
    spec:
      containers:
        - name: web
          image: nginx
`;
const container = (name: string, image: string): string => `        - name: ${name}\n          image: ${image}\n`;
const POD = deployment('web').slice(0, deployment('web').indexOf('        - name: web'));
const IMAGE: Path = ['spec', 'template', 'spec', 'containers', 0, 'image'];

const scenes: [name: string, size: number, scene: (size: number) => Scene][] = [
  [
    'many documents in a template',
    100,
    (size) => ({
      template: times(size, (index) => `---\n${deployment(`web-${index}`)}`),
      rendered: numbers(size).map((index) => deployment(`web-${index}`)),
      paths: () => [IMAGE, ['spec', 'replicas']],
    }),
  ],
  [
    'many documents that include the same',
    100,
    (size) => ({
      template: `{{- define "web" }}\n${deployment('x')}{{- end }}\n${times(size, () => '---\n{{ include "web" .Values.a }}\n')}`,
      rendered: numbers(size).map((index) => deployment(`web-${index}`)),
      paths: () => [IMAGE, ['spec', 'replicas']],
    }),
  ],
  [
    'many documents from a range over a list',
    200,
    (size) => ({
      template: `{{- range .Values.apps }}\n---\n${deployment('{{ .name }}').replace('nginx', '{{ .image }}')}{{- end }}\n`,
      values: `apps:\n${times(size, (index) => `  - name: web-${index}\n    image: nginx\n`)}`,
      rendered: numbers(size).map((index) => deployment(`web-${index}`)),
      paths: () => [IMAGE],
    }),
  ],
  [
    'many containers from a range over a mapping, none named after the resource',
    200,
    (size) => ({
      template: `${POD}{{- range $name, $app := .Values.apps }}\n${container('{{ $name }}', '{{ $app.image }}')}{{- end }}\n`,
      values: `apps:\n${times(size, (index) => `  app-${index}:\n    image: nginx\n`)}`,
      rendered: [POD + times(size, (index) => container(`app-${index}`, 'nginx'))],
      paths: () => numbers(size).map((index) => [...IMAGE.slice(0, -2), index, 'image']),
    }),
  ],
  [
    'many containers, written out',
    500,
    (size) => ({
      template: POD + times(size, (index) => container(`app-${index}`, 'nginx')),
      rendered: [POD + times(size, (index) => container(`app-${index}`, 'nginx'))],
      paths: () => numbers(size).map((index) => [...IMAGE.slice(0, -2), index, 'image']),
    }),
  ],
  [
    'many optional containers',
    100,
    (size) => ({
      template: POD + times(size, (index) => `{{- if .Values.a }}\n${container('{{ .x }}', `v${index}`)}{{- end }}\n`),
      rendered: [POD + times(size, (index) => container(`app-${index}`, `v${index}`))],
      paths: () => numbers(size).map((index) => [...IMAGE.slice(0, -2), index, 'image']),
    }),
  ],
  [
    'many branches that could each be the one',
    100,
    (size) => ({
      template: `${POD}{{- range .Values.a }}\n${times(size, () => `{{- if .b }}\n${container('{{ .x }}', '{{ .y }}')}{{- end }}\n`)}{{- end }}\n`,
      rendered: [POD + times(size, (index) => container(`app-${index}`, 'nginx'))],
      paths: () => numbers(size).map((index) => [...IMAGE.slice(0, -2), index, 'image']),
    }),
  ],
  [
    'many labels from the values',
    200,
    (size) => ({
      template: 'kind: ConfigMap\nmetadata:\n  labels:\n    {{- toYaml .Values.labels | nindent 4 }}\n',
      values: `labels:\n${times(size, (index) => `  key${index}: 1\n`)}`,
      rendered: [
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels:\n${times(size, (index) => `    key${index}: 1\n`)}`,
      ],
      paths: () => numbers(size).map((index) => ['metadata', 'labels', `key${index}`]),
    }),
  ],
  [
    'many variables',
    1000,
    (size) => ({
      template: `${times(size, (index) => `{{- $v${index} := .Values.a }}\n`)}${deployment('web')}`,
      rendered: [deployment('web')],
      paths: () => [IMAGE],
    }),
  ],
];

/** Locate all paths of a scene. */
function locateAll({ template, values = '', rendered, paths }: Scene): () => string[] {
  const text = rendered.map((document) => `---\n# Source: x\n${document}`).join('');
  const { resources } = createReader().rendered(text, () => ({ file: FILE, keys: [] }));
  return () => {
    const locator = createLocator(chart(values), new Map([[FILE, template]]));
    return resources.flatMap((resource, index) =>
      paths(index).map((path) => {
        const location = locator.problem({ resource, path, about: 'value', message: '' }, DEFAULTS);
        return `${location.file}:${location.line}`;
      }),
    );
  };
}

describe('the time to locate all findings is linear in their number and the length of the template', () => {
  it.each(scenes)('%s', async (_, size, scene) => {
    expect(new Set(locateAll(scene(size))()).size).toBeGreaterThan(0);
    expect(await growth((count) => locateAll(scene(count)), size)).toBeLessThan(MAX_LINEAR);
  });

  it('each on a separate line', () => {
    const [, , scene] = scenes[0] as (typeof scenes)[number];
    expect(new Set(locateAll(scene(50))()).size).toBe(100);
  });
});

it('no more of a line is read as a key than a key may have, because the engine may run out of memory on the rest', () => {
  const [line] = parseTemplateLines(`${'a'.repeat(10_000)}: b`);
  expect(line).toMatchObject({ key: undefined });
  expect(parseTemplateLines(`${'a'.repeat(1024)}: b`)).toMatchObject([{ key: 'a'.repeat(1024), value: 'b' }]);
});

describe('the time to parse a template is linear in its length, whatever it contains', () => {
  it.each<[name: string, text: (size: number) => string]>([
    ['braces that do not close', (size) => '{{'.repeat(size)],
    ['comments that do not close', (size) => '{{/*'.repeat(size)],
    ['comments without braces at their end', (size) => `{{/*${'*/'.repeat(size)}`],
    ['an action with white space in it', (size) => `{{ a${' '.repeat(size)}b }}`],
    ['an action with lines in it', (size) => `{{ a${' \n'.repeat(size)}b }}`],
    ['an action with space and no line in it', (size) => `{{ a\n${' '.repeat(size)}b }}`],
    ['a word with white space after it', (size) => `a${' '.repeat(size)}b`],
    ['a quote that does not close', (size) => `"${'a'.repeat(size)}`],
    ['parentheses', (size) => `{{ $x := ${'('.repeat(size)} }}`],
    ['fields', (size) => `{{ $x := ${'.a'.repeat(size)} }}`],
    ['blocks in blocks', (size) => '{{ range .Values.a }}\n'.repeat(size / 10)],
    ['includes without a name', (size) => `{{ ${'include '.repeat(size)} }}`],
  ])('%s', async (_, text) => {
    const read = (size: number) => () => createLocator(chart(''), new Map([[FILE, `kind: A\n${text(size)}`]]));
    const locate = (size: number) => {
      const template = text(size);
      return () => {
        const { resources } = createReader().rendered('---\n# Source: x\napiVersion: v1\nkind: A\n', () => ({
          file: FILE,
          keys: [],
        }));
        const resource = resources[0];
        if (resource === undefined) throw new Error('nothing was rendered');
        const locator = createLocator(chart(''), new Map([[FILE, `kind: A\n${template}`]]));
        return locator.problem({ resource, path: ['kind'], about: 'value', message: '' }, DEFAULTS);
      };
    };
    expect(read(10)).not.toThrow();
    expect(await growth(locate, 20_000)).toBeLessThan(MAX_LINEAR);
  });
});

describe('templates that include each other', () => {
  const twice = times(
    40,
    (index) =>
      `{{- define "t${index}" }}\n{{ include "t${index + 1}" . }}\n{{ include "t${index + 1}" .Values.a }}\n{{- end }}\n`,
  );
  const chain = times(20_000, (index) => `{{- define "c${index}" }}\n{{ include "c${index + 1}" . }}\n{{- end }}\n`);
  it.each([
    ['twice at each level', `${twice}kind: A\n{{ include "t0" . }}\n`],
    ['in a chain', `${chain}kind: A\n{{ include "c0" . }}\n`],
  ])(
    '%s are followed to a limit',
    (_, template) => {
      const scene: Scene = { template, rendered: ['apiVersion: v1\nkind: A\n'], paths: () => [['spec', 'a']] };
      const lines = template.split('\n');
      expect(locateAll(scene)()).toEqual([`${FILE}:${lines.indexOf('kind: A') + 1}`]);
    },
    60_000,
  );
});

describe('the parser finds what a pattern would find', () => {
  const text = fc.string({
    unit: fc.constantFrom('{{', '}}', '{', '}', '-', '/*', '*/', ' ', '\n', 'a', '"'),
    maxLength: 14,
  });
  const lines = (part: string): string => part.replaceAll(/[^\n]/g, '');
  it('comments', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(withoutComments(given)).toBe(given.replaceAll(/\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}/g, lines));
      }),
      { numRuns: 2000 },
    );
  });
  it('actions and their contents', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(replaceActions(given, (action) => `<${action}>`)).toBe(given.replaceAll(/\{\{[\s\S]*?\}\}/g, '<$&>'));
        const inner = [...given.matchAll(/\{\{-?\s*([\s\S]*?)\s*-?\}\}/g)].map((match) => match[1]);
        expect(parseActions(given)).toEqual(inner);
      }),
      { numRuns: 2000 },
    );
  });
  it('an action over several lines is on its first line', () => {
    expect(parseTemplateLines('a: {{ x\n\n   y }}\nb: 1\n').map(({ number, text: line }) => [number, line])).toEqual([
      [1, 'a: {{ x y }}'],
      [4, 'b: 1'],
    ]);
  });
});
