import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { growth, MAX_LINEAR } from '../../../lib/test/growth.ts';
import { parseLintOutput, parseRenderErrors } from '../../src/helm/messages.ts';
import { findTemplateLines, joinLines } from '../../src/helm/text-search.ts';

describe("the time to parse Helm's messages is linear in their length, whatever they repeat", () => {
  it.each<[name: string, text: (size: number) => string]>([
    ['letters', (size) => 'a'.repeat(size)],
    ['spaces', (size) => `a${' '.repeat(size)}b`],
    ['lines', (size) => `a${'\n'.repeat(size)}b`],
    ['lines of spaces', (size) => `a${' \n'.repeat(size)}b`],
    ['colons', (size) => ':'.repeat(size)],
    ['quotes', (size) => `'"`.repeat(size)],
    ['dashes', (size) => '- '.repeat(size)],
    ['templates without a line', (size) => 'a/templates/'.repeat(size)],
    ['templates with one', (size) => 'a/templates/b:1 '.repeat(size / 10)],
    ['a template in quotes', (size) => `${'a/templates/b '.repeat(size / 10)}":1`],
    ['YAML parse errors', (size) => 'YAML parse error on '.repeat(size / 10)],
    ['YAML parse errors on lines', (size) => 'YAML parse error on a\n'.repeat(size / 10)],
    ['files that cannot be loaded', (size) => 'cannot load failed to parse '.repeat(size / 10)],
    ['YAML that cannot be parsed', (size) => 'unable to parse YAML '.repeat(size / 10)],
    ['unknown anchors', (size) => "unknown anchor '".repeat(size / 10)],
    ['a schema', (size) => `meet the specifications of the schema\n${"- at '".repeat(size / 10)}`],
    [
      'violations of a schema',
      (size) => `meet the specifications of the schema\n${"- at '/a': no\n".repeat(size / 10)}`,
    ],
    [
      'unknown keys',
      (size) =>
        `meet the specifications of the schema\n- at '/a': additional properties ${"'a', ".repeat(size / 10)} not allowed`,
    ],
    ['numbers', (size) => '1'.repeat(size)],
    ['hints', (size) => 'Use --debug flag to render out invalid YAML\n'.repeat(size / 10)],
  ])('%s', async (_, text) => {
    const read = (size: number) => {
      const message = text(size);
      return () => [
        parseRenderErrors(message),
        parseRenderErrors(`Error: ${message}`),
        parseLintOutput(`[ERROR] templates/a.yaml: ${message}`),
        parseLintOutput(message),
      ];
    };
    expect(await growth(read, 20_000)).toBeLessThan(MAX_LINEAR);
  });
});

describe('the searches find what a pattern would find', () => {
  const words = ['a', '/', 'templates', 'charts', ':', '1', '23', ' ', '"', '(', ')', '\n', '/templates/', 'b.yaml'];
  const text = fc.array(fc.constantFrom(...words), { maxLength: 16 }).map((parts) => parts.join(''));
  it('lines of templates', () => {
    const place = /([^\s:()]+\/(?:templates|charts)\/[^:()"\n]+):(\d+)(?::\d+)?/g;
    fc.assert(
      fc.property(text, (given) => {
        const expected = [...given.matchAll(place)].map(([, file, line]) => ({ file, line: Number(line) }));
        expect(findTemplateLines(given)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });
  it('joined lines', () => {
    const spaces = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t'), maxLength: 12 });
    fc.assert(
      fc.property(spaces, (given) => {
        expect(joinLines(given)).toBe(given.trim().replaceAll(/\s*\n\s*/g, ' '));
      }),
      { numRuns: 2000 },
    );
  });
});
