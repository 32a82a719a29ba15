// Four rows of the input, interleaved, so that one pointer walks all four:
//
//   x:  a0 a1 a2 …      →   packed:  a0 b0 c0 d0 | a1 b1 c1 d1 | a2 b2 c2 d2 | …
//       b0 b1 b2 …
//       c0 c1 c2 …
//       d0 d1 d2 …

export function packRows(x: usize, depth: usize, packed: usize): void {
  const stride = depth << 2;
  const end = packed + (stride << 2);
  let x1 = x + stride;
  let x2 = x1 + stride;
  let x3 = x2 + stride;
  // Four steps at a time: a 4x4 transpose.
  const whole = packed + ((stride << 2) & ~63);
  while (packed < whole) {
    const a = v128.load(x);
    const b = v128.load(x1);
    const c = v128.load(x2);
    const d = v128.load(x3);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    v128.store(packed, v128.shuffle<i64>(ab, cd, 0, 2));
    v128.store(packed, v128.shuffle<i64>(ab, cd, 1, 3), 16);
    const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(packed, v128.shuffle<i64>(abHigh, cdHigh, 0, 2), 32);
    v128.store(packed, v128.shuffle<i64>(abHigh, cdHigh, 1, 3), 48);
    packed += 64;
    x += 16;
    x1 += 16;
    x2 += 16;
    x3 += 16;
  }
  while (packed < end) {
    f32.store(packed, f32.load(x));
    f32.store(packed, f32.load(x1), 4);
    f32.store(packed, f32.load(x2), 8);
    f32.store(packed, f32.load(x3), 12);
    packed += 16;
    x += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
  }
}

/**
 * Packs sixteen rows of weights, `stride` bytes apart, as `depth` steps of a panel. The stride should be no multiple of
 * 4096, where the rows would share one set of the first-level cache.
 */
export function packPanel(rows: usize, stride: usize, depth: usize, panel: usize): void {
  const end = rows + (depth << 2);
  while (rows < end) {
    let weight = rows;
    const next = panel + 64;
    while (panel < next) {
      f32.store(panel, f32.load(weight));
      weight += stride;
      f32.store(panel, f32.load(weight), 4);
      weight += stride;
      panel += 8;
    }
    rows += 4;
  }
}
