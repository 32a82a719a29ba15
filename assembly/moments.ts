// Extremes and sums in float64, for records that are to agree with others to twelve digits. NaN and infinities are not
// looked for: they make the sum of squares one.
//
//   state →  f32 ×4 low | f32 ×4 high | f64 ×2 sums | f64 ×2 sums | f64 ×2 squares | f64 ×2 squares

/** `count` is a multiple of four. */
export function moments(values: usize, count: i32, state: usize): void {
  let low = v128.load(state);
  let high = v128.load(state, 16);
  let sum0 = v128.load(state, 32);
  let sum1 = v128.load(state, 48);
  let squares0 = v128.load(state, 64);
  let squares1 = v128.load(state, 80);
  const end = values + ((<usize>count) << 2);
  while (values < end) {
    const x = v128.load(values);
    // In this order, of -0 and 0 the later one stays, as in numpy.
    low = f32x4.pmin(x, low);
    high = f32x4.pmax(x, high);
    let d = f64x2.promote_low_f32x4(x);
    sum0 = f64x2.add(sum0, d);
    squares0 = f64x2.add(squares0, f64x2.mul(d, d));
    d = f64x2.promote_low_f32x4(v128.load64_zero(values, 8));
    sum1 = f64x2.add(sum1, d);
    squares1 = f64x2.add(squares1, f64x2.mul(d, d));
    values += 16;
  }
  v128.store(state, low);
  v128.store(state, high, 16);
  v128.store(state, sum0, 32);
  v128.store(state, sum1, 48);
  v128.store(state, squares0, 64);
  v128.store(state, squares1, 80);
}
