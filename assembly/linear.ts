// output[M, N] = input[M, K] · weightᵀ + bias, then ReLU if asked.
//
// The weights come packed in panels of eight columns, K-major, behind the bias; the last panel and the bias are
// padded with zeros to eight columns:
//
//   packed → bias   b0 b1 b2 … b(8P-1)                        P = ceil(N / 8) panels, 8P floats
//            panel0 k=0: w[0][0] w[1][0] … w[7][0]            K rows of eight floats:
//                   k=1: w[0][1] w[1][1] … w[7][1]            one step along K is one 32-byte line
//                   …
//            panel1 k=0: w[8][0] w[9][0] … w[15][0]
//                   …
//
// The tile is 4 rows x 8 columns: eight accumulators. More than about eight spill in V8's register allocator.
// Panels outside, rows inside: a panel (32 K bytes) stays in the cache while all rows pass it.
// Every output is one chain of additions along K, so the result does not depend on the tile that made it.
import { multiplyAdd, rectify } from './arithmetic';

/** Where a tile of a partial panel is stored before its columns are copied out: 4 rows of 8 floats. */
const SPILL: usize = memory.data(4 * 8 * 4, 16);

export function linear(
  input: usize,
  rows: i32,
  packed: usize,
  depth: i32,
  columns: i32,
  output: usize,
  relu: i32,
): void {
  const panels = (columns + 7) >> 3;
  let bias = packed;
  let panel = packed + ((<usize>panels) << 5);
  for (let column = 0; column < columns; column += 8) {
    const width = min(8, columns - column);
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      const x = input + ((<usize>row * depth) << 2);
      const y = output + ((<usize>row * columns + column) << 2);
      if (width == 8) {
        tile4x8(x, depth, panel, bias, y, (<usize>columns) << 2, relu);
      } else {
        tile4x8(x, depth, panel, bias, SPILL, 32, relu);
        copyColumns(y, (<usize>columns) << 2, 4, width);
      }
    }
    for (; row < rows; row++) {
      const x = input + ((<usize>row * depth) << 2);
      const y = output + ((<usize>row * columns + column) << 2);
      if (width == 8) {
        tile1x8(x, depth, panel, bias, y, relu);
      } else {
        tile1x8(x, depth, panel, bias, SPILL, relu);
        copyColumns(y, (<usize>columns) << 2, 1, width);
      }
    }
    bias += 32;
    panel += (<usize>depth) << 5;
  }
}

function tile4x8(x: usize, depth: i32, panel: usize, bias: usize, y: usize, stride: usize, relu: i32): void {
  const step = (<usize>depth) << 2;
  let x1 = x + step;
  let x2 = x1 + step;
  let x3 = x2 + step;
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  let b0 = a0;
  let b1 = a1;
  let c0 = a0;
  let c1 = a1;
  let d0 = a0;
  let d1 = a1;
  const end = panel + ((<usize>depth) << 5);
  while (panel < end) {
    const w0 = v128.load(panel);
    const w1 = v128.load(panel, 16);
    let s = v128.load_splat<f32>(x);
    a0 = multiplyAdd(s, w0, a0);
    a1 = multiplyAdd(s, w1, a1);
    s = v128.load_splat<f32>(x1);
    b0 = multiplyAdd(s, w0, b0);
    b1 = multiplyAdd(s, w1, b1);
    s = v128.load_splat<f32>(x2);
    c0 = multiplyAdd(s, w0, c0);
    c1 = multiplyAdd(s, w1, c1);
    s = v128.load_splat<f32>(x3);
    d0 = multiplyAdd(s, w0, d0);
    d1 = multiplyAdd(s, w1, d1);
    panel += 32;
    x += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
  }
  store8(y, a0, a1, relu);
  store8(y + stride, b0, b1, relu);
  store8(y + stride * 2, c0, c1, relu);
  store8(y + stride * 3, d0, d1, relu);
}

function tile1x8(x: usize, depth: i32, panel: usize, bias: usize, y: usize, relu: i32): void {
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  const end = panel + ((<usize>depth) << 5);
  while (panel < end) {
    const s = v128.load_splat<f32>(x);
    a0 = multiplyAdd(s, v128.load(panel), a0);
    a1 = multiplyAdd(s, v128.load(panel, 16), a1);
    panel += 32;
    x += 4;
  }
  store8(y, a0, a1, relu);
}

function store8(y: usize, low: v128, high: v128, relu: i32): void {
  v128.store(y, relu ? rectify(low) : low);
  v128.store(y, relu ? rectify(high) : high, 16);
}

/** Copies the first `width` columns of the spilled tile to their place. */
function copyColumns(y: usize, stride: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) {
    memory.copy(y + <usize>row * stride, SPILL + ((<usize>row) << 5), (<usize>width) << 2);
  }
}
