import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { bytes, newText, planFor } from '../helpers.ts';

async function set(text: string, values: string): Promise<{ now: string | undefined; warnings: string[] }> {
  const lines = values
    .split('\n')
    .map((line) => `app.toml:${line}`)
    .join('\n');
  const plan = await planFor({ version: 'none', values: lines }, '', { 'app.toml': text });
  return { now: newText(plan, 'app.toml'), warnings: plan.warnings };
}

describe('a value in TOML', () => {
  it.each<[string, string, string, string]>([
    ['at the top', 'version = "1.4.1" # ours\n', 'version=1.4.2', 'version = "1.4.2" # ours\n'],
    [
      'in a table',
      '[project]\nname = "x"\nversion="1.4.1"\n',
      'project.version=1.4.2',
      '[project]\nname = "x"\nversion="1.4.2"\n',
    ],
    ['among equal ones', 'a = "1"\n[b]\na = "1"\n[c]\na = "1"\n', 'b.a=2', 'a = "1"\n[b]\na = "2"\n[c]\na = "1"\n'],
    ['that a comment repeats', '# a = "1"\na = "1"\n', 'a=2', '# a = "1"\na = "2"\n'],
    ['that a text repeats', "b = \"a = '1'\"\na = '1'\n", 'a=2', "b = \"a = '1'\"\na = '2'\n"],
    ['in single quotes that cannot hold it', "a = '1'\n", `a="it's"`, 'a = "it\'s"\n'],
    ['by a dotted key', 'a.b.c = "1"\n', 'a.b.c=2', 'a.b.c = "2"\n'],
    ['by a quoted key', '"a.b" = {"c d" = "1"}\n', '"a.b"."c d"=2', '"a.b" = {"c d" = "2"}\n'],
    [
      'in an inline table',
      'a = {version = "1", features = ["1"]}\n',
      'a.version=2',
      'a = {version = "2", features = ["1"]}\n',
    ],
    ['in a list', 'a = [\n  "1", # one\n  "1",\n]\n', 'a[1]=2', 'a = [\n  "1", # one\n  "2",\n]\n'],
    [
      'in a list of tables',
      '[[p]]\nname = "a"\nv = "1"\n[[p]]\nname = "b"\nv = "1"\n',
      'p[name=b].v=2',
      '[[p]]\nname = "a"\nv = "1"\n[[p]]\nname = "b"\nv = "2"\n',
    ],
    ['from the end of a list', 'a = ["1", "1"]\n', 'a[-1]=2', 'a = ["1", "2"]\n'],
    ['that is a number', 'a = 5 # five\n', 'a=6', 'a = 6 # five\n'],
    ['that is a boolean', 'a = true\nb = true\n', 'b=false', 'a = true\nb = false\n'],
    ['with CRLF', 'a = "1"\r\nb = "1"\r\n', 'b=2', 'a = "1"\r\nb = "2"\r\n'],
    ['after a byte order mark', '\ufeffa = "1"\n', 'a=2', '\ufeffa = "2"\n'],
    ['with special characters', 'a = "1"\n', 'a="x\\\\y \\"z\\" é"', 'a = "x\\\\y \\"z\\" é"\n'],
    ['two of one file', 'a = "1"\nb = "1"\n', 'a=2\nb=3', 'a = "2"\nb = "3"\n'],
    ['after text on several lines', 'a = """\nb = "1"\n"""\nb = "1"\n', 'b=2', 'a = """\nb = "1"\n"""\nb = "2"\n'],
  ])('is set %s', async (_, old, values, expected) => {
    expect(await set(old, values)).toEqual({ now: expected, warnings: [] });
  });

  it('is not changed when it is already set', async () => {
    expect((await set('a = "1"\nb = 5\n', 'a=1\nb=5')).now).toBeUndefined();
  });

  it('is reported when it changes its type', async () => {
    expect(await set('port = 5\nversion = 1\n', 'port=x\nversion=2')).toEqual({
      now: 'port = "x"\nversion = "2"\n',
      warnings: [
        'app.toml:1: port was the number 5 and becomes the string "x"',
        'app.toml:2: version was the number 1 and becomes the string "2"',
      ],
    });
  });

  it.each<[string, string, string, string]>([
    [
      'a missing key',
      '[project]\nversion = "1"\n',
      'project.vresion=2',
      'app.toml: project has no key "vresion"; nearest: version; no key is added to TOML',
    ],
    ['a table', '[project]\nversion = "1"\n', 'project=2', 'app.toml: project is a table, not a single value'],
    ['a list', 'a = []\n', 'a=2', 'app.toml: a is a list, not a single value'],
    ['a key of a value', 'a = "1"\n', 'a.b=2', 'app.toml: a has no key "b"; no key'],
    ['no list', 'a = "1"\n', 'a[0]=2', 'app.toml: a is not a list'],
    ['no item', 'a = ["1"]\n', 'a[1]=2', 'app.toml: a has no item [1]; it has 1'],
    [
      'two items',
      '[[a]]\nn = "x"\nv = 1\n[[a]]\nn = "x"\nv = 1\n',
      'a[n=x].v=2',
      'app.toml: a has 2 items [n=x]; it must be unique',
    ],
    ['several lines', 'a = """\n1"""\n', 'a=2', 'app.toml: a is not a value on one line'],
    ['null', 'a = 1\n', 'a=null', 'app.toml: a cannot be null, which TOML does not have'],
    ['invalid TOML', 'a = 1\nb = \n', 'a=2', 'app.toml is not valid TOML: line 2: '],
    ['an embedded document', 'a = "b: c"\n', 'a|b=2', 'app.toml: a: no document can be embedded in TOML'],
    ['two values for one', 'a = "1"\n', 'a=2\na=3', 'conflicting values for app.toml:a: "2" and "3"'],
  ])('is refused: %s', async (_, old, values, expected) => {
    await expect(set(old, values)).rejects.toThrow(expected);
  });

  it('is refused in a document, a missing file, two files and bytes that are not UTF-8', async () => {
    const plan = (values: string, more: Record<string, string>) => planFor({ version: 'none', values }, '', more);
    await expect(plan('app.toml#0:a=2', { 'app.toml': 'a = 1\n' })).rejects.toThrow('app.toml has no documents');
    await expect(plan('app.toml:a=2', {})).rejects.toThrow('a: file not found: helm/shop/app.toml or app.toml');
    await expect(plan('app.toml:a=2', { 'app.toml': 'a = 1\n', 'helm/shop/app.toml': 'a = 1\n' })).rejects.toThrow(
      'app.toml:a is in 2 files: helm/shop/app.toml, app.toml; it must be unique',
    );
  });
});

