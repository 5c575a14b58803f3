import { describe, expect, it } from '@jest/globals';
import { readImage, useWorkspace } from './read-inputs.ts';

useWorkspace();

describe('labels and build arguments', () => {
  it.each<[string, Record<string, string>]>([
    ['a=1\nb=x, "y" = z', { a: '1', b: 'x, "y" = z' }],
    ['org.opencontainers.image.title=A: b', { 'org.opencontainers.image.title': 'A: b' }],
    ['a: "line 1\\nline 2"\nb: 1.10', { a: 'line 1\nline 2', b: '1.10' }],
    ['{"a":"x","b":1.20,"c":true}', { a: 'x', b: '1.20', c: 'true' }],
    ['{\n  "a": "x"\n}', { a: 'x' }],
    ['- a=x\n- "b=y: z"', { a: 'x', b: 'y: z' }],
    ['["a=x"]', { a: 'x' }],
    ['a: |\n  one\n  two', { a: 'one\ntwo\n' }],
    ['EMPTY=', { EMPTY: '' }],
    ['URL=https://x.example/?a=b', { URL: 'https://x.example/?a=b' }],
  ])('%j', async (text, expected) => {
    expect(
      Object.fromEntries((await readImage('{ name: web, context: web }', { labels: text }))?.labels ?? []),
    ).toEqual(expected);
  });
});
