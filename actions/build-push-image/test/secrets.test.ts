import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redactor } from '../src/secrets.ts';

describe('taking secrets out of a text', () => {
  it.each<[string, string[], string, string]>([
    ['a value', ['hunter2'], 'is hunter2!', 'is ***!'],
    ['a value each time', ['ab'], 'ab ab', '*** ***'],
    ['a value that holds another', ['abc', 'abcdef'], 'abcdef abc', '*** ***'],
    ['each longer line of a file', ['{\n  "token": "xyz"\n}\n'], 'a "token": "xyz" {', 'a *** {'],
    ['nothing for an empty one', ['', '  ', '\n'], 'a b', 'a b'],
    ['what looks like a pattern', ['a.*$&'], 'a.*$& abc', '*** abc'],
  ])('takes %s', (_title, values, text, expected) => {
    expect(redactor(values)(text)).toBe(expected);
  });

  it('leaves no value, wherever it stands', () => {
    const value = fc.string({ minLength: 4 }).filter((text) => text.trim().length >= 4 && !text.includes('*'));
    fc.assert(
      fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
        expect(redactor([secret])(`${before}${secret}${after}`).includes(secret)).toBe(false);
      }),
    );
  });
});
