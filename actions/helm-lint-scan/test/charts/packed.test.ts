import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packTar, type TarHeader } from 'modern-tar';
import { ArchiveError, readPackedTexts, UnpackBudget } from '../../src/charts/packed.ts';

type Entry = [name: string, body: string | Uint8Array, more?: Partial<TarHeader>];

const tar = async (...entries: Entry[]): Promise<Uint8Array> =>
  packTar(
    entries.map(([name, body, more]) => ({
      header: {
        name,
        size: typeof body === 'string' ? Buffer.byteLength(body) : body.length,
        mtime: new Date(0),
        ...more,
      },
      body,
    })),
  );
const tgz = async (...entries: Entry[]): Promise<Uint8Array> => gzipSync(await tar(...entries), { level: 1 });

const META = 'name: dep\nversion: 1.0.0\n';
const CHART: Entry[] = [
  ['dep/Chart.yaml', META],
  ['dep/values.yaml', 'a: 1\n'],
  ['dep/templates/a.yaml', 'kind: ConfigMap\n'],
  ['dep/charts/sub/Chart.yaml', 'name: sub\n'],
];

const read = (packed: Uint8Array): Promise<Map<string, string>> => readPackedTexts(packed, new UnpackBudget());
const refusal = async (packed: Uint8Array): Promise<string> => {
  const error = await read(packed).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ArchiveError)) throw error ?? new Error('nothing was refused');
  return error.message;
};

/** The archive with another text in a field of its entry's header, and the right sum over it. */
function withField(archive: Uint8Array, entry: number, at: number, text: string): Uint8Array {
  const changed = Buffer.from(archive);
  changed.write(text, entry + at, 'latin1');
  changed.fill(' ', entry + 148, entry + 156);
  const sum = changed.subarray(entry, entry + 512).reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, entry + 148);
  return changed;
}
const SIZE = 124;

/** Milliseconds. Nothing here is slow, so what takes this long goes on forever. */
const HANG = 60_000;

describe('a packed chart', () => {
  it('contains its files and those of nested charts, whatever the name of its directory', async () => {
    const inner = await tgz(['x/Chart.yaml', 'name: inner\n'], ['x/values.schema.json', '{}']);
    const packed = await tgz(
      ...CHART,
      ['other\\values.schema.json', '\uFEFF{"a":1}'],
      ['dep/charts/inner-1.0.0.tgz', inner],
      ['dep/README.md', 'x'.repeat(2000)],
    );
    expect(Object.fromEntries(await read(packed))).toEqual({
      'Chart.yaml': META,
      'values.yaml': 'a: 1\n',
      'values.schema.json': '{"a":1}',
      'charts/sub/Chart.yaml': 'name: sub\n',
      'charts/inner-1.0.0.tgz/Chart.yaml': 'name: inner\n',
      'charts/inner-1.0.0.tgz/values.schema.json': '{}',
    });
  });

  it('may end without the blocks that mark the end, which Go accepts', async () => {
    const whole = await tar(...CHART);
    expect((await read(gzipSync(whole.subarray(0, -1024)))).get('Chart.yaml')).toBe(META);
  });

  it('of several gzip members is one archive', async () => {
    const whole = await tar(...CHART);
    const packed = Buffer.concat([gzipSync(whole.subarray(0, 700)), gzipSync(whole.subarray(700))]);
    expect((await read(packed)).get('values.yaml')).toBe('a: 1\n');
  });
});

