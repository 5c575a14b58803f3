import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { createReader, problemText } from '../../src/manifests/read.ts';
import { readYaml } from '../../src/manifests/yaml.ts';

describe('YAML as Kubernetes reads it', () => {
  it.each([
    ['yes', true],
    ['off', false],
    ['010', 8],
    ['0o644', 420],
    ['0x1f', 31],
    ['190:20:30', '190:20:30'],
    ['2020-01-01', '2020-01-01'],
    ['"yes"', 'yes'],
    ['~', null],
    ['.', '.'],
    ['.5', 0.5],
  ])('%s', (text, value) => {
    expect(readYaml(`a: ${text}`)[0]?.value).toEqual({ a: value });
  });

  it('joins merge keys', () => {
    expect(readYaml('a: &x { b: 1 }\nc:\n  <<: *x\n  d: 2')[0]?.value).toEqual({ a: { b: 1 }, c: { b: 1, d: 2 } });
  });

  it('reports a duplicate key, on its line', () => {
    expect(readYaml('a: 1\nb: 2\na: 3')[0]?.problems).toEqual([
      { message: 'Map keys must be unique', code: 'DUPLICATE_KEY', line: 3 },
    ]);
  });

  it('reports an alias without an anchor on its line', () => {
    expect(readYaml('a: &a 1\nb: *a\nc:\n  - *d\n')[0]?.problems).toEqual([
      { message: expect.stringContaining('Unresolved alias'), line: 4 },
    ]);
  });

  it('rejects aliases that would expand exponentially', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level++)
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    const [document] = readYaml(lines.join('\n'));
    expect(document?.value).toBeUndefined();
    expect(document?.problems).toHaveLength(1);
  });

  it('rejects documents nested too deeply', () => {
    const [document] = readYaml(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`);
    expect(document?.value).toBeUndefined();
    expect(document?.problems).toHaveLength(1);
  });

  it('finds the line of a path, or of its deepest existing step', () => {
    const [document] = readYaml('# a\na:\n  - b: 1\n  - c:\n      d: 2\n');
    expect(document?.find(['a', 1, 'c', 'd'])).toEqual({ line: 5, depth: 4 });
    expect(document?.find(['a', 1, 'x'])).toEqual({ line: 4, depth: 2 });
    expect(document?.find([])).toEqual({ line: 2, depth: 0 });
  });

  it('finds values that a merge key adds', () => {
    const [document] = readYaml(
      'a: &a\n  x: 1\n  v:\n    z: 1\nb: &b { w: 1 }\nc:\n  <<: [*b, *a]\n  x: 2\nd:\n  <<: *a\n',
    );
    expect(document?.find(['c', 'x'])).toEqual({ line: 8, depth: 2 });
    expect(document?.find(['c', 'v', 'z'])).toEqual({ line: 4, depth: 3 });
    expect(document?.find(['d', 'x'])).toEqual({ line: 2, depth: 2 });
    expect(document?.find(['d', 'w'])).toEqual({ line: 9, depth: 1 });
    expect(readYaml('a: &a\n  <<: *a\n')[0]?.find(['a', 'b'])).toEqual({ line: 1, depth: 1 });
  });

  it('reads what the library writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), (data) => {
        // Without quotes, this key is a merge key.
        fc.pre(!JSON.stringify(data).includes('"<<"'));
        const text = stringify(data, { version: '1.1' });
        expect(JSON.stringify(readYaml(text)[0]?.value)).toBe(JSON.stringify(data));
      }),
    );
  });
});

describe('what helm template prints', () => {
  const rendered = (text: string) =>
    createReader().rendered(text, (template) => ({ file: `helm/${template}`, keys: [] }));

  it('is split by its sources, and resources of one kind are distinguished', () => {
    const item = (name: string) =>
      `---\n# Source: shop/templates/config.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
    const { resources } = rendered(
      `${item('a')}${item('b')}---\n# Source: shop/templates/empty.yaml\n# nothing\n`.replaceAll('\n', '\r\n'),
    );
    expect(resources.map(({ name, source }) => [name, source])).toEqual([
      [
        'a',
        { file: 'helm/shop/templates/config.yaml', kind: 'template', keys: [], ordinal: 0, siblings: 2, namesake: 0 },
      ],
      [
        'b',
        { file: 'helm/shop/templates/config.yaml', kind: 'template', keys: [], ordinal: 1, siblings: 2, namesake: 0 },
      ],
    ]);
  });

  it('may contain lists, and a document that is not an object is reported', () => {
    const text =
      '---\n# Source: a/templates/b.yaml\napiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Secret, metadata: { name: x } }\n---\n# Source: a/templates/c.yaml\nhello: you\n';
    const { resources, nonObjects } = rendered(text);
    expect(resources.map(({ kind, prefix }) => [kind, prefix])).toEqual([['Secret', ['items', 0]]]);
    expect(nonObjects).toEqual([
      {
        file: 'helm/a/templates/c.yaml',
        line: 1,
        ordinal: 1,
        problem: 'has no apiVersion and no kind',
        excerpt: 'hello: you',
      },
    ]);
  });

  it('a Kustomization may omit its apiVersion and kind', () => {
    const text = 'resources: [web.yaml]\n';
    const { nonObjects, resources } = createReader().manifests([{ path: 'base/kustomization.yaml', text }]);
    expect(nonObjects).toEqual([]);
    expect(resources.map(({ apiVersion, kind }) => [apiVersion, kind])).toEqual([
      ['kustomize.config.k8s.io/v1beta1', 'Kustomization'],
    ]);
    expect(createReader().manifests([{ path: 'base/web.yaml', text }]).nonObjects).toHaveLength(1);
  });

  it.each([
    ['metadata: { name: a }\nkind: ConfigMap', 'has no apiVersion'],
    ['apiVersion: v1', 'has no kind'],
    ['apiVersion: v1\nkind: ""', 'has no kind'],
    ['apiVersion: 1\nkind: ConfigMap', 'has apiVersion with a value that is not a string'],
    ['- apiVersion: v1', 'is not a mapping'],
    ['apiVersion: v1\nkind: List\nitems:\n  - kind: Secret', 'has no apiVersion'],
  ])('%j %s', (text, problem) => {
    const { nonObjects, resources } = createReader().manifests([{ path: 'a.yaml', text }]);
    expect(nonObjects.map((entry) => entry.problem)).toEqual([problem]);
    expect(resources).toEqual([]);
  });

  it('of one file that have the same problem are counted', () => {
    const text = 'kind: A\n---\nkind: B\n---\napiVersion: v1\n';
    const { nonObjects } = createReader().manifests([{ path: 'a.yaml', text }]);
    expect(nonObjects.map(({ line, ordinal }) => [line, ordinal])).toEqual([
      [1, 1],
      [3, 2],
      [5, 1],
    ]);
  });
});

