import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chartDocs, describeValues, valuesTables } from '../chart-docs.ts';

const VALUES = `# One a replica.
replicas: 2
# Either a | or b.
mode: ""

# The window.
web:
  # Its image.
  image:
    # Below the registry.
    repository: shop/web
    # Which release.
    tag: 1.4.2
  # Two lines
  # of meaning.
  probe:
    httpGet:
      path: /livez
  # No port.
  nodePort: null
`;

describe('describeValues', () => {
  it('names each value with its comment and default: groups by their keys, blocks as a whole', () => {
    expect(describeValues(VALUES)).toEqual([
      { path: 'replicas', meaning: 'One a replica.', fallback: 2 },
      { path: 'mode', meaning: 'Either a | or b.', fallback: '' },
      { path: 'web', meaning: 'The window.', fallback: undefined },
      { path: 'web.image', meaning: 'Its image.', fallback: undefined },
      { path: 'web.image.repository', meaning: 'Below the registry.', fallback: 'shop/web' },
      { path: 'web.image.tag', meaning: 'Which release.', fallback: undefined },
      { path: 'web.probe', meaning: 'Two lines of meaning.', fallback: { httpGet: { path: '/livez' } } },
      { path: 'web.nodePort', meaning: 'No port.', fallback: null },
    ]);
  });

  it('names every value without a comment', () => {
    expect(() => describeValues('a: 1\n# Here.\nb:\n  # There.\n  c: 1\n  d: 2\n')).toThrow('has no comment on a, b.d');
  });

  it.each([
    ['a list', '- a'],
    ['nothing', ''],
    ['broken YAML', 'a: [1'],
  ])('refuses %s', (_, source) => {
    expect(() => describeValues(source)).toThrow();
  });
});

describe('valuesTables', () => {
  it('makes a table for the root and one a group, with cells that hold', () => {
    expect(valuesTables(VALUES)).toBe(
      [
        '| value | default | meaning |',
        '| --- | --- | --- |',
        '| `replicas` | `2` | One a replica. |',
        '| `mode` | `""` | Either a \\| or b. |',
        '',
        '### web',
        '',
        'The window.',
        '',
        '| value | default | meaning |',
        '| --- | --- | --- |',
        '| `web.image` | | Its image. |',
        '| `web.image.repository` | `shop/web` | Below the registry. |',
        '| `web.image.tag` | | Which release. |',
        '| `web.probe` | `{ httpGet: { path: /livez } }` | Two lines of meaning. |',
        '| `web.nodePort` | `null` | No port. |',
      ].join('\n'),
    );
  });

  it('is the same before and after a release', () => {
    expect(valuesTables(VALUES.replace('1.4.2', '2.0.0'))).toBe(valuesTables(VALUES));
  });

  it('points to values.yaml for what is too long for a cell', () => {
    expect(valuesTables(`# Long.\nlong: ${'x'.repeat(81)}\n`)).toContain(
      '| `long` | see [values.yaml](values.yaml) | Long. |',
    );
  });
});

describe('chartDocs', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'chart-docs-'));
    await mkdir(join(root, 'helm/one'), { recursive: true });
    await writeFile(join(root, 'helm/one/Chart.yaml'), 'name: one\n');
    await writeFile(join(root, 'helm/one/values.yaml'), VALUES);
  });
  afterEach(() => rm(root, { recursive: true }));

  it('writes between the markers of each chart and leaves the rest', async () => {
    await writeFile(join(root, 'helm/one/README.md'), '# one\n<!-- values:start -->\nold\n<!-- values:end -->\nlast\n');
    const [file, ...others] = await chartDocs(root);
    expect(others).toEqual([]);
    expect(file?.path).toBe('helm/one/README.md');
    expect(file?.content).toMatch(/^# one\n<!-- values:start -->\n\n\| value /);
    expect(file?.content).toMatch(/\n\n<!-- values:end -->\nlast\n$/);
    expect(file?.content).not.toContain('old');
  });

  it('names the chart whose document has no place for the values', async () => {
    await writeFile(join(root, 'helm/one/README.md'), '# one\n');
    await expect(chartDocs(root)).rejects.toThrow(/^helm\/one: needs <!-- values:start -->/);
  });

  it('finds the documents of this repository as it would write them', async () => {
    const files = await chartDocs();
    expect(files.map(({ path }) => path)).toContain('helm/shop/README.md');
    for (const { path, content } of files) {
      expect(await readFile(join(import.meta.dirname, '../..', path), 'utf8')).toBe(content);
    }
  });
});
