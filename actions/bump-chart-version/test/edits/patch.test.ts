import { describe, expect, it } from '@jest/globals';
import { ActionError } from '../../../lib/errors.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { bytes, CHART, newText, planFor, settings, textOf } from '../helpers.ts';

const set = async (values: string, line: string, more: Record<string, string> = {}): Promise<string | undefined> =>
  newText(await planFor({ version: 'none', values: line, ...more }, values));

const problemWith = async (values: string, line: string, more: Record<string, string> = {}): Promise<string> => {
  const error = await set(values, line, more).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ActionError);
  return (error as ActionError).message;
};

describe('replacing a value changes only its bytes', () => {
  it.each<[string, string, string, string]>([
    ['plain', 'a: b # c\n', 'a=x', 'a: x # c\n'],
    ['double quotes', 'a:   "b"   # c\n', 'a=x', 'a:   "x"   # c\n'],
    ['single quotes', "a: 'b'\n", "a=it's", "a: 'it''s'\n"],
    ['no newline at the end', 'a: b', 'a=x', 'a: x'],
    ['CRLF', 'a: b\r\nc: d\r\n', 'a=x', 'a: x\r\nc: d\r\n'],
    ['mixed line ends', 'a: b\r\nc: d\ne: f\r\n', 'c=x', 'a: b\r\nc: x\ne: f\r\n'],
    ['byte order mark', '\ufeffa: b\n', 'a=x', '\ufeffa: x\n'],
    ['text of two UTF-16 units before it', '# 🚀🚀\nn: "🚀"\na: b\n', 'a=x', '# 🚀🚀\nn: "🚀"\na: x\n'],
    ['flow mapping', 'a: {b: c, d: "e"}\n', 'a.b=x', 'a: {b: x, d: "e"}\n'],
    ['flow mapping and a comma', 'a: {b: c}\n', 'a.b=x,y', 'a: {b: "x,y"}\n'],
    ['flow list', 'a: [b,c]\n', 'a[1]=x', 'a: [b,x]\n'],
    ['JSON', '{"a":{"b":"c"}}', 'a.b=x', '{"a":{"b":"x"}}'],
    [
      'list item by name',
      'l:\n- name: a\n  tag: 1\n- name: b\n  tag: "2"\n',
      'l[name=b].tag=3',
      'l:\n- name: a\n  tag: 1\n- name: b\n  tag: "3"\n',
    ],
    ['list item by index', 'l:\n  - a\n  -   b # c\n', 'l[1]=x', 'l:\n  - a\n  -   x # c\n'],
    ['last list item', 'l:\n  - a\n  - b # c\n', 'l[-1]=x', 'l:\n  - a\n  - x # c\n'],
    ['list item from the end', 'l: [{n: a}, {n: b}]\n', 'l[-2].n=x', 'l: [{n: x}, {n: b}]\n'],
    ['key with dots', 'm:\n  a.b/c: d\n', "m['a.b/c']=x", 'm:\n  a.b/c: x\n'],
    ['number key', 'm:\n  80: d\n', 'm.80=x', 'm:\n  80: x\n'],
    ['second document', 'a: b\n---\n# two\nc: d\n...\n', 'c=x', 'a: b\n---\n# two\nc: x\n...\n'],
    ['anchored value', 'a: &t b\nc: *t\n', 'a=x', 'a: &t x\nc: *t\n'],
    ['tagged value', 'a: !!str 1\n', 'a=2', 'a: !!str "2"\n'],
    ['value on several lines', 'a: b\n  c\nd: e\n', 'a=x', 'a: x\nd: e\n'],
    ['explicit key', '? a\n: b\n', 'a=x', '? a\n: x\n'],
    ['number', 'a: 5 # five\n', 'a=6', 'a: 6 # five\n'],
    ['boolean', 'a: true\n', 'a=false', 'a: false\n'],
    ['empty value', 'a:\nb: c\n', 'a=x', 'a: x\nb: c\n'],
    ['empty value before a comment', 'a:  # c\nb: c\n', 'a=x', 'a: x  # c\nb: c\n'],
    ['empty value with an anchor', 'a: &t # c\nb: *t\n', 'a=x', 'a: &t x # c\nb: *t\n'],
    ['empty value at the end', 'b: c\na:', 'a=x', 'b: c\na: x'],
    ['empty value with CRLF', 'a:\r\nb: c\r\n', 'a=x', 'a: x\r\nb: c\r\n'],
    ['empty value in a flow mapping', 'm: {a: , b: c}\n', 'm.a=x', 'm: {a: x , b: c}\n'],
    ['empty list item', 'l:\n  -\n  - b\n', 'l[0]=x', 'l:\n  - x\n  - b\n'],
    ['null', 'a: ~\n', 'a=x', 'a: x\n'],
    ['empty string', 'a: ""\n', 'a=x', 'a: "x"\n'],
    ['to the empty string', 'a: b\n', 'a=""', 'a: ""\n'],
    ['a tag that plain style would make a number', 'a: v1\n', 'a=12345e10', 'a: "12345e10"\n'],
    ['a file that YAML 1.1 reads otherwise', 'on: x\na: yes\n', 'a=no', 'on: x\na: "no"\n'],
    ['a %YAML directive', '%YAML 1.1\n---\na: b\n', 'a=12:30', '%YAML 1.1\n---\na: "12:30"\n'],
    [
      'deep indentation with tabs in comments',
      'a:\n      b: # \tx\n          c: d\n',
      'a.b.c=x',
      'a:\n      b: # \tx\n          c: x\n',
    ],
    ['merge key beside it', 'd: &d {t: 1}\na:\n  <<: *d\n  u: v\n', 'a.u=x', 'd: &d {t: 1}\na:\n  <<: *d\n  u: x\n'],
  ])('%s', async (_, old, line, expected) => {
    expect(await set(old, line)).toBe(expected);
  });

  it('applies several changes in one file', async () => {
    expect(await set('a: b\nc: {d: e, f: g}\n', 'c.f=z\na=longer than before\nc.d=""')).toBe(
      'a: longer than before\nc: {d: "", f: z}\n',
    );
  });

  it('is not a change when the value is already set', async () => {
    expect(await set('a: "b"\nc: 5\n', 'a=b\nc=5')).toBeUndefined();
  });

  it('quotes an unchanged value that other parsers read differently', async () => {
    expect(await set('a: on\n', 'a=on')).toBe('a: "on"\n');
  });
});

