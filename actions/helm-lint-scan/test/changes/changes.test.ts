import { describe, expect, it } from '@jest/globals';
import { parseRevision } from '../../src/changes/base.ts';
import { parseRawDiff } from '../../src/changes/changed-files.ts';
import { readHelmIgnore } from '../../src/changes/helm-ignore.ts';
import { isRaised } from '../../src/changes/versions.ts';

describe('a revision', () => {
  it.each(['main', 'origin/main', 'v1.4.2', 'a'.repeat(40), 'HEAD~1', 'main@{1}'])('may be %s', (text) => {
    expect(parseRevision(text)).toEqual({ value: text });
  });

  it.each([
    ['--output=/etc/passwd', 'begins with "-"'],
    ['a b', 'a space'],
    ['a\nb', 'a control character'],
    ['main..HEAD', 'is a range'],
    ['0'.repeat(40), 'a new branch'],
  ])('is not %j', (text, problem) => {
    expect(parseRevision(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});

describe('the raw diff', () => {
  const [one, two] = ['1'.repeat(40), '2'.repeat(40)];
  const entry = (modes: string, after: string, path: string) => `:${modes} ${one} ${after} M\0${path}\0`;

  it('has paths with any characters, and not those of which only the mode has changed', () => {
    const text = [
      entry('100644 100644', two, 'helm/ä\nb/x y.yaml'),
      entry('100644 100755', one, 'mode.sh'),
      entry('100644 120000', one, 'link'),
      entry('160000 160000', two, 'submodule'),
    ];
    expect(parseRawDiff(text.join(''))).toEqual(['helm/ä\nb/x y.yaml', 'link', 'submodule']);
    expect(parseRawDiff('')).toEqual([]);
  });
});

describe('.helmignore', () => {
  it.each<[string, string[], string[]]>([
    ['', ['templates/.hidden', 'templates/.x/y'], ['templates/web.yaml', '.github/x', 'README.md']],
    ['# README.md\n\n  *.md  \n', ['README.md', 'docs/a.md'], ['README.markdown']],
    ['/*.md', ['README.md'], ['docs/a.md']],
    ['ci/', ['ci/a.yaml', 'x/ci/a.yaml'], ['ci']],
    ['docs/*.txt', ['docs/a.txt'], ['a/docs/a.txt', 'docs/a/b.txt']],
    ['a?[0-9x]\n[^a-y]z', ['ab7', 'abx', 'zz'], ['aby', 'ab77', 'bz']],
    ['\\*', ['*'], ['a']],
    ['!*.yaml', ['README.md', 'templates/web.yaml'], ['values.yaml']],
    ['a**b', [], ['aab']],
    [`${'*a'.repeat(30)}*b`, [], ['a'.repeat(200)]],
    ['\r\n.git\r\n', ['.git/config'], ['a']],
  ])('%j', (text, ignored, packed) => {
    const isIgnored = readHelmIgnore(text);
    expect(ignored.filter((path) => !isIgnored(path))).toEqual([]);
    expect(packed.filter(isIgnored)).toEqual([]);
  });
});

describe('a version', () => {
  it.each([
    ['1.0.1', '1.0.0', true],
    ['1.0.0', '1.0.0', false],
    ['1.0.0', '1.0.1', false],
    ['v1.0.0', '1.0.0', false],
    ['1.0.0', '1.0.0-rc.1', true],
    ['1.0.0-rc.1', '1.0.0', false],
    ['1.0.0+2', '1.0.0+1', true],
    ['1.10.0', '1.9.0', true],
    ['one', 'one', false],
    ['one', '1.0.0', true],
  ])('%s after %s is raised: %s', (now, before, raised) => {
    expect(isRaised(now, before)).toBe(raised);
  });
});
