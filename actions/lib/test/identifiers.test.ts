import { describe, expect, it } from '@jest/globals';
import {
  parseCommitSha,
  parseDigest,
  parseImageName,
  parseImageTag,
  parseRegistryName,
  parseRepositoryName,
} from '../identifiers.ts';

const sha = 'a'.repeat(40);

describe.each([
  [
    'parseDigest',
    parseDigest,
    [`sha256:${'0'.repeat(64)}`],
    ['', 'sha256:', `sha256:${'A'.repeat(64)}`, `sha512:${'0'.repeat(64)}`, `sha256:${'0'.repeat(64)}\n`],
  ],
  [
    'parseCommitSha',
    parseCommitSha,
    [sha, 'b'.repeat(64)],
    ['', 'HEAD', 'a'.repeat(39), 'A'.repeat(40), `\ufeff${sha}`, `${sha}\n`],
  ],
  [
    'parseRepositoryName',
    parseRepositoryName,
    ['a/b', 'Org-1/repo.js', 'mona_octo/shop'],
    ['', 'a', 'a/b/c', 'a/..', 'a/.', '-a/b', '_a/b', 'a/b c', 'a/b\n', '../b'],
  ],
  [
    'parseRegistryName',
    parseRegistryName,
    ['ghcr.io/org', 'localhost:5001', '127.0.0.1:80/x', 'GHCR.io/Org'],
    ['', 'https://ghcr.io', 'ghcr.io/', 'a:b', 'a b', '-a', 'a/../b', 'x@y'],
  ],
  [
    'parseImageName',
    parseImageName,
    ['shop/web', 'web', 'Shop/Web', 'a__b/c-d.e'],
    ['', '/web', 'web/', 'web:1', 'we b', 'a//b', '../a', '$(id)', `a/${'b'.repeat(200)}`],
  ],
  [
    'parseImageTag',
    parseImageTag,
    ['1.4.2', 'sha-0123456789ab', '_x', 'A'.repeat(128)],
    ['', '.x', '-x', '1.0.0+build', '$(id)', 'A'.repeat(129), 'ü'],
  ],
])('%s', (_, parse, valid, invalid) => {
  it.each(valid)('accepts %j', (text) => {
    expect(parse(text)).toHaveProperty('value');
  });
  it.each(invalid)('rejects %j', (text) => {
    expect(parse(text)).toHaveProperty('problem');
  });
});

it('lower-cases registries and image names, as registries require, and does not change tags', () => {
  expect(parseRegistryName('GHCR.io/Org')).toEqual({ value: 'ghcr.io/org' });
  expect(parseImageName('Shop/Web')).toEqual({ value: 'shop/web' });
  expect(parseImageTag('RC1')).toEqual({ value: 'RC1' });
});
