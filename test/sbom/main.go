// Command sbom compares a binary with its bill of materials: every module that the
// binary says it was built from is listed, in its version, and nothing else is.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// bill is the part of a CycloneDX document that is compared.
type bill struct {
	BOMFormat  string `json:"bomFormat"`
	Components []struct{ Name, Version string }
}

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: sbom BINARY BILL")
	}
	built, err := modulesOf(args[0])
	if err != nil {
		return err
	}
	text, err := os.ReadFile(args[1]) //nolint:gosec // the path is what it is told to read
	if err != nil {
		return err
	}
	var listed bill
	if err := json.Unmarshal(text, &listed); err != nil || listed.BOMFormat != "CycloneDX" {
		return fmt.Errorf("%s is no bill of CycloneDX: %w", args[1], err)
	}
	count := 0
	for _, component := range listed.Components {
		if component.Name == "std" { // of Go itself
			continue
		}
		count++
		if built[component.Name] != component.Version {
			return fmt.Errorf("the bill lists %s %s, the binary has %q of it", component.Name, component.Version, built[component.Name])
		}
		delete(built, component.Name)
	}
	if len(built) > 0 {
		return fmt.Errorf("the bill lacks %v", slices.Sorted(maps.Keys(built)))
	}
	fmt.Printf("%s lists the %d modules of %s\n", args[1], count, args[0])
	return nil
}

func modulesOf(binary string) (map[string]string, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	modules := make(map[string]string)
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		modules[module.Path] = module.Version
	}
	return modules, nil
}
