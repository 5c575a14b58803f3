package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// providerSchema is the schema that a provider returns to Terraform.
type providerSchema struct {
	source      string
	provider    *tfprotov6.Schema
	resources   map[string]*tfprotov6.Schema
	dataSources map[string]*tfprotov6.Schema
	behaviours  map[string]*behaviour
}

// The JSON is that of `terraform providers schema -json`:
// https://developer.hashicorp.com/terraform/cli/commands/providers/schema

type schemaFileJSON struct {
	Source string
	Schema struct {
		Provider          schemaJSON
		ResourceSchemas   map[string]schemaJSON `json:"resource_schemas"`
		DataSourceSchemas map[string]schemaJSON `json:"data_source_schemas"`
	}
}

type schemaJSON struct {
	Version int64
	Block   blockJSON
	// Not part of that format.
	Behaviour behaviour
}

type blockJSON struct {
	Attributes map[string]attributeJSON
	BlockTypes map[string]blockTypeJSON `json:"block_types"`
}

type attributeJSON struct {
	Type       json.RawMessage
	NestedType *struct {
		Attributes  map[string]attributeJSON
		NestingMode string `json:"nesting_mode"`
	} `json:"nested_type"`
	Required, Optional, Computed bool
	WriteOnly                    bool `json:"write_only"`
}

type blockTypeJSON struct {
	NestingMode string `json:"nesting_mode"`
	Block       blockJSON
	MinItems    int64 `json:"min_items"`
	MaxItems    int64 `json:"max_items"`
}

func readSchemaFile(file string) (*providerSchema, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return parseSchema(text)
}

func parseSchema(text []byte) (*providerSchema, error) {
	var read schemaFileJSON
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, err
	}
	provider, err := read.Schema.Provider.schema()
	if err != nil {
		return nil, err
	}
	resources, err := schemas(read.Schema.ResourceSchemas)
	if err != nil {
		return nil, err
	}
	dataSources, err := schemas(read.Schema.DataSourceSchemas)
	if err != nil {
		return nil, err
	}
	behaviours := map[string]*behaviour{}
	for name, each := range read.Schema.ResourceSchemas {
		behaviours[name] = &each.Behaviour
	}
	return &providerSchema{read.Source, provider, resources, dataSources, behaviours}, nil
}

func schemas(read map[string]schemaJSON) (map[string]*tfprotov6.Schema, error) {
	result := map[string]*tfprotov6.Schema{}
	for name, each := range read {
		schema, err := each.schema()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		result[name] = schema
	}
	return result, nil
}

func (read schemaJSON) schema() (*tfprotov6.Schema, error) {
	block, err := read.Block.block()
	return &tfprotov6.Schema{Version: read.Version, Block: block}, err
}

func (read blockJSON) block() (*tfprotov6.SchemaBlock, error) {
	attributes, err := attributes(read.Attributes)
	if err != nil {
		return nil, err
	}
	result := &tfprotov6.SchemaBlock{Attributes: attributes}
	for _, name := range sortedNames(read.BlockTypes) {
		each := read.BlockTypes[name]
		mode, ok := map[string]tfprotov6.SchemaNestedBlockNestingMode{
			"single": tfprotov6.SchemaNestedBlockNestingModeSingle,
			"list":   tfprotov6.SchemaNestedBlockNestingModeList,
			"set":    tfprotov6.SchemaNestedBlockNestingModeSet,
		}[each.NestingMode]
		if !ok {
			return nil, fmt.Errorf("%s: unknown nesting mode %q", name, each.NestingMode)
		}
		block, err := each.Block.block()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		result.BlockTypes = append(result.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name, Block: block, Nesting: mode, MinItems: each.MinItems, MaxItems: each.MaxItems,
		})
	}
	return result, nil
}

func attributes(read map[string]attributeJSON) ([]*tfprotov6.SchemaAttribute, error) {
	var result []*tfprotov6.SchemaAttribute
	for _, name := range sortedNames(read) {
		attribute, err := read[name].attribute(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		result = append(result, attribute)
	}
	return result, nil
}

func (read attributeJSON) attribute(name string) (*tfprotov6.SchemaAttribute, error) {
	result := &tfprotov6.SchemaAttribute{
		Name: name, Required: read.Required, Optional: read.Optional, Computed: read.Computed, WriteOnly: read.WriteOnly,
	}
	if read.NestedType == nil {
		// The output of this command also uses the older JSON notation of types.
		typ, err := tftypes.ParseJSONType(read.Type) //nolint:staticcheck
		result.Type = typ
		return result, err
	}
	mode, ok := map[string]tfprotov6.SchemaObjectNestingMode{
		"single": tfprotov6.SchemaObjectNestingModeSingle,
		"list":   tfprotov6.SchemaObjectNestingModeList,
		"set":    tfprotov6.SchemaObjectNestingModeSet,
	}[read.NestedType.NestingMode]
	if !ok {
		return nil, fmt.Errorf("unknown nesting mode %q", read.NestedType.NestingMode)
	}
	attributes, err := attributes(read.NestedType.Attributes)
	result.NestedType = &tfprotov6.SchemaObject{Attributes: attributes, Nesting: mode}
	return result, err
}

func sortedNames[V any](of map[string]V) []string {
	var names []string
	for name := range of {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
