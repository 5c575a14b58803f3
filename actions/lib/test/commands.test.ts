import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { annotate, group, info, mask } from '../commands.ts';

function capture(): { write: (text: string) => void; text: () => string } {
  const written: string[] = [];
  return { write: (text) => written.push(text), text: () => written.join('') };
}

describe('annotate', () => {
  it('writes one command with its properties', () => {
    const out = capture();
    annotate({ level: 'warning', title: 'chart: odd', message: 'a\nb', file: 'helm/a,b.yaml', line: 3 }, out.write);
    expect(out.text()).toBe('::warning title=chart%3A odd,file=helm/a%2Cb.yaml,line=3::a%0Ab\n');
  });

  it('never lets a text start a second line, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (title, message) => {
        const out = capture();
        annotate({ level: 'error', title, message }, out.write);
        expect(out.text().slice(0, -1)).not.toMatch(/[\r\n]/);
        expect(out.text().endsWith('\n')).toBe(true);
      }),
    );
  });
});

describe('info', () => {
  it.each([
    ['plain', 'plain\n'],
    ['::set-output name=a::b', ':\u200b:set-output name=a::b\n'],
    ['first\n  ::error::x', 'first\n  :\u200b:error::x\n'],
    ['bar\r::error::x', 'bar\r:\u200b:error::x\n'],
    ['#7 0.1 ##[set-output name=a]b', '#7 0.1 ##\u200b[set-output name=a]b\n'],
  ])('prints %j so that the runner does not take it for a command', (text, expected) => {
    const out = capture();
    info(text, out.write);
    expect(out.text()).toBe(expected);
  });
});

describe('mask', () => {
  it.each<[string, string, string[]]>([
    ['a password', 'hunter22', ['hunter22']],
    ['a password of punctuation', '!"§$%&/()', ['!"§$%25&/()']],
    [
      'each line of a secret, not the whole, which the runner would cut into all its lines',
      'the top\nsecret',
      ['the top', 'secret'],
    ],
    [
      'no line of a JSON key that any JSON has',
      '{\n  "type": "service_account",\r\n  [{},{}],\n}',
      ['"type": "service_account",'],
    ],
    ['nothing shorter than six characters', 'ab1', []],
    ['nothing for an empty secret', ' \n', []],
  ])('hides %s', (_title, secret, hidden) => {
    const out = capture();
    mask(secret, out.write);
    expect(out.text()).toBe(hidden.map((each) => `::add-mask::${each}\n`).join(''));
  });
});

describe('group', () => {
  it('closes the group when the work fails', async () => {
    const out = capture();
    await expect(group('t', () => Promise.reject(new Error('no')), out.write)).rejects.toThrow('no');
    expect(out.text()).toBe('::group::t\n::endgroup::\n');
  });
});
