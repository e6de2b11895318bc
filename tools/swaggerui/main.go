// Command swaggerui writes the files of Swagger UI that a server needs to show one
// OpenAPI document.
//
//	swaggerui FOLDER DOCUMENT
//
// DOCUMENT is the document's address as the page sees it. Into FOLDER come the
// page, index.html, and the files that it asks for: pictures as they are, all
// others compressed, NAME.gz.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: swaggerui FOLDER DOCUMENT")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "swaggerui:", err)
		os.Exit(1)
	}
}

func write(folder, document string) error {
	page, err := render(document)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "index.html"), page, 0o644); err != nil {
		return err
	}
	for _, name := range referenced(page) {
		if err := writeFile(folder, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
