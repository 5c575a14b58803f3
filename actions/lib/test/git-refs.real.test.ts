import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import fc from 'fast-check';
import { parseBranchName, parseTagName } from '../git-refs.ts';

/** Characters and sequences, with and without a meaning for Git. */
const piece = fc.constantFrom(
  ...['a', 'B', '1', '/', '.', '..', '-', '@', '@{', '{', '~', '^', ':', '?', '*', '[', '\\', ' ', '\t', '\u007f'],
  ...['.lock', 'ü', '\u0085', '\u009f', '\u2028', '$(id)', '%', '"', "'", '#', '+', '='],
);
const name = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));

const gitAccepts = async (...args: string[]): Promise<boolean> =>
  (await execa('git', ['check-ref-format', ...args], { reject: false })).exitCode === 0;

describe.each([
  ['branch', 'refs/heads/', parseBranchName],
  ['tag', 'refs/tags/', parseTagName],
] as const)('the name of a %s', (_, prefix, parse) => {
  // `git check-ref-format` accepts `-x` and `@` after the prefix, but Git creates neither: https://git-scm.com/docs/git-check-ref-format
  it('is valid when git check-ref-format accepts it, unless it is "@" or begins with "-"', async () => {
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const accepted = (await gitAccepts(`${prefix}${text}`)) && text !== '@' && !text.startsWith('-');
        expect('value' in parse(text)).toBe(accepted);
      }),
      { numRuns: 75 },
    );
  });
});
