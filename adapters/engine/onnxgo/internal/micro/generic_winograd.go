package micro

import "unsafe"

// The transforms in Go go through a tile in scratch memory, columns first.

// strange is 0 for a finite number and NaN for anything else.
func strange(x float32) float32 { return x * 0 }

func winogradInput4(a *Transform) {
	var between [6][6]vector
	for tile := range a.Tiles {
		in, out := unsafe.Add(address(a.In), tile*4*vectorBytes), unsafe.Add(address(a.Out), tile*vectorBytes)
		for j := range 6 {
			d := func(i int) *vector { return vectorAt(in, i*a.InStride+j*vectorBytes) }
			input6(d(0), d(1), d(2), d(3), d(4), d(5), &between[0][j], &between[1][j], &between[2][j], &between[3][j], &between[4][j], &between[5][j])
		}
		for i := range between {
			t := &between[i]
			v := func(j int) *vector { return vectorAt(out, (6*i+j)*a.OutStride) }
			input6(&t[0], &t[1], &t[2], &t[3], &t[4], &t[5], v(0), v(1), v(2), v(3), v(4), v(5))
		}
	}
}

func input6(d0, d1, d2, d3, d4, d5, t0, t1, t2, t3, t4, t5 *vector) {
	for l := range lanes {
		x0, x1, x2, x3, x4, x5 := d0[l], d1[l], d2[l], d3[l], d4[l], d5[l]
		p, q := x4-float32(4*x2), x3-float32(4*x1)
		r, s := x4-x2, float32(2*(x3-x1))
		t0[l] = float32(4*x0) - float32(5*x2) + x4
		t1[l] = p + q
		t2[l] = p - q
		t3[l] = r + s
		t4[l] = r - s
		t5[l] = float32(4*x1) - float32(5*x3) + x5
	}
}

func winogradOutput4(a *Transform) {
	var between [4][6]vector
	var found float32
	for tile := range a.Tiles {
		in := unsafe.Add(address(a.In), tile*vectorBytes)
		for j := range 6 {
			m := func(i int) *vector { return vectorAt(in, (6*i+j)*a.InStride) }
			output6(m(0), m(1), m(2), m(3), m(4), m(5), &between[0][j], &between[1][j], &between[2][j], &between[3][j])
		}
		for i := range between {
			var y [4]vector
			t := &between[i]
			output6(&t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &y[0], &y[1], &y[2], &y[3])
			for j := range y {
				found += a.finish(tile*4+j, i, &y[j])
			}
		}
	}
	a.report(found)
}

func output6(m0, m1, m2, m3, m4, m5, y0, y1, y2, y3 *vector) {
	for l := range lanes {
		s, d := m1[l]+m2[l], m1[l]-m2[l]
		u, v := m3[l]+m4[l], m3[l]-m4[l]
		y0[l] = m0[l] + s + u
		y1[l] = d + float32(2*v)
		y2[l] = s + float32(4*u)
		y3[l] = d + float32(8*v) + m5[l]
	}
}

// finish adds bias and residual to the results of a pixel, clamps and stores
// them. It returns NaN if one of them is not finite.
func (a *Transform) finish(x, y int, v *vector) (found float32) {
	bias := (*vector)(address(a.Bias))
	for i, value := range v {
		found += strange(value)
		v[i] = value + bias[i]
	}
	if a.Residual != nil {
		v.add(vectorAt(address(a.Residual), y*a.ResidualStride+x*vectorBytes))
	}
	if a.Clamp != 0 {
		v.clamp(a.Low, a.High)
	}
	*vectorAt(address(a.Out), y*a.OutStride+x*vectorBytes) = *v
	return found
}

func (a *Transform) report(found float32) {
	if found != found {
		a.Strange = 1
	}
}

func winogradInput2(a *Transform) {
	var between [4][4]vector
	for tile := range a.Tiles {
		in, out := unsafe.Add(address(a.In), tile*2*vectorBytes), unsafe.Add(address(a.Out), tile*vectorBytes)
		for j := range 4 {
			d := func(i int) *vector { return vectorAt(in, i*a.InStride+j*vectorBytes) }
			input4(d(0), d(1), d(2), d(3), &between[0][j], &between[1][j], &between[2][j], &between[3][j])
		}
		for i := range between {
			t := &between[i]
			v := func(j int) *vector { return vectorAt(out, (4*i+j)*a.OutStride) }
			input4(&t[0], &t[1], &t[2], &t[3], v(0), v(1), v(2), v(3))
		}
	}
}

func input4(d0, d1, d2, d3, t0, t1, t2, t3 *vector) {
	for l := range lanes {
		x1, x2 := d1[l], d2[l]
		t0[l] = d0[l] - x2
		t1[l] = x1 + x2
		t2[l] = x2 - x1
		t3[l] = x1 - d3[l]
	}
}

func winogradOutput2(a *Transform) {
	var between [2][4]vector
	var found float32
	for tile := range a.Tiles {
		in := unsafe.Add(address(a.In), tile*vectorBytes)
		for j := range 4 {
			m := func(i int) *vector { return vectorAt(in, (4*i+j)*a.InStride) }
			output4(m(0), m(1), m(2), m(3), &between[0][j], &between[1][j])
		}
		for i := range between {
			var y [2]vector
			t := &between[i]
			output4(&t[0], &t[1], &t[2], &t[3], &y[0], &y[1])
			for j := range y {
				found += a.finish(tile*2+j, i, &y[j])
			}
		}
	}
	a.report(found)
}

func output4(m0, m1, m2, m3, y0, y1 *vector) {
	for l := range lanes {
		y0[l] = m0[l] + m1[l] + m2[l]
		y1[l] = m1[l] - m2[l] - m3[l]
	}
}
