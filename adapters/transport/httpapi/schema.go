package httpapi

import "strings"

// object is a JSON object of a document.
type object = map[string]any

// at follows names from an object into those inside it. The documents are part of
// the program, so a name that is not there is a mistake in it, which every test
// that makes a Handler finds.
func at(o object, names ...string) object {
	for i, name := range names {
		inner, ok := o[name].(object)
		if !ok {
			panic("the generated document has no object at " + strings.Join(names[:i+1], "."))
		}
		o = inner
	}
	return o
}

// arrayOf returns the schema of an array.
func arrayOf(items object) object { return object{"type": "array", "items": items} }

// bound says in an array's schema that it holds n items, and returns the schema.
func bound(array object, n int) object {
	array["minItems"], array["maxItems"] = n, n
	return array
}

// fileSchema returns the schema of a file's bytes.
func fileSchema() object { return object{"type": "string", "format": "binary"} }
