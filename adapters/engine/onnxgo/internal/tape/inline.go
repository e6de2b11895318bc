package tape

import (
	"reflect"
	"unsafe"

	"gorgonia.org/gorgonia"
)

// inline returns what runs all instructions of a tape machine in the goroutine
// that calls it.
//
// RunAll starts a goroutine and locks the caller to its thread meanwhile: two
// changes of thread for each prediction, which a machine with a GPU needs and one
// without pays for with a tenth of a millisecond. Run, which executes a part of
// the program, does neither; but the type of its argument is not exported, nor is
// the field of the program that holds one. Both are looked up by name here, and
// checked. Where Gorgonia is not as expected, RunAll is used.
func inline(vm gorgonia.VM) func() error {
	run, instructions, ok := parts(vm)
	if !ok {
		return vm.RunAll
	}
	arguments := []reflect.Value{instructions}
	return func() error {
		err, _ := run.Call(arguments)[0].Interface().(error)
		return err
	}
}

// parts returns a machine's method Run and the instructions of its program, and
// whether they are as expected.
func parts(vm gorgonia.VM) (run, instructions reflect.Value, ok bool) {
	machine := reflect.ValueOf(vm)
	run, program := machine.MethodByName("Run"), machine.MethodByName("Prog")
	if !run.IsValid() || !program.IsValid() || program.Type().NumIn() != 0 || program.Type().NumOut() != 1 {
		return run, instructions, false
	}
	instructions, ok = fieldOf(program.Call(nil)[0], "instructions")
	failure, kind := reflect.TypeFor[error](), run.Type()
	ok = ok && kind.NumIn() == 1 && kind.In(0) == instructions.Type() && kind.NumOut() == 1 && kind.Out(0) == failure
	return run, instructions, ok
}

// fieldOf returns a field of the structure that a pointer points to.
func fieldOf(pointer reflect.Value, name string) (reflect.Value, bool) {
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() || pointer.Elem().Kind() != reflect.Struct {
		return reflect.Value{}, false
	}
	field := pointer.Elem().FieldByName(name)
	if !field.IsValid() {
		return reflect.Value{}, false
	}
	return reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem(), true
}
