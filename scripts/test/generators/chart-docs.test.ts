import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { chartDocs, describeValues, valuesTables } from '../../generators/chart-docs.ts';

const VALUES = `# How many pods.
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
  it('returns each value with its comment and default, groups by their keys, blocks as one value', () => {
    expect(describeValues(VALUES)).toEqual([
      { path: 'replicas', meaning: 'How many pods.', fallback: 2 },
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
    ['an empty file', ''],
    ['broken YAML', 'a: [1'],
  ])('rejects %s', (_, source) => {
    expect(() => describeValues(source)).toThrow();
  });
});

describe('valuesTables', () => {
  it('renders one table for the root and one per group, with escaped cells', () => {
    expect(valuesTables(VALUES)).toBe(
      [
        '| value | default | meaning |',
        '| --- | --- | --- |',
        '| `replicas` | `2` | How many pods. |',
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

  it('does not change with a release', () => {
    expect(valuesTables(VALUES.replace('1.4.2', '2.0.0'))).toBe(valuesTables(VALUES));
  });

  it('points to values.yaml for what is too long for a cell', () => {
    expect(valuesTables(`# Long.\nlong: ${'x'.repeat(81)}\n`)).toContain(
      '| `long` | see [values.yaml](values.yaml) | Long. |',
    );
  });
});

describe('chartDocs', () => {
  it('finds each chart and its values', async () => {
    const root = await mkdtemp(join(tmpdir(), 'chart-docs-'));
    try {
      await mkdir(join(root, 'helm/one'), { recursive: true });
      await writeFile(join(root, 'helm/one/Chart.yaml'), 'name: one\n');
      await writeFile(join(root, 'helm/one/values.yaml'), VALUES);
      expect(await chartDocs(root)).toEqual([
        { path: 'helm/one/README.md', name: 'values', content: `\n${valuesTables(VALUES)}\n` },
      ]);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
