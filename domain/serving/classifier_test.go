package serving_test

import (
	"context"
	"errors"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/domain/vision"
	"github.com/portent-go/portent/ports/predictortest"
)

var labels = domain.Labels{"ant", "bee", "cow"}

func newClassifier(t *testing.T, fake *predictortest.Fake, card serving.Card) *serving.Classifier {
	t.Helper()
	classifier, err := serving.NewClassifier(fake, card, serving.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := classifier.Model().Close(); err != nil {
			t.Error(err)
		}
	})
	return classifier
}

func TestClassifyTensorWithAndWithoutBatchAxis(t *testing.T) {
	classifier := newClassifier(t, predictortest.NewFake(signature(domain.Dynamic)), serving.Card{Name: "m", Labels: labels})
	batch := row(t, 1)[0]
	with, err := classifier.ClassifyTensor(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := batch.Reshape(domain.Shape{4})
	if err != nil {
		t.Fatal(err)
	}
	without, err := classifier.ClassifyTensor(t.Context(), alone)
	if err != nil || !slices.Equal(with.Logits, without.Logits) || with.Label != labels[with.Class] {
		t.Errorf("%+v and %+v, %v", with, without, err)
	}
	if classifier.Input().String() != "x FP32 [4]" || classifier.Card().Name != "m" {
		t.Errorf("%v, %+v", classifier.Input(), classifier.Card())
	}
}

func TestClassifyBatchIsSingles(t *testing.T) {
	for name, batch := range map[string]int{"dynamic": domain.Dynamic, "exported for one": 1} {
		classifier := newClassifier(t, predictortest.NewFake(signature(batch)), serving.Card{Labels: labels})
		rows := row(t, 5)[0]
		together, err := classifier.ClassifyBatch(t.Context(), rows)
		if err != nil || len(together) != 5 {
			t.Fatalf("%s: %d predictions, %v", name, len(together), err)
		}
		for i, p := range together {
			one, err := rows.Rows(i, i+1)
			if err != nil {
				t.Fatal(err)
			}
			alone, err := classifier.ClassifyTensor(t.Context(), one)
			if err != nil || !slices.Equal(alone.Logits, p.Logits) || alone.Label != p.Label {
				t.Errorf("%s, row %d: %+v alone, %+v in the batch, %v", name, i, alone, p, err)
			}
		}
	}
}

func TestClassifyRefuses(t *testing.T) {
	classifier := newClassifier(t, predictortest.NewFake(signature(domain.Dynamic)), serving.Card{})
	scalar, err := domain.NewTensor(domain.Shape{}, []float32{1})
	if err != nil {
		t.Fatal(err)
	}
	empty, err := domain.MakeTensor(domain.FP32, domain.Shape{0, 4})
	if err != nil {
		t.Fatal(err)
	}
	for name, tensor := range map[string]domain.Tensor{"a batch": row(t, 2)[0], "a scalar": scalar, "nothing": empty} {
		if _, err := classifier.ClassifyTensor(t.Context(), tensor); domain.KindOf(err) != domain.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, tensor := range []domain.Tensor{scalar, empty} {
		if _, err := classifier.ClassifyBatch(t.Context(), tensor); domain.KindOf(err) != domain.Invalid || err == nil {
			t.Errorf("%v: %v", tensor.Shape(), err)
		}
	}
	if _, err := classifier.Classify(t.Context(), image.NewGray(image.Rect(0, 0, 2, 2))); domain.KindOf(err) != domain.Unsupported {
		t.Errorf("a picture for a model of tensors: %v", err)
	}
}

func TestClassifyPicture(t *testing.T) {
	card := serving.Card{Preprocessor: &vision.Preprocessor{Resize: vision.Exactly(32, 32), Resample: vision.Bilinear, Rescale: 1.0 / 255}}
	classifier := newClassifier(t, predictortest.NewFake(), card)
	picture := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(i * 7)
	}
	var timings serving.Timings
	prediction, err := classifier.Classify(serving.WithTimings(t.Context(), &timings), picture)
	if err != nil {
		t.Fatal(err)
	}
	tensor, err := classifier.Preprocess(t.Context(), picture)
	if err != nil {
		t.Fatal(err)
	}
	direct, err := classifier.ClassifyTensor(t.Context(), tensor)
	if err != nil || !slices.Equal(direct.Logits, prediction.Logits) {
		t.Errorf("%v as a picture, %v as a tensor, %v", prediction.Logits, direct.Logits, err)
	}
	if timings.Preprocess <= 0 || timings.Infer <= 0 {
		t.Errorf("%+v", timings)
	}
	if _, err := classifier.Classify(t.Context(), image.NewUniform(color.White)); err == nil {
		t.Error("a picture without bounds was accepted")
	}
}

func TestActivationDecidesWhatNumbersMean(t *testing.T) {
	for activation, sum := range map[domain.Activation]bool{domain.Logits: true, domain.Independent: false} {
		s := signature(domain.Dynamic)
		s.Outputs[0].Activation = activation
		p, err := newClassifier(t, predictortest.NewFake(s), serving.Card{}).ClassifyTensor(t.Context(), row(t, 1)[0])
		if err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for _, v := range p.Probabilities {
			total += float64(v)
		}
		if (math.Abs(total-1) < 1e-6) != sum {
			t.Errorf("activation %v: probabilities %v", activation, p.Probabilities)
		}
	}
}

func TestNotEveryModelIsAClassifier(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*domain.Signature, *serving.Card)
		kind   domain.Kind
		want   string
	}{
		"two inputs":      {func(s *domain.Signature, _ *serving.Card) { s.Inputs = append(s.Inputs, s.Inputs[0]) }, domain.Unsupported, "2 inputs"},
		"no batch axis":   {func(s *domain.Signature, _ *serving.Card) { s.Inputs[0].Shape = domain.Shape{4} }, domain.Unsupported, "no batch axis"},
		"a batch of two":  {func(s *domain.Signature, _ *serving.Card) { s.Inputs[0].Shape[0] = 2 }, domain.Unsupported, "no batch axis"},
		"no output":       {func(s *domain.Signature, _ *serving.Card) { s.Outputs = nil }, domain.Unsupported, "no output"},
		"integers":        {func(s *domain.Signature, _ *serving.Card) { s.Outputs[0].Datatype = domain.INT64 }, domain.Unsupported, "INT64"},
		"a map":           {func(s *domain.Signature, _ *serving.Card) { s.Outputs[0].Shape = domain.Shape{-1, 3, 4, 4} }, domain.Unsupported, "no output is FP32 [batch, classes]"},
		"one number":      {func(s *domain.Signature, _ *serving.Card) { s.Outputs[0].Shape[1] = 1 }, domain.Unsupported, "is one number"},
		"another batch":   {func(s *domain.Signature, _ *serving.Card) { s.Outputs[0].Shape[0] = 1 }, domain.Unsupported, "batch"},
		"too many labels": {func(_ *domain.Signature, c *serving.Card) { c.Labels = domain.Labels{"a", "b", "c", "d"} }, domain.Invalid, "4 labels"},
		"other pictures": {func(_ *domain.Signature, c *serving.Card) {
			c.Preprocessor = &vision.Preprocessor{Resize: vision.Exactly(8, 8)}
		}, domain.Invalid, "[1,3,8,8]"},
	} {
		s, card := signature(domain.Dynamic), serving.Card{Labels: labels}
		test.change(&s, &card)
		_, err := serving.NewClassifier(predictortest.NewFake(s), card, serving.Options{})
		if err == nil || domain.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrorsOfTheEnginePass(t *testing.T) {
	fake := predictortest.NewFake(signature(domain.Dynamic))
	cause := errors.New("on fire")
	fake.Hook = func(context.Context) error { return domain.Errorf(domain.Unsupported, "the engine is %w", cause) }
	classifier := newClassifier(t, fake, serving.Card{})
	if _, err := classifier.ClassifyTensor(t.Context(), row(t, 1)[0]); !errors.Is(err, cause) || domain.KindOf(err) != domain.Unsupported {
		t.Errorf("%v", err)
	}
}

// labelled is a Predictor that gives the class before the scores, as models of
// scikit-learn do.
type labelled struct{ *predictortest.Fake }

func (l labelled) Signature() domain.Signature {
	s := l.Fake.Signature()
	s.Outputs = []domain.TensorSpec{{Name: "label", Datatype: domain.INT64, Shape: domain.Shape{domain.Dynamic}}, s.Outputs[0]}
	return s
}

func (l labelled) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	outputs, err := l.Fake.Predict(ctx, inputs)
	if err != nil {
		return nil, err
	}
	label, err := domain.MakeTensor(domain.INT64, domain.Shape{inputs[0].Shape()[0]})
	return append([]domain.Tensor{label}, outputs...), err
}

