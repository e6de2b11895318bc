package grpcapi_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports/predictortest"
)

func whole(n int64) *value {
	return &value{ParameterChoice: &inferencepb.InferParameter_Int64Param{Int64Param: n}}
}

func text(s string) *value {
	return &value{ParameterChoice: &inferencepb.InferParameter_StringParam{StringParam: s}}
}

func TestRequestsThatAreNotRightAreRefused(t *testing.T) {
	fake := predictortest.NewFake(signature())
	c := over(t, fake)
	for what, test := range map[string]struct {
		change func(r *request)
		code   codes.Code
		want   string
	}{
		"another model":             {func(r *request) { r.ModelName = "other" }, codes.NotFound, "other"},
		"another version":           {func(r *request) { r.ModelVersion = "4" }, codes.NotFound, "m"},
		"no input":                  {func(r *request) { r.Inputs = nil }, codes.InvalidArgument, "x: is missing"},
		"an unknown input":          {func(r *request) { r.Inputs[0].Name = "z" }, codes.InvalidArgument, "the model's inputs are x"},
		"an input twice":            {func(r *request) { r.Inputs = append(r.Inputs, r.Inputs[0]) }, codes.InvalidArgument, "x: is given twice"},
		"an unknown datatype":       {func(r *request) { r.Inputs[0].Datatype = "FP31" }, codes.InvalidArgument, "FP31"},
		"another datatype":          {func(r *request) { r.Inputs[0].Datatype = "INT64" }, codes.InvalidArgument, "expected FP32"},
		"another shape":             {func(r *request) { r.Inputs[0].Shape = []int64{4, 1} }, codes.InvalidArgument, "axis 1 is 1, not 4"},
		"an axis too many":          {func(r *request) { r.Inputs[0].Shape = []int64{1, 1, 4} }, codes.InvalidArgument, "of 3 axes"},
		"a negative axis":           {func(r *request) { r.Inputs[0].Shape = []int64{-1, 4} }, codes.InvalidArgument, "axis 0 is -1"},
		"an empty axis":             {func(r *request) { r.Inputs[0].Shape = []int64{0, 4} }, codes.InvalidArgument, "axis 0 is empty"},
		"2^60 rows":                 {func(r *request) { r.Inputs[0].Shape = []int64{1 << 60, 4} }, codes.InvalidArgument, "elements, but 4"},
		"2^62 rows":                 {func(r *request) { r.Inputs[0].Shape = []int64{1 << 62, 4} }, codes.InvalidArgument, "more elements than can be counted"},
		"too few elements":          {func(r *request) { r.Inputs[0].Shape = []int64{2, 4} }, codes.InvalidArgument, "8 elements, but 4"},
		"raw and typed":             {func(r *request) { r.RawInputContents = [][]byte{make([]byte, 16)} }, codes.InvalidArgument, "fp32_contents"},
		"too many raw tensors":      {func(r *request) { r.RawInputContents = [][]byte{nil, nil} }, codes.InvalidArgument, "2 tensors for 1 inputs"},
		"too few raw bytes":         {func(r *request) { r.Inputs[0].Contents, r.RawInputContents = nil, [][]byte{make([]byte, 15)} }, codes.InvalidArgument, "15 bytes"},
		"an unknown output":         {func(r *request) { r.Outputs = []*output{{Name: "z"}} }, codes.InvalidArgument, "the model's outputs are y"},
		"an output twice":           {func(r *request) { r.Outputs = []*output{{Name: "y"}, {Name: "y"}} }, codes.InvalidArgument, "y: is asked for twice"},
		"an input in shared memory": {func(r *request) { r.Inputs[0].Parameters = map[string]*value{"shared_memory_region": text("r")} }, codes.Unimplemented, "x: parameters.shared_memory_region"},
		"an output in shared memory": {func(r *request) {
			r.Outputs = []*output{{Name: "y", Parameters: map[string]*value{"shared_memory_region": text("r")}}}
		}, codes.Unimplemented, "y: parameters.shared_memory_region"},
		"a priority":         {func(r *request) { r.Parameters = map[string]*value{"priority": whole(1)} }, codes.Unimplemented, "priority"},
		"a sequence":         {func(r *request) { r.Parameters = map[string]*value{"sequence_id": text("s")} }, codes.Unimplemented, "sequence_id"},
		"a timeout in words": {func(r *request) { r.Parameters = map[string]*value{"timeout": text("soon")} }, codes.InvalidArgument, "timeout"},
		"a negative timeout": {func(r *request) { r.Parameters = map[string]*value{"timeout": whole(-1)} }, codes.InvalidArgument, "timeout"},
		"classes in words": {func(r *request) {
			r.Outputs = []*output{{Name: "y", Parameters: map[string]*value{"classification": text("all")}}}
		}, codes.InvalidArgument, "classification"},
		"a batch too large":      {func(r *request) { *r = *typedRows(257) }, codes.InvalidArgument, "at most 256"},
		"an invalid name":        {func(r *request) { r.Inputs[0].Name = strings.Repeat("n", 1<<16) }, codes.InvalidArgument, "nnn"},
		"very many axes":         {func(r *request) { r.Inputs[0].Shape = make([]int64, 1<<16) }, codes.InvalidArgument, "65536 axes"},
		"inputs without end":     {func(r *request) { r.Inputs = many(&input{}, 2000) }, codes.Internal, "inputs are there more than 1024 times"},
		"outputs without end":    {func(r *request) { r.Outputs = many(&output{}, 2000) }, codes.Internal, "outputs are there more than 1024 times"},
		"raw without end":        {func(r *request) { r.RawInputContents = make([][]byte, 2000) }, codes.Internal, "raw_input_contents are there more than 1024 times"},
		"parameters without end": {func(r *request) { r.Inputs[0].Parameters = manyParameters() }, codes.Internal, "parameters of inputs are there"},
		"texts without end":      {func(r *request) { r.Inputs[0].Contents = &contents{BytesContents: make([][]byte, 1<<20+1)} }, codes.Internal, "bytes_contents are there more than 1048576 times"},
		"texts in many inputs": {func(r *request) {
			r.Inputs = many(&input{Contents: &contents{BytesContents: make([][]byte, 2000)}}, 1000)
		}, codes.Internal, "bytes_contents are there"},
		"parameters of many": {func(r *request) { r.Inputs = many(&input{Parameters: map[string]*value{"a": {}, "b": {}}}, 1000) }, codes.Internal, "parameters of inputs are there"},
	} {
		r := typed(1, 2, 3, 4)
		test.change(r)
		got, err := c.ModelInfer(t.Context(), r)
		if got != nil || status.Code(err) != test.code || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v %v, expected %v: %q", what, got, err, test.code, test.want)
		}
	}
	if fake.Calls() != 0 {
		t.Errorf("%d of them reached the engine", fake.Calls())
	}
	if _, err := c.ModelInfer(t.Context(), typed(1, 2, 3, 4)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func typedRows(n int) *request { return typed(make([]float32, 4*n)...) }

func many[T any](one T, n int) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = one
	}
	return all
}

