import { expect, it } from '@jest/globals';
import { rulesTable } from '../../generators/rule-docs.ts';

it('the table of rules has a row per rule, and no severity where a rule has none', () => {
  expect(
    rulesTable([
      { id: 'first', level: 'error', severity: 7, title: 'A is b', help: 'Set `a|b`.' },
      { id: 'second', level: 'note', title: 'C is d', help: 'Remove it.' },
    ]),
  ).toBe(
    [
      '| rule | level | severity | what is wrong | why, and what to do |',
      '| --- | --- | --- | --- | --- |',
      '| `first` | error | 7.0 | A is b | Set `a\\|b`. |',
      '| `second` | note | | C is d | Remove it. |',
    ].join('\n'),
  );
});
