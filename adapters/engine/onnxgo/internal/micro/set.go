package micro

// Set is the kernels for one instruction set.
type Set struct {
	Name  string // "avx512", "avx2" or "generic"
	Lanes int    // float32 in a vector
	// Bandwidth is about how many bytes of weights come from outside of the nearest
	// caches in the time that the product of two vectors takes.
	Bandwidth int

	// Unit are the tiles for pixels that lie side by side, and Strided those for
	// pixels at any distance: by number of blocks (1 or 2), and by number of
	// pixels; nil where there is none of that size. There is always one of 1.
	Unit, Strided [3][]func(*Tile)
	// Lone are the tiles of depthwise convolutions, by number of pixels, which lie
	// at any distance.
	Lone []func(*Tile)

	// Winograd4 and Winograd2 are the transforms of F(4x4,3x3) and F(2x2,3x3).
	Winograd4, Winograd2 Winograd

	// MaxWindow writes the greatest element of each lane, NaN if there is one,
	// and -Inf for an empty window. SumWindow writes their sums as float64.
	MaxWindow, SumWindow func(*Window)

	// AddRow writes X + Y, ScaleShiftRow X*Y + Z with Y and Z one vector each,
	// and ClampRow X; all of them clamped.
	AddRow, ScaleShiftRow, ClampRow func(*Row)

	// ExpRow writes e^X, SigmoidRow 1/(1+e^-X), TanhRow the hyperbolic tangent and
	// ErfRow the error function, all clamped. Results are off by at most two units in
	// the last place, four of Sigmoid, or 2^-126 absolutely.
	ExpRow, SigmoidRow, TanhRow, ErfRow func(*Row)
}

// Winograd is a pair of transforms.
type Winograd struct {
	Input, Output func(*Transform)
}

// Tile is the arguments of the kernels of convolutions and products. Lines times
// Tiles tiles are computed, each of as many pixels and blocks of output channels
// as the kernel's size says:
//
//	out[b][p] = clamp(bias[b] + sum of x*w + residual[b][p])
//
// The sum goes over Blocks blocks of input channels and one more with fewer
// channels, over Rows rows and Taps columns of the convolution's kernel, and over
// the channels of a block: 4*Quads + Singles of them. The weights come in that
// order, for each channel a vector a block of output channels. A depthwise kernel
// has one block and multiplies lane by lane; its weights are a vector a tap.
type Tile struct {
	Out, In, Weights, Bias, Residual *float32 // Residual may be nil

	Blocks, BlockStride    int
	Rows, RowStride        int
	Taps, TapStride        int
	Quads, Singles         int
	LastQuads, LastSingles int // of the last block; 0 and 0 if there is none
	PixelStride            int // from the input of a pixel to that of the next; of strided kernels only
	OutStride              int // between the blocks of output channels
	ResidualStride         int
	Tiles                  int
	InStep, OutStep        int // from tile to tile; OutStep also in the residual
	WeightStep             int
	Lines                  int
	InLine, OutLine        int // from behind the last tile of a line to the first of the next
	ResidualLine           int
	Clamp                  int // 0: Low and High are not looked at
	Low, High              float32
}

// Transform is the arguments of Winograd's transforms, for Tiles tiles side by
// side. The transform of the input reads tiles of 6x6 (4x4) pixels whose rows
// are InStride apart, each 4 (2) pixels behind the one before, and writes 36 (16)
// vectors OutStride apart, those of the next tile behind them. The transform of
// the output does the reverse, with tiles of 4x4 (2x2) pixels, adds bias and
// residual, and clamps. Where a result is not finite before that, it sets
// Strange to what is not 0.
type Transform struct {
	Out, In, Bias, Residual             *float32
	InStride, OutStride, ResidualStride int
	Tiles                               int
	Clamp                               int
	Low, High                           float32
	Strange                             uint64
}

// Window is the arguments of the kernels that reduce Rows times Columns vectors
// to one. Out has a float32 a lane, or a float64 for sums.
type Window struct {
	Out, In               *float32
	Rows, RowStride       int
	Columns, ColumnStride int
}

// Row is the arguments of element-wise kernels over Pixels vectors.
type Row struct {
	Out, X, Y, Z *float32
	Pixels       int
	Low, High    float32
}
