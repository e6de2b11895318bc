package openinference

import (
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// metadata says what a model takes and gives.
//
// @summary      What does a model take and give?
// @description  The axes are those of the tensors, the batch included; -1 is an axis of any length. The properties are what the model's author wrote into it, and who computes it.
// @id           modelMetadata
// @tags         open inference
// @produce      json
// @param        model  path      string  true  "the model's name"
// @success      200    {object}  metadataAnswer
// @failure      401    {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure      404    {object}  web.ErrorAnswer  "no such model or version"
// @failure      429    {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure      503    {object}  web.ErrorAnswer  "being loaded"
// @header       401    {string}  WWW-Authenticate  "how to show a token"
// @header       429,503    {integer}  Retry-After  "seconds after which to try again"
// @router       /v2/models/{model} [get]
func (h *Handler) metadata(w http.ResponseWriter, r *http.Request) error {
	served, release, err := h.acquire(r)
	if err != nil {
		return err
	}
	defer release()
	signature := served.Model.Signature()
	return h.ok(w, r, metadataAnswer{
		Name: served.Name, Versions: h.versions(served), Platform: served.Model.Metadata().Platform,
		Inputs: tensorAnswers(served, signature.Inputs), Outputs: tensorAnswers(served, signature.Outputs), Properties: properties(served),
	})
}

// versions returns the versions of a model that are loaded.
func (h *Handler) versions(served *serving.Served) []string {
	versions := h.repository.Versions(served.Name)
	if len(versions) == 0 || len(versions) == 1 && versions[0] == "" {
		return nil
	}
	return versions
}

func tensorAnswers(served *serving.Served, specs []domain.TensorSpec) []tensorAnswer {
	answers := make([]tensorAnswer, len(specs))
	for i, spec := range specs {
		answers[i] = tensorAnswer{Name: spec.Name, Datatype: spec.Datatype.String(), Shape: axes(spec.Shape), Labels: served.Labels(spec)}
	}
	return answers
}

// axes returns a shape that is written as [] and not as null where it is empty.
func axes(shape domain.Shape) []int { return append([]int{}, shape...) }

// properties says where a model comes from.
func properties(served *serving.Served) map[string]string {
	m := served.Model.Metadata()
	all := make(map[string]string)
	maps.Copy(all, m.Properties)
	opsets := make([]string, len(m.Opsets))
	for i, opset := range m.Opsets {
		name := opset.Domain
		if name == "" {
			name = "ai.onnx"
		}
		opsets[i] = name + " " + strconv.Itoa(opset.Version)
	}
	for name, value := range map[string]string{
		"engine": m.Engine, "device": m.Device, "producer": m.Producer, "opsets": strings.Join(opsets, ", "), "sha256": served.Card.SHA256,
	} {
		if value != "" {
			all[name] = value
		}
	}
	return all
}

// configuration says how a model is configured, as far as clients of Triton look
// at it.
//
// @summary      How is a model configured?
// @description  As Triton has it: where max_batch_size is above 0, the model takes batches of up to so many, and dims are the axes of one row.
// @id           modelConfig
// @tags         open inference
// @produce      json
// @param        model  path      string  true  "the model's name"
// @success      200    {object}  configAnswer
// @failure      401    {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure      404    {object}  web.ErrorAnswer  "no such model or version"
// @failure      429    {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure      503    {object}  web.ErrorAnswer  "being loaded"
// @header       401    {string}  WWW-Authenticate  "how to show a token"
// @header       429,503    {integer}  Retry-After  "seconds after which to try again"
// @router       /v2/models/{model}/config [get]
func (h *Handler) configuration(w http.ResponseWriter, r *http.Request) error {
	served, release, err := h.acquire(r)
	if err != nil {
		return err
	}
	defer release()
	signature, m := served.Model.Signature(), served.Model.Metadata()
	answer := configAnswer{Name: served.Name, Platform: m.Platform, Backend: m.Engine}
	skip := 0
	if signature.Batched() {
		answer.MaxBatchSize, skip = h.options.MaxBatch, 1
	}
	answer.Input, answer.Output = configTensors(signature.Inputs, skip), configTensors(signature.Outputs, skip)
	return h.ok(w, r, answer)
}

func configTensors(specs []domain.TensorSpec, skip int) []configTensor {
	tensors := make([]configTensor, len(specs))
	for i, spec := range specs {
		datatype := spec.Datatype.String()
		if spec.Datatype == domain.BYTES {
			datatype = "STRING"
		}
		tensors[i] = configTensor{Name: spec.Name, DataType: "TYPE_" + datatype, Dims: axes(spec.Shape[skip:])}
	}
	return tensors
}
