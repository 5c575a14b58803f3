package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// server implements the provider protocol. Terraform itself checks every configuration against the schema; providers
// have to check that a configuration sets no computed values.
type server struct {
	// For everything that is not implemented: ephemeral resources, functions and moves, which no schema here has.
	tfprotov6.ProviderServer
	schema *providerSchema
}

func (s *server) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	response := &tfprotov6.GetMetadataResponse{}
	for name := range s.schema.resources {
		response.Resources = append(response.Resources, tfprotov6.ResourceMetadata{TypeName: name})
	}
	for name := range s.schema.dataSources {
		response.DataSources = append(response.DataSources, tfprotov6.DataSourceMetadata{TypeName: name})
	}
	return response, nil
}

func (s *server) GetProviderSchema(
	context.Context, *tfprotov6.GetProviderSchemaRequest,
) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		Provider: s.schema.provider, ResourceSchemas: s.schema.resources, DataSourceSchemas: s.schema.dataSources,
	}, nil
}

func (s *server) GetResourceIdentitySchemas(
	context.Context, *tfprotov6.GetResourceIdentitySchemasRequest,
) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) GetFunctions(
	context.Context, *tfprotov6.GetFunctionsRequest,
) (*tfprotov6.GetFunctionsResponse, error) {
	return &tfprotov6.GetFunctionsResponse{}, nil
}

func (s *server) ValidateProviderConfig(
	_ context.Context, request *tfprotov6.ValidateProviderConfigRequest,
) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (s *server) ConfigureProvider(
	context.Context, *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (s *server) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (s *server) ValidateResourceConfig(
	_ context.Context, request *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	diagnostics, err := unconfigurable(s.schema.resources, request.TypeName, request.Config)
	return &tfprotov6.ValidateResourceConfigResponse{Diagnostics: diagnostics}, err
}

func (s *server) ValidateDataResourceConfig(
	_ context.Context, request *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	diagnostics, err := unconfigurable(s.schema.dataSources, request.TypeName, request.Config)
	return &tfprotov6.ValidateDataResourceConfigResponse{Diagnostics: diagnostics}, err
}

func (s *server) UpgradeResourceState(
	_ context.Context, request *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	typ, err := typeOf(s.schema.resources, request.TypeName)
	if err != nil {
		return nil, err
	}
	value, err := request.RawState.Unmarshal(typ)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(typ, value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

// ReadResource returns the state unchanged: tests edit the state to simulate drift.
func (s *server) ReadResource(
	_ context.Context, request *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: request.CurrentState, Private: request.Private}, nil
}

func (s *server) PlanResourceChange(
	_ context.Context, request *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, error) {
	state, err := changed(s.schema.resources, request.TypeName, request.ProposedNewState,
		func(schema *tfprotov6.Schema, proposed tftypes.Value) (tftypes.Value, error) {
			return planned(proposed, schema.Block)
		})
	if err != nil {
		return nil, err
	}
	response := &tfprotov6.PlanResourceChangeResponse{PlannedState: state}
	values, err := s.values(request.TypeName, request.PriorState, state, request.Config)
	if err != nil {
		return nil, err
	}
	prior, plan, config := values[0], values[1], values[2]
	if plan.IsNull() {
		return response, nil
	}
	behaviour := s.schema.behaviours[request.TypeName]
	response.Diagnostics = behaviour.refusals(config)
	if !prior.IsNull() {
		response.RequiresReplace = behaviour.replacements(prior, plan)
	}
	return response, nil
}

func (s *server) ApplyResourceChange(
	_ context.Context, request *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	values, err := s.values(request.TypeName, request.PriorState, request.PlannedState)
	if err != nil {
		return nil, err
	}
	if prior, plan := values[0], values[1]; !prior.IsNull() && !plan.IsNull() {
		if diagnostics := s.schema.behaviours[request.TypeName].stuck(prior, plan); len(diagnostics) > 0 {
			return &tfprotov6.ApplyResourceChangeResponse{NewState: request.PriorState, Diagnostics: diagnostics}, nil
		}
	}
	state, err := changed(s.schema.resources, request.TypeName, request.PlannedState,
		func(_ *tfprotov6.Schema, plan tftypes.Value) (tftypes.Value, error) {
			return decided(request.TypeName, plan)
		})
	return &tfprotov6.ApplyResourceChangeResponse{NewState: state}, err
}

func (s *server) ReadDataSource(
	_ context.Context, request *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	state, err := changed(s.schema.dataSources, request.TypeName, request.Config,
		func(schema *tfprotov6.Schema, config tftypes.Value) (tftypes.Value, error) {
			open, err := planned(config, schema.Block)
			if err != nil {
				return open, err
			}
			return decided(request.TypeName, open)
		})
	return &tfprotov6.ReadDataSourceResponse{State: state}, err
}

func (s *server) ImportResourceState(
	_ context.Context, request *tfprotov6.ImportResourceStateRequest,
) (*tfprotov6.ImportResourceStateResponse, error) {
	return nil, fmt.Errorf("%s %s: import is not supported", request.TypeName, request.ID)
}

// values decodes values of the named type of resource.
func (s *server) values(typeName string, encoded ...*tfprotov6.DynamicValue) ([]tftypes.Value, error) {
	typ, err := typeOf(s.schema.resources, typeName)
	if err != nil {
		return nil, err
	}
	var values []tftypes.Value
	for _, each := range encoded {
		value, err := each.Unmarshal(typ)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

// unconfigurable returns an error for each computed value that a configuration sets.
func unconfigurable(
	schemas map[string]*tfprotov6.Schema, typeName string, config *tfprotov6.DynamicValue,
) ([]*tfprotov6.Diagnostic, error) {
	typ, err := typeOf(schemas, typeName)
	if err != nil {
		return nil, err
	}
	value, err := config.Unmarshal(typ)
	if err != nil {
		return nil, err
	}
	var diagnostics []*tfprotov6.Diagnostic
	for _, path := range setThoughComputed(value, schemas[typeName].Block, tftypes.NewAttributePath()) {
		diagnostics = append(diagnostics, &tfprotov6.Diagnostic{
			Severity:  tfprotov6.DiagnosticSeverityError,
			Summary:   "Value for unconfigurable attribute",
			Detail:    fmt.Sprintf("Can't configure a value for %q: the provider alone sets it.", lastName(path)),
			Attribute: path,
		})
	}
	return diagnostics, nil
}

// changed decodes a value of the named type, changes it and encodes it again.
func changed(
	schemas map[string]*tfprotov6.Schema,
	typeName string,
	value *tfprotov6.DynamicValue,
	change func(*tfprotov6.Schema, tftypes.Value) (tftypes.Value, error),
) (*tfprotov6.DynamicValue, error) {
	typ, err := typeOf(schemas, typeName)
	if err != nil {
		return nil, err
	}
	decoded, err := value.Unmarshal(typ)
	if err != nil {
		return nil, err
	}
	result, err := change(schemas[typeName], decoded)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", typeName, err)
	}
	encoded, err := tfprotov6.NewDynamicValue(typ, result)
	return &encoded, err
}

func typeOf(schemas map[string]*tfprotov6.Schema, name string) (tftypes.Type, error) {
	schema, ok := schemas[name]
	if !ok {
		return nil, fmt.Errorf("no type %s in the schema", name)
	}
	return schema.ValueType(), nil
}
