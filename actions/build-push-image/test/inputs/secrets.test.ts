import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRedactor } from '../../src/inputs/secrets.ts';
import { problemsOf, useWorkspace } from './read-inputs.ts';

useWorkspace();

describe('redacting a log', () => {
  it.each<[string, string[], string, string]>([
    ['a value', ['hunter2'], 'is hunter2!', 'is ***!'],
    ['a value each time', ['abcdef'], 'abcdef abcdef', '*** ***'],
    ['a value that holds another', ['abcdef', 'abcdefghi'], 'abcdefghi abcdef', '*** ***'],
    ['each longer line of a file', ['{\n  "token": "xyz"\n}\n'], 'a "token": "xyz" {', 'a *** {'],
    [
      'no line of punctuation in JSON',
      ['{\n  "token": "xyz"\n},{},{},\n}'],
      '{ },{},{}, } "token": "xyz"',
      '{ },{},{}, } ***',
    ],
    ['a short value, but no short line of several', ['ab1\n', 'x\ntoken-of-mine'], 'ab1 x token-of-mine', '*** x ***'],
    ['nothing for an empty one', ['', '  ', '\n'], 'a b', 'a b'],
    ['what looks like a pattern', ['a.*$&^'], 'a.*$&^ abcdef', '*** abcdef'],
  ])('removes %s', (_title, values, text, expected) => {
    expect(createRedactor(values)(text)).toBe(expected);
  });

  it('removes every value, wherever it appears', () => {
    const value = fc.string({ minLength: 6 }).filter((text) => text.trim().length >= 6 && !text.includes('*'));
    fc.assert(
      fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
        expect(createRedactor([secret])(`${before}${secret}${after}`).includes(secret)).toBe(false);
      }),
    );
  });
});

describe('secrets', () => {
  it.each<[string, string]>([
    ['npm=env:NPM_TOKEN', 'environment variable NPM_TOKEN is unset or empty'],
    ['npm=env:EMPTY', 'environment variable EMPTY is unset or empty'],
    ['npm=file:none', 'is missing: file none does not exist'],
    ['npm=file:web', 'names web, which is not a file'],
    ['npm=env:1X', 'is not a valid name of an environment variable'],
    ['id=npm,env=NPM', 'is neither id=env:NAME nor id=file:PATH'],
  ])('%s is rejected', async (text, problem) => {
    expect((await problemsOf({ secrets: text }, { EMPTY: '' })).map(({ problem }) => problem).join('\n')).toContain(
      problem,
    );
  });
});
