/**
 * Reads a provider's schema from its generated CDKTF bindings. Terraform's own plug-ins come from a registry that not
 * every machine can reach; the bindings are generated from the same schema and are ordinary npm packages.
 *
 * What is read from where, in the code that the generator writes for a resource:
 * - `…ToHclTerraform` (for a nested part) and `synthesizeHclAttributes` (for the resource) list the arguments with
 *   their types, and the second argument of `listMapperHcl` is whether a list is a block or an attribute;
 * - an argument is required if its property in the declarations has no question mark;
 * - a part created with `new …OutputReference` occurs at most once, one created with `new …List` any number of times;
 * - a member with the comment `computed: true, optional: false, required: false` is read-only.
 *
 * What the bindings do not contain: which values are sensitive, how often blocks can be repeated, which optional
 * arguments get a value from the provider if they are omitted, and which arguments are write-only.
 */
import type { Attribute, Block, BlockType, NestedType, Type } from './schema.ts';

/** One argument as `…ToHclTerraform` describes it. */
interface Argument {
  /** The expression of the value. */
  value: string;
  kind: 'simple' | 'list' | 'set' | 'map' | 'struct';
  storage: string;
  required: boolean;
}

/** A nested part, from the call of its constructor. */
interface Part {
  /** Name of its class, without the ending. */
  element: string;
  repeated: boolean;
  inSet: boolean;
}

/**
 * Whether nested parts that occur once are blocks, as in the older plug-in SDK, or attributes, as in the plug-in
 * framework.
 */
export type NestedParts = 'blocks' | 'attributes';

const SCALARS: Readonly<Record<string, string>> = { string: 'string', number: 'number', boolean: 'bool' };

/** The bindings of one resource, data source or provider. */
export class Binding {
  readonly #classes: Map<string, string>;
  readonly #functions: Map<string, string>;
  readonly #declarations: Map<string, string>;
  readonly #main: string;
  readonly #nestedParts: NestedParts;

  /**
   * @param code its `index.js`
   * @param declarations its `index.d.ts`
   * @throws if it is not the code of one resource, data source or provider
   */
  constructor(code: string, declarations: string, nestedParts: NestedParts) {
    this.#nestedParts = nestedParts;
    this.#classes = bodies(code, /^class (\w+) extends .*\{\n([\s\S]*?)^\}/gm);
    this.#functions = bodies(code, /^function (\w+ToHclTerraform)\(struct\) \{\n([\s\S]*?)^\}/gm);
    this.#declarations = bodies(declarations, /^export interface (\w+)(?: extends [\w.]+)? \{\n([\s\S]*?)^\}/gm);
    const mains = [...code.matchAll(/^class (\w+) extends cdkt[fn]\.Terraform(?:Resource|DataSource|Provider) /gm)];
    if (mains.length !== 1) throw new Error(`has ${mains.length} resources, not one`);
    this.#main = mains[0]?.[1] ?? '';
  }

  /** The block of the resource, the data source, or the provider's configuration. */
  block(): Block {
    const body = this.#classes.get(this.#main) ?? '';
    const described = body.slice(body.indexOf('synthesizeHclAttributes() {'));
    return this.#block(this.#arguments(described, `${this.#main}Config`), body);
  }

  #block(given: ReadonlyMap<string, Argument>, classBody: string): Block {
    const parts = readParts(classBody);
    const block: Block = { attributes: {} };
    const blocks: Record<string, BlockType> = {};
    for (const [name, argument] of given) {
      const type = nestedFunction(argument.value);
      if (type === undefined) block.attributes[name] = { type: typeOf(argument), ...need(argument) };
      else if (this.#isBlock(argument)) blocks[name] = this.#blockType(argument, type, parts.get(name));
      else block.attributes[name] = { ...this.#nestedType(nesting(argument), this.#element(type)), ...need(argument) };
    }
    for (const [name, expression] of readOnly(classBody)) {
      const part = parts.get(name);
      const mode = part?.repeated ? (part.inSet ? 'set' : 'list') : 'single';
      const type = part ? this.#nestedType(mode, this.#elementOf(part)) : { type: readType(expression) };
      // A list that is both argument and result is already described as an argument.
      block.attributes[name] ??= { ...type, computed: true };
    }
    return Object.keys(blocks).length === 0 ? block : { ...block, block_types: blocks };
  }

  #isBlock({ value }: Argument): boolean {
    return this.#nestedParts === 'blocks' && !/listMapperHcl\(\w+, false\)/.test(value);
  }

