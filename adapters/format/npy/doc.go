// Package npy reads the arrays that numpy.save writes: versions 1 to 3 of the
// format, in C and Fortran order, little and big endian.
//
//	numpy                     datatype
//	bool                      BOOL
//	int8 to int64             INT8 to INT64
//	uint8 to uint64           UINT8 to UINT64
//	float16, float32, float64 FP16, FP32, FP64
//	bytes (S), str (U)        BYTES, in UTF-8 and without the zeros at the end
//
// Every other dtype is refused by name: complex numbers, longdouble, times,
// records, and Python objects, which are programs rather than numbers. Arrays in
// .npz archives are refused too.
//
// It is written here since the libraries for Go that read the format have seen no
// release since 2022, and know neither float16 nor version 3.
package npy
