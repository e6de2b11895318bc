package onnxfile

import "github.com/portent-go/portent/domain"

// datatypes are the domain's, by TensorProto.DataType.
var datatypes = map[int64]domain.Datatype{
	1: domain.FP32, 2: domain.UINT8, 3: domain.INT8, 4: domain.UINT16, 5: domain.INT16, 6: domain.INT32, 7: domain.INT64,
	8: domain.BYTES, 9: domain.BOOL, 10: domain.FP16, 11: domain.FP64, 12: domain.UINT32, 13: domain.UINT64, 16: domain.BF16,
}

// otherDatatypes are the format's names of those that the domain does not have.
var otherDatatypes = map[int64]string{
	14: "COMPLEX64", 15: "COMPLEX128", 17: "FLOAT8E4M3FN", 18: "FLOAT8E4M3FNUZ", 19: "FLOAT8E5M2", 20: "FLOAT8E5M2FNUZ",
	21: "UINT4", 22: "INT4", 23: "FLOAT4E2M1", 24: "FLOAT8E8M0", 25: "UINT2", 26: "INT2",
}

// datatypeOf returns the datatype that a number in the file stands for.
func datatypeOf(number int64, where string) (domain.Datatype, error) {
	if datatype, ok := datatypes[number]; ok {
		return datatype, nil
	}
	if name, ok := otherDatatypes[number]; ok {
		return domain.InvalidDatatype, unsupported(where, "has datatype %s, which is not supported", name)
	}
	if number == 0 {
		return domain.InvalidDatatype, invalid(where, "has no datatype")
	}
	return domain.InvalidDatatype, unsupported(where, "has the unknown datatype %d", number)
}
