import { describe, expect, it } from '@jest/globals';
import { interpretValue, isRenderedWithExponent, namesVersion } from '../../src/yaml/interpret.ts';
import { newText, planFor } from '../helpers.ts';

describe('interpretValue', () => {
  it.each<[string, boolean, unknown, 'string' | 'typed']>([
    ['6', false, 5, 'typed'],
    ['6', true, 5, 'string'],
    ['6', false, '5', 'string'],
    ['1.10', false, '1.9', 'string'],
    ['1.11', false, 1.1, 'typed'],
    ['-0.5', false, 1, 'typed'],
    ['1.10', false, 1.9, 'string'],
    ['2.0', false, 1, 'string'],
    ['12345e10', false, 1234567, 'string'],
    ['1e+21', false, 5, 'string'],
    ['0x1F', false, 5, 'string'],
    ['12345678901234567890', false, 5, 'string'],
    ['null', false, 5, 'typed'],
    ['false', false, true, 'typed'],
    ['yes', false, true, 'string'],
    ['0123', false, 5, 'string'],
    ['abc', false, 5, 'string'],
    ['5', false, null, 'typed'],
    ['true', false, null, 'typed'],
    ['1.10', false, null, 'string'],
    ['12345e10', false, null, 'string'],
    ['007', false, null, 'string'],
    ['', false, null, 'string'],
    ['x', false, undefined, 'string'],
  ])('%j (quoted: %j) for %j is %s', (text, quoted, old, as) => {
    expect(interpretValue(text, quoted, { old, key: 'replicas' }).as).toBe(as);
  });
});

describe('a number that Helm would render with an exponent', () => {
  // As Helm 4.3.1 renders them; lab/test/bundles/bump-chart-version/values.real.test.ts asks Helm itself.
  it.each<[number, boolean]>([
    [0, false],
    [999_999, false],
    [999_999.5, false],
    [1_000_000, true],
    [-999_999, false],
    [-1_000_000, true],
    [20_260_101, true],
    [0.0001, false],
    [0.00001, true],
  ])('is recognized: %d', (value, expected) => {
    expect(isRenderedWithExponent(value)).toBe(expected);
  });

  it.each<[string, unknown, 'string' | 'typed']>([
    ['999999', undefined, 'typed'],
    ['1000000', undefined, 'string'],
    ['-1000000', undefined, 'string'],
    ['999999', null, 'typed'],
    ['2345678', null, 'string'],
    ['999999', 5, 'typed'],
    ['2345678', 5, 'string'],
    ['1234567.5', 1.5, 'string'],
    ['2345678', true, 'string'],
    ['2097152', 1_048_576, 'typed'],
  ])('is a string, unless it replaces such a number: %s for %j is a %s', (text, old, as) => {
    expect(interpretValue(text, false, { old, key: 'limit' }).as).toBe(as);
    expect(interpretValue(text, false, { old, key: undefined }).as).toBe(as);
  });
});

describe('a key that names a version', () => {
  it.each([
    'tag',
    'Tag',
    'TAG',
    'imageTag',
    'image_tag',
    'newTag',
    'digest',
    'tagDigest',
    'version',
    'appVersion',
    'target-revision',
    'targetRevision',
    'sha',
    'gitSHA',
    'sha256',
    'commit',
    'example.com/commit',
    'ref',
    'hash',
  ])('is recognized: %s', (key) => {
    expect(namesVersion(key)).toBe(true);
  });

  it.each(['replicas', 'stage', 'href', 'tags', 'versions', 'tagPolicy', 'digests', 'conversion', 'port', ''])(
    'is not %j',
    (key) => {
      expect(namesVersion(key)).toBe(false);
    },
  );

  it('never gets a number', async () => {
    const lines = 'a.tag=6\na.replicas=6\nb.imageTag=42\nb.port=80\nl[0]=7\nsuspended=true';
    const plan = await planFor(
      { version: 'none', create: 'true', values: lines },
      'a:\n  tag: 5\n  replicas: 5\nb: {}\nl: [1]\n',
    );
    expect(newText(plan)).toBe(
      'a:\n  tag: "6"\n  replicas: 6\nb: {imageTag: "42", port: 80}\nl: [7]\nsuspended: true\n',
    );
    expect(plan.warnings).toEqual(['helm/shop/values.yaml:2: a.tag was the number 5 and becomes the string "6"']);
  });
});

it('quotes whole numbers in empty values and new keys', async () => {
  const plan = await planFor(
    { version: 'none', create: 'true', values: 'a.tag=2345678\nb.tag=20260101\nc.id=20260101\nc.size=999999' },
    'a:\n  tag:\nb: {}\nc: {}\n',
  );
  expect(newText(plan)).toBe('a:\n  tag: "2345678"\nb: {tag: "20260101"}\nc: {id: "20260101", size: 999999}\n');
});
