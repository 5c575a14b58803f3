import { editDistance } from '../../lib/similar-names.ts';

/** The distance of two words takes time with the product of their lengths; no key is longer. */
const LONGEST = 100;

/** The known word that a wrong one was probably meant to be, or `undefined` when none is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  const reach = Math.max(1, Math.floor(word.length / 3));
  const scored = known
    .filter((each) => Math.abs(each.length - word.length) <= reach)
    .map((each) => ({ each, score: editDistance(word.toLowerCase(), each.toLowerCase()) }))
    .filter(({ score }) => score <= reach)
    .sort((one, other) => one.score - other.score);
  return scored[0]?.each;
}
