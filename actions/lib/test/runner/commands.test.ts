import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { annotate, debug, endGroup, escapeCommands, group, info, mask, startGroup } from '../../runner/commands.ts';
import { growth, MAX_LINEAR } from '../growth.ts';
import { COMMANDS, CULTURES, readAsRunner } from './runner-model.ts';

function capture(): { write: (text: string) => void; text: () => string } {
  const written: string[] = [];
  return { write: (text) => written.push(text), text: () => written.join('') };
}

function printed(print: (write: (text: string) => void) => unknown): string {
  const out = capture();
  print(out.write);
  return out.text();
}

/** Every separator, control character, format character and mark of the engine's Unicode version. */
const SPECIAL_CHARACTERS = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) => /[\p{Z}\p{Cc}\p{Cf}\p{M}]/u.test(character));

/** Texts that resemble commands: parts of commands with special characters between them. */
const hostile = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom('::', ':', '##[', '#', '[', ']', '=', ',', ' ', '%0A', '%3A', '%', '::x::'),
      },
      { weight: 2, arbitrary: fc.constantFrom(...COMMANDS) },
      {
        weight: 2,
        arbitrary: fc.constantFrom('\n', '\r', '\r\n', '\u0085', '\ufeff', '\u200b', '\u0301', '\u001b[0m'),
      },
      { weight: 2, arbitrary: fc.constantFrom(...SPECIAL_CHARACTERS) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

const wellFormed = (text: string): string => text.toWellFormed();

describe.each(CULTURES)('for the runner (%s)', (culture) => {
  const commands = (text: string) => readAsRunner(text, culture).commands;
  const runs = { numRuns: 1000 };

  it('no text is a command, whatever it contains', () => {
    fc.assert(
      fc.property(hostile, hostile, (first, second) => {
        const text = printed((write) => {
          info(first, write);
          info(second, write);
        });
        expect(commands(text)).toEqual([]);
      }),
      runs,
    );
  });

  it('no Unicode character hides a command', () => {
    const lines = SPECIAL_CHARACTERS.flatMap((character) => [
      `${character}::add-mask::sha256`,
      `${character} ${character}::add-mask::sha256`,
      `:${character}:add-mask::sha256`,
      `::${character}add-mask::sha256`,
      `::add-mask${character}::sha256`,
      `x${character}##[add-mask]sha256`,
      `##${character}[add-mask]sha256`,
      `##[${character}add-mask]sha256`,
    ]);
    for (const end of ['\n', '\r', '\r\n'])
      expect(commands(printed((write) => info(`x${end}${lines.join(end)}`, write)))).toEqual([]);
    // A byte order mark, for example, is removed only at the start of the stream.
    for (const line of lines) expect(commands(printed((write) => info(line, write)))).toEqual([]);
  });

  it('the lines with escaped commands are printed', () => {
    expect(
      readAsRunner(
        printed((write) => info('a\n::error::b\r\u0085::x::c ##[group]d', write)),
        culture,
      ).lines,
    ).toEqual(['a', '\\::error::b', '\u0085\\::x::c ##\\[group]d']);
  });

  it('an annotation is one command with exactly its properties', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, fc.option(fc.nat(), { nil: undefined }), (title, message, file, line) => {
        const text = printed((write) =>
          annotate({ level: 'error', title, message, file, ...(line === undefined ? {} : { line }) }, write),
        );
        const [command, ...others] = commands(text);
        expect(others).toEqual([]);
        expect(command?.name).toBe('error');
        expect(command?.data.trimStart()).toBe(wellFormed(escapeCommands(message)).trimStart());
        // The runner removes white space at the end of the last property, and `=` at the start of each.
        const trimmed = (value: string) => value.replace(/^[=\s\u0085\ufeff]+|[\s\u0085\ufeff]+$/g, '');
        const expected = Object.entries({ title, file, line: line === undefined ? '' : String(line) })
          .map(([key, value]) => [key, trimmed(wellFormed(value))] as const)
          .filter(([, value]) => value !== '');
        const found = Object.entries(command?.properties ?? {}).map(([key, value]) => [key, trimmed(value)] as const);
        expect(found.filter(([, value]) => value !== '')).toEqual(expected);
      }),
      runs,
    );
  });

  it('a group with its content, and a debug line, are exactly these commands', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (title, content, message) => {
        const text = printed((write) => {
          startGroup(title, write);
          info(content, write);
          endGroup(write);
          debug(message, write);
        });
        const found = commands(text);
        expect(found.map(({ name }) => name)).toEqual(['group', 'endgroup', 'debug']);
        expect(found[0]?.data).not.toMatch(/[\r\n]/);
        expect(found.map(({ properties }) => properties)).toEqual([{}, {}, {}]);
        expect(found[2]?.data.trimStart()).toBe(wellFormed(escapeCommands(message)).trimStart());
      }),
      runs,
    );
  });

  it('a secret is masked, whatever it contains', () => {
    fc.assert(
      fc.property(
        hostile.filter((text) => text.trim().length >= 6 && !/[\r\n]/.test(text)),
        (secret) => {
          const found = commands(printed((write) => mask(secret, write)));
          expect(found.map(({ name }) => name)).toEqual(['add-mask']);
          // The runner also masks it without the surrounding white space (ActionCommandManager.cs, AddMaskCommandExtension).
          expect(found[0]?.data.trim()).toBe(wellFormed(secret.trim()));
        },
      ),
      runs,
    );
  });

  it('the data of a command can start with a combining mark', () => {
    const [command, ...others] = commands(
      printed((write) => annotate({ level: 'error', title: 'a', message: '\u0301,file=x::y' }, write)),
    );
    expect(others).toEqual([]);
    expect(command).toEqual({ name: 'error', properties: { title: 'a' }, data: ' \u0301,file=x::y' });
  });
});

