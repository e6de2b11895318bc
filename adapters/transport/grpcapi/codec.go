package grpcapi

import (
	"fmt"

	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // the codec that is wrapped
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
)

// codec is gRPC's codec for protobuf, except that it refuses requests of very many
// small parts before they are taken apart: an empty input takes two bytes in a
// message and some sixty times as much in memory.
type codec struct{ encoding.CodecV2 }

const (
	maxParts = 1 << 10 // of one field in a request, of all inputs or outputs together
	maxTexts = 1 << 20 // BYTES elements that are not raw
)

func newCodec() codec { return codec{encoding.GetCodecV2("proto")} }

// Unmarshal makes a message of its bytes.
func (c codec) Unmarshal(data mem.BufferSlice, message any) error {
	fields := partsOf(message)
	if fields == nil {
		return c.CodecV2.Unmarshal(data, message)
	}
	buffer := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer buffer.Free()
	if err := make(count).parts(buffer.ReadOnlyData(), fields); err != nil {
		return err
	}
	return proto.Unmarshal(buffer.ReadOnlyData(), message.(proto.Message))
}

// partsOf returns what repeats in a message, nil if there is nothing.
func partsOf(message any) parts {
	switch message.(type) {
	case *inferencepb.ModelInferRequest:
		return partsOfInference
	case *inferencepb.RepositoryModelLoadRequest, *inferencepb.RepositoryModelUnloadRequest:
		return partsOfControl
	default:
		return nil
	}
}

// part is a field that repeats and is a message or bytes.
type part struct {
	name string
	most int // in the whole request
	in   parts
}

// parts are what repeats in a message, by their numbers in inference.proto.
type parts map[protowire.Number]*part

var partsOfControl = parts{3: {name: "parameters", most: maxParts}}

var partsOfInference = parts{
	4: {name: "parameters", most: maxParts},
	5: {name: "inputs", most: maxParts, in: parts{
		4: {name: "parameters of inputs", most: maxParts},
		5: {name: "contents", most: maxParts, in: parts{
			8: {name: "bytes_contents", most: maxTexts},
		}},
	}},
	6: {name: "outputs", most: maxParts, in: parts{
		2: {name: "parameters of outputs", most: maxParts},
	}},
	7: {name: "raw_input_contents", most: maxParts},
}

// count is how often each part of a request has come.
type count map[*part]int

// parts refuses a message in which a field repeats too often. What is not protobuf
// at all is left to the one who reads it.
func (c count) parts(message []byte, fields parts) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return nil
		}
		message = message[n:]
		size := protowire.ConsumeFieldValue(number, kind, message)
		if size < 0 {
			return nil
		}
		if p := fields[number]; p != nil && kind == protowire.BytesType {
			if c[p]++; c[p] > p.most {
				return fmt.Errorf("%s are there more than %d times", p.name, p.most)
			}
			if err := c.within(message, p); err != nil {
				return err
			}
		}
		message = message[size:]
	}
	return nil
}

// within counts in the message that begins with its length.
func (c count) within(message []byte, p *part) error {
	if len(p.in) == 0 {
		return nil
	}
	content, _ := protowire.ConsumeBytes(message)
	return c.parts(content, p.in)
}
