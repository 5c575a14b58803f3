/** The inputs of the fuzz tests, and what must hold for every result. */
import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { StepResult } from './step.ts';

/** Kills a step that hangs. No step may take longer, whatever its inputs; this is not a limit of its speed. */
export const STEP_TIMEOUT_MS = 10_000;

/** The value of secrets: it must only appear in a line that masks it. */
export const SECRET = 'hidden-word'.repeat(3);

/** Number of runs of each property, and the seed: fixed by default, configurable for a longer search. */
export const runs: fc.Parameters<unknown> = {
  numRuns: Number(process.env.FUZZ_RUNS ?? 20),
  seed: Number(process.env.FUZZ_SEED ?? 20261128),
  endOnFailure: true,
};

/** Strings that break parsers, paths, options, numbers and command lines. */
const ODD_STRINGS = [
  '',
  ' ',
  '\n',
  '\r\n\u0085::stop-commands::x',
  '##[add-mask]a',
  '-',
  '--',
  '--output=/etc/passwd',
  '..',
  '../../etc/passwd',
  '/dev/zero',
  '/proc/self/environ',
  '.git/config',
  '$(id)',
  '`id`',
  '${{ github.token }}',
  '{{ .Values.x }}',
  '%0A::error::x',
  '\ufeff',
  '\u202e\u2066',
  '💥'.repeat(50),
  'a'.repeat(20_000),
  'a/'.repeat(4000),
  '0',
  '-1',
  '1e999',
  '999999999999999999999999',
  'NaN',
  'null',
  'true',
  '~',
  '[]',
  '{}',
  '[[[[[[[[[[',
  '['.repeat(5000),
  '- '.repeat(3000),
  '&a [*a]',
  '&a [x, x]\n---\n*a',
  '{__proto__: {x: 1}, constructor: 1, toString: 2}',
  '- name: __proto__',
  '- { name: shop/web, context: .., file: -, platforms: [1, null, {}] }',
  '[{"name": "web", "repository": "r/web", "digest": 5, "tags": "x"}]',
  '[{"name": "web", "repository": "r/web", "ref": "r/web@sha256:zz", "digest": "sha256:zz", "tags": [null]}]',
  'v1.2.3',
  'v999999999999999999.0.0',
  `1.2.3-${'0.'.repeat(300)}`,
  'a=b=c',
  '=',
  'a:b:c=1',
  'x[0][',
  'x."y',
  '**/**/**/**/*',
  '{a,b}'.repeat(22),
  '!x',
  '[!-]*',
  `raw:${'x'.repeat(300)}`,
  'id=file:/etc/shadow',
  'id=env:INPUT_TOKEN',
  '"',
  "'",
  '\\',
  '| x\n  y',
  '!!binary x',
  '!<tag:yaml.org,2002:js/function> x',
];

export const text: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ODD_STRINGS) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.constantFrom(...ODD_STRINGS), { minLength: 2, maxLength: 4 })
        .map((strings) => strings.join('\n')),
    },
  )
  // NUL cannot be part of an environment.
  .map((value) => value.replaceAll('\0', ''));

/** Some of the inputs with odd strings; the others are omitted. */
export const oddInputs = (names: readonly string[]): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(fc.constantFrom(...names), text, { maxKeys: Math.min(6, names.length) });

/** Bytes, some of which are changed, removed or repeated. */
export const damagedBytes = (bytes: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .array(
      fc.record({
        at: fc.nat({ max: bytes.length - 1 }),
        how: fc.constantFrom('set', 'cut', 'repeat', 'end'),
        value: fc.oneof(fc.constantFrom(0, 0x2d, 0x30, 0x37, 0x80, 0xff), fc.nat({ max: 255 })),
        length: fc.nat({ max: 600 }),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((changes) => {
      let result = Buffer.from(bytes);
      for (const { at, how, value, length } of changes) {
        const to = Math.min(at + length, result.length);
        if (how === 'set' && at < result.length) result[at] = value;
        if (how === 'cut') result = Buffer.concat([result.subarray(0, at), result.subarray(to)]);
        if (how === 'repeat') result = Buffer.concat([result.subarray(0, to), result.subarray(at)]);
        if (how === 'end') result = result.subarray(0, at);
      }
      return result;
    });

/** What must hold for every step, whatever its inputs. */
export function expectSound(result: StepResult): void {
  expect({ exitCode: result.exitCode, log: result.log.slice(-2000) }).toEqual({
    exitCode: expect.any(Number),
    log: expect.any(String),
  });
  expect([0, 1]).toContain(result.exitCode);
  expect(result.log).not.toMatch(/bug in the action|unexpected failure|Maximum call stack|is not a function/);
  expect(result.log).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  if (result.exitCode === 1) expect(result.log).toMatch(/^::error /m);
  const visible = result.log.replaceAll(/^::add-mask::.*$/gm, '') + JSON.stringify(result.outputs) + result.summary;
  expect(visible).not.toContain(SECRET);
}
