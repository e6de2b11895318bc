// Command openapi converts a Swagger 2.0 document to OpenAPI 3.
//
//	openapi SWAGGER OPENAPI
//
// Both are names of JSON files. The program fails, and writes nothing, if what
// comes out is not a valid document.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: openapi SWAGGER OPENAPI")
		os.Exit(2)
	}
	if err := convert(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func convert(from, to string) error {
	source, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var swagger openapi2.T
	if err := json.Unmarshal(source, &swagger); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	openapi, err := openapi2conv.ToV3(&swagger)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	typeBearer(openapi)
	if err := openapi.Validate(context.Background()); err != nil {
		return fmt.Errorf("%s: %w", to, err)
	}
	compact, err := openapi.MarshalJSON() // with its keys in order
	if err != nil {
		return err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, compact, "", "    "); err != nil {
		return err
	}
	indented.WriteByte('\n')
	return os.WriteFile(to, indented.Bytes(), 0o644)
}
