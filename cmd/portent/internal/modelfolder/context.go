package modelfolder

import (
	"fmt"
	"strings"
)

// ContextName is the file for people: what is known of the model.
const ContextName = "MODEL_CONTEXT.md"

// Facts are what is known of a model without asking.
type Facts struct {
	Name     string
	SHA256   string
	Producer string   // empty if the file does not say
	Opsets   []string // such as "ai.onnx 17"
	Inputs   []string
	Outputs  []string
	Labels   int    // how many; 0: none
	Pictures string // how pictures are prepared; empty: they are not
	Vectors  string // where test vectors are from; empty: there are none
}

// Context returns a MODEL_CONTEXT.md: what is known, and questions to whoever made
// the model.
func Context(f Facts) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# %s\n\n## The network\n", f.Name)
	line("- `model.onnx`, sha256 `%s`", f.SHA256)
	if f.Producer != "" {
		line("- made by %s", f.Producer)
	}
	line("- opset %s", strings.Join(f.Opsets, ", "))
	for _, input := range f.Inputs {
		line("- input `%s`", input)
	}
	for _, output := range f.Outputs {
		line("- output `%s`", output)
	}
	line("\n## How it is used\n")
	if f.Labels > 0 {
		line("- `%s` names %d classes.", ConfigName, f.Labels)
	}
	if f.Pictures != "" {
		line("- `%s`: pictures are %s.", PreprocessorName, f.Pictures)
	}
	line("- What does it tell, of what? For what should it not be used?")
	line("\n## How it is checked\n")
	if f.Vectors != "" {
		line("- %s", f.Vectors)
	} else {
		line("- There are no test vectors: nothing shows that it answers as it did in training.")
	}
	line("- How good is it, on which data, and where does it fail?")
	line("\n## Where it is from\n")
	line("- Who made it, when, and on which data was it trained?")
	line("- Which licence do its weights have?")
	return []byte(b.String())
}
