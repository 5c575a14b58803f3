/**
 * A provider's schema in the format of `terraform providers schema -json`, as far as it is used here, and its
 * behaviour. Source: https://developer.hashicorp.com/terraform/cli/commands/providers/schema
 */

/** How Terraform writes a type: `"string"`, `["list", "string"]`, `["list", ["object", { name: "string" }]]`. */
export type Type = string | ['list' | 'set' | 'map', Type] | ['object', Record<string, Type>];

export interface NestedType {
  attributes: Record<string, Attribute>;
  nesting_mode: 'single' | 'list' | 'set';
}

export interface Attribute {
  type?: Type;
  /** Instead of `type`: an attribute whose value has nested attributes. */
  nested_type?: NestedType;
  required?: true;
  optional?: true;
  computed?: true;
  write_only?: true;
}

export interface BlockType {
  nesting_mode: 'single' | 'list' | 'set';
  block: Block;
  min_items?: number;
  max_items?: number;
}

export interface Block {
  attributes: Record<string, Attribute>;
  block_types?: Record<string, BlockType>;
}

/** A value, by its dotted path: as a string it `is` or is `not` equal to one, it is `set`, or it is `unset`. */
export interface Condition {
  path: string;
  is?: string;
  not?: string;
  set?: true;
  unset?: true;
}

/**
 * How a provider handles changes, which its schema does not contain. Paths are dotted through blocks that occur once.
 */
export interface Behaviour {
  /** Arguments whose change replaces the resource. */
  replaced_by?: readonly string[];
  /**
   * Arguments that replace the resource if they change from a value to none, or to 0; otherwise they are changed in
   * place.
   */
  replaced_when_unset?: readonly string[];
  /**
   * Arguments that the provider changes in place if the argument `by` is set; otherwise it rejects the change during
   * the apply.
   */
  rotated?: { of: readonly string[]; by: string };
  /** Combinations that the provider rejects at plan time, each with its message. */
  never?: readonly { all: readonly Condition[]; says: string }[];
}

export interface Schema {
  version: number;
  block: Block;
  /** Not part of Terraform's own format. */
  behaviour?: Behaviour;
}

export interface ProviderSchema {
  provider: Schema;
  resource_schemas: Record<string, Schema>;
  data_source_schemas: Record<string, Schema>;
}

/** One provider's file in `terraform/schemas`. */
export interface SchemaFile {
  /** `hashicorp/azurerm` */
  source: string;
  version: string;
  /** The source of the schema, for readers: package and version. */
  taken_from: string;
  schema: ProviderSchema;
}