describe('a broken document', () => {
  const problemTexts = (text: string) =>
    createReader()
      .manifests([{ path: 'a.yaml', text }])
      .broken.map(problemText);

  it('is shown with its line', () => {
    expect(problemTexts('kind: ConfigMap\na: b: c\n')).toEqual([
      'Nested mappings are not allowed in compact mappings: a: b: c',
    ]);
  });

  it('at the end of the text is shown on the last line that is not empty', () => {
    const { broken } = createReader().manifests([{ path: 'a.yaml', text: 'a: 1\nb: "c\n\n\n' }]);
    expect(broken).toEqual([expect.objectContaining({ line: 2, excerpt: 'b: "c' })]);
  });

  it.each([
    'kind: Secret\nstringData:\n  a: "hunter2\n',
    'kind: Secret\nstringData:\n  a: *hunter2\n',
    '{ "kind": "Secret", "stringData": { "a": *hunter2 } }\n',
    '- name: PASSWORD\n  value: "hunter2\n',
    '- { name: PASSWORD, value: *hunter2 }\n',
    'adminPassword: "hunter2\n',
    'a: "https://me:hunter2@example.com\n',
  ])('is shown without possible secrets (%#)', (text) => {
    expect(problemTexts(text)).not.toEqual([]);
    for (const sentence of problemTexts(text)) expect(sentence).not.toMatch(/hunter2|^$/);
  });
});

describe('duplicate keys', () => {
  it('are reported, each on its line', () => {
    const text = 'a: 1\nb: { c: 1, c: 2 }\nd:\n  - e: 1\n    e: 2\n"a": 2\n? [x]\n: 1\n? [x]\n: 2\n';
    expect(readYaml(text)[0]?.problems.sort((a, b) => a.line - b.line)).toEqual([
      { message: 'Map keys must be unique', code: 'DUPLICATE_KEY', line: 2 },
      { message: 'Map keys must be unique', code: 'DUPLICATE_KEY', line: 5 },
      { message: 'Map keys must be unique', code: 'DUPLICATE_KEY', line: 6 },
    ]);
  });

  it('are searched in linear time', () => {
    const milliseconds = (keys: number): number => {
      const text = Array.from({ length: keys }, (_, index) => `key${index}: 1\n`).join('');
      const times = [1, 2, 3].map(() => {
        const started = performance.now();
        expect(readYaml(text)[0]?.problems).toEqual([]);
        return performance.now() - started;
      });
      return Math.min(...times);
    };
    milliseconds(2000);
    expect(milliseconds(24_000)).toBeLessThan(milliseconds(3000) * 30);
  }, 30_000);
});
