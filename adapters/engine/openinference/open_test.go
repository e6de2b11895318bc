package openinference_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/engine/openinference"
	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

func TestTheServerDescribesTheModel(t *testing.T) {
	address, _ := newPeer().serve(t)
	engine := open(t, openinference.Options{Endpoints: []string{"grpc://" + address + "/"}})
	if !reflect.DeepEqual(engine.Signature(), signature()) {
		t.Errorf("%v", engine.Signature())
	}
	want := domain.Metadata{Platform: "peer_v1", Engine: "openinference", Device: "1 remote endpoint", Properties: map[string]string{"server": "peer 7"}}
	if !reflect.DeepEqual(engine.Metadata(), want) {
		t.Errorf("%+v", engine.Metadata())
	}
}

func TestOptionsDescribeTheModelWhereTheServerDoesNot(t *testing.T) {
	p := newPeer()
	p.metadata = &inferencepb.ModelMetadataResponse{Name: "m"}
	address, _ := p.serve(t)
	options := openinference.Options{Endpoints: []string{"grpc://" + address}, Model: "m", HealthInterval: -1}
	if _, err := openinference.Open(t.Context(), options); domain.KindOf(err) != domain.Unsupported || !strings.Contains(err.Error(), address) {
		t.Errorf("%v", err)
	}
	options.Signature = signature()
	if _, err := open(t, options).Predict(t.Context(), row(t)); err != nil {
		t.Error(err)
	}
}

func TestOptionsThatAreNotSoundAreRefused(t *testing.T) {
	token := openinference.StaticToken("hunter2")
	for name, test := range map[string]struct {
		options openinference.Options
		want    string
	}{
		"no endpoint":         {openinference.Options{Model: "m"}, "endpoints"},
		"no model":            {openinference.Options{Endpoints: []string{"grpc://h:1"}}, "model"},
		"an unknown scheme":   {openinference.Options{Endpoints: []string{"ftp://h:1"}}, "ftp"},
		"no scheme":           {openinference.Options{Endpoints: []string{"h:1"}}, "grpc://host:port"},
		"no port":             {openinference.Options{Endpoints: []string{"grpc://h"}}, "host and port"},
		"a path":              {openinference.Options{Endpoints: []string{"grpc://h:1/v2"}}, "more than host and port"},
		"a query":             {openinference.Options{Endpoints: []string{"grpc://h:1?x=y"}}, "more than host and port"},
		"a password":          {openinference.Options{Endpoints: []string{"grpcs://u:hunter2@h:1"}}, "password"},
		"a broken address":    {openinference.Options{Endpoints: []string{"grpcs://u:hunter2@h:1:\x00"}}, "no address"},
		"a secret without //": {openinference.Options{Endpoints: []string{"grpc:u:hunter2@h:1"}}, "scheme and //"},
		"a name as scheme":    {openinference.Options{Endpoints: []string{"u:hunter2@h:1"}}, "scheme and //"},
		"a secret path":       {openinference.Options{Endpoints: []string{"grpc://h:1/hunter2"}}, "more than host and port"},
		"a secret query":      {openinference.Options{Endpoints: []string{"grpc://h:1?token=hunter2"}}, "more than host and port"},
		"TLS not spoken":      {openinference.Options{Endpoints: []string{"grpc://h:1"}, TLS: new(tls.Config)}, "does not speak TLS"},
		"a token in clear":    {openinference.Options{Endpoints: []string{"grpc://h:1"}, Token: token}, "plain text"},
		"a negative limit":    {openinference.Options{Endpoints: []string{"grpc://h:1"}, MaxInFlight: -1}, "negative"},
		"a negative size":     {openinference.Options{Endpoints: []string{"grpc://h:1"}, MaxMessage: -1}, "negative"},
	} {
		if name != "no model" {
			test.options.Model = "m"
		}
		_, err := openinference.Open(t.Context(), test.options)
		if domain.KindOf(err) != domain.Invalid || !strings.Contains(fmt.Sprintf("%v %#v", err, err), test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if inAddress := strings.Contains(strings.Join(test.options.Endpoints, " "), "hunter2"); !inAddress && strings.Contains(fmt.Sprintf("%+v %#v", test.options, test.options), "hunter2") {
			t.Errorf("%s: the options tell a secret", name)
		}
		if strings.Contains(fmt.Sprintf("%v %#v", err, err), "hunter2") {
			t.Errorf("%s: a secret is told: %v", name, err)
		}
	}
}

// tensor describes one of a model that nobody has seen before.
func oddTensor(name, datatype string, shape ...int64) *inferencepb.ModelMetadataResponse_TensorMetadata {
	return &inferencepb.ModelMetadataResponse_TensorMetadata{Name: name, Datatype: datatype, Shape: shape}
}

func TestDescriptionsThatAreNotSoundAreRefused(t *testing.T) {
	good := oddTensor("x", "FP32", -1, 4)
	for name, tensors := range map[string][]*inferencepb.ModelMetadataResponse_TensorMetadata{
		"an unknown datatype": {oddTensor("x", "TYPE_FP32", 1)}, "an axis of -2": {oddTensor("x", "FP32", -2)}, "an endless axis": {oddTensor("x", "FP32", 1<<40)},
		"no name": {oddTensor("", "FP32", 1)}, "a name twice": {good, good}, "very many axes": {oddTensor("x", "FP32", make([]int64, 100)...)}, "nil": {nil},
	} {
		p := newPeer()
		p.metadata = &inferencepb.ModelMetadataResponse{Name: "m", Inputs: tensors, Outputs: []*inferencepb.ModelMetadataResponse_TensorMetadata{good}}
		address, _ := p.serve(t)
		if engine, err := openinference.Open(t.Context(), openinference.Options{Endpoints: []string{"grpc://" + address}, Model: "m"}); err == nil {
			t.Errorf("%s: it is a model that takes %v", name, engine.Signature().Inputs)
		}
	}
}

func TestOpenTellsWhatIsWrong(t *testing.T) {
	address, stop := newPeer().serve(t)
	_, err := openinference.Open(t.Context(), openinference.Options{Endpoints: []string{"grpc://" + address}, Model: "other"})
	if domain.KindOf(err) != domain.NotFound || !strings.Contains(err.Error(), "there is no model other") || !strings.Contains(err.Error(), address) {
		t.Errorf("%v", err)
	}
	another := newPeer()
	another.signature.Inputs[0].Shape = domain.Shape{-1, 5}
	second, _ := another.serve(t)
	_, err = openinference.Open(t.Context(), openinference.Options{Endpoints: []string{"grpc://" + address, "grpc://" + second}, Model: "m"})
	if domain.KindOf(err) != domain.Invalid || !strings.Contains(err.Error(), second) || !strings.Contains(err.Error(), "another model") {
		t.Errorf("%v", err)
	}
	stop()
	_, err = openinference.Open(t.Context(), openinference.Options{Endpoints: []string{"grpc://" + address}, Model: "m"})
	if domain.KindOf(err) != domain.Unavailable || !strings.Contains(err.Error(), "refused") || !strings.Contains(err.Error(), address) {
		t.Errorf("%v", err)
	}
}

// TestABlackHoleDoesNotKeepOpen takes connections and says nothing on them.
func TestABlackHoleDoesNotKeepOpen(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := openinference.Open(ctx, openinference.Options{Endpoints: []string{"grpc://" + listener.Addr().String()}, Model: "m"}); domain.KindOf(err) != domain.Timeout {
		t.Errorf("%v", err)
	}
}
