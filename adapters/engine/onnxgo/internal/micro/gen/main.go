// Command gen writes the assembly kernels of package micro. Run it by go
// generate in the package's folder.
//
// Each kernel is written once, for vectors of any width, and generated for each
// instruction set. What a kernel computes, and from which arguments, is said in
// package micro beside the pure Go kernels, which are the reference.
package main

import (
	"flag"
	"log"

	"github.com/mmcloughlin/avo/build"
)

func main() {
	table := flag.String("table", "", "the Go `file` to write, with the kernels' declarations and sets")
	build.ConstraintExpr("amd64,!noasm")
	for _, set := range []isa{avx512, avx2} {
		for blocks := 1; blocks <= 2; blocks++ {
			for _, pixels := range set.unit[blocks] {
				tile{set, pixels, blocks, false}.generate()
			}
			for _, pixels := range set.strided {
				tile{set, pixels, blocks, true}.generate()
			}
		}
		for _, pixels := range set.lone {
			depthwise{set, pixels}.generate()
		}
		winogradInput4(set)
		winogradOutput4(set)
		winogradInput2(set)
		winogradOutput2(set)
		maxWindow(set)
		sumWindow(set)
		addRow(set)
		clampRow(set)
		scaleShiftRow(set)
		functionRows(set)
	}
	pause()
	build.Generate() // parses the flags
	if err := writeTable(*table); err != nil {
		log.Fatal(err)
	}
}
