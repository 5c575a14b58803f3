import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Edit } from '../../src/edits/edit.ts';
import { jsonProblem } from '../../src/edits/json-proof.ts';
import { pathText, type Step } from '../../src/yaml/path.ts';
import { readYaml } from '../../src/yaml/source.ts';
import { bytes, newText, planFor } from '../helpers.ts';

/** The new text of a file of this name. */
async function set(name: string, text: string, values: string): Promise<string | undefined> {
  const inputs = { version: 'none', create: 'true', 'values-files': name, values };
  return newText(await planFor(inputs, '', { [`helm/shop/${name}`]: text }), `helm/shop/${name}`);
}

describe('a JSON file stays JSON', () => {
  it.each<[string, string, string, string]>([
    ['a string', '{"a": "b"}', 'a=1.10', '{"a": "1.10"}'],
    ['null', '{"a": null}', 'a=sha256:abc', '{"a": "sha256:abc"}'],
    ['a number by a string', '{"a": 5}', 'a=v1', '{"a": "v1"}'],
    ['a number', '{"a": 5}', 'a=6', '{"a": 6}'],
    ['a boolean in another spelling', '{"a": false}', 'a=True', '{"a": true}'],
    ['by null in another spelling', '{"a": 5}', 'a=~', '{"a": null}'],
    ['a value with quotes', '{"a": "b"}', `a='"x" \\ y'`, '{"a": "\\"x\\" \\\\ y"}'],
    ['an item of a list', '{"a": [1, null]}', 'a[1]=v', '{"a": [1, "v"]}'],
    ['a new key', '{"a": {}}', 'a.k=v1', '{"a": {"k": "v1"}}'],
    ['a new key that is a number', '{"a": {}}', 'a.8080=true', '{"a": {"8080": true}}'],
    ['new keys below a new key', '{"a": 1}', 'x.y.z=v\nx.k=2', '{"a": 1, "x": {"y": {"z": "v"}, "k": 2}}'],
    ['a key called __proto__', '{"__proto__": {"a": "b"}}', '__proto__.a=c', '{"__proto__": {"a": "c"}}'],
    ['new keys on lines of their own', '{\n  "a": 1\n}\n', 'x=v\ny=w', '{\n  "a": 1,\n  "x": "v",\n  "y": "w"\n}\n'],
    ['with tabs', '{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n', 'a.c=v', '{\n\t"a": {\n\t\t"b": 1,\n\t\t"c": "v"\n\t}\n}\n'],
    ['with CRLF', '{\r\n  "a": 1\r\n}\r\n', 'x=v', '{\r\n  "a": 1,\r\n  "x": "v"\r\n}\r\n'],
    ['a byte order mark before it', '\ufeff{"a": "b"}', 'a=c', '\ufeff{"a": "c"}'],
  ])('%s', async (_, old, values, expected) => {
    for (const name of ['values.json', 'package.json', 'data.yaml', 'renovate']) {
      const now = (await set(name, old, values)) ?? '';
      expect(now).toBe(expected);
      JSON.parse(now.replace('\ufeff', ''));
    }
  });

  it('also when it was YAML under the name of a JSON file', async () => {
    expect(await set('values.json', '{a: b, "c": d}\n', 'c=v\nx=w')).toBe('{a: b, "c": "v", "x": "w"}\n');
  });

  it('and cannot be begun as YAML', async () => {
    await expect(set('values.json', '', 'a=b')).rejects.toThrow(
      'values.json: the file is empty; write {} into it first',
    );
  });

  it('while a YAML file that only looks like it does not become JSON', async () => {
    expect(await set('data.yaml', '{}\n', 'a=b')).toBe('{a: b}\n');
    expect(await set('data.yaml', '{a: b}\n', 'a=c')).toBe('{a: c}\n');
    expect(await set('data.yaml', '# {"a": 1}\na: b\n', 'a=c')).toBe('# {"a": 1}\na: c\n');
  });
});

describe('the proof by a JSON parser', () => {
  const file = readYaml('values.json', bytes('{"a": {"b": 1}, "l": [{"c": 2}]}'));
  const edit = { splice: { start: 0, end: 0, text: '' }, document: 0, nodePath: [0, 0], added: [] };
  const edits: Edit[] = [{ ...edit, scalar: { text: '1.10', as: 'string' as const } }];
  const added = [{ ...edit, nodePath: [1, 0], added: ['x', 'y'], scalar: { text: 'v', as: 'string' as const } }];

  it('accepts the planned change only', () => {
    const problem = (text: string, planned = edits) => jsonProblem(file, { text, edits: planned });
    expect(problem('{"a": {"b": "1.10"}, "l": [{"c": 2}]}')).toBeUndefined();
    expect(problem('{"a": {"b": 1}, "l": [{"c": 2, "x": {"y": "v"}}]}', added)).toBeUndefined();
    expect(problem('{"a": {"b": 1.10}, "l": [{"c": 2}]}')).toContain('other changes than planned');
    expect(problem('{"a": {"b": "1.10"}, "l": [{"c": 3}]}')).toContain('other changes than planned');
    expect(problem('{"a": {"b": 1.10}, "l": [{"c": 2, x: v}]}')).toBe('the result is not valid JSON');
  });

  it('has nothing to compare in a file that was no JSON', () => {
    expect(jsonProblem(readYaml('a.json', bytes('{a: 1}')), { text: 'x', edits })).toBeUndefined();
  });
});

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, 5, 1.5),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 5 }), tie('json'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

function leavesIn(data: Json, steps: Step[] = []): Step[][] {
  if (data === null || typeof data !== 'object') return [steps];
  return Object.entries(data).flatMap(([key, value]) => {
    const step: Step = Array.isArray(data) ? { kind: 'index', index: Number(key) } : { kind: 'key', key };
    return leavesIn(value, [...steps, step]);
  });
}

const isWritable = (steps: readonly Step[]): boolean =>
  steps.every((step) => step.kind !== 'key' || /^[^"\\\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufeff]*$/u.test(step.key));

function withValue(data: Json, [step, ...rest]: readonly Step[], value: string): Json {
  if (step === undefined) return value;
  const name = step.kind === 'index' ? step.index : step.kind === 'key' ? step.key : '';
  const copy = structuredClone(data) as Record<string | number, Json>;
  copy[name] = withValue(copy[name] as Json, rest, value);
  return copy as Json;
}

it('keeps any JSON and changes only the named value', async () => {
  const cases = fc.record({
    data: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), json, { minKeys: 1, noNullPrototype: true }),
    space: fc.constantFrom(undefined, 2, '\t'),
    value: fc.oneof(fc.constantFrom('1.10', 'on', '~', '"', 'a: b', '\\'), fc.stringMatching(/^[ -~é]{0,9}$/)),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ data, space, value, seed }) => {
      const leaves = leavesIn(data).filter(isWritable);
      fc.pre(leaves.length > 0);
      const steps = leaves[seed % leaves.length] as Step[];
      const old = JSON.stringify(data, undefined, space);
      const now = (await set('values.json', old, `${pathText(steps)}='${value.replaceAll("'", "''")}'`)) ?? old;
      const expected = withValue(data, steps, value);
      expect(JSON.parse(now)).toEqual(expected);
      // JSON.stringify escapes as little as possible, the new value too unless it has characters that YAML 1.1 cannot contain.
      expect(now).toBe(JSON.stringify(expected, undefined, space));
    }),
    { numRuns: 200 },
  );
});
