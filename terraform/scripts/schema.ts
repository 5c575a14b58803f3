/**
 * A provider's schema as `terraform providers schema -json` writes it, as far as it is used here, and what the provider does beyond it.
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

/** A value, by its dotted path: as text `is` or is `not` one, is there at all (`set`), or is not (`unset`). */
export interface Condition {
  path: string;
  is?: string;
  not?: string;
  set?: true;
  unset?: true;
}

/** What a provider does with a change, which its schema does not say. Paths are dotted through blocks that are there once. */
export interface Behaviour {
  /** Arguments whose change replaces the resource. */
  replaced_by?: readonly string[];
  /** Arguments that replace the resource when they go from a value to none, or to 0, and are changed in place otherwise. */
  replaced_when_unset?: readonly string[];
  /** Arguments whose change the provider carries out in place when the argument `by` is set, and refuses otherwise when it is applied. */
  rotated?: { of: readonly string[]; by: string };
  /** Combinations that the provider refuses when it plans, each with what it says. */
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
  /** Where the schema was taken from, for readers: package and version. */
  taken_from: string;
  schema: ProviderSchema;
}
