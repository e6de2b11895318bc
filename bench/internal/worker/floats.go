package worker

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
)

// WriteFloats writes numbers as little-endian float32.
func WriteFloats(path string, values []float32) error {
	return os.WriteFile(path, floatBytes(values), 0o600)
}

// ReadFloats reads what WriteFloats has written.
func ReadFloats(path string) ([]float32, error) {

	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(data)%4 != 0 {
		return nil, fmt.Errorf("%s has %d bytes, expected float32 numbers of 4 bytes each", path, len(data))
	}
	values := make([]float32, len(data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return values, nil
}

func floatBytes(values []float32) []byte {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}