describe('is refused as Helm does', () => {
  it.each<[string, () => Promise<Uint8Array>, string]>([
    ['bytes that are not gzip', async () => Buffer.from('no archive'), 'incorrect header check'],
    ['nothing', async () => new Uint8Array(), 'unexpected end of file'],
    ['gzip that is not an archive', async () => gzipSync('no archive'.repeat(100)), 'invalid tar'],
    ['an archive without files', async () => gzipSync(new Uint8Array(1024)), 'it has no files'],
    ['a truncated gzip', async () => (await tgz(...CHART)).subarray(0, -20), 'unexpected end of file'],
    ['a truncated archive', async () => gzipSync((await tar(...CHART)).subarray(0, 600)), 'tar archive is truncated'],
    ['a damaged byte', async () => Buffer.from(await tgz(...CHART)).fill(0xff, 60, 64), 'inva'],
    [
      'a wrong sum',
      async () => gzipSync(Buffer.from(await tar(...CHART)).fill('x', 0, 1)),
      'invalid tar header checksum',
    ],
    [
      'a negative size',
      async () => gzipSync(withField(await tar(...CHART), 0, SIZE, '-0000002000\0')),
      'invalid tar number',
    ],
    [
      'a size that is not a number',
      async () => gzipSync(withField(await tar(...CHART), 0, SIZE, 'zzzz')),
      'invalid tar number',
    ],
    [
      'a huge size',
      async () => gzipSync(withField(await tar(...CHART), 0, SIZE, '77777777777\0')),
      'its Chart.yaml is larger than 1 MiB',
    ],
    [
      'a huge binary size',
      async () => gzipSync(withField(await tar(...CHART), 0, SIZE, '\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff')),
      'TAR number too large',
    ],
    ['a size of another record', async () => tgz(['dep/Chart.yaml', META, { pax: { size: '14' } }]), 'sparse'],
    ['a sparse file', async () => tgz(['dep/x', '', { pax: { 'GNU.sparse.name': 'dep/values.yaml' } }]), 'sparse'],
    ['a path that leads out of it', async () => tgz(['dep/../../etc/passwd', '']), 'leads out of it'],
    ['an absolute path', async () => tgz(['dep//etc/passwd', '']), 'absolute path'],
    ['a path with a drive', async () => tgz(['dep\\c:\\x', '']), 'a drive'],
    ['a file beside its directory', async () => tgz(['values.yaml', '']), 'outside its directory'],
    ['a path without an end', async () => tgz([`dep/${'a/'.repeat(3000)}x`, '']), 'more than 4096 characters'],
    [
      'a link instead of a file',
      async () => tgz(['dep/values.yaml', '', { type: 'symlink', linkname: '/etc/passwd' }]),
      'its values.yaml is a symlink',
    ],
    [
      'a directory instead of a file',
      async () => tgz(['dep/values.schema.json/', '', { type: 'directory' }]),
      'its values.schema.json is a directory',
    ],
    [
      'values that are too large',
      async () => tgz(['dep/values.yaml', new Uint8Array(1024 * 1024 + 1)]),
      'its values.yaml is larger than 1 MiB',
    ],
    [
      'too many files',
      async () => tgz(...Array.from({ length: 10_001 }, (_, index): Entry => [`d/${index}`, ''])),
      'more than 10000 entries',
    ],
    ['a bomb', async () => tgz(['dep/big', new Uint8Array(101 * 1024 * 1024)]), 'more than 100 MiB'],
    ['a bomb after the end', async () => gzipSync(new Uint8Array(101 * 1024 * 1024)), 'more than 100 MiB'],
  ])(
    '%s',
    async (_, archive, message) => {
      expect(await refusal(await archive())).toContain(message);
    },
    HANG,
  );

  it('an archive in an archive, again and again', async () => {
    let packed = await tgz(...CHART);
    for (let level = 0; level < 12; level++) packed = await tgz(['d/charts/d.tgz', packed]);
    expect(await refusal(packed)).toContain('more than 10 levels deep');
  });
});

it(
  'the archives of a chart have one budget, as each could be small and all of them a bomb',
  async () => {
    const budget = new UnpackBudget();
    const bomb = await tgz(...CHART, ['dep/big', new Uint8Array(90 * 1024 * 1024)]);
    await readPackedTexts(bomb, budget);
    await readPackedTexts(bomb, budget);
    expect(budget.exhausted).toBe(false);
    await expect(readPackedTexts(bomb, budget)).rejects.toThrow('unpack to more than 256 MiB');
    expect(budget.exhausted).toBe(true);
  },
  HANG,
);

it('the values of all archives have a budget too', async () => {
  const budget = new UnpackBudget();
  const large = await tgz(['dep/Chart.yaml', META], ['dep/values.schema.json', new Uint8Array(5 * 1024 * 1024)]);
  await readPackedTexts(large, budget);
  await expect(readPackedTexts(large, budget)).rejects.toThrow('more than 8 MiB');
});

/** Bytes replaced, taken out and put in, anywhere. */
const damage = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(600),
    insert: fc.uint8Array({ maxLength: 20 }),
  }),
  { minLength: 1, maxLength: 4 },
);
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(bytes: Uint8Array, changes: Damage): Uint8Array {
  return changes.reduce<Uint8Array>((all, { at, remove, insert }) => {
    const start = Math.floor(at * all.length);
    return Buffer.concat([all.subarray(0, start), insert, all.subarray(start + remove)]);
  }, bytes);
}

describe('any bytes are read or refused, without delay', () => {
  const ends = async (packed: Uint8Array): Promise<void> => {
    await read(packed).catch((error: unknown) => {
      if (!(error instanceof ArchiveError)) throw error;
    });
  };

  it(
    'when the packed bytes are damaged',
    async () => {
      const packed = await tgz(...CHART);
      await fc.assert(
        fc.asyncProperty(damage, (changes) => ends(damaged(packed, changes))),
        { numRuns: 300, timeout: HANG },
      );
    },
    HANG,
  );

  it(
    'when the archive within is damaged',
    async () => {
      const whole = await tar(...CHART, [`dep/${'long/'.repeat(40)}values.yaml`, 'b: 2\n']);
      await fc.assert(
        fc.asyncProperty(damage, (changes) => ends(gzipSync(damaged(whole, changes)))),
        { numRuns: 300, timeout: HANG },
      );
    },
    HANG,
  );

  it(
    'when a field of a header has any text, with the right sum',
    async () => {
      const whole = await tar(...CHART);
      const field = fc.tuple(
        fc.constantFrom(0, 1024, 2048),
        fc.nat(140),
        fc.string({ unit: 'binary-ascii', maxLength: 12 }),
      );
      await fc.assert(
        fc.asyncProperty(field, ([entry, at, text]) => ends(gzipSync(withField(whole, entry, at, text)))),
        { numRuns: 500, timeout: HANG },
      );
    },
    HANG,
  );
});
