import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SecretMatcher } from '../secret-matcher.ts';

// The strings that the encoders of actions/runner 2.3 mask.
describe('KnownSecrets', () => {
  it.each([
    ['a part of a name', 'shop', 'localhost:5001/shop/web'],
    ['one letter', 'w', 'web'],
    ['one of several lines', 'first\r\n  {\nlast', '{"name":"web"}'],
    ['several lines as a whole', 'a\nb', 'x a\nb y'],
    ['a value with white space around it', ' shop \n', '/shop/'],
    ['base64', 'user:word', Buffer.from('user:word').toString('base64')],
    ['base64 after one byte', 'secret', Buffer.from('1secret').toString('base64').slice(-8)],
    ['base64 after two bytes', 'secret', Buffer.from('12secret').toString('base64').slice(-8)],
    ['a command line', 'a"b', 'a\\"b'],
    ['an expression', "it's", "it''s"],
    ['JSON', 'a\tb"', '{"x":"a\\tb\\""}'],
    ['a URI', 'a b!(é)', 'q=a%20b%21%28%C3%A9%29'],
    ['XML', `<a b="c">'&`, '&lt;a b=&quot;c&quot;&gt;&apos;&amp;'],
    ['the content of quotes', '"long text"', 'a long text b'],
    ['the part before an ampersand', 'secret&rest', 'secret&'],
    ['the part after an ampersand', 'a&longrest', '=longrest'],
    ['the part after an ampersand that PowerShell highlights', 'abcd&+xother-part', 'an other-part'],
  ])('finds %s', (_, secret, text) => {
    expect(new SecretMatcher([secret]).occursIn(text)).toBe(true);
  });

  it.each([
    ['another case', 'Shop', 'localhost:5001/shop/web'],
    ['an empty secret', '', 'anything'],
    ['a secret of white space', ' \n\t', 'any thing'],
    ['a short part next to an ampersand', 'ab&cd', 'cd'],
    ['the content of quotes of a short value', '"short"', 'short'],
  ])('does not find %s', (_, secret, text) => {
    expect(new SecretMatcher([secret]).occursIn(text)).toBe(false);
  });

  it('finds a secret that is added later', () => {
    const matcher = new SecretMatcher();
    expect(matcher.occursIn('sha256:0')).toBe(false);
    matcher.add('sha256');
    expect(matcher.occursIn('sha256:0')).toBe(true);
  });

  it('finds every line of a secret in any string', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), fc.string(), fc.string(), (lines, before, after) => {
        const matcher = new SecretMatcher([lines.join('\n')]);
        const trimmed = lines.map((line) => line.trim()).filter((line) => line !== '');
        return trimmed.every((line) => /[\r\n]/.test(line) || matcher.occursIn(before + line + after));
      }),
    );
  });
});