describe('annotate', () => {
  it('writes one command with its properties', () => {
    expect(
      printed((write) =>
        annotate({ level: 'warning', title: 'chart: odd', message: 'a\nb', file: 'helm/a,b.yaml', line: 3 }, write),
      ),
    ).toBe('::warning title=chart%3A odd,file=helm/a%2Cb.yaml,line=3::a%0Ab\n');
  });
});

describe('info', () => {
  it.each([
    ['plain', 'plain\n'],
    ['a::b c: ::d', 'a::b c: ::d\n'],
    ['::set-output name=a::b', '\\::set-output name=a::b\n'],
    ['first\n  ::error::x', 'first\n  \\::error::x\n'],
    ['bar\r::error::x', 'bar\r\\::error::x\n'],
    ['#7 0.1 ##[set-output name=a]b', '#7 0.1 ##\\[set-output name=a]b\n'],
  ])('prints %j without a command in it', (text, expected) => {
    expect(printed((write) => info(text, write))).toBe(expected);
  });

  it.each([['\n'], [' '], ['\u0085'], ['##['], [':: '], ['\r\n::a']])(
    'takes linear time for a repeated %j',
    async (piece) => {
      const prepare = (size: number) => {
        const text = piece.repeat(size);
        return () => escapeCommands(text);
      };
      expect(await growth(prepare, 20_000)).toBeLessThan(MAX_LINEAR);
    },
  );
});

describe('mask', () => {
  it.each<[string, string, string[]]>([
    ['a password', 'hunter22', ['hunter22']],
    ['a password of punctuation', '!"§$%&/()', ['!"§$%25&/()']],
    ['each line of a secret, because the runner compares lines', 'the top\nsecret', ['the top', 'secret']],
    [
      'only the lines of a JSON key with letters or digits',
      '{\n  "type": "service_account",\r\n  [{},{}],\n}',
      ['"type": "service_account",'],
    ],
    ['nothing for a secret shorter than six characters', 'ab1', []],
    ['nothing for an empty secret', ' \n', []],
  ])('masks %s', (_title, secret, masked) => {
    expect(printed((write) => mask(secret, write))).toBe(masked.map((line) => `::add-mask::${line}\n`).join(''));
  });
});

describe('group', () => {
  it('ends the group when the work fails', async () => {
    const out = capture();
    await expect(group('t', () => Promise.reject(new Error('no')), out.write)).rejects.toThrow('no');
    expect(out.text()).toBe('::group::t\n::endgroup::\n');
  });
});
