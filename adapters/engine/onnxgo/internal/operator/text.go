package operator

import (
	"regexp"
	"slices"
	"strings"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// textFamily are operators on strings. New strings take memory: these operators
// allocate when they run, as no other does.
var textFamily = map[string][]definition{
	"StringConcat":     {{since: 20, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseStringConcat}},
	"StringNormalizer": {unary(10, parseStringNormalizer)},
	"StringSplit":      {{since: 20, inputs: arity{1, 1}, outputs: arity{1, 2}, parse: parseStringSplit}},
	"RegexFullMatch":   {unary(20, parseRegexFullMatch)},
	"TfIdfVectorizer":  {unary(9, parseTfIdf)},
}

// stringInput returns an input that must be of strings.
func stringInput(inputs []Value, at int, name string) (Value, error) {
	v, err := present(inputs, at, name)
	if err == nil && v.Datatype != domain.BYTES {
		err = domain.Errorf(domain.Invalid, "input %s has datatype %v, expected BYTES", name, v.Datatype)
	}
	return v, err
}

// stringConcat joins strings element by element, with broadcasting.
type stringConcat struct{}

func parseStringConcat(node Node) (Operator, error) { return stringConcat{}, attributesOf(node).done() }

// Infer returns the shape that both inputs broadcast to.
func (stringConcat) Infer(inputs []Value) ([]Value, error) {
	x, err := stringInput(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	y, err := stringInput(inputs, 1, "Y")
	if err != nil {
		return nil, err
	}
	shape, err := broadcast(x.Shape, y.Shape)
	if err != nil {
		return nil, domain.Errorf(domain.Invalid, "inputs X and Y have shapes %v and %v, which do not broadcast", x.Shape, y.Shape)
	}
	return like(x, shape)
}

// Compile works out the strides of both inputs.
func (stringConcat) Compile(inputs, outputs []Value) (Run, error) {
	b := broadcastOf(outputs[0].Shape, inputs[0].Shape, inputs[1].Shape)
	return func(in, out []domain.Tensor) {
		if out[0].Len() > 0 {
			kernels.JoinStrings(dataOf[string](out[0]), dataOf[string](in[0]), dataOf[string](in[1]), b)
		}
	}, nil
}

func (stringConcat) keepsRows(inputs, outputs []Value, perRow []bool) bool {
	return arithmetic{}.keepsRows(inputs, outputs, perRow)
}

// regexFullMatch says which strings an expression matches from end to end.
type regexFullMatch struct{ pattern *regexp.Regexp }

func parseRegexFullMatch(node Node) (Operator, error) {
	a := attributesOf(node)
	text := a.text("pattern", "")
	a.expect(a.has("pattern"), "pattern", "is required")
	if _, err := regexp.Compile(text); err != nil {
		a.expect(false, "pattern", "is not a regular expression: "+err.Error())
	}
	pattern, err := regexp.Compile(`\A(?:` + text + `)\z`)
	if err != nil {
		a.expect(false, "pattern", "cannot be matched from end to end: "+err.Error())
	}
	return regexFullMatch{pattern}, a.done()
}

// Infer returns BOOL of the input's shape.
func (regexFullMatch) Infer(inputs []Value) ([]Value, error) {
	x, err := stringInput(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	return like(Value{Datatype: domain.BOOL}, x.Shape)
}

// Compile returns what matches each string.
func (r regexFullMatch) Compile(_, _ []Value) (Run, error) {
	return func(in, out []domain.Tensor) {
		kernels.ConvertWith(dataOf[bool](out[0]), dataOf[string](in[0]), r.pattern.MatchString)
	}, nil
}

func (regexFullMatch) keepsRows(_, _ []Value, _ []bool) bool { return true }

// stringNormalizer leaves out stop words and changes the case of the others.
type stringNormalizer struct {
	stopwords []string // in lower case unless cased holds
	cased     bool
	change    func(string) string // nil: none
}

// plainLocales are those in which case changes as Unicode has it.
var plainLocales = []string{"", "C", "POSIX", "C.UTF-8", "en_US", "en-US", "en_US.UTF-8", "en_US.utf8", "en_GB", "en_GB.UTF-8"}

func parseStringNormalizer(node Node) (Operator, error) {
	a := attributesOf(node)
	changes := map[string]func(string) string{"NONE": nil, "LOWER": strings.ToLower, "UPPER": strings.ToUpper}
	change, ok := changes[a.text("case_change_action", "NONE")]
	a.expect(ok, "case_change_action", "is not NONE, LOWER or UPPER")
	a.expect(slices.Contains(plainLocales, a.text("locale", "")), "locale", "is not supported, C and en_US are")
	s := stringNormalizer{cased: a.bool("is_case_sensitive", false), change: change}
	words, _ := a.find("stopwords", StringsAttribute)
	for _, word := range words.Texts {
		s.stopwords = append(s.stopwords, s.comparable(word))
	}
	return s, a.done()
}

// comparable returns a word as it is looked for among the stop words.
func (s stringNormalizer) comparable(word string) string {
	if s.cased {
		return word
	}
	return strings.ToLower(word)
}

// kept appends the words that are no stop words, or an empty one if all are.
func (s stringNormalizer) kept(into, words []string) []string {
	for _, word := range words {
		if len(s.stopwords) == 0 || !slices.Contains(s.stopwords, s.comparable(word)) {
			into = append(into, word)
		}
	}
	if len(into) == 0 {
		into = append(into, "")
	}
	return into
}

// Infer counts what is left.
func (s stringNormalizer) Infer(inputs []Value) ([]Value, error) {
	x, err := stringInput(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	rank := len(x.Shape)
	if rank != 1 && (rank != 2 || x.Shape[0] != 1) {
		return nil, misshapen("X", x.Shape, "[C] or [1,C]")
	}
	shape := x.Shape.Clone()
	shape[rank-1] = max(1, shape[rank-1])
	if len(s.stopwords) > 0 {
		if !x.Known() {
			return nil, unknownElements("X")
		}
		shape[rank-1] = len(s.kept(nil, dataOf[string](x.Const)))
	}
	return like(x, shape)
}

// Compile makes room for the words that are left.
func (s stringNormalizer) Compile(_, _ []Value) (Run, error) {
	return func(in, out []domain.Tensor) {
		words := dataOf[string](out[0])
		s.kept(words[:0], dataOf[string](in[0]))
		for i, word := range words {
			if s.change != nil {
				words[i] = s.change(word)
			}
		}
	}, nil
}
