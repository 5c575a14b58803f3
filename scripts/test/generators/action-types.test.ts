import { describe, expect, it } from '@jest/globals';
import { actionTypes } from '../../generators/action-types.ts';

const input = (name: string, fallback?: string, description = 'Text.') => ({
  name,
  description,
  required: name === 'from',
  default: fallback,
});

function types(...inputs: ReturnType<typeof input>[]): string {
  return actionTypes([{ name: 'copy', inputs, outputs: [{ name: 'a', description: 'A.' }] }])[0]?.content ?? '';
}

describe('the types of an action', () => {
  it.each([
    ['a required input', input('from'), 'from: string;'],
    ['an optional input', input('to'), 'to?: string;'],
    ['a name with a hyphen', input('dry-run', 'false'), "'dry-run'?: boolean | Expression;"],
    ['a number', input('retries', '3'), 'retries?: number | Expression;'],
    ['a version, which is not a number', input('version', '1.34'), 'version?: string;'],
  ])('include %s', (_, declared, line) => {
    expect(types(declared)).toContain(`      ${line}\n`);
  });

  it('carry the description and the default, on one line', () => {
    expect(types(input('mode', 'a', 'One\nof a */ b.'))).toContain('/** One of a *\\/ b. Default: "a". */');
  });

  it('name the outputs', () => {
    const [file] = actionTypes([
      { name: 'one', inputs: [], outputs: [] },
      {
        name: 'two',
        inputs: [],
        outputs: [
          { name: 'a', description: 'A.' },
          { name: 'b', description: 'B.' },
        ],
      },
    ]);
    expect(file?.content).toContain('outputs: never;');
    expect(file?.content).toContain("outputs: 'a' | 'b';");
  });
});
