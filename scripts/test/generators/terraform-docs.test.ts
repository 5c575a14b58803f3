import { describe, expect, it } from '@jest/globals';
import type { Configuration } from '../../../terraform/scripts/hcl.ts';
import { outputsTable, variablesTable } from '../../generators/terraform-docs.ts';

const configuration: Configuration = {
  variable: {
    name: [{ type: '${string}', description: 'Name: a|b\n  or c.' }],
    tags: [{ type: '${map(string)}', description: 'Tags.', default: {} }],
    key: [{ type: '${string}', description: 'Key, or none.', default: null }],
    pool: [
      {
        type: '${object({\n    size = optional(number, 3)\n  })}',
        description: 'Nodes.\n- `size`: how many.\n',
        default: {},
      },
    ],
  },
  output: { id: [{ description: 'Its id.', value: '${x.id}' }] },
};

describe('the table of variables', () => {
  it('marks required variables and shows the defaults of the others', () => {
    expect(variablesTable(configuration).split('\n\n')[0]).toBe(
      [
        '| variable | default | meaning |',
        '| --- | --- | --- |',
        '| `key` | `null` | Key, or none. |',
        '| `name` | **required** | Name: a\\|b or c. |',
        '| `pool` | see below | Nodes. |',
        '| `tags` | `{}` | Tags. |',
      ].join('\n'),
    );
  });

  it('is followed by the fields of each object', () => {
    expect(variablesTable(configuration)).toContain(
      '### `pool`\n\nNodes.\n- `size`: how many.\n\n```hcl\nobject({\n  size = optional(number, 3)\n})\n```',
    );
  });

  it('is `None.` for a configuration without variables or outputs', () => {
    expect(variablesTable({})).toBe('None.');
    expect(outputsTable({})).toBe('None.');
  });
});

describe('the table of outputs', () => {
  it('lists them', () => {
    expect(outputsTable(configuration)).toBe('| output | meaning |\n| --- | --- |\n| `id` | Its id. |');
  });
});