describe('adding a key', () => {
  const create = { create: 'true' };
  it.each<[string, string, string, string]>([
    ['after the last one', 'a:\n  b: c # d\ne: f\n', 'a.x=v', 'a:\n  b: c # d\n  x: v\ne: f\n'],
    ['with CRLF', 'a:\r\n  b: c\r\n', 'a.x=v', 'a:\r\n  b: c\r\n  x: v\r\n'],
    ['at an end without newline', 'a:\n  b: c', 'a.x=v', 'a:\n  b: c\n  x: v'],
    [
      'after a nested mapping',
      'a:\n    b:\n        c: d\n\n# tail\n',
      'a.x=v',
      'a:\n    b:\n        c: d\n    x: v\n\n# tail\n',
    ],
    ['after a list', 'a:\n- b\n- c\nd: e\n', 'x=v', 'a:\n- b\n- c\nd: e\nx: v\n'],
    [
      'after a block of text',
      'a:\n  b: |\n    one\n    two\nd: e\n',
      'a.x=v',
      'a:\n  b: |\n    one\n    two\n  x: v\nd: e\n',
    ],
    [
      'in a list item',
      'l:\n  - name: a\n    b: c\n  - name: d\n',
      'l[name=a].x=v',
      'l:\n  - name: a\n    b: c\n    x: v\n  - name: d\n',
    ],
    ['in a flow mapping', 'a: {b: c}\n', 'a.x=v', 'a: {b: c, x: v}\n'],
    ['in an empty flow mapping', 'a: {}\n', 'a.x=v', 'a: {x: v}\n'],
    ['two in an empty flow mapping', 'a: {}\n', 'a.x=v\na.z=w', 'a: {x: v, z: w}\n'],
    ['two in a block mapping', 'a:\n  b: c\nd: e\n', 'a.x=v\na.z=w', 'a:\n  b: c\n  x: v\n  z: w\nd: e\n'],
    ['with the mappings above it', 'a:\n  b: c\n', 'a.x.k=z', 'a:\n  b: c\n  x:\n    k: z\n'],
    ['that needs quotes', 'a: b\n', '"on"=1.10', 'a: b\n"on": "1.10"\n'],
    ['after an empty value', 'a:\n  b:\nd: e\n', 'a.x=v', 'a:\n  b:\n  x: v\nd: e\n'],
    ['in an empty file', '', 'a=x', 'a: x\n'],
    ['in a file of comments', '# nothing yet\n', 'a.b=x', '# nothing yet\na:\n  b: x\n'],
    ['over a merge key', 'd: &d {t: a}\nm:\n  <<: *d\n', 'm.t=x', 'd: &d {t: a}\nm:\n  <<: *d\n  t: x\n'],
    ['after a byte order mark', '\ufeffa: b\n', 'x=v', '\ufeffa: b\nx: v\n'],
    ['before the end of a document', 'a: b\n---\nc:\n  d: e\n', 'c.x=v', 'a: b\n---\nc:\n  d: e\n  x: v\n'],
  ])('%s', async (_, old, line, expected) => {
    expect(await set(old, line, create)).toBe(expected);
  });

  it('is rejected without create', async () => {
    expect(await problemWith('image:\n  tag: a\n', 'image.tga=x')).toContain(
      'helm/shop/values.yaml:1: image has no key "tga"; nearest: tag (create: true adds a missing key)',
    );
  });

  it('is rejected under a value and in a list', async () => {
    expect(await problemWith('a: b\n', 'a.x=v', create)).toContain('a is a single value and has no key "x"');
    expect(await problemWith('l: [a]\n', 'l[3]=v', create)).toContain('l has no item [3]; it has 1 item');
  });

  it.each([
    [
      'two values start one mapping',
      'a: b\n',
      'x.p=1\nx.q.r=v\nx.q.s=w',
      'a: b\nx:\n  p: 1\n  q:\n    r: v\n    s: w\n',
    ],
    ['with others between them', 'a: b', 'x.p=1\nz=v\nx.q=2', 'a: b\nx:\n  p: 1\n  q: 2\nz: v'],
    ['in braces', '{a: b}\n', 'x.p=1\nz=v\nx.q=2', '{a: b, x: {p: 1, q: 2}, z: v}\n'],
    [
      'under an empty value',
      'm:\n    a: # of pods\nb: 1\n',
      'm.a.x=1\nm.a.z=v',
      'm:\n    a: # of pods\n      x: 1\n      z: v\nb: 1\n',
    ],
    ['below an empty value without a line end', 'a:', 'a.x.z=v', 'a:\n  x:\n    z: v'],
    ['below an empty value with Windows line ends', 'a:\r\nb: 1\r\n', 'a.x=v', 'a:\r\n  x: v\r\nb: 1\r\n'],
    ['below an empty value of an item', 'l:\n- n: k\n  a:\n- b\n', 'l[n=k].a.x=v', 'l:\n- n: k\n  a:\n    x: v\n- b\n'],
  ])('adds %s', async (_, old, lines, expected) => {
    expect(await set(old, lines, create)).toBe(expected);
  });

  it('is rejected when the empty value has an anchor, a tag or text', async () => {
    for (const old of ['a: &x\nb: *x\n', 'a: null\n', '{a: }\n', '{a}\n', '? a\n']) {
      expect(await problemWith(old, 'a.x=v', create)).toContain('and has no key "x"');
    }
  });

  it('is rejected when a new key would be both a value and a mapping', async () => {
    for (const lines of ['x=1\nx.z=2', 'x.z=2\nx=1', 'x.z.w=1\nx.z=2']) {
      expect(await problemWith('a: b\n', lines, create)).toContain('cannot be both a value and a mapping');
    }
  });

  it('advises to name the document when both values are in one file', async () => {
    expect(await problemWith('a: b\n---\na: c\n', 'a=v')).toContain(
      'a exists 2 times (helm/shop/values.yaml:1, helm/shop/values.yaml:3); it must be unique: put the file and the document before the path, as in helm/shop/values.yaml#0:a',
    );
    expect(await problemWith('a: b\n---\na: c\n', 'z=v', create)).toContain(
      'put the file and the document before the path, as in helm/shop/values.yaml#0:',
    );
  });
});

