import { describe, expect, it } from '@jest/globals';
import { newText, planFor } from '../helpers.ts';

async function set(text: string, values: string, file = 'README.md'): Promise<string | undefined> {
  return newText(await planFor({ version: 'none', values }, '', { [file]: text }), file);
}

const VERSION = 'README.md:x-version=1.4.2';

describe('a marked line', () => {
  it.each<[string, string, string]>([
    ['a text', 'Version 1.4.1. <!-- x-version -->\n', 'Version 1.4.2. <!-- x-version -->\n'],
    ['a v before it', 'uses: acme/shop@v1.4.1 # x-version\n', 'uses: acme/shop@v1.4.2 # x-version\n'],
    ['a name', 'helm pull shop-1.4.1.tgz # x-version\n', 'helm pull shop-1.4.2.tgz # x-version\n'],
    [
      'a platform',
      'curl shop-v1.4.1-linux-amd64.tar.gz # x-version\n',
      'curl shop-v1.4.2-linux-amd64.tar.gz # x-version\n',
    ],
    ['an image', 'FROM acme/shop:1.4.1@sha256:0123 # x-version\n', 'FROM acme/shop:1.4.2@sha256:0123 # x-version\n'],
    ['a pre-release', 'VERSION=1.4.2-rc.1+b7 # x-version\n', 'VERSION=1.4.2 # x-version\n'],
    ['two equal versions', '1.4.1 and v1.4.1 // x-version\n', '1.4.2 and v1.4.2 // x-version\n'],
    ['CRLF', 'a 1.4.1 x-version\r\nb 1.4.1\r\n', 'a 1.4.2 x-version\r\nb 1.4.1\r\n'],
    ['no line break at its end', 'x\n1.4.1 x-version', 'x\n1.4.2 x-version'],
    ['a number of four parts beside it', '1.4.1 on 10.0.0.1 # x-version\n', '1.4.2 on 10.0.0.1 # x-version\n'],
    [
      'a badge',
      '![v](https://img.shields.io/badge/version-1.4.1-blue.svg) <!-- x-version -->\n',
      '![v](https://img.shields.io/badge/version-1.4.2-blue.svg) <!-- x-version -->\n',
    ],
    [
      'a badge as helm-docs writes it',
      '![Version: 1.4.1](https://img.shields.io/badge/Version-1.4.1-informational?style=flat-square) <!-- x-version -->\n',
      '![Version: 1.4.2](https://img.shields.io/badge/Version-1.4.2-informational?style=flat-square) <!-- x-version -->\n',
    ],
    [
      'a badge of a pre-release',
      '![1.4.2-rc.1](https://img.shields.io/badge/v1.4.2--rc.1-blue) <!-- x-version -->\n',
      '![1.4.2](https://img.shields.io/badge/v1.4.2-blue) <!-- x-version -->\n',
    ],
    [
      'lines between two markers',
      '<!-- x-version-start -->\n```sh\nhelm install shop --version 1.4.1\n```\n<!-- x-version-end -->\n1.4.1\n',
      '<!-- x-version-start -->\n```sh\nhelm install shop --version 1.4.2\n```\n<!-- x-version-end -->\n1.4.1\n',
    ],
  ])('with %s gets the version, and no other line does', async (_, old, expected) => {
    const others = 'shop 1.4.1\nx-version-policy 1.4.1\nmax-version 1.4.1\n';
    expect(await set(`${others}${old}`, VERSION)).toBe(`${others}${expected}`);
  });

  it('writes a pre-release with build metadata into text and badge, and reads it again', async () => {
    const badge = '![1.4.1](https://img.shields.io/badge/v1.4.1-blue) <!-- x-version -->\n';
    const next = (await set(badge, 'README.md:x-version=v2.0.0-rc.1+b.7')) ?? '';
    expect(next).toBe('![2.0.0-rc.1+b.7](https://img.shields.io/badge/v2.0.0--rc.1%2Bb.7-blue) <!-- x-version -->\n');
    expect(await set(next, 'README.md:x-version=1.4.1')).toBe(badge);
  });

  it('can have any marker, also that of release-please', async () => {
    const text = 'a 1.4.1 x-release-please-version\nb 2.0.0 x-chart\nc 1.4.1 x-version\n';
    expect(await set(text, 'README.md:x-release-please-version=1.4.2\nREADME.md:x-chart=2.0.1')).toBe(
      'a 1.4.2 x-release-please-version\nb 2.0.1 x-chart\nc 1.4.1 x-version\n',
    );
  });

  it('is not a change when it has the version', async () => {
    expect(await set('1.4.2 x-version\n', VERSION)).toBeUndefined();
  });

  it.each<[string, string, string, string]>([
    [
      'no marked line',
      'version 1.4.1\n',
      VERSION,
      'README.md: no line is marked x-version; write it in a comment on the line, as in <!-- x-version -->',
    ],
    [
      'no version on the line',
      'a\nx-version\n',
      VERSION,
      'README.md:2: the line is marked x-version, but has no version such as 1.4.2',
    ],
    [
      'two versions',
      '1.4.1 or 1.4.0 x-version\n',
      VERSION,
      'README.md:1: the line is marked x-version, but has several versions: 1.4.1, 1.4.0',
    ],
    [
      'no version to write',
      '1.4.1 x-version\n',
      'README.md:x-version=latest',
      'README.md: x-version gets "latest", which is not a semantic version',
    ],
    ['no end', 'x-version-start\n1.4.1\n', VERSION, 'README.md:1: x-version-start has no x-version-end after it'],
    ['no start', 'x-version-end\n', VERSION, 'README.md:1: x-version-end has no x-version-start before it'],
    [
      'a pre-release that is not read as one',
      '1.4.1 x-version\n',
      'README.md:x-version=1.4.2-foo.1',
      '1.4.2-foo.1 cannot be read from it afterwards',
    ],
    [
      'a path in YAML beside it',
      'a: 1.4.1 # x-version\n',
      `${VERSION}\nREADME.md:a=1`,
      'README.md: a is a path in YAML, but another line names a marker',
    ],
  ])('is an error with %s', async (_, text, values, expected) => {
    await expect(set(text, values)).rejects.toThrow(expected);
  });

  it('is not searched in YAML, where x-version is a key', async () => {
    expect(await set('x-version: "1.4.1"\n', 'a.yaml:x-version=1.4.2', 'a.yaml')).toBe('x-version: "1.4.2"\n');
  });

  it('of a chart bumps the version of the chart, and stays with the chart that is not changed', async () => {
    const files = { 'helm/shop/README.md': '1.4.1 x-version\n', 'docs/x.md': '1.4.1 x-version\n' };
    const bumped = await planFor({ version: 'patch', values: VERSION }, '', files);
    expect(bumped.files.map(({ path }) => path)).toEqual(['helm/shop/Chart.yaml', 'helm/shop/README.md']);
    expect(bumped.changedValues).toContainEqual({
      file: 'helm/shop/README.md',
      line: 1,
      path: 'x-version',
      old: '1.4.1',
      now: '1.4.2',
    });
    const outside = await planFor({ version: 'patch', values: 'docs/x.md:x-version=1.4.2' }, '', files);
    expect(outside.files.map(({ path }) => path)).toEqual(['docs/x.md']);
    const newer = await planFor({ version: '0.9.0', values: VERSION }, '', files);
    expect(newer).toMatchObject({ files: [], changedValues: [] });
  });
});
