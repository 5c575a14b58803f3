import { describe, expect, it } from '@jest/globals';
import { InputReader } from '../../runner/inputs.ts';

const TEXTS: readonly [string, string][] = [400, 800, 1500, 2000, 2500, 3000, 3500, 4000, 5000, 20_000].flatMap(
  (levels): [string, string][] => [
    [`${levels} lists`, '['.repeat(levels) + ']'.repeat(levels)],
    [`${levels} lists without an end`, '['.repeat(levels)],
    [`${levels} lists in a block`, '- '.repeat(levels)],
    [`${levels} mappings`, '{a: '.repeat(levels) + '}'.repeat(levels)],
  ],
);

describe('deeply nested YAML', () => {
  it.each(TEXTS)('in an input is read, or rejected with a clear message: %s', async (_, text) => {
    const reader = new InputReader({ INPUT_IMAGES: text });
    await reader.yaml('images', () => ({ value: 1 }), 'name: a');
    const problem = (() => {
      try {
        reader.assertValid();
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    })();
    expect(problem).not.toMatch(/call stack|Stack overflow/);
  });

  it('is rejected for its depth, not for errors that follow from it', async () => {
    const reader = new InputReader({ INPUT_IMAGES: '['.repeat(20_000) });
    await reader.yaml('images', () => ({ value: 1 }), 'name: a');
    expect(() => reader.assertValid()).toThrow('images is nested too deeply');
  });
});
