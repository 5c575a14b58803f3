import { describe, expect, it } from '@jest/globals';
import { growth, MAX_LINEAR } from '../../../lib/test/growth.ts';
import { createReader } from '../../src/manifests/read.ts';
import { readYaml } from '../../src/manifests/yaml.ts';

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

describe('the time to read YAML and to find lines in it is linear in its length', () => {
  it.each<[name: string, size: number, text: (size: number) => string]>([
    ['keys', 5000, (size) => times(size, (index) => `k${index}: 1\n`)],
    ['the same key', 1000, (size) => times(size, () => 'k: 1\n')],
    ['documents', 1000, (size) => times(size, () => '---\na: 1\n')],
    ['broken documents', 1000, (size) => times(size, (index) => `---\na: b: ${index}\n`)],
  ])('%s', async (_, size, text) => {
    const read = (count: number) => {
      const given = text(count);
      return () => {
        createReader().manifests([{ path: 'a.yaml', text: given }]);
        const [document] = readYaml(given);
        for (let index = 0; index < count; index++) document?.find([`l${index}`, 'x']);
      };
    };
    expect(await growth(read, size)).toBeLessThan(MAX_LINEAR);
  });
});

describe('a document nested too deeply is one problem', () => {
  it.each([
    ['in one line', `a: ${'['.repeat(5000)}${']'.repeat(5000)}\n`],
    ['without an end', `a: ${'['.repeat(5000)}\n`],
    ['over many lines', `a: ${'{a: \n '.repeat(5000)}${'}'.repeat(5000)}\n`],
    ['by its lines', times(5000, (index) => `${' '.repeat(index)}a:\n`)],
    ['by dashes', `${'- '.repeat(5000)}a\n`],
  ])('%s', (_, text) => {
    expect(readYaml(text).map(({ problems }) => problems)).toEqual([
      [{ message: 'It is nested too deeply', line: expect.any(Number) }],
    ]);
  });
});

describe('aliases have limits', () => {
  it.each([
    ['their number', times(10_001, (index) => `k${index}: &a${index} 1\nl${index}: *a${index}\n`), /10001 aliases/],
    [
      'the values that they expand to',
      `a: &a [${'x, '.repeat(2000)}]\nb: [${'*a, '.repeat(999)}]\n`,
      /stand for more than 1000000 values/,
    ],
  ])('%s', (_, text, message) => {
    expect(readYaml(text)[0]).toMatchObject({
      value: undefined,
      problems: [{ message: expect.stringMatching(message) }],
    });
  });
});

describe('a list', () => {
  const read = (text: string) => createReader().manifests([{ path: 'a.yaml', text }]);
  it.each([
    ['of any kind', 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret}\n', ['v1/Secret']],
    [
      'of one kind, whose items may omit it',
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBindingList\nitems:\n- {metadata: {name: a}}\n- {apiVersion: v1, kind: Secret}\n',
      ['rbac.authorization.k8s.io/v1/RoleBinding', 'v1/Secret'],
    ],
    ['without items', 'apiVersion: v1\nkind: ConfigMapList\nitems: []\n', []],
    ['only by the name of its kind', 'apiVersion: a.b/v1\nkind: AllowList\nspec: {}\n', ['a.b/v1/AllowList']],
  ])('%s', (_, text, kinds) => {
    const { resources, nonObjects } = read(text);
    expect(resources.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`)).toEqual(kinds);
    expect(nonObjects).toEqual([]);
  });
});
