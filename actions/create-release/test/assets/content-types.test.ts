import { describe, expect, it } from '@jest/globals';
import { toInputEnv } from '../../../../scripts/test-support/bundle.ts';
import { InputError } from '../../../lib/errors.ts';
import { InputReader } from '../../../lib/runner/inputs.ts';
import { contentType, readContentTypes } from '../../src/assets/content-types.ts';

const read = (text: string) => {
  const reader = new InputReader(toInputEnv({ 'content-types': text }));
  const rules = readContentTypes(reader);
  reader.assertValid();
  return rules;
};

describe('content-types', () => {
  it.each([
    ['a.tgz', 'application/gzip'],
    ['a.tar.GZ', 'application/gzip'],
    ['a', 'application/octet-stream'],
    ['x.constructor', 'application/octet-stream'],
  ])('without a line the type of %s is %s', (name, type) => expect(contentType(name)).toBe(type));

  it.each([
    ['*.whl: application/zip', 'a.whl', 'application/zip'],
    ['*.txt:text/plain; charset=utf-8', 'a.txt', 'text/plain; charset=utf-8'],
    ['*.txt: text/x; a=1; b="c d"', 'a.txt', 'text/x; a=1; b="c d"'],
    ['app-*: application/vnd.acme+json\n*: text/plain', 'app-1', 'application/vnd.acme+json'],
    ['app-*: application/vnd.acme+json\n*: text/plain', 'web-1', 'text/plain'],
    ['*: text/plain\napp-*: application/json', 'app-1', 'text/plain'],
    ['{a,b}.bin: application/x-acme', 'b.bin', 'application/x-acme'],
    ['*.md: text/markdown', 'a.tgz', 'application/gzip'],
    ['', 'a.tgz', 'application/gzip'],
  ])('%j gives %s the type %s', (lines, name, type) => expect(contentType(name, read(lines))).toBe(type));

  it.each([
    ['*.whl', 'is not a glob, a colon and a media type'],
    [': text/plain', 'is not a glob, a colon and a media type'],
    ['dist/*.whl: text/plain', 'has a glob with "/"; it is compared with the name of an asset'],
    ['*.whl: zip', 'has no media type: zip'],
    ['*.whl:', 'has no media type: '],
    ['*.whl: text/', 'has no media type: text/'],
    ['*.whl: text/plain/x', 'has no media type: text/plain/x'],
    ['*.whl: text/plain, text/html', 'has no media type: text/plain, text/html'],
    ['*.whl: text/plain\u0001', 'has no media type'],
    ['*.whl: text/plain; charset', 'has no media type: text/plain; charset'],
    [`${'{a,b}'.repeat(22)}: text/plain`, 'expands to more than 1000 patterns'],
  ])('rejects %j', (lines, problem) => {
    const lineProblem = `content-types (line 2) ${problem}`;
    expect(() => read(`*.ok: text/plain\n${lines}`)).toThrow(InputError);
    expect(() => read(`*.ok: text/plain\n${lines}`)).toThrow(lineProblem);
  });
});
