//go:build linux

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"strings"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
)

// What the model inside the binary takes and gives.
const (
	modelName = "cifar10-resnet20"
	elements  = 3 * 32 * 32
	classes   = 10
)

const (
	typeJSON   = "application/json"
	typeBinary = "application/octet-stream"
	inferPath  = "/v2/models/" + modelName + "/infer"
)

// doorsPerPicture is how many requests httpDoors returns.
const doorsPerPicture = 8

// httpDoors returns every way to send a picture over HTTP.
func httpDoors(picture []byte, row []float32) []*httpAsk {
	form, formType := pictureForm(picture, 0)
	raw := littleEndian(row)
	document := v2Document(`"parameters":{"binary_data_size":12288}`, true)
	sized := fmt.Sprintf("Inference-Header-Content-Length: %d", len(document))
	inJSON := v2Document(`"data":`+string(marshal(row)), false)
	return []*httpAsk{
		newHTTPAsk("picture", "POST", "/predict", "image/png", picture),
		newHTTPAsk("form", "POST", "/predict", formType, form),
		newHTTPAsk("base64", "POST", "/predict", typeJSON, marshal(map[string]string{"image": base64.StdEncoding.EncodeToString(picture)})),
		newHTTPAsk("numbers", "POST", "/predict", typeJSON, marshal(map[string]any{"input": row})),
		newHTTPAsk("binary", "POST", "/predict", typeBinary, raw),
		newHTTPAsk("v2 JSON", "POST", inferPath, typeJSON, inJSON),
		newHTTPAsk("v2 compressed", "POST", inferPath, typeJSON, compress(inJSON), "Content-Encoding: gzip"),
		newHTTPAsk("v2 binary", "POST", inferPath, typeBinary, append(document, raw...), sized),
	}
}

// v2Document is a request of the Open Inference Protocol.
func v2Document(data string, binaryOutput bool) []byte {
	text := `{"id":"soak","inputs":[{"name":"pixel_values","shape":[1,3,32,32],"datatype":"FP32",` + data + `}]`
	if binaryOutput {
		text += `,"parameters":{"binary_data_output":true}`
	}
	return []byte(text + "}")
}

// pictureForm returns a form with a picture, and so many bytes after the picture's
// end.
func pictureForm(picture []byte, more int) (body []byte, contentType string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("image", "picture.png")
	if err != nil {
		panic(err) // of a buffer
	}
	_, _ = part.Write(picture)
	_, _ = part.Write(make([]byte, more))
	_ = form.Close()
	return b.Bytes(), form.FormDataContentType()
}

func compress(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

// grpcDoors returns both ways to send a tensor over gRPC.
func grpcDoors(row []float32) []*grpcAsk {
	input := func(contents *inferencepb.InferTensorContents) *inferencepb.ModelInferRequest {
		return &inferencepb.ModelInferRequest{ModelName: modelName, Inputs: []*inferencepb.ModelInferRequest_InferInputTensor{{
			Name: "pixel_values", Datatype: "FP32", Shape: []int64{1, 3, 32, 32}, Contents: contents,
		}}}
	}
	raw := input(nil)
	raw.RawInputContents = [][]byte{littleEndian(row)}
	return []*grpcAsk{
		{name: "gRPC raw", request: raw},
		{name: "gRPC typed", request: input(&inferencepb.InferTensorContents{Fp32Contents: row})},
	}
}

// largeAnswer returns a request for many predictions.
func largeAnswer(picture []byte) *httpAsk {
	image := `"` + base64.StdEncoding.EncodeToString(picture) + `"`
	body := `{"images":[` + strings.Repeat(image+",", 63) + image + `],"top_k":10}`
	return newHTTPAsk("large answer", "POST", "/predict/batch", typeJSON, []byte(body))
}

// largeForm returns a form of 12 MiB, which libraries like to put into files.
func largeForm(picture []byte) *httpAsk {
	body, contentType := pictureForm(picture, 12<<20)
	return newHTTPAsk("large form", "POST", "/predict", contentType, body)
}
