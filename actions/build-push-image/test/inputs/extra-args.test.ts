import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { InputError } from '../../../lib/errors.ts';
import { InputReader } from '../../../lib/runner/inputs.ts';
import { buildArguments } from '../../src/buildx/arguments.ts';
import { readExtraArguments } from '../../src/inputs/extra-args.ts';
import { plan } from '../fakes.ts';

/** What the input gives: arguments, or the problems of its lines. */
function read(text: string): { args: string[] } | { problems: string[] } {
  const reader = new InputReader({ 'INPUT_EXTRA-ARGS': text });
  const args = readExtraArguments(reader);
  try {
    reader.assertValid();
    return { args };
  } catch (error) {
    return { problems: (error as InputError).problems.map(({ input, problem }) => `${input} ${problem}`) };
  }
}

describe('extra arguments', () => {
  it.each<[string, string[]]>([
    ['--network=host', ['--network=host']],
    ['--add-host\na:1.2.3.4', ['--add-host=a:1.2.3.4']],
    ['--memory-swap\n-1', ['--memory-swap=-1']],
    ['--build-arg=A=b,c "d"', ['--build-arg=A=b,c "d"']],
    ['--no-cache\n--pull', ['--no-cache', '--pull']],
    ['--no-cache=false', ['--no-cache=false']],
    ['-D', ['--debug']],
    ['-m5g', ['--memory=5g']],
    ['-m=5g', ['--memory=5g']],
    ['-m\n5g', ['--memory=5g']],
    ['-Dm5g', ['--debug', '--memory=5g']],
    ['-Dm\n5g', ['--debug', '--memory=5g']],
    ['-D=false', ['--debug=false']],
    ['--one-of-a-newer-buildx=x', ['--one-of-a-newer-buildx=x']],
    ['', []],
  ])('%j become %j', (text, args) => {
    expect(read(text)).toEqual({ args });
  });

  it.each<[string, string]>([
    ['--push', 'has --push, which is set by the action; use the `push` input instead'],
    ['--push=true', 'has --push, which'],
    ['--output=type=local', 'has --output, which'],
    ['--load', 'has --load, which'],
    ['--tag=x', 'has --tag, which is set by the action; use the `tags` input instead'],
    ['--metadata-file=x', 'has --metadata-file, which'],
    ['--iidfile=x', 'has --iidfile, which'],
    ['--attest=x', 'has --attest, which'],
    ['--secret=id=x', 'has --secret, which is set by the action; use the `secrets` input instead'],
    ['--call=check', 'has --call, which'],
    ['--check', 'has --check, which'],
    ['--help', 'has --help, which'],
    ['-h', 'has --help, which'],
    ['-o', 'has --output, which'],
    ['-t', 'has --tag, which'],
    ['-tevil/x', 'has --tag, which'],
    ['-t=evil/x', 'has --tag, which'],
    ['-Dt', 'has --tag, which'],
    ['-Dtevil/x', 'has --tag, which'],
    ['-DDt=evil/x', 'has --tag, which'],
    ['-qf', 'has --quiet, which'],
    ['-qo', 'has --quiet, which'],
    ['-Df', 'has --file, which'],
    ['-x', 'has -x, an unknown short option'],
    ['-1', 'is not an option'],
    ['-', 'is not an option'],
    ['--', 'is not an option'],
    ['--=x', 'is not an option'],
    ['---tag=x', 'is not an option'],
    ['--Tag=x', 'is not an option'],
    ['https://evil.example/x.git', 'is not an option'],
    ['--network host', 'is not an option'],
    ['--ta', 'has --ta, which is unknown here; write its value after it, as in --ta=true'],
    ['--constructor', 'has --constructor, which is unknown'],
    ['--cache-from', 'has --cache-from without its value'],
    ['-m', 'has --memory without its value'],
    ['-Dm', 'has --memory without its value'],
  ])('%s are rejected', (text, problem) => {
    expect(read(text)).toMatchObject({ problems: [expect.stringContaining(`extra-args (line 1) ${problem}`)] });
  });

  it('are reported with their lines', () => {
    expect(read('--network=host\n\n-Dt\nevil/x\n--cache-from\n--push')).toEqual({
      problems: [
        'extra-args (line 3) has --tag, which is set by the action; use the `tags` input instead',
        'extra-args (line 4) is not an option; a value follows `=`, or is on the line after its option',
        'extra-args (line 5) has --cache-from without its value',
        'extra-args (line 6) has --push, which is set by the action; use the `push` input instead',
      ],
    });
  });
});

