// Register tiles: the inner loops of linear(). Each multiplies a few rows by a few columns along the depth and stores the
// results once, through ReLU if asked.
//
// Eight accumulators each: with more, V8's register allocator spills and the speed halves. Node 20 also hoists all loads
// of a basic block above its arithmetic, and more than about seven loads beside eight accumulators spill as well; so a
// longer step is cut in two by a branch that is never taken, and that V8 cannot fold.
//
// tile4x16 has sixteen. It is for engines that fuse pairs of 128-bit operations into 256-bit ones: V8 with
// --experimental-wasm-revectorize, which halves its registers. V8 fuses only what starts at two stores with one base and
// neighbouring constant offsets, and nothing after a branch: hence the form of the stores.
import { multiplyAdd } from './arithmetic';

/**
 * Four rows, interleaved by packRows(), times half a panel, from `panel` to `end`. The sums begin with the values at
 * `start`, in rows `startStride` bytes apart: the bias (0: the same for all rows), or the sums of the depth before.
 *
 * Every `block` bytes of the panel it touches one cache line in each of eight streams, which are `aheadStride` bytes
 * apart in two panels, from `ahead` and `ahead + aheadPanel`: weights that are needed soon. One stream from beyond the
 * cache is too slow for the arithmetic; eight are not, and their latency passes while this tile computes.
 */
export function tile4x8(
  x: usize,
  panel: usize,
  end: usize,
  start: usize,
  startStride: usize,
  y: usize,
  stride: usize,
  relu: i32,
  ahead: usize,
  aheadStride: usize,
  aheadPanel: usize,
  block: usize,
): void {
  let a0 = v128.load(start);
  let a1 = v128.load(start, 16);
  start += startStride;
  let b0 = v128.load(start);
  let b1 = v128.load(start, 16);
  start += startStride;
  let c0 = v128.load(start);
  let c1 = v128.load(start, 16);
  start += startStride;
  let d0 = v128.load(start);
  let d1 = v128.load(start, 16);
  while (panel < end) {
    const blockEnd = min(panel + block, end);
    load<u8>(ahead);
    load<u8>(ahead + aheadStride);
    load<u8>(ahead + aheadStride * 2);
    load<u8>(ahead + aheadStride * 3);
    load<u8>(ahead + aheadPanel);
    load<u8>(ahead + aheadPanel + aheadStride);
    load<u8>(ahead + aheadPanel + aheadStride * 2);
    load<u8>(ahead + aheadPanel + aheadStride * 3);
    ahead += 64;
    while (panel < blockEnd) {
      const w0 = v128.load(panel);
      const w1 = v128.load(panel, 16);
      let s = v128.load_splat<f32>(x);
      a0 = multiplyAdd(s, w0, a0);
      a1 = multiplyAdd(s, w1, a1);
      s = v128.load_splat<f32>(x, 4);
      b0 = multiplyAdd(s, w0, b0);
      b1 = multiplyAdd(s, w1, b1);
      s = v128.load_splat<f32>(x, 8);
      c0 = multiplyAdd(s, w0, c0);
      c1 = multiplyAdd(s, w1, c1);
      s = v128.load_splat<f32>(x, 12);
      d0 = multiplyAdd(s, w0, d0);
      d1 = multiplyAdd(s, w1, d1);
      panel += 64;
      x += 16;
    }
  }
  const floor = floorOf(relu);
  store8(y, a0, a1, floor);
  y += stride;
  store8(y, b0, b1, floor);
  y += stride;
  store8(y, c0, c1, floor);
  y += stride;
  store8(y, d0, d1, floor);
}

/** As {@link tile4x8}, times a whole panel. */
export function tile4x16(
  x: usize,
  panel: usize,
  end: usize,
  start: usize,
  startStride: usize,
  y: usize,
  stride: usize,
  relu: i32,
  ahead: usize,
  aheadStride: usize,
  aheadPanel: usize,
  block: usize,
): void {
  let a0 = v128.load(start);
  let a1 = v128.load(start, 16);
  let a2 = v128.load(start, 32);
  let a3 = v128.load(start, 48);
  start += startStride;
  let b0 = v128.load(start);
  let b1 = v128.load(start, 16);
  let b2 = v128.load(start, 32);
  let b3 = v128.load(start, 48);
  start += startStride;
  let c0 = v128.load(start);
  let c1 = v128.load(start, 16);
  let c2 = v128.load(start, 32);
  let c3 = v128.load(start, 48);
  start += startStride;
  let d0 = v128.load(start);
  let d1 = v128.load(start, 16);
  let d2 = v128.load(start, 32);
  let d3 = v128.load(start, 48);
  while (panel < end) {
    const blockEnd = min(panel + block, end);
    load<u8>(ahead);
    load<u8>(ahead + aheadStride);
    load<u8>(ahead + aheadStride * 2);
    load<u8>(ahead + aheadStride * 3);
    load<u8>(ahead + aheadPanel);
    load<u8>(ahead + aheadPanel + aheadStride);
    load<u8>(ahead + aheadPanel + aheadStride * 2);
    load<u8>(ahead + aheadPanel + aheadStride * 3);
    ahead += 64;
    while (panel < blockEnd) {
      const w0 = v128.load(panel);
      const w1 = v128.load(panel, 16);
      const w2 = v128.load(panel, 32);
      const w3 = v128.load(panel, 48);
      let s = v128.load_splat<f32>(x);
      a0 = multiplyAdd(s, w0, a0);
      a1 = multiplyAdd(s, w1, a1);
      a2 = multiplyAdd(s, w2, a2);
      a3 = multiplyAdd(s, w3, a3);
      s = v128.load_splat<f32>(x, 4);
      b0 = multiplyAdd(s, w0, b0);
      b1 = multiplyAdd(s, w1, b1);
      b2 = multiplyAdd(s, w2, b2);
      b3 = multiplyAdd(s, w3, b3);
      s = v128.load_splat<f32>(x, 8);
      c0 = multiplyAdd(s, w0, c0);
      c1 = multiplyAdd(s, w1, c1);
      c2 = multiplyAdd(s, w2, c2);
      c3 = multiplyAdd(s, w3, c3);
      s = v128.load_splat<f32>(x, 12);
      d0 = multiplyAdd(s, w0, d0);
      d1 = multiplyAdd(s, w1, d1);
      d2 = multiplyAdd(s, w2, d2);
      d3 = multiplyAdd(s, w3, d3);
      panel += 64;
      x += 16;
    }
  }
  const floor = floorOf(relu);
  store16(y, a0, a1, a2, a3, floor);
  y += stride;
  store16(y, b0, b1, b2, b3, floor);
  y += stride;
  store16(y, c0, c1, c2, c3, floor);
  y += stride;
  store16(y, d0, d1, d2, d3, floor);
}

