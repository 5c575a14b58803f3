import { describe, expect, it } from '@jest/globals';
import { parseRevision } from '../../src/changes/base.ts';
import { parseRawDiff } from '../../src/changes/changed-files.ts';
import { isEmptyInput, limitInput } from '../../src/changes/find-changes.ts';
import { readHelmIgnore } from '../../src/changes/helm-ignore.ts';
import { isRaised } from '../../src/changes/versions.ts';
import type { Chart } from '../../src/charts/chart.ts';
import type { ScanInput } from '../../src/inputs/scan-input.ts';

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

describe('what was read', () => {
  const chart = (path: string) => ({ path, subcharts: [] }) as unknown as Chart;
  const [a, b] = [chart('helm/a'), chart('helm/b')];
  const scope = (path: string) => ({ name: path, files: [{ path, text: '' }] });
  const broken = ['helm/a/crds/x.yaml', 'helm/b/crds/x.yaml', 'crds/x.yaml'].map((file) => ({ file }));
  const input = {
    charts: [a, b],
    stacks: [{ chart: a }, { chart: b }],
    packagedCrds: new Map([
      [a, {}],
      [b, {}],
    ]),
    manifests: [scope('k8s/a.yaml'), scope('k8s/b.yaml')],
    brokenCrds: broken,
    invalidCrds: broken.map((source) => ({ resource: { source } })),
    partial: false,
  } as unknown as ScanInput;
  const selection = { cause: undefined, charts: new Set(['helm/a']), manifests: new Set(['k8s/b.yaml']) };

  it('is limited to what is selected', () => {
    const limited = limitInput(input, { selection, unraised: [] });
    expect(limited).toMatchObject({
      charts: [{ path: 'helm/a' }],
      stacks: [{ chart: a }],
      manifests: [{ name: 'k8s/b.yaml' }],
      brokenCrds: [{ file: 'helm/a/crds/x.yaml' }],
      invalidCrds: [{ resource: { source: { file: 'helm/a/crds/x.yaml' } } }],
      partial: true,
    });
    expect([...limited.packagedCrds.keys()]).toEqual([a]);
    expect(isEmptyInput(limited)).toBe(false);
    expect(isEmptyInput({ ...limited, charts: [], manifests: [] })).toBe(true);
  });

  it('is all checked when something that concerns all has changed', () => {
    const limited = limitInput(input, { selection: { ...selection, cause: 'crds/x.yaml' }, unraised: [] });
    expect(limited).toEqual({ ...input, unraised: [] });
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
