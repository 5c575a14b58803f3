import { describe, expect, it } from '@jest/globals';
import { inputsTable, outputsTable } from '../../generators/action-docs.ts';

const action = {
  name: 'copy',
  inputs: [
    { name: 'from', description: 'Where from.', required: true, default: undefined },
    { name: 'mode', description: '`a|b`:\n  one of both.', required: false, default: 'a|b' },
    { name: 'note', description: 'Anything.', required: false, default: undefined },
    { name: 'text', description: 'Empty.', required: false, default: '' },
  ],
  outputs: [{ name: 'count', description: 'How many.' }],
};

describe('the tables of an action', () => {
  it('mark required inputs and show the defaults of the others', () => {
    expect(inputsTable(action)).toBe(
      [
        '| input | default | meaning |',
        '| --- | --- | --- |',
        '| `from` | **required** | Where from. |',
        '| `mode` | `a\\|b` | `a\\|b`: one of both. |',
        '| `note` | | Anything. |',
        '| `text` | | Empty. |',
      ].join('\n'),
    );
  });

  it('list the outputs', () => {
    expect(outputsTable(action)).toBe('| output | meaning |\n| --- | --- |\n| `count` | How many. |');
  });
});