  #blockType(argument: Argument, type: string, part: Part | undefined): BlockType {
    const single = argument.kind === 'struct';
    // A provider's own parts have no class; a list of them means that they can be repeated.
    const repeated = part ? part.repeated : argument.value.includes('listMapperHcl(');
    return {
      nesting_mode: nesting(argument),
      block: this.#element(type),
      ...(argument.required && !single && { min_items: 1 }),
      ...(!repeated && !single && { max_items: 1 }),
    };
  }

  #nestedType(mode: NestedType['nesting_mode'], block: Block): Pick<Attribute, 'type' | 'nested_type'> {
    if (this.#nestedParts === 'attributes')
      return { nested_type: { nesting_mode: mode, attributes: block.attributes } };
    const object = objectType(block);
    return { type: mode === 'single' ? object : [mode, object] };
  }

  /** The block of one element of a nested part, by the function that describes it. */
  #element(described: string): Block {
    const name = described.replace(/ToHclTerraform$/, '');
    return this.#elementOf({ element: `${name.charAt(0).toUpperCase()}${name.slice(1)}` });
  }

  #elementOf({ element }: Pick<Part, 'element'>): Block {
    const described = `${element.charAt(0).toLowerCase()}${element.slice(1)}ToHclTerraform`;
    const given = this.#arguments(this.#functions.get(described) ?? '', element);
    return this.#block(given, this.#classes.get(`${element}OutputReference`) ?? '');
  }

  #arguments(described: string, declaration: string): Map<string, Argument> {
    const required = requiredNames(this.#declarations.get(declaration) ?? '');
    const found = described.matchAll(
      /^\s{8,}(\w+): \{\n\s*value: (?:struct\.\w+ === undefined \? null : )?(.*),\n\s*isBlock: (?:true|false),\n\s*type: "(\w+)",\n\s*storageClassType: "(\w+)",$/gm,
    );
    return new Map(
      [...found].map(([, name = '', value = '', kind, storage = '']) => [
        name,
        { value, kind: kind as Argument['kind'], storage, required: required.has(name) },
      ]),
    );
  }
}

function bodies(code: string, pattern: RegExp): Map<string, string> {
  return new Map([...code.matchAll(pattern)].map(([, name = '', body = '']) => [name, body]));
}

/** The required arguments; the link above a property contains the argument's name. */
function requiredNames(declaration: string): Set<string> {
  const properties = declaration.matchAll(/#(\w+) \w+#\w+\}[\s\S]*?readonly \w+(\??):/g);
  return new Set([...properties].filter(([, , optional]) => optional === '').map(([, name = '']) => name));
}

/** The nested parts: `this._subnet = new VirtualNetworkSubnetList(this, "subnet", true);` */
function readParts(classBody: string): Map<string, Part> {
  const found = classBody.matchAll(/= new (\w+?)(OutputReference|List)\(this, "(\w+)"(?:, (true|false))?\);/g);
  return new Map(
    [...found].map(([, element = '', ending, name = '', inSet]) => [
      name,
      { element, repeated: ending === 'List', inSet: inSet === 'true' },
    ]),
  );
}

/** The read-only members, each with the expression that reads it. */
function readOnly(classBody: string): [name: string, expression: string][] {
  const found = classBody.matchAll(
    /\/\/ (\w+) - computed: true, optional: false, required: false\n(?:\s*get \w+\(\) \{\n)?\s*(.*)$/gm,
  );
  return [...found].map(([, name = '', expression = '']) => [name, expression]);
}

/** The function that describes a nested part in `listMapperHcl(FUNCTION, true)(…)` or `FUNCTION(…)`. */
function nestedFunction(value: string): string | undefined {
  return /^(?:cdkt[fn]\.listMapperHcl\()?([a-z]\w*ToHclTerraform)[(,]/.exec(value)?.[1];
}

const need = ({ required }: Argument): Pick<Attribute, 'required' | 'optional'> =>
  required ? { required: true } : { optional: true };

function nesting({ kind }: Argument): NestedType['nesting_mode'] {
  return kind === 'list' || kind === 'set' ? kind : 'single';
}

function typeOf({ kind, storage }: Argument): Type {
  const scalar = SCALARS[storage.replace(/(List|Map)$/, '')];
  if (scalar === undefined) throw new Error(`unknown type ${storage}`);
  if (kind === 'simple') return scalar;
  if (kind === 'struct') throw new Error(`a simple value in a struct: ${storage}`);
  return [kind, scalar];
}

/** The type that a getter reads, for a value that is not an argument. */
function readType(expression: string): Type {
  const list = expression.includes('Fn.tolist(') ? 'set' : 'list';
  if (expression.includes('getStringAttribute(')) return 'string';
  if (expression.includes('getNumberAttribute(')) return 'number';
  if (expression.includes('getBooleanAttribute(')) return 'bool';
  if (expression.includes('getListAttribute(')) return [list, 'string'];
  if (expression.includes('getNumberListAttribute(')) return [list, 'number'];
  if (/getStringMapAttribute\(|\.StringMap\(/.test(expression)) return ['map', 'string'];
  if (expression.includes('.StringMapList(')) return ['list', ['map', 'string']];
  throw new Error(`unknown way to read a value: ${expression}`);
}

function objectType(block: Block): Type {
  const fields = Object.entries(block.attributes).map(([name, { type }]): [string, Type] => [name, type ?? 'string']);
  const parts = Object.entries(block.block_types ?? {}).map(([name, { nesting_mode, block }]): [string, Type] => [
    name,
    nesting_mode === 'single' ? objectType(block) : [nesting_mode, objectType(block)],
  ]);
  return ['object', Object.fromEntries([...fields, ...parts])];
}
