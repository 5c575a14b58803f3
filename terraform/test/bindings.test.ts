/** The reader of provider bindings, on a small resource in the generator's format. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { azurermBehaviour } from '../scripts/azurerm-behaviour.ts';
import { Binding } from '../scripts/bindings.ts';
import { formatSchema } from '../scripts/format-schema.ts';
import type { SchemaFile } from '../scripts/schema.ts';
import { project } from './workspace.ts';

const argument = (name: string, value: string, [type, storage]: [type: string, storage: string]): string =>
  `            ${name}: {\n                value: ${value},\n                isBlock: false,\n                type: "${type}",\n                storageClassType: "${storage}",\n            },\n`;

const CODE = `
function thingRuleToHclTerraform(struct) {
    const attrs = {
${argument('port', 'cdktn.numberToHclTerraform(struct.port)', ['simple', 'number'])}${argument('names', 'cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(struct.names)', ['set', 'stringList'])}    };
}
class ThingRuleOutputReference extends cdktn.ComplexObject {
    // effective - computed: true, optional: false, required: false
    get effective() {
        return this.getBooleanAttribute('effective');
    }
}
class ThingRuleList extends cdktn.ComplexList {
}
class ThingKeyOutputReference extends cdktn.ComplexObject {
    // value - computed: true, optional: false, required: false
    get value() {
        return this.getStringAttribute('value');
    }
}
class ThingKeyList extends cdktn.ComplexList {
}
class Thing extends cdktn.TerraformResource {
    constructor() {
        // key - computed: true, optional: false, required: false
        this._key = new ThingKeyList(this, "key", false);
        // rule - computed: false, optional: true, required: false
        this._rule = new ThingRuleList(this, "rule", false);
        // first - computed: false, optional: true, required: false
        this._first = new ThingRuleOutputReference(this, "first");
    }
    // hosts - computed: true, optional: false, required: false
    get hosts() {
        return cdktn.Fn.tolist(this.getListAttribute('hosts'));
    }
    synthesizeHclAttributes() {
        const attrs = {
${argument('name', 'cdktn.stringToHclTerraform(this._name)', ['simple', 'string'])}${argument('tags', 'cdktn.hashMapperHcl(cdktn.stringToHclTerraform)(this._tags)', ['map', 'stringMap'])}${argument('rule', 'cdktn.listMapperHcl(thingRuleToHclTerraform, true)(this._rule.internalValue)', ['list', 'ThingRuleList'])}${argument('first', 'thingRuleToHclTerraform(this._first.internalValue)', ['list', 'ThingRuleList'])}${argument('timeouts', 'thingRuleToHclTerraform(this._first.internalValue)', ['struct', 'ThingTimeouts'])}        };
    }
}
`;
const DECLARATIONS = `
export interface ThingConfig extends cdktn.TerraformMetaArguments {
    /**
    * Docs {@link thing#name Thing#name}
    */
    readonly name: string;
    /**
    * Docs {@link thing#tags Thing#tags}
    */
    readonly tags?: {
        [key: string]: string;
    };
}
export interface ThingRule {
    /**
    * Docs {@link thing#port Thing#port}
    */
    readonly port: number;
}
`;
const rule = {
  attributes: {
    port: { type: 'number', required: true },
    names: { type: ['set', 'string'], optional: true },
    effective: { type: 'bool', computed: true },
  },
};

describe('a resource of the older plug-in SDK', () => {
  const block = new Binding(CODE, DECLARATIONS, 'blocks').block();

  it('has its arguments, required by the declarations', () => {
    expect(block.attributes).toMatchObject({
      name: { type: 'string', required: true },
      tags: { type: ['map', 'string'], optional: true },
    });
  });

  it('has its read-only members', () => {
    expect(block.attributes).toMatchObject({
      hosts: { type: ['set', 'string'], computed: true },
      key: { type: ['list', ['object', { value: 'string' }]], computed: true },
    });
  });

  it('has blocks: repeated, once, and single', () => {
    expect(block.block_types).toEqual({
      rule: { nesting_mode: 'list', block: rule },
      first: { nesting_mode: 'list', block: rule, max_items: 1 },
      timeouts: { nesting_mode: 'single', block: rule },
    });
  });
});

describe('a resource of the plug-in framework', () => {
  it('has attributes with parts instead of blocks', () => {
    const block = new Binding(CODE, DECLARATIONS, 'attributes').block();
    expect(block.block_types).toBeUndefined();
    expect(block.attributes.rule).toEqual({ nested_type: { nesting_mode: 'list', ...rule }, optional: true });
    expect(block.attributes.first).toEqual({ nested_type: { nesting_mode: 'list', ...rule }, optional: true });
  });
});

describe('other code', () => {
  it('is rejected', () => {
    expect(() => new Binding('class A {}', '', 'blocks')).toThrow('has 0 resources, not one');
  });

  it('is rejected with an unknown type', () => {
    const code = CODE.replace('"number"', '"complexNumber"');
    expect(() => new Binding(code, DECLARATIONS, 'blocks').block()).toThrow('unknown type complexNumber');
  });
});

describe('a schema as a file', () => {
  it('has a line for each attribute', () => {
    expect(formatSchema({ a: { type: 'string', optional: true }, b: { c: { type: ['list', 'string'] } } })).toBe(
      '{\n "a": {"type":"string","optional":true},\n "b": {\n  "c": {"type":["list","string"]}\n }\n}\n',
    );
  });
});

describe('the behaviour of azurerm', () => {
  it('is listed for every resource that is used, and its schema has the same list', async () => {
    const file = join(project, 'terraform/schemas/azurerm.json');
    const { schema } = JSON.parse(await readFile(file, 'utf8')) as SchemaFile;
    const written = Object.entries(schema.resource_schemas).map(([name, { behaviour }]) => [name, behaviour]);
    const noted = Object.entries(azurermBehaviour).map(([name, behaviour]) => [`azurerm_${name}`, behaviour]);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(noted));
  });
});
