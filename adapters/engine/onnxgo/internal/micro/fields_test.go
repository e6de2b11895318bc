package micro_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"testing"
	"unsafe"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// TestFieldsAreWhereTheGeneratorHasThem reads the generator's lists: it is a
// module of its own, and cannot be imported.
func TestFieldsAreWhereTheGeneratorHasThem(t *testing.T) {
	lists := fieldLists(t, "gen/isa.go")
	for name, arguments := range map[string]any{
		"tileFields": micro.Tile{}, "transformFields": micro.Transform{}, "windowFields": micro.Window{}, "rowFields": micro.Row{},
	} {
		fields, structure := lists[name], reflect.TypeOf(arguments)
		delete(lists, name)
		if len(fields) == 0 || structure.Size() != uintptr(8*len(fields)) {
			t.Errorf("%s has %d fields, and %s %d bytes", name, len(fields), structure, structure.Size())
		}
		for i, field := range fields {
			if field == "Bounds" {
				checkField(t, structure, "Low", 8*i, 4)
				checkField(t, structure, "High", 8*i+4, 4)
				continue
			}
			checkField(t, structure, field, 8*i, 8)
		}
	}
	for name := range lists {
		t.Errorf("%s is of no structure", name)
	}
}

func checkField(t *testing.T, structure reflect.Type, name string, offset, size int) {
	t.Helper()
	field, found := structure.FieldByName(name)
	if !found || field.Offset != uintptr(offset) || field.Type.Size() != uintptr(size) {
		t.Errorf("%s.%s: found %t, at %d, %d bytes; expected at %d, %d bytes", structure, name, found, field.Offset, fieldSize(field), offset, size)
	}
}

func fieldSize(field reflect.StructField) uintptr {
	if field.Type == nil {
		return 0
	}
	return field.Type.Size()
}

// fieldLists returns the variables of type arguments of a file.
func fieldLists(t *testing.T, path string) map[string][]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	lists := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.CompositeLit)
		if !ok {
			return true
		}
		if kind, ok := literal.Type.(*ast.Ident); ok && kind.Name == "arguments" {
			lists[spec.Names[0].Name] = texts(t, literal.Elts)
		}
		return true
	})
	return lists
}

// texts returns the values of string literals.
func texts(t *testing.T, literals []ast.Expr) []string {
	t.Helper()
	var all []string
	for _, e := range literals {
		literal, ok := e.(*ast.BasicLit)
		if !ok {
			t.Fatalf("%T is not a literal", e)
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	return all
}

// TestAddressesAreEightBytes is what the lists go by.
func TestAddressesAreEightBytes(t *testing.T) {
	if size := unsafe.Sizeof(uintptr(0)); size != 8 {
		t.Errorf("an address has %d bytes", size)
	}
}
