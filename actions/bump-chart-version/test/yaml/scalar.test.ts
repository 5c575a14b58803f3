import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, Scalar } from 'yaml';
import { isPlainString, render } from '../../src/yaml/scalar.ts';

describe('strings that plain style would change', () => {
  const traps = [
    ...['1', '01', '0123', '1_000', '1.10', '1.', '.5', '-3', '+3', '1e3', '12345e10', '0x1F', '0X1F', '0o17', '0b101'],
    ...['on', 'On', 'off', 'yes', 'No', 'y', 'N', 'true', 'FALSE', '~', 'null', 'Null', '', '.inf', '-.INF', '.nan'],
    ...['12:30', '190:20:30', '2026-11-24', '2026-1-2', '2026-11-24T10:00:00Z', '<<', '='],
  ];

  it.each(traps)('%j is quoted', (text) => {
    expect(isPlainString(text)).toBe(false);
    expect(render({ text, as: 'string' }, Scalar.PLAIN, 'block')).toBe(`"${text}"`);
  });

  it.each([
    '1.4.2',
    'v1',
    'sha-0123456789ab',
    'latest',
    'onward',
    'a/b',
    '1.4.2-rc.1',
    `sha256:${'0'.repeat(64)}`,
    '1.2.3.4',
  ])('%j stays plain', (text) => {
    expect(render({ text, as: 'string' }, Scalar.PLAIN, 'block')).toBe(text);
  });

  it.each([
    'a: b',
    'a #b',
    '- a',
    '[a',
    '{a',
    '&a',
    '*a',
    '!a',
    '|',
    '>',
    '%a',
    '@a',
    '`a',
    '"a',
    "'a",
    ' a',
    'a ',
    'a:',
    '? a',
    '#a',
    'a\nb',
    'a\tb\n',
    'a\u0085b',
    'a\u2028b',
  ])('%j is quoted because of its characters', (text) => {
    const written = render({ text, as: 'string' }, Scalar.PLAIN, 'block');
    expect(written.startsWith('"')).toBe(true);
    expect(parse(`k: ${written}`)).toEqual({ k: text });
  });

  it('is quoted in a flow collection when a character has a meaning only there', () => {
    expect(render({ text: 'a,b', as: 'string' }, Scalar.PLAIN, 'block')).toBe('a,b');
    expect(render({ text: 'a,b', as: 'string' }, Scalar.PLAIN, 'flow')).toBe('"a,b"');
  });

  it('keeps the old quotes', () => {
    expect(render({ text: '1.4.2', as: 'string' }, Scalar.QUOTE_DOUBLE, 'block')).toBe('"1.4.2"');
    expect(render({ text: "it's", as: 'string' }, Scalar.QUOTE_SINGLE, 'block')).toBe("'it''s'");
    expect(render({ text: 'a\u0007', as: 'string' }, Scalar.QUOTE_SINGLE, 'block')).toBe('"a\\u0007"');
  });

  it('is parsed as the same string, in any style and position, in both YAML versions', () => {
    const styles = [Scalar.PLAIN, Scalar.QUOTE_DOUBLE, Scalar.QUOTE_SINGLE] as const;
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(...'0123456789._-+eExXoObB: #,[]{}"\'\\\n\t~yYnN') }),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...styles), fc.boolean(), (value, style, flow) => {
        const written = render({ text: value, as: 'string' }, style, flow ? 'flow' : 'block');
        const document = flow ? `{k: ${written}, l: [${written}]}` : `k: ${written}\nl:\n  - ${written}\n`;
        for (const version of ['1.1', '1.2'] as const)
          expect(parse(document, { version })).toEqual({ k: value, l: [value] });
      }),
      { numRuns: 500 },
    );
  });
});
