// Transposes four rows, `stride` bytes apart, so that one pointer walks all four. `step` bytes lie between the columns of
// the result: 16 for rows of the input, 64 for weights, of which a panel interleaves sixteen rows.
//
//   x:  a0 a1 a2 …      →   to:  a0 b0 c0 d0 … | a1 b1 c1 d1 … | a2 b2 c2 d2 …
//       b0 b1 b2 …
//       c0 c1 c2 …
//       d0 d1 d2 …

export function packRows(x: usize, stride: usize, depth: usize, to: usize, step: usize): void {
  let x1 = x + stride;
  let x2 = x1 + stride;
  let x3 = x2 + stride;
  const end = x + (depth << 2);
  // Four steps at a time: a 4x4 transpose.
  const whole = x + ((depth << 2) & ~15);
  while (x < whole) {
    const a = v128.load(x);
    const b = v128.load(x1);
    const c = v128.load(x2);
    const d = v128.load(x3);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
    to += step;
    v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3));
    to += step;
    const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
    to += step;
    v128.store(to, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
    to += step;
    x += 16;
    x1 += 16;
    x2 += 16;
    x3 += 16;
  }
  while (x < end) {
    f32.store(to, f32.load(x));
    f32.store(to, f32.load(x1), 4);
    f32.store(to, f32.load(x2), 8);
    f32.store(to, f32.load(x3), 12);
    to += step;
    x += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
  }
}
