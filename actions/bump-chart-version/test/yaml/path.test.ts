import { describe, expect, it } from '@jest/globals';
import { parseAssignment, parsePath, pathText } from '../../src/yaml/path.ts';

const embedded = { kind: 'embedded' };
const key = (name: string) => ({ kind: 'key', key: name });

describe('paths', () => {
  it.each([
    ['web.image.tag', [key('web'), key('image'), key('tag')]],
    ['list[0]', [key('list'), { kind: 'index', index: 0 }]],
    ['list[-1].a', [key('list'), { kind: 'index', index: -1 }, key('a')]],
    ['[2].name', [{ kind: 'index', index: 2 }, key('name')]],
    ['images[name=api].tag', [key('images'), { kind: 'match', key: 'name', value: 'api' }, key('tag')]],
    ['images[name="a.b]=c"].tag', [key('images'), { kind: 'match', key: 'name', value: 'a.b]=c' }, key('tag')]],
    ["env[ 'odd key' = x ]", [key('env'), { kind: 'match', key: 'odd key', value: 'x' }]],
    ['annotations."a.b/c"', [key('annotations'), key('a.b/c')]],
    ["annotations['a.b/c'].x", [key('annotations'), key('a.b/c'), key('x')]],
    ['"a.b"', [key('a.b')]],
    ['a."".b', [key('a'), key(''), key('b')]],
    ['podAnnotations.prometheus_io/port', [key('podAnnotations'), key('prometheus_io/port')]],
    ['a.ключ', [key('a'), key('ключ')]],
    ['spec.values|web.tag', [key('spec'), key('values'), embedded, key('web'), key('tag')]],
    ['a."b/c"|[n=x].t', [key('a'), key('b/c'), embedded, { kind: 'match', key: 'n', value: 'x' }, key('t')]],
    ['l[0]|a|"b|c"', [key('l'), { kind: 'index', index: 0 }, embedded, key('a'), embedded, key('b|c')]],
  ])('%s is parsed', (text, steps) => {
    expect(parsePath(text)).toEqual({ value: steps });
  });

  it.each([
    '',
    '.a',
    'a.',
    'a..b',
    'a[',
    'a[b',
    'a[]',
    'a[x]',
    'a[0]b',
    'a[-0]',
    'a[--1]',
    'a"b"',
    'a."b',
    '|a',
    'a|',
    'a||b',
    'a|.b',
    'a.|b',
  ])('%j is rejected', (text) => {
    expect(parsePath(text)).toHaveProperty('problem');
  });

  it('is written in a form that parses again', () => {
    for (const text of ['web.image.tag', 'images[name=api].tag', 'list[0]', 'a["b.c"].d', 'a[0]|b.c|[n=x]["e|f"]']) {
      const parsed = parsePath(text);
      expect('value' in parsed && pathText(parsed.value)).toBe(text);
    }
  });
});

describe('assignments', () => {
  it.each([
    ['a.b=c', { file: undefined, value: 'c', quoted: false }],
    ['a.b = c d ', { file: undefined, value: 'c d', quoted: false }],
    ['a=b=c:d', { file: undefined, value: 'b=c:d', quoted: false }],
    ['a=""', { file: undefined, value: '', quoted: true }],
    ['a="1.10"', { file: undefined, value: '1.10', quoted: true }],
    ["a='it''s'", { file: undefined, value: "it's", quoted: true }],
    ['a="x\\ty"', { file: undefined, value: 'x\ty', quoted: true }],
    ['values-prod.yaml:a=1', { file: 'values-prod.yaml', value: '1', quoted: false }],
    ['"odd:name.yaml":a=1', { file: 'odd:name.yaml', value: '1', quoted: false }],
    ['a[b=c:d]=1', { file: undefined, value: '1', quoted: false }],
    ['"a:b"=1', { file: undefined, value: '1', quoted: false }],
  ])('%s', (line, expected) => {
    expect(parseAssignment(line)).toMatchObject({ value: expected });
  });

  it.each(['a.b', 'a=', 'f.yaml:a= ', '=x', ':a=x', 'a="b\\d"', 'f.yaml:=x', 'a[b=c'])('%j is rejected', (line) => {
    expect(parseAssignment(line)).toHaveProperty('problem');
  });
});