describe('a rejected change has a file, a line and advice', () => {
  it.each<[string, string, string, string]>([
    [
      'a missing key',
      'a:\n  image: x\n  images: y\n',
      'a.imgae=z',
      'values.yaml:1: a has no key "imgae"; nearest: image, images',
    ],
    ['a mapping', 'a:\n  b: c\n', 'a=x', 'values.yaml:1: a is a mapping, not a single value'],
    ['a list', 'z: 1\na: [b]\n', 'a=x', 'values.yaml:2: a is a list, not a single value'],
    ['a block of text', 'a: |-\n  v1\n', 'a=x', 'values.yaml:1: a is a block scalar'],
    [
      'an alias',
      'a: &t b\nc: *t\n',
      'c=x',
      'values.yaml:2: c is the alias *t; set the value at the anchor &t (line 1) instead',
    ],
    [
      'a path through an alias',
      'a: &t {b: c}\nd: *t\n',
      'd.b=x',
      'values.yaml:2: d is the alias *t, so d.b has no separate value',
    ],
    ['a merged key', 'a: &t {b: c}\nd:\n  <<: *t\n', 'd.b=x', 'only through the merge key << (line 1, anchor &t)'],
    [
      'two documents with the path',
      'a: b\n---\na: c\n',
      'a=x',
      'a exists 2 times (helm/shop/values.yaml:1, helm/shop/values.yaml:3)',
    ],
    [
      'two items with the name',
      'l:\n- n: a\n- n: a\n',
      'l[n=a]=x',
      'values.yaml:1: l has 2 items [n=a] (lines 2, 3); it must be unique',
    ],
    ['no item with the name', 'l:\n- n: a\n- n: b\n', 'l[n=c].t=x', 'l has no item [n=c]; it has [n=a], [n=b]'],
    ['an index before the first item', 'l: [a]\n', 'l[-2]=x', 'values.yaml:1: l has no item [-2]; it has 1 item'],
    ['the same item from both ends', 'l: [a]\n', 'l[-1]=x\nl[0]=y', 'conflicting values for l[0]: "x" and "y"'],
    ['an index on a mapping', 'a: {b: c}\n', 'a[0]=x', 'values.yaml:1: a is not a list'],
    ['a key without a colon', 'm: {a}\n', 'm.a=x', 'm.a has no ":" before its value'],
    [
      'duplicate keys',
      'a: b\nc: d\na: e\n',
      'a=x',
      'values.yaml:1: the document has the duplicate key "a" (lines 1, 3); remove all but one',
    ],
    ['broken YAML', 'a: [b\n', 'a=x', 'helm/shop/values.yaml is not valid YAML'],
    [
      'two values for one node',
      'l: [{n: a}]\n',
      'l[0].n=x\nl[n=a].n=y',
      'conflicting values for l[n=a].n: "x" and "y"',
    ],
  ])('%s', async (_, old, line, expected) => {
    expect(await problemWith(old, line)).toContain(expected);
  });

  it('reports all problems at once', async () => {
    const message = await problemWith('a: &t b\nc: *t\n', 'c=x\nd=y');
    expect(message).toContain('for 2 reasons');
    expect(message).toContain('c is the alias');
    expect(message).toContain('no key "d"');
  });

  it('rejects bytes that are not UTF-8', async () => {
    const request = await settings({ version: 'none', values: 'a=x' });
    const files = new Map([
      ['helm/shop/Chart.yaml', bytes(CHART)],
      ['helm/shop/values.yaml', Uint8Array.of(0x61, 0x3a, 0x20, 0xff, 0x0a)],
    ]);
    expect(() => makePlan(request, files)).toThrow('helm/shop/values.yaml cannot be changed: it is not UTF-8');
  });

  it('rejects a file that expands without limit', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, n) =>
        `l${n}: &l${n} [${Array(9)
          .fill(n === 0 ? 'x' : `*l${n - 1}`)
          .join(',')}]`,
    );
    await expect(set(`${levels.join('\n')}\na: b\n`, 'a=x')).rejects.toThrow(
      'helm/shop/values.yaml cannot be parsed: invalid aliases',
    );
  });
});

it('reports every value that follows an anchor', async () => {
  const values = 'tag: &t "1"\nweb: {tag: *t}\ndefaults: &d\n  x: 1\nm:\n  <<: *d\n  l: [*t]\n';
  const plan = await planFor({ version: 'none', values: 'tag=2\ndefaults.x=5' }, values);
  expect(plan.changedValues.map(({ path, old, now, line }) => [path, old, now, line])).toEqual([
    ['tag', '1', '2', 1],
    ['defaults.x', '1', '5', 4],
    ['web.tag', '1', '2', undefined],
    ['m.x', '1', '5', undefined],
    ['m.l[0]', '1', '2', undefined],
  ]);
});

it('encodes to the bytes of the new text, with the byte order mark', async () => {
  const plan = await planFor({ version: 'none', values: 'a=x' }, '\ufeffa: b\r\nü: 🚀\r\n');
  expect(textOf(plan.files[0]?.bytes ?? bytes(''))).toBe('\ufeffa: x\r\nü: 🚀\r\n');
});
