import { matchesGlob } from 'node:path/posix';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileGlobs } from '../../src/findings/globs.ts';

const matches = async (glob: string, text: string): Promise<boolean> =>
  (await compileGlobs([glob])).get(glob)?.(text) ?? false;

it.each([
  ['helm/*', ['helm/web', 'helm/.x'], ['helm', 'helm/web/charts', 'xhelm/web']],
  ['*', ['web'], ['', 'helm/web']],
  ['**', ['web', 'helm/web'], []],
  ['**/x.yaml', ['x.yaml', 'a/x.yaml', 'a/b/x.yaml'], ['ax.yaml', 'a/bx.yaml']],
  ['a/**/b', ['a/b', 'a/x/y/b'], ['ab', 'a/xb']],
  ['a/**', ['a/b', 'a/b/c'], ['a', 'ab']],
  ['a**b', ['ab', 'axxb'], ['a/b']],
  ['Deployment/w?b', ['Deployment/web'], ['Deployment/wb', 'Deployment/w/b']],
  ['[a-c]x', ['ax', 'cx'], ['dx', 'x']],
  ['[!a-c]x', ['dx'], ['ax', 'x']],
  ['[^a]', ['b'], ['a']],
  ['{a,b/*}c', ['ac', 'b/xc'], ['bc', 'a']],
  ['{a,{b,c}}', ['a', 'b', 'c'], ['{a,b']],
  ['{a}', ['{a}'], ['a']],
  ['a,b*', ['a,bc'], ['a', 'b']],
  ['a.b*', ['a.bc'], ['axb']],
  ['(a|b)+$*', ['(a|b)+$'], ['a']],
  ['[z-a]', ['[z-a]'], ['b']],
  ['a[', ['a['], ['a']],
  ['a]\\d*', ['a]\\d1'], ['a]1']],
])('%s', async (glob, fit, differ) => {
  for (const text of fit) expect([text, await matches(glob, text)]).toEqual([text, true]);
  for (const text of differ) expect([text, await matches(glob, text)]).toEqual([text, false]);
});

it("means what it means to Node, but for names with a dot before them, which Node's stars do not find", async () => {
  const glob = fc
    .array(fc.constantFrom('a', 'b', '*', '?', '/', '**/', '[ab]', '[!a]', '{a,b}', '{a,b*}'), {
      minLength: 1,
      maxLength: 6,
    })
    .map((parts) => parts.join(''))
    .filter((each) => !/\/\/|^\/|\/$|\*\*\/\*\*|[^/]\*\*\/|\*{3}|\*\*[^/]/.test(each));
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
    .chain((letters) =>
      fc
        .array(fc.boolean(), { minLength: letters.length, maxLength: letters.length })
        .map((slashes) =>
          letters.map((letter, index) => (index > 0 && slashes[index] ? `/${letter}` : letter)).join(''),
        ),
    );
  await fc.assert(
    fc.asyncProperty(glob, text, async (pattern, path) => {
      expect(await matches(pattern, path)).toBe(matchesGlob(path, pattern));
    }),
    { numRuns: 1000 },
  );
}, 30_000);

it.each(['*a'.repeat(50), `${'{a,b}'.repeat(60)}*`, '**/'.repeat(50), `${'{'.repeat(500)}*`])(
  'is answered at once: %s',
  async (glob) => {
    expect(await matches(`Deployment/${glob}x`, `Deployment/${'a'.repeat(250)}b`)).toBe(false);
  },
  10_000,
);
