import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KnownSecrets } from '../known-secrets.ts';

// What actions/runner 2.3 masks, by its own encoders.
describe('KnownSecrets', () => {
  it.each([
    ['a part of a name', 'shop', 'localhost:5001/shop/web'],
    ['one letter', 'w', 'web'],
    ['a line of several', 'first\r\n  {\nlast', '{"name":"web"}'],
    ['the whole of several lines', 'a\nb', 'x a\nb y'],
    ['a value with white space around it', ' shop \n', '/shop/'],
    ['base64', 'user:word', Buffer.from('user:word').toString('base64')],
    ['base64 behind one byte', 'secret', Buffer.from('1secret').toString('base64').slice(-8)],
    ['base64 behind two bytes', 'secret', Buffer.from('12secret').toString('base64').slice(-8)],
    ['a command line', 'a"b', 'a\\"b'],
    ['an expression', "it's", "it''s"],
    ['JSON', 'a\tb"', '{"x":"a\\tb\\""}'],
    ['a URI', 'a b!(é)', 'q=a%20b%21%28%C3%A9%29'],
    ['XML', `<a b="c">'&`, '&lt;a b=&quot;c&quot;&gt;&apos;&amp;'],
    ['what quotes hold', '"long text"', 'a long text b'],
    ['what is before an ampersand', 'secret&rest', 'secret&'],
    ['what is behind an ampersand', 'a&longrest', '=longrest'],
    ['what PowerShell colours behind it', 'abcd&+xother-part', 'an other-part'],
  ])('finds %s', (_, secret, text) => {
    expect(new KnownSecrets([secret]).isIn(text)).toBe(true);
  });

  it.each([
    ['another case', 'Shop', 'localhost:5001/shop/web'],
    ['an empty secret', '', 'anything'],
    ['a secret of white space', ' \n\t', 'any thing'],
    ['a short part beside an ampersand', 'ab&cd', 'cd'],
    ['quotes of a short text', '"short"', 'short'],
  ])('does not take %s for one', (_, secret, text) => {
    expect(new KnownSecrets([secret]).isIn(text)).toBe(false);
  });

  it('finds what is added later', () => {
    const known = new KnownSecrets();
    expect(known.isIn('sha256:0')).toBe(false);
    known.add('sha256');
    expect(known.isIn('sha256:0')).toBe(true);
  });

  it('finds every line of every secret, wherever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), fc.string(), fc.string(), (lines, before, after) => {
        const known = new KnownSecrets([lines.join('\n')]);
        const whole = lines.map((line) => line.trim()).filter((line) => line !== '');
        return whole.every((line) => /[\r\n]/.test(line) || known.isIn(before + line + after));
      }),
    );
  });
});
