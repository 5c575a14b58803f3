package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// planned returns a proposed state as a provider plans it: computed values that the configuration does not set are
// unknown, and write-only values are null.
func planned(proposed tftypes.Value, block *tfprotov6.SchemaBlock) (tftypes.Value, error) {
	return inObject(proposed, func(fields map[string]tftypes.Value) error {
		if err := planAttributes(fields, block.Attributes); err != nil {
			return err
		}
		for _, nested := range block.BlockTypes {
			value, err := eachObject(fields[nested.TypeName], func(element tftypes.Value) (tftypes.Value, error) {
				return planned(element, nested.Block)
			})
			if err != nil {
				return fmt.Errorf("%s: %w", nested.TypeName, err)
			}
			fields[nested.TypeName] = value
		}
		return nil
	})
}

func planAttributes(fields map[string]tftypes.Value, attributes []*tfprotov6.SchemaAttribute) error {
	for _, attribute := range attributes {
		value := fields[attribute.Name]
		switch {
		case attribute.WriteOnly:
			fields[attribute.Name] = tftypes.NewValue(value.Type(), nil)
		case attribute.Computed && value.IsNull():
			fields[attribute.Name] = tftypes.NewValue(value.Type(), tftypes.UnknownValue)
		case attribute.NestedType != nil:
			planned, err := eachObject(value, func(element tftypes.Value) (tftypes.Value, error) {
				return inObject(element, func(fields map[string]tftypes.Value) error {
					return planAttributes(fields, attribute.NestedType.Attributes)
				})
			})
			if err != nil {
				return fmt.Errorf("%s: %w", attribute.Name, err)
			}
			fields[attribute.Name] = planned
		}
	}
	return nil
}

// setThoughComputed returns the paths of computed values that are set in a block.
func setThoughComputed(
	object tftypes.Value, block *tfprotov6.SchemaBlock, at *tftypes.AttributePath,
) []*tftypes.AttributePath {
	fields := map[string]tftypes.Value{}
	if object.IsNull() || !object.IsKnown() || object.As(&fields) != nil {
		return nil
	}
	var paths []*tftypes.AttributePath
	for _, attribute := range block.Attributes {
		if attribute.Computed && !attribute.Optional && !fields[attribute.Name].IsNull() {
			paths = append(paths, at.WithAttributeName(attribute.Name))
		}
	}
	for _, nested := range block.BlockTypes {
		within := at.WithAttributeName(nested.TypeName)
		if nested.Nesting == tfprotov6.SchemaNestedBlockNestingModeSingle {
			paths = append(paths, setThoughComputed(fields[nested.TypeName], nested.Block, within)...)
			continue
		}
		var elements []tftypes.Value
		if value := fields[nested.TypeName]; value.IsNull() || !value.IsKnown() || value.As(&elements) != nil {
			continue
		}
		for index, element := range elements {
			// A set's elements have no index.
			place := within
			if nested.Nesting == tfprotov6.SchemaNestedBlockNestingModeList {
				place = within.WithElementKeyInt(index)
			}
			paths = append(paths, setThoughComputed(element, nested.Block, place)...)
		}
	}
	return paths
}

// inObject returns an object with its fields changed; null and unknown are unchanged.
func inObject(object tftypes.Value, change func(map[string]tftypes.Value) error) (tftypes.Value, error) {
	if object.IsNull() || !object.IsKnown() {
		return object, nil
	}
	fields := map[string]tftypes.Value{}
	if err := object.As(&fields); err != nil {
		return object, err
	}
	if err := change(fields); err != nil {
		return object, err
	}
	return tftypes.NewValue(object.Type(), fields), nil
}

// eachObject changes an object, or each object in a list or set.
func eachObject(value tftypes.Value, change func(tftypes.Value) (tftypes.Value, error)) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	if value.Type().Is(tftypes.Object{}) {
		return change(value)
	}
	var elements []tftypes.Value
	if err := value.As(&elements); err != nil {
		return value, err
	}
	for index, element := range elements {
		changed, err := change(element)
		if err != nil {
			return value, err
		}
		elements[index] = changed
	}
	return tftypes.NewValue(value.Type(), elements), nil
}

// decided returns a planned state with a generated value for everything unknown. The same plan gets the same values.
func decided(typeName string, plan tftypes.Value) (tftypes.Value, error) {
	seed := typeName + plan.String()
	return tftypes.Transform(plan, func(path *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if value.IsKnown() {
			return value, nil
		}
		return madeUp(value.Type(), typeName, seed+path.String(), lastName(path)), nil
	})
}

func lastName(path *tftypes.AttributePath) string {
	name := ""
	for _, step := range path.Steps() {
		if attribute, ok := step.(tftypes.AttributeName); ok {
			name = string(attribute)
		}
	}
	return name
}

func madeUp(typ tftypes.Type, typeName, seed, name string) tftypes.Value {
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte(seed)))
	switch t := typ.(type) {
	case tftypes.Object:
		fields := map[string]tftypes.Value{}
		for field, fieldType := range t.AttributeTypes {
			fields[field] = madeUp(fieldType, typeName, seed+field, field)
		}
		return tftypes.NewValue(t, fields)
	case tftypes.List:
		return tftypes.NewValue(t, elements(t.ElementType, typeName, seed, name))
	case tftypes.Set:
		return tftypes.NewValue(t, elements(t.ElementType, typeName, seed, name))
	case tftypes.Map:
		return tftypes.NewValue(t, map[string]tftypes.Value{})
	}
	switch {
	case typ.Is(tftypes.Bool):
		return tftypes.NewValue(typ, false)
	case typ.Is(tftypes.Number):
		return tftypes.NewValue(typ, 0)
	case name == "id":
		return tftypes.NewValue(typ, fmt.Sprintf("/stub/%s/%s", typeName, hash[:12]))
	case strings.HasSuffix(name, "_id"):
		return tftypes.NewValue(typ, strings.Join([]string{hash[:8], hash[8:12], hash[12:16], hash[16:20], hash[20:32]}, "-"))
	case strings.HasSuffix(name, "certificate"):
		return tftypes.NewValue(typ, base64.StdEncoding.EncodeToString([]byte(hash)))
	default:
		return tftypes.NewValue(typ, fmt.Sprintf("%s-%s", name, hash[:8]))
	}
}

// elements is one object if objects are expected, and otherwise empty: an empty list of names is as good as any.
func elements(element tftypes.Type, typeName, seed, name string) []tftypes.Value {
	if !element.Is(tftypes.Object{}) {
		return []tftypes.Value{}
	}
	return []tftypes.Value{madeUp(element, typeName, seed, name)}
}