/** Options of buildx without a value; all others have one. */
const SWITCHES = [
  'push',
  'load',
  'quiet',
  'compress',
  'debug',
  'force-rm',
  'no-cache',
  'pull',
  'rm',
  'squash',
  'check',
];
const SHORT: Record<string, string> = {
  ...{ c: 'cpu-shares', D: 'debug', f: 'file', h: 'help', m: 'memory', o: 'output', q: 'quiet', t: 'tag' },
};

/**
 * The rules by which buildx reads its arguments, from https://github.com/spf13/pflag/blob/master/flag.go.
 * @param isSwitch whether an option that is unknown here is a switch: in a newer buildx it can be either
 */
function parsedByBuildx(args: readonly string[], isSwitch: boolean) {
  const options: [string, string][] = [];
  const positional: string[] = [];
  const rest = [...args];
  const takesNone = (name: string) => SWITCHES.includes(name) || (isSwitch && !KNOWN.includes(name));
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      positional.push(...rest.splice(0));
    } else if (arg.startsWith('--')) {
      const separator = arg.indexOf('=');
      const name = arg.slice(2, separator < 0 ? undefined : separator);
      options.push([name, separator >= 0 ? arg.slice(separator + 1) : takesNone(name) ? 'true' : (rest.shift() ?? '')]);
    } else if (arg.length > 1 && arg.startsWith('-')) {
      for (let letters = arg.slice(1); letters !== ''; ) {
        const name = SHORT[letters.charAt(0)] ?? letters.charAt(0);
        const after = letters.slice(1);
        if (after.length > 1 && after.startsWith('=')) options.push([name, after.slice(1)]);
        else if (takesNone(name)) options.push([name, 'true']);
        else options.push([name, after !== '' ? after : (rest.shift() ?? '')]);
        letters = takesNone(name) && !(after.length > 1 && after.startsWith('=')) ? after : '';
      }
    } else positional.push(arg);
  }
  return { options, positional };
}

const RESERVED = ['tag', 'output', 'push', 'load', 'file', 'metadata-file', 'iidfile', 'builder', 'target', 'platform'];
const PASSED = ['cache-from', 'network', 'no-cache', 'debug', 'memory', 'build-context', 'label'];
const KNOWN = [
  ...RESERVED,
  ...PASSED,
  ...SWITCHES,
  'progress',
  'provenance',
  'sbom',
  'secret',
  'quiet',
  'build-arg',
  'add-host',
];

describe('any extra arguments', () => {
  const name = fc.constantFrom(...KNOWN, 'unknown', 'ta', 'Tag', '');
  const word = fc.oneof(name, fc.constantFrom('evil/x', '-1', '--', '-', '.', 'a=b'), fc.string({ maxLength: 4 }));
  const short = fc.array(fc.constantFrom(...'cDfhmoqtx=5'), { minLength: 1, maxLength: 4 }).map((all) => all.join(''));
  const line = fc.oneof(
    fc.tuple(name, word).map(([option, value]) => `--${option}=${value}`),
    name.map((option) => `--${option}`),
    short.map((letters) => `-${letters}`),
    word,
  );

  it('add no tag, output, file, builder or second context to the build', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), fc.boolean(), (lines, isSwitch) => {
        const given = read(lines.join('\n'));
        if ('problems' in given) return;
        accepted++;
        const parse = (args: readonly string[]) => {
          const { options, positional } = parsedByBuildx(
            buildArguments({ ...plan, extraArgs: args }, '/t/m.json').slice(2),
            isSwitch,
          );
          return { positional, reserved: options.filter(([option]) => RESERVED.includes(option)) };
        };
        expect(parse(given.args)).toEqual(parse([]));
        expect(parse([]).positional).toEqual([plan.image.context]);
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
