// A Terraform provider without a cloud. Its schema is that of a real provider, read from schema.json next to the
// program; resources exist only in Terraform's state, with generated values for what a cloud would assign.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

func main() {
	// Not os.Executable: one program is linked into the directories of many providers, and that would follow the link.
	file := filepath.Join(filepath.Dir(os.Args[0]), "schema.json")
	if err := serve(file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(file string) error {
	schema, err := readSchemaFile(file)
	if err != nil {
		return fmt.Errorf("the schema in %s: %w", file, err)
	}
	return tf6server.Serve(schema.source, func() tfprotov6.ProviderServer { return &server{schema: schema} })
}