func TestScoresMayComeSecond(t *testing.T) {
	fake := labelled{predictortest.NewFake(signature(domain.Dynamic))}
	classifier, err := serving.NewClassifier(fake, serving.Card{Labels: labels}, serving.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if name := fake.Signature().Outputs[1].Name; classifier.Scores().Name != name {
		t.Errorf("the scores are %v, expected %s", classifier.Scores(), name)
	}
	input, err := domain.MakeTensor(domain.FP32, classifier.Input().Shape)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := classifier.ClassifyTensor(t.Context(), input); err != nil || len(p.Probabilities) != len(labels) {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestLabelsOfTheModelItself(t *testing.T) {
	named := signature(domain.Dynamic)
	named.Outputs[0].Labels = domain.Labels{"own 0", "own 1", "own 2"}
	for want, given := range map[string]domain.Labels{"own 0": nil, "ant": labels} {
		if got := newClassifier(t, predictortest.NewFake(named), serving.Card{Labels: given}).Card().Labels[0]; got != want {
			t.Errorf("the first label is %q, expected %q", got, want)
		}
	}
}

func TestChannelsGoWhereTheModelWantsThem(t *testing.T) {
	for _, shape := range []domain.Shape{{domain.Dynamic, 8, 8, 3}, {domain.Dynamic, 3, 8, 8}} {
		s := signature(domain.Dynamic)
		s.Inputs[0].Shape = shape
		for _, last := range []bool{false, true} {
			card := serving.Card{Preprocessor: &vision.Preprocessor{Resize: vision.Exactly(8, 8), ChannelsLast: last}}
			classifier := newClassifier(t, predictortest.NewFake(s), card)
			tensor, err := classifier.Preprocess(t.Context(), image.NewGray(image.Rect(0, 0, 2, 2)))
			if err != nil || !shape.Accepts(tensor.Shape()) {
				t.Errorf("%v for %v, %v", tensor.Shape(), shape, err)
			}
			if card.Preprocessor.ChannelsLast != last {
				t.Error("the caller's preprocessor has been changed")
			}
		}
	}
}
