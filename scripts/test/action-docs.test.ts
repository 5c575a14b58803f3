import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inputsTable, outputsTable, replaceSection } from '../action-docs.ts';

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

describe('the tables', () => {
  it('say which inputs are required and what the others are by default', () => {
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

describe('a section between markers', () => {
  const text = 'before\n<!-- inputs:start -->\nold\n<!-- inputs:end -->\nafter\n';

  it('is replaced, and nothing else', () => {
    expect(replaceSection(text, 'inputs', 'new')).toBe(
      'before\n<!-- inputs:start -->\nnew\n<!-- inputs:end -->\nafter\n',
    );
  });

  it('is the same when replaced again, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string(), (content) => {
        const once = replaceSection(text, 'inputs', content);
        expect(replaceSection(once, 'inputs', content)).toBe(once);
      }),
    );
  });

  it.each([
    ['no markers', 'text'],
    ['no end', '<!-- inputs:start -->'],
    ['the end first', '<!-- inputs:end --><!-- inputs:start -->'],
    ['two starts', '<!-- inputs:start --><!-- inputs:start --><!-- inputs:end -->'],
    ['two ends', '<!-- inputs:start --><!-- inputs:end --><!-- inputs:end -->'],
  ])('is refused with %s', (_, document) => {
    expect(() => replaceSection(document, 'inputs', 'new')).toThrow('each once');
  });
});
