import { describe, expect, it } from '@jest/globals';
import { Scalar } from 'yaml';
import { render } from '../../src/yaml/scalar.ts';
import { readYaml } from '../../src/yaml/source.ts';

const TEXTS: readonly [string, string][] = [400, 800, 1500, 2000, 2500, 3000, 3500, 4000, 5000, 20_000].flatMap(
  (levels): [string, string][] => [
    [`${levels} lists`, '['.repeat(levels) + ']'.repeat(levels)],
    [`${levels} lists that do not end`, '['.repeat(levels)],
    [`${levels} lists in a block`, '- '.repeat(levels)],
    [`${levels} mappings`, '{a: '.repeat(levels) + '}'.repeat(levels)],
  ],
);

describe('deeply nested YAML', () => {
  it.each(TEXTS)('is parsed, or rejected with a clear message: %s', (_, text) => {
    const problem = (() => {
      try {
        readYaml('values.yaml', Buffer.from(text));
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
      return 'ActionError';
    })();
    expect(problem).toMatch(/^ActionError/);
    expect(problem).not.toMatch(/call stack|Stack overflow/);
  });

  it.each(TEXTS)('is quoted when it is written as a value: %s', (_, text) => {
    const line = text.trim();
    expect(render({ text: line, as: 'string' }, Scalar.PLAIN, 'block')).toBe(`"${line}"`);
  });

  it('is rejected for its depth, not for a parser error that follows from it', () => {
    expect(() => readYaml('values.yaml', Buffer.from('['.repeat(20_000)))).toThrow('it is nested too deeply');
  });
});
