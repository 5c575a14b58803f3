import { describe, expect, it } from '@jest/globals';
import { parseTagVersion } from '../../src/history/tag-version.ts';
import { findChangelogSection } from '../../src/notes/changelog.ts';

const find = (text: string, tag = 'v1.4.2', firstPart = 1 << 16) =>
  findChangelogSection(text, tag, { release: parseTagVersion(tag), firstPart });
const section = (text: string, definitions = '') => ({ text, definitions });

describe('findChangelogSection', () => {
  it.each([
    ['## 1.4.2'],
    ['## v1.4.2'],
    ['## [1.4.2] - 2026-01-01'],
    ['## [v1.4.2](https://x.test/releases/v1.4.2) (2026-01-01)'],
    ['# 1.4.2 (2026-01-01)'],
    ['## 1.4.2(2026-01-01)'],
    ['## Version 1.4.2'],
    ['## Release v1.4.2: the big one'],
    ['## 🚀 **1.4.2**'],
    ['## `1.4.2`'],
    ['###### 1.4.2 ######'],
    ['1.4.2 / 2026-01-01\n=================='],
    ['[1.4.2] - 2026-01-01\n---'],
  ])('finds the heading %j', (heading) => {
    expect(find(`# Changelog\n\n${heading}\n\n- one\n\n# 1.4.1\n\n- old\n`)).toEqual(section('- one'));
  });

  it.each([
    ['web-v1.4.2', '### web-v1.4.2'],
    ['web-v1.4.2', '## 1.4.2'],
    ['@acme/web@1.4.2', '## 1.4.2'],
    ['@acme/web@1.4.2', '## @acme/web@1.4.2'],
    ['v1.5.0-rc.1', '## [1.5.0-rc.1]'],
    ['1.4.2+7', '## 1.4.2+7'],
    ['2026.01.05', '## 2026.01.05'],
    ['v1.4', '## 1.4 - the big one'],
    ['v1.4', '## 1.4.0'],
    ['web-v2026.01.05', '## 2026.01.05'],
    ['v1.2.3.4', '## 1.2.3.4'],
    ['nightly', '## Nightly'],
  ])('finds %s below %j', (tag, heading) => {
    expect(find(`${heading}\n\n- one\n`, tag)).toEqual(section('- one'));
  });

  it('prefers the heading with the tag to one with its version', () => {
    const text = '## 1.4.2\n\nof another part\n\n## web-v1.4.2\n\nof the web\n';
    expect(find(text, 'web-v1.4.2')).toEqual(section('of the web'));
  });

  it.each([
    ['## 1.4.20'],
    ['## 1.4.2-rc.1'],
    ['## Changes since 1.4.2'],
    ['```md\n## 1.4.2\n```'],
    ['    ## 1.4.2'],
    ['<!--\n## 1.4.2\n-->'],
    ['##1.4.2'],
    ['> ## 1.4.2'],
  ])('does not take %j for the heading', (heading) => {
    expect(find(`# Changes\n\n${heading}\n\n- one\n`)).toMatchObject({ headings: expect.arrayContaining(['Changes']) });
  });

  it('ends at the next heading of the same or a higher level, not at one in code', () => {
    const text = '## 1.4.2\n\n### Added\n\n- one\n\n```sh\n# 1.4.1\n## 1.4.1\n```\n\n### Fixed\n\n- two\n';
    const end = text.slice('## 1.4.2\n\n'.length).trim();
    expect(find(`${text}\n## 1.4.1\n\n- old`)).toEqual(section(end));
    expect(find(`${text}\n# Older\n\n- old`)).toEqual(section(end));
    expect(find(text)).toEqual(section(end));
  });

  it.each([
    ['a version of a lower level', '# 1.4.2', '### Added\n\n- one', '## [1.4.1](https://x.test) (2026-01-01)'],
    ['a version of a lower level with a v', '## v1.4.2', '### Added\n\n- one', '### v1.4.1'],
    [
      'the next version, if its parts have its own level',
      '### 1.4.2 (2026-01-01)',
      '### A\n\n- one\n\n### B',
      '### 1.4.1',
    ],
    ['a higher level, if its parts have its own level', '### 1.4.2', '### A\n\n- one\n\n### B', '## Older'],
    ['no pre-release of itself', '## 1.4.2', '- all\n\n### 1.4.2-rc.1\n\n- one', '## 1.4.1'],
    ['no sentence about a version', '## 1.4.2', '### 1.3.0 and older\n\n- one', '## 1.4.1'],
    ['its own level after a text', '## 1.4.2', '- one', '## Links'],
  ])('ends at %s', (_, heading, text, next) => {
    for (const part of [16, 1 << 16])
      expect(find(`${heading}\n\n\n${text}\n\n${next}\n\n- old\n`, 'v1.4.2', part)).toEqual(section(text));
  });

  it('has the definitions that it uses, from wherever they are, and no others', () => {
    const text = [
      '## [1.4.2]\n\n- see [the guide], ![logo][Logo] and [1.4.1]\n',
      '## [1.4.1]\n\n[the guide]: https://x.test/guide "A guide"\n[the guide]: https://x.test/second\n',
      '[logo]: <https://x.test/logo.png>\n[1.4.2]: https://x.test/2\n[1.4.1]: https://x.test/1\n',
    ].join('\n');
    expect(find(text)).toEqual(
      section(
        '- see [the guide], ![logo][Logo] and [1.4.1]',
        '[the guide]: https://x.test/guide "A guide"\n[logo]: <https://x.test/logo.png>\n[1.4.1]: https://x.test/1',
      ),
    );
    const last = find(text, 'v1.4.1');
    expect(last).toEqual(section(''));
  });

  it('keeps definitions inside the section where they are', () => {
    expect(find('## 1.4.2\n\n[a]\n\n[a]: https://x.test/a\n[b]: https://x.test/b\n')).toEqual(
      section('[a]\n\n[a]: https://x.test/a'),
    );
  });

  describe('in parts', () => {
    const old = Array.from({ length: 40 }, (_, index) => `## 0.${index}.0\n\n- one\n- two, see [docs]\n`).join('\n');
    const code = `\`\`\`\n${'text\n'.repeat(50)}## 1.4.2\n\n- no\n## 1.4.1\n\`\`\``;
    const list = '- a line of a long list\n'.repeat(20).trim();

    it.each([
      ['at the start', `## 1.4.2\n\n- new\n\n${old}`, section('- new')],
      ['far from the start', `${old}\n## 1.4.2\n\n- new\n\n## 0.0.1\n`, section('- new')],
      ['at the end', `${old}\n## 1.4.2\n\n- new`, section('- new')],
      ['after one with the version alone', `## 1.4.2\n\n- other\n\n${old}\n## v1.4.2\n\n- new\n`, section('- new')],
      ['that is long itself', `## 1.4.2\n\n${list}\n\n## 1.4.1\n`, section(list)],
      ['after code with its heading', `# Changes\n\n${code}\n\n## v1.4.2\n\n- new\n`, section('- new')],
      ['only in code', `# Changes\n\n${code}\n`, { headings: ['Changes'] }],
      [
        'with definitions at the end',
        `## 1.4.2\n\n- see [docs]\n\n${old}\n[docs]: https://x.test\n[docs]: https://x.test/2\n`,
        section('- see [docs]', '[docs]: https://x.test'),
      ],
    ])('finds a section %s', (_, text, expected) => {
      for (let part = 1; part < text.length; part += 13) expect(find(text, 'v1.4.2', part)).toEqual(expected);
    });

    it('parses nothing but the first part if the section is in it', () => {
      const text = `## 1.4.2\n\n- new\n\n## 1.4.1\n\n${'- old\n'.repeat(300_000)}`;
      expect(find(text)).toEqual(section('- new'));
    });
  });

  it('reads carriage returns and a byte order mark', () => {
    expect(find('\ufeff## 1.4.2\r\n\r\n- one\r\n- two\r\n\r\n## 1.4.1\r\n')).toEqual(section('- one\n- two'));
  });

  it('lists the headings when there is no section', () => {
    expect(find('# Changelog\n\n## [1.4.1] - `old`\n\nSetext *one*\n===\n')).toEqual({
      headings: ['Changelog', '[1.4.1] - old', 'Setext one'],
    });
    expect(find('')).toEqual({ headings: [] });
  });
});
