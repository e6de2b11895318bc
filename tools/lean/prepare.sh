#!/bin/sh
# Writes bin/lean/go.mod, by which build.sh builds the program a fifth smaller.
#
# Gorgonia's type tensor.Dtype embeds reflect.Type, and with it a method that looks up
# methods by name. The linker cannot know which names, so it keeps every exported
# method of every type of the program. Here the package is built with two methods
# more, which hide those; nothing calls them, and nothing of Gorgonia is changed.
set -eu
cd "$(dirname "$0")/../.."

module=gorgonia.org/tensor
lean=bin/lean
mkdir -p bin
rm -rf "$lean"
mkdir "$lean"
"${GO:-go}" mod download "$module" # which go list does not, where nothing has been built yet
cp -r "$("${GO:-go}" list -m -f '{{.Dir}}' "$module")" "$lean/tensor"
chmod -R u+w "$lean/tensor" # the module cache is read-only
cat >"$lean/tensor/dtype_methods.go" <<'GO'
package tensor

import "reflect"

// Method hides reflect.Type's, so that the linker may leave out what is not used.
func (Dtype) Method(int) reflect.Method { panic("tensor: Dtype.Method is left out of this build") }

// MethodByName hides reflect.Type's as well.
func (Dtype) MethodByName(string) (reflect.Method, bool) {
	panic("tensor: Dtype.MethodByName is left out of this build")
}
GO
cp go.mod go.sum "$lean/"
"${GO:-go}" mod edit -replace "$module=./$lean/tensor" "$lean/go.mod"