/** Two rows, `xStride` bytes apart, times a panel. */
export function tile2x16(
  x: usize,
  xStride: usize,
  panel: usize,
  end: usize,
  bias: usize,
  y: usize,
  stride: usize,
  relu: i32,
): void {
  let x1 = x + xStride;
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  let a2 = v128.load(bias, 32);
  let a3 = v128.load(bias, 48);
  let b0 = a0;
  let b1 = a1;
  let b2 = a2;
  let b3 = a3;
  while (panel < end) {
    const s = v128.load_splat<f32>(x);
    const t = v128.load_splat<f32>(x1);
    let w = v128.load(panel);
    a0 = multiplyAdd(s, w, a0);
    b0 = multiplyAdd(t, w, b0);
    w = v128.load(panel, 16);
    a1 = multiplyAdd(s, w, a1);
    b1 = multiplyAdd(t, w, b1);
    w = v128.load(panel, 32);
    a2 = multiplyAdd(s, w, a2);
    b2 = multiplyAdd(t, w, b2);
    w = v128.load(panel, 48);
    a3 = multiplyAdd(s, w, a3);
    b3 = multiplyAdd(t, w, b3);
    panel += 64;
    x += 4;
    x1 += 4;
  }
  const floor = floorOf(relu);
  store16(y, a0, a1, a2, a3, floor);
  store16(y + stride, b0, b1, b2, b3, floor);
}

/** One row times two panels: two streams of weights, each a cache line per step. */
export function tile1x32(x: usize, panel: usize, end: usize, panel1: usize, bias: usize, y: usize, relu: i32): void {
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  let a2 = v128.load(bias, 32);
  let a3 = v128.load(bias, 48);
  let a4 = v128.load(bias, 64);
  let a5 = v128.load(bias, 80);
  let a6 = v128.load(bias, 96);
  let a7 = v128.load(bias, 112);
  while (panel < end) {
    const s = v128.load_splat<f32>(x);
    a0 = multiplyAdd(s, v128.load(panel), a0);
    a1 = multiplyAdd(s, v128.load(panel, 16), a1);
    a2 = multiplyAdd(s, v128.load(panel, 32), a2);
    a3 = multiplyAdd(s, v128.load(panel, 48), a3);
    if (x == 0) break;
    a4 = multiplyAdd(s, v128.load(panel1), a4);
    a5 = multiplyAdd(s, v128.load(panel1, 16), a5);
    a6 = multiplyAdd(s, v128.load(panel1, 32), a6);
    a7 = multiplyAdd(s, v128.load(panel1, 48), a7);
    panel += 64;
    panel1 += 64;
    x += 4;
  }
  const floor = floorOf(relu);
  store16(y, a0, a1, a2, a3, floor);
  store16(y + 64, a4, a5, a6, a7, floor);
}

/** The lower bound of outputs: 0 for ReLU. pmax(x, floor) is `x < floor ? floor : x`: NaN and -0 pass unchanged. */
function floorOf(relu: i32): v128 {
  return f32x4.splat(relu ? <f32>0 : -Infinity);
}

function store16(y: usize, v0: v128, v1: v128, v2: v128, v3: v128, floor: v128): void {
  v128.store(y, f32x4.pmax(v0, floor));
  v128.store(y, f32x4.pmax(v1, floor), 16);
  v128.store(y, f32x4.pmax(v2, floor), 32);
  v128.store(y, f32x4.pmax(v3, floor), 48);
}

function store8(y: usize, low: v128, high: v128, floor: v128): void {
  v128.store(y, f32x4.pmax(low, floor));
  v128.store(y, f32x4.pmax(high, floor), 16);
}
