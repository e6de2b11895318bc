package kernels

// Cumulation is a sum or a product of all elements so far.
type Cumulation struct {
	Product   bool
	Exclusive bool // without the element itself
	Reverse   bool // from the end
}

// Cumulate writes what the elements along the middle axis of an array [outer, n,
// inner] come to, computed in A.
func Cumulate[A, T Number](c Cumulation, dst, src []T, n, inner int) {
	if n == 0 || inner == 0 {
		return
	}
	for line := range len(src) / n {
		at, step := lineFrom(n, inner, c.Reverse)
		at += line/inner*n*inner + line%inner
		if c.Product {
			cumulateProduct[A](dst, src, at, step, n, c.Exclusive)
		} else {
			cumulateSum[A](dst, src, at, step, n, c.Exclusive)
		}
	}
}

func cumulateSum[A, T Number](dst, src []T, at, step, n int, exclusive bool) {
	var sum A
	for range n {
		before := sum
		if sum += A(src[at]); exclusive {
			dst[at] = T(before)
		} else {
			dst[at] = T(sum)
		}
		at += step
	}
}

func cumulateProduct[A, T Number](dst, src []T, at, step, n int, exclusive bool) {
	product := A(1)
	for range n {
		before := product
		if product *= A(src[at]); exclusive {
			dst[at] = T(before)
		} else {
			dst[at] = T(product)
		}
		at += step
	}
}

// Triangle copies matrices of rows and columns, and writes zero below the diagonal
// that lies k columns to the right of the main one, or above it.
func Triangle[T any](dst, src []T, rows, columns, k int, upper bool) {
	var zero T
	for at := 0; at < len(src); at += rows * columns {
		for row := range rows {
			from, to := src[at+row*columns:at+(row+1)*columns], dst[at+row*columns:at+(row+1)*columns]
			first := columns // the first column right of the lower part
			if edge := row + k; edge < columns {
				first = max(edge, 0)
			}
			if upper {
				Fill(to[:first], zero)
				copy(to[first:], from[first:])
			} else {
				last := min(first+1, columns) // the diagonal belongs to both
				if row+k < 0 {
					last = 0
				}
				copy(to[:last], from[:last])
				Fill(to[last:], zero)
			}
		}
	}
}

// Diagonal writes one on the diagonal of a matrix that lies k columns to the right
// of the main one, and zero elsewhere.
func Diagonal[T any](dst []T, columns, k int, one T) {
	clear(dst)
	if columns == 0 || k >= columns {
		return
	}
	for row := max(0, -k); row < len(dst)/columns && row+k < columns; row++ {
		dst[row*columns+row+k] = one
	}
}

// Positions are places on an axis. Those that are negative count from the end,
// unless they are FromFront.
type Positions struct {
	List      []int64
	FromFront bool
}

// OneHot writes, along the middle axis of an array [outer, depth, inner], on at
// each position and off elsewhere. Those that are out of range are nowhere.
func OneHot[T any](dst []T, positions Positions, depth, inner int, off, on T) {
	Fill(dst, off)
	for i, position := range positions.List {
		if position < 0 && !positions.FromFront {
			position += int64(depth)
		}
		if position >= 0 && position < int64(depth) {
			dst[(i/inner*depth+int(position))*inner+i%inner] = on
		}
	}
}

// Progression writes first, first + step, first + 2 step and so on.
func Progression[A, T Number](dst []T, first, step A) {
	for i := range dst {
		dst[i] = T(first + times(A(i), step))
	}
}
