import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseActionMetadata, readActions } from '../../generators/action-metadata.ts';

const action = `
name: Copy
description: Copies.
inputs:
  from:
    description: >-
      Where
      from.
    required: true
  retries:
    description: How often.
    default: 3
  force:
    description: Even so.
    default: false
  note:
    description: Anything.
outputs:
  count:
    description: How many.
runs:
  using: node24
  main: dist/index.js
`;

describe('the metadata of an action', () => {
  it('has inputs, with their defaults as strings, and outputs', () => {
    expect(parseActionMetadata('copy', action)).toEqual({
      name: 'copy',
      inputs: [
        { name: 'from', description: 'Where from.', required: true, default: undefined },
        { name: 'retries', description: 'How often.', required: false, default: '3' },
        { name: 'force', description: 'Even so.', required: false, default: 'false' },
        { name: 'note', description: 'Anything.', required: false, default: undefined },
      ],
      outputs: [{ name: 'count', description: 'How many.' }],
    });
  });

  it('may have no inputs and no outputs', () => {
    expect(parseActionMetadata('bare', 'name: Bare')).toEqual({ name: 'bare', inputs: [], outputs: [] });
  });

  it.each([
    ['a list', '- a', 'x/action.yml: not a mapping'],
    ['inputs as a list', 'inputs: [a]', 'x: inputs: not a mapping'],
    ['an input without fields', 'inputs: {a: }', 'x: inputs: a: not a mapping'],
    ['an input without a description', 'inputs: {a: {required: true}}', 'x: input a: no description'],
    ['an output without a description', 'outputs: {a: {description: " "}}', 'x: output a: no description'],
  ])('is rejected when it is %s', (_, yaml, error) => {
    expect(() => parseActionMetadata('x', yaml)).toThrow(error);
  });
});

describe('all actions', () => {
  it('are the directories with an action.yml, sorted', async () => {
    const root = await mkdtemp(join(tmpdir(), 'actions-'));
    try {
      for (const name of ['second', 'first', 'lib']) await mkdir(join(root, 'actions', name), { recursive: true });
      for (const name of ['second', 'first']) await writeFile(join(root, 'actions', name, 'action.yml'), action);
      expect((await readActions(root)).map(({ name }) => name)).toEqual(['first', 'second']);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
