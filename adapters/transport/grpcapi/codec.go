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

const maxParts = 1 << 10 // of one field in a request

func newCodec() codec { return codec{encoding.GetCodecV2("proto")} }

// Unmarshal makes a message of its bytes.
func (c codec) Unmarshal(data mem.BufferSlice, message any) error {
	request, ok := message.(*inferencepb.ModelInferRequest)
	if !ok {
		return c.CodecV2.Unmarshal(data, message)
	}
	buffer := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer buffer.Free()
	if err := countParts(buffer.ReadOnlyData(), partsOfRequest); err != nil {
		return err
	}
	return proto.Unmarshal(buffer.ReadOnlyData(), request)
}

// parts says which fields of a message are messages or bytes that repeat, and what
// is in them in turn.
type parts map[protowire.Number]parts

// The numbers are those of inference.proto.
var partsOfRequest = parts{
	4: {},      // parameters
	5: {4: {}}, // inputs, with parameters
	6: {2: {}}, // outputs, with parameters
	7: {},      // raw_input_contents
}

// countParts refuses a message in which a field repeats too often. What is not
// protobuf at all is left to the one who reads it.
func countParts(message []byte, fields parts) error {
	counts := make(map[protowire.Number]int, len(fields))
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
		if inner, counted := fields[number]; counted && kind == protowire.BytesType {
			if counts[number]++; counts[number] > maxParts {
				return fmt.Errorf("field %d is there more than %d times", number, maxParts)
			}
			if err := countWithin(message, inner); err != nil {
				return fmt.Errorf("in field %d: %w", number, err)
			}
		}
		message = message[size:]
	}
	return nil
}

// countWithin counts in the message that begins with its length.
func countWithin(message []byte, inner parts) error {
	if len(inner) == 0 {
		return nil
	}
	content, _ := protowire.ConsumeBytes(message)
	return countParts(content, inner)
}
