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
  it('hides a secret of several lines whole and line by line', () => {
    const out = capture();
    mask('top\nsecret', out.write);
    expect(out.text()).toBe('::add-mask::top%0Asecret\n::add-mask::top\n::add-mask::secret\n');
  });

  it('hides nothing for an empty secret', () => {
    const out = capture();
    mask('', out.write);
    expect(out.text()).toBe('');
  });
});

describe('group', () => {
  it('closes the group when the work fails', async () => {
    const out = capture();
    await expect(group('t', () => Promise.reject(new Error('no')), out.write)).rejects.toThrow('no');
    expect(out.text()).toBe('::group::t\n::endgroup::\n');
  });
});
