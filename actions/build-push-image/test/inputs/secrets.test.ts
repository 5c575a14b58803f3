import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redactor } from '../../src/inputs/secrets.ts';

describe('taking secrets out of a text', () => {
  it.each<[string, string[], string, string]>([
    ['a value', ['hunter2'], 'is hunter2!', 'is ***!'],
    ['a value each time', ['abcdef'], 'abcdef abcdef', '*** ***'],
    ['a value that holds another', ['abcdef', 'abcdefghi'], 'abcdefghi abcdef', '*** ***'],
    ['each longer line of a file', ['{\n  "token": "xyz"\n}\n'], 'a "token": "xyz" {', 'a *** {'],
    [
      'no line that any JSON has',
      ['{\n  "token": "xyz"\n},{},{},\n}'],
      '{ },{},{}, } "token": "xyz"',
      '{ },{},{}, } ***',
    ],
    ['a short value, but no short line of several', ['ab1\n', 'x\ntoken-of-mine'], 'ab1 x token-of-mine', '*** x ***'],
    ['nothing for an empty one', ['', '  ', '\n'], 'a b', 'a b'],
    ['what looks like a pattern', ['a.*$&^'], 'a.*$&^ abcdef', '*** abcdef'],
  ])('takes %s', (_title, values, text, expected) => {
    expect(redactor(values)(text)).toBe(expected);
  });

  it('leaves no value, wherever it stands', () => {
    const value = fc.string({ minLength: 6 }).filter((text) => text.trim().length >= 6 && !text.includes('*'));
    fc.assert(
      fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
        expect(redactor([secret])(`${before}${secret}${after}`).includes(secret)).toBe(false);
      }),
    );
  });
});
