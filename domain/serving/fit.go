package serving

import (
	"fmt"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/vision"
)

// checkClassifier says whether a signature is a classifier's and the card fits
// it.
func checkClassifier(signature domain.Signature, card Card) error {
	if len(signature.Inputs) != 1 {
		return notClassifier("it has %d inputs, not one", len(signature.Inputs))
	}
	input := signature.Inputs[0]
	if len(input.Shape) < 2 || (input.Shape[0] != domain.Dynamic && input.Shape[0] != 1) {
		return notClassifier("its input %v has no batch axis of any length or of 1", input)
	}
	if len(signature.Outputs) == 0 {
		return notClassifier("it has no output")
	}
	at, ok := scoresOf(signature)
	if !ok {
		return notClassifier("its first output is %v, and no output is FP32 [batch, classes]", signature.Outputs[0])
	}
	output := signature.Outputs[at]
	if output.Shape[0] != input.Shape[0] {
		return notClassifier("its output %v does not follow the batch of its input %v", output, input)
	}
	if output.Shape[1] == 1 && output.Activation == domain.Logits {
		return notClassifier("its output %v is one number, as a regressor's is: it has no classes to choose between", output)
	}
	if classes := output.Shape[1]; classes != domain.Dynamic && len(card.Labels) > 0 && len(card.Labels) != classes {
		return &domain.Error{
			Kind: domain.Invalid, Field: "labels",
			Msg:      fmt.Sprintf("there are %d labels, but the model's output %v has %d classes", len(card.Labels), output, classes),
			Expected: fmt.Sprintf("%d labels", classes), Got: fmt.Sprintf("%d labels", len(card.Labels)),
		}
	}
	return checkPictures(input, card)
}

// scoresOf returns which output holds the scores of the classes: the first that
// is FP32 [batch, classes]. Others may come before it, such as the class itself in
// models of scikit-learn.
func scoresOf(signature domain.Signature) (at int, ok bool) {
	for i, output := range signature.Outputs {
		if output.Datatype == domain.FP32 && len(output.Shape) == 2 {
			return i, true
		}
	}
	return 0, false
}

// laidOut returns preprocessing that puts a picture's channels where the model wants
// them: few files say it, and the signature does. It is kept as it is if it fits, and
// if it does not fit the other way round either.
func laidOut(p *vision.Preprocessor, input domain.TensorSpec) *vision.Preprocessor {
	if p == nil || input.Shape.Accepts(p.Output().Shape) {
		return p
	}
	other := *p
	other.ChannelsLast = !p.ChannelsLast
	if !input.Shape.Accepts(other.Output().Shape) {
		return p
	}
	return &other
}

// checkPictures says whether preprocessing makes the tensor that the model
// takes.
func checkPictures(input domain.TensorSpec, card Card) error {
	if card.Preprocessor == nil {
		return nil
	}
	made := card.Preprocessor.Output()
	if made.Datatype != input.Datatype || !input.Shape.Accepts(made.Shape) {
		return &domain.Error{
			Kind: domain.Invalid, Field: "preprocessing",
			Msg:      fmt.Sprintf("it makes %v %v of a picture, but the model takes %v", made.Datatype, made.Shape, input),
			Expected: input.String(), Got: fmt.Sprintf("%v %v", made.Datatype, made.Shape),
		}
	}
	return nil
}

func notClassifier(format string, args ...any) error {
	return &domain.Error{Kind: domain.Unsupported, Msg: "the model is not a classifier: " + fmt.Sprintf(format, args...)}
}