func manyParameters() map[string]*value {
	parameters := make(map[string]*value)
	for i := range 2000 {
		parameters[strings.Repeat("k", i)] = whole(1)
	}
	return parameters
}

func TestParametersOfOthersArePassedOver(t *testing.T) {
	r := typed(1, 2, 3, 4)
	r.Parameters = map[string]*value{"content_type": text("np"), "priority": whole(0), "timeout": whole(0), "sequence_start": {}}
	r.Inputs[0].Parameters = map[string]*value{"binary_data_size": whole(16)}
	r.Outputs = []*output{{Name: "y", Parameters: map[string]*value{"binary_data": {}}}}
	if _, err := over(t, predictortest.NewFake(signature())).ModelInfer(t.Context(), r); err != nil {
		t.Error(err)
	}
}

func TestScoresThatAreNone(t *testing.T) {
	spec := domain.TensorSpec{Name: "x", Datatype: domain.BYTES, Shape: domain.Shape{1}}
	r := &request{Inputs: []*input{{Name: "x", Datatype: "BYTES", Shape: []int64{1}, Contents: &contents{BytesContents: [][]byte{nil}}}}}
	r.Outputs = []*output{{Name: "x", Parameters: map[string]*value{"classification": whole(1)}}}
	_, err := over(t, newEcho(spec)).ModelInfer(t.Context(), r)
	expectCode(t, "classes of texts", err, codes.Unimplemented)
}

func TestParametersOfControlHaveAnEnd(t *testing.T) {
	c, parameters := over(t, predictortest.NewFake(signature())), make(map[string]*inferencepb.ModelRepositoryParameter)
	for i := range 2000 {
		parameters[strconv.Itoa(i)] = &inferencepb.ModelRepositoryParameter{}
	}
	_, loading := c.RepositoryModelLoad(t.Context(), &inferencepb.RepositoryModelLoadRequest{ModelName: "m", Parameters: parameters})
	_, unloading := c.RepositoryModelUnload(t.Context(), &inferencepb.RepositoryModelUnloadRequest{ModelName: "m", Parameters: parameters})
	for _, err := range []error{loading, unloading} {
		if !strings.Contains(fmt.Sprint(err), "more than 1024 times") {
			t.Error(err)
		}
	}
}
