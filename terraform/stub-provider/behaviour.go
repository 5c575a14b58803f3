package main

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// behaviour is how a provider handles changes of a resource, which its schema does not contain. Paths are dotted,
// through blocks that occur once.
type behaviour struct {
	ReplacedBy        []string `json:"replaced_by"`
	ReplacedWhenUnset []string `json:"replaced_when_unset"`
	Rotated           struct {
		Of []string
		By string
	}
	Never []struct {
		All  []condition
		Says string
	}
}

type condition struct {
	Path, Is, Not string
	Set, Unset    bool
}

// replacements returns the paths of the arguments whose change replaces the resource.
func (b *behaviour) replacements(prior, planned tftypes.Value) []*tftypes.AttributePath {
	var paths []*tftypes.AttributePath
	for _, path := range b.ReplacedBy {
		before, _ := at(prior, path)
		after, place := at(planned, path)
		if !before.Equal(after) {
			paths = append(paths, place)
		}
	}
	for _, path := range b.ReplacedWhenUnset {
		before, place := at(prior, path)
		after, _ := at(planned, path)
		if !empty(before) && after.IsKnown() && empty(after) {
			paths = append(paths, place)
		}
	}
	return paths
}

// refusals returns the errors of the provider for a configuration at plan time.
func (b *behaviour) refusals(config tftypes.Value) []*tfprotov6.Diagnostic {
	var diagnostics []*tfprotov6.Diagnostic
	for _, rule := range b.Never {
		holds := true
		for _, each := range rule.All {
			holds = holds && each.holds(config)
		}
		if holds {
			diagnostics = append(diagnostics, refusal(rule.Says))
		}
	}
	return diagnostics
}

// stuck returns the errors of the provider for a change that needs a temporary second pool but has no name for it.
func (b *behaviour) stuck(prior, planned tftypes.Value) []*tfprotov6.Diagnostic {
	if name, _ := at(planned, b.Rotated.By); b.Rotated.By == "" || text(name) != "" {
		return nil
	}
	for _, path := range b.Rotated.Of {
		before, _ := at(prior, path)
		if after, _ := at(planned, path); !before.Equal(after) {
			return []*tfprotov6.Diagnostic{refusal(fmt.Sprintf(
				"`temporary_name_for_rotation` must be specified when updating any of the following properties %q", b.Rotated.Of,
			))}
		}
	}
	return nil
}

func refusal(says string) *tfprotov6.Diagnostic {
	return &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: says}
}

// holds is false while the value is unknown: the provider does not know it either.
func (c condition) holds(config tftypes.Value) bool {
	value, _ := at(config, c.Path)
	switch {
	case !value.IsFullyKnown():
		return false
	case c.Set:
		return !absent(value)
	case c.Unset:
		return absent(value)
	case c.Not != "":
		return text(value) != c.Not
	default:
		return text(value) == c.Is
	}
}

// absent is true for null, and for a block that does not exist. An empty list of names exists.
func absent(value tftypes.Value) bool {
	if value.IsNull() {
		return true
	}
	list, ok := value.Type().(tftypes.List)
	var elements []tftypes.Value
	return ok && list.ElementType.Is(tftypes.Object{}) && value.As(&elements) == nil && len(elements) == 0
}

// empty is true for values that the older plug-in SDK, which azurerm uses, treats as not set: null, an empty string,
// and 0.
func empty(value tftypes.Value) bool {
	written := text(value)
	return written == "" || written == "0"
}

// at follows a dotted path; in a list it takes the first element. A missing value is null.
func at(value tftypes.Value, dotted string) (tftypes.Value, *tftypes.AttributePath) {
	place := tftypes.NewAttributePath()
	for _, name := range strings.Split(dotted, ".") {
		var elements []tftypes.Value
		if value.IsKnown() && value.Type().Is(tftypes.List{}) && value.As(&elements) == nil && len(elements) > 0 {
			value, place = elements[0], place.WithElementKeyInt(0)
		}
		fields := map[string]tftypes.Value{}
		if value.IsNull() || !value.Type().Is(tftypes.Object{}) || value.As(&fields) != nil {
			return tftypes.NewValue(tftypes.String, nil), place
		}
		value, place = fields[name], place.WithAttributeName(name)
	}
	return value, place
}

func text(value tftypes.Value) string {
	var (
		word   string
		truth  bool
		number big.Float
	)
	switch {
	case value.IsNull() || !value.IsKnown():
		return ""
	case value.As(&word) == nil:
		return word
	case value.As(&truth) == nil:
		return fmt.Sprint(truth)
	case value.As(&number) == nil:
		return number.String()
	default:
		return value.String()
	}
}
