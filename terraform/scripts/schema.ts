/**
 * A provider's schema as `terraform providers schema -json` writes it, as far as it is used here.
 * Source: https://developer.hashicorp.com/terraform/cli/commands/providers/schema
 */

/** How Terraform writes a type: `"string"`, `["list", "string"]`, `["list", ["object", { name: "string" }]]`. */
export type Type = string | ['list' | 'set' | 'map', Type] | ['object', Record<string, Type>];

export interface NestedType {
  attributes: Record<string, Attribute>;
  nesting_mode: 'single' | 'list' | 'set';
}

export interface Attribute {
  type?: Type;
  /** Instead of `type`: an attribute whose value has described parts of its own. */
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

export interface Schema {
  version: number;
  block: Block;
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
  /** Where the schema was taken from, for readers: package and version. */
  taken_from: string;
  schema: ProviderSchema;
}
