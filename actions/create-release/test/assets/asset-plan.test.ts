import { describe, expect, it } from '@jest/globals';
import { planAssets, planProblems } from '../../src/assets/asset-plan.ts';
import { content } from '../fake-releases.ts';

describe('planAssets', () => {
  const asset = (name: string, text: string, change = {}) => {
    const { size, digest } = content(name, text);
    return { id: 1, name, label: undefined, size, digest, complete: true, url: '', ...change };
  };
  it.each([
    ['no files', [], 'a.txt is missing'],
    ['the same file', [asset('a.txt', 'alpha')], ''],
    ['a file of another size', [asset('a.txt', 'alph')], 'a.txt is 4 bytes, expected 5'],
    ['a file with another digest', [asset('a.txt', 'omega')], 'a.txt has the digest'],
    ['an incomplete file', [asset('a.txt', 'alpha', { complete: false })], 'a.txt is only partially uploaded'],
    ['an unrelated file', [asset('a.txt', 'alpha'), asset('z.txt', 'z')], ''],
  ])('with %s on the server', (_, existing, problem) => {
    const plan = planAssets([content('a.txt', 'alpha')], existing, { trustSize: false });
    expect(planProblems(plan).join()).toContain(problem);
    expect(plan.keep).toHaveLength(problem === '' ? 1 : 0);
    expect(plan.unrelated).toHaveLength(existing.length > 1 ? 1 : 0);
  });
});