type Toml = boolean | number | string | Toml[] | { [key: string]: Toml };
const { toml } = fc.letrec<{ toml: Toml }>((tie) => ({
  toml: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Toml>(true, 5, '1.4.1', '# a = "1"', ''),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.array(tie('toml'), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z .#=]{1,4}$/), tie('toml'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

it('keeps any TOML and changes only the named value', async () => {
  const cases = fc.record({
    data: fc.dictionary(fc.stringMatching(/^[b-z]{1,4}$/), toml, { noNullPrototype: true }),
    value: fc.oneof(fc.constantFrom('1.10', '"', "'", '\\', ''), fc.string({ unit: 'grapheme', maxLength: 9 })),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ data, value }) => {
      fc.pre(!/[\p{Cc}\p{Cs}]/u.test(value));
      const old = stringify({ ...data, a: { v: '1.4.1' } });
      const { now = old } = await set(old, `a.v='${value.replaceAll("'", "''")}'`);
      expect(parse(now)).toEqual({ ...parse(old), a: { v: value } });
      const [before = '', after = ''] = old.split(/(?<=\[a\]\nv = )"1\.4\.1"/);
      expect(now.startsWith(before) && now.endsWith(after)).toBe(true);
      expect(bytes(now.slice(before.length, now.length - after.length)).length).toBeGreaterThan(1);
    }),
    { numRuns: 200 },
  );
});
