package serving

import (
	"context"
	"fmt"
	"image"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// Classifier answers which class a picture or a tensor belongs to. It stands on
// a Predictor with one input of shape [batch, ...] and an output FP32 of shape
// [batch, classes], the first such if there are several.
type Classifier struct {
	model      *Model
	card       Card
	input      domain.TensorSpec
	scores     int // which output
	activation domain.Activation
}

// NewClassifier returns a Classifier over a Predictor, which it owns from then
// on; a *Model is taken as it is and the options are not used. A Predictor whose
// signature is not a classifier's is an error of kind Unsupported, a card that
// does not fit the signature one of kind Invalid.
func NewClassifier(predictor ports.Predictor, card Card, options Options) (*Classifier, error) {
	if inputs := predictor.Signature().Inputs; len(inputs) > 0 {
		card.Preprocessor = laidOut(card.Preprocessor, inputs[0])
	}
	if err := checkClassifier(predictor.Signature(), card); err != nil {
		return nil, err
	}
	model, ok := predictor.(*Model)
	if !ok {
		model = NewModel(predictor, options)
	}
	signature := model.Signature()
	scores, _ := scoresOf(signature)
	output := signature.Outputs[scores]
	if len(card.Labels) == 0 {
		card.Labels = output.Labels
	}
	return &Classifier{model: model, card: card, input: signature.Inputs[0], scores: scores, activation: activationOf(output, scores, model.options.Vectors)}, nil
}

// Scores returns the output that says how likely each class is, FP32 of shape
// [batch, classes].
func (c *Classifier) Scores() domain.TensorSpec { return c.model.Signature().Outputs[c.scores] }

// Model returns the model that the classifier runs.
func (c *Classifier) Model() *Model { return c.model }

// Card returns what is said about the model, with the model's own labels where
// nobody gave others, and with a picture's channels where the model wants them.
func (c *Classifier) Card() Card { return c.card }

// Input returns what one input of the classifier is: its name, datatype, and
// its shape without the batch axis.
func (c *Classifier) Input() domain.TensorSpec {
	spec := c.input
	spec.Shape = spec.Shape[1:]
	return spec
}

// Preprocess turns a picture into the model's input, of shape [1, ...]. A model
// without preprocessing gives an error of kind Unsupported.
func (c *Classifier) Preprocess(ctx context.Context, picture image.Image) (domain.Tensor, error) {
	if c.card.Preprocessor == nil {
		return domain.Tensor{}, &domain.Error{
			Kind: domain.Unsupported, Msg: "this model takes tensors, not pictures: it came without a preprocessor_config.json",
			Expected: c.Input().String(), Got: "a picture",
		}
	}
	start := time.Now()
	tensor, err := c.card.Preprocessor.Tensor(picture)
	timingsOf(ctx).Preprocess += time.Since(start)
	return tensor, err
}

// Classify says which class a picture belongs to.
func (c *Classifier) Classify(ctx context.Context, picture image.Image) (domain.Prediction, error) {
	tensor, err := c.Preprocess(ctx, picture)
	if err != nil {
		return domain.Prediction{}, err
	}
	return c.ClassifyTensor(ctx, tensor)
}

// ClassifyTensor says which class an input belongs to. It has the shape of
// Input, with or without a leading batch axis of 1.
func (c *Classifier) ClassifyTensor(ctx context.Context, tensor domain.Tensor) (domain.Prediction, error) {
	batch, err := c.single(tensor)
	if err != nil {
		return domain.Prediction{}, err
	}
	predictions, err := c.ClassifyBatch(ctx, batch)
	if err != nil {
		return domain.Prediction{}, err
	}
	return predictions[0], nil
}

// single gives an input its batch axis, and refuses a batch of another length.
func (c *Classifier) single(tensor domain.Tensor) (domain.Tensor, error) {
	shape := tensor.Shape()
	if len(shape) == len(c.input.Shape)-1 {
		return tensor.Reshape(append(domain.Shape{1}, shape...))
	}
	if len(shape) == len(c.input.Shape) && shape[0] != 1 {
		return domain.Tensor{}, &domain.Error{
			Kind: domain.Invalid, Field: c.input.Name, Msg: fmt.Sprintf("has shape %v, a batch of %d", shape, shape[0]),
			Expected: "one input, shape " + c.Input().Shape.String(), Got: "shape " + shape.String(), Hint: "send many inputs as a batch",
		}
	}
	return tensor, nil
}

// ClassifyBatch says which class each row of a batch of shape [n, ...] belongs
// to. A row's prediction is the same as when it is sent alone, bit for bit.
func (c *Classifier) ClassifyBatch(ctx context.Context, batch domain.Tensor) ([]domain.Prediction, error) {
	rows := 1
	if shape := batch.Shape(); len(shape) > 0 {
		rows = shape[0]
	}
	step := rows
	if c.input.Shape[0] == 1 {
		step = 1 // the model was exported for a batch of one
	}
	predictions := make([]domain.Prediction, 0, rows)
	for from := 0; from == 0 || from < rows; from += step {
		part := batch
		if step != rows {
			var err error
			if part, err = batch.Rows(from, from+step); err != nil {
				return nil, err
			}
		}
		outputs, err := c.model.Predict(ctx, []domain.Tensor{part})
		if err != nil {
			return nil, err
		}
		if predictions, err = c.label(predictions, outputs[c.scores], step); err != nil {
			return nil, err
		}
	}
	return predictions, nil
}

// label appends a prediction for each row of an output of shape [n, classes].
func (c *Classifier) label(predictions []domain.Prediction, output domain.Tensor, rows int) ([]domain.Prediction, error) {
	values, ok := domain.Data[float32](output)
	if shape := output.Shape(); !ok || len(shape) != 2 || shape[0] != rows {
		return nil, domain.Errorf(domain.Internal, "the model gave %v %v for %d inputs", output.Datatype(), shape, rows)
	}
	classes := output.Shape()[1]
	for row := range rows {
		from, to := row*classes, (row+1)*classes
		prediction, err := domain.NewPrediction(values[from:to:to], c.activation, c.card.Labels)
		if err != nil {
			return nil, err
		}
		predictions = append(predictions, prediction)
	}
	return predictions, nil
}
