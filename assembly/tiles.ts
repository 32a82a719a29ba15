// Register tiles: the inner loops of linear(). Each computes a few rows times a few columns along the depth and stores
// them once, through ReLU if asked.
//
// Eight accumulators each: with more, V8's register allocator spills and the speed halves. Node 20 also moves all loads
// of a basic block ahead of its arithmetic, and more than about seven loads beside eight accumulators spill as well; so
// a longer step is cut in two by a branch that is never taken, and that V8 cannot know.
import { multiplyAdd, rectify } from './arithmetic';

/**
 * Four rows, interleaved as packRows() leaves them, times one panel from `panel` to `end`. They begin with what is at
 * `start`, whose rows are `startStride` bytes apart: the bias (0: the same for all), or what a first part of the depth
 * came to.
 *
 * Every `block` bytes of the panel it touches one cache line in each of four streams, from `ahead`, `aheadStride` bytes
 * apart: weights that will be wanted soon. One stream from beyond the cache is too slow for the arithmetic; four are
 * not, and their latency passes while this tile computes.
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
      panel += 32;
      x += 16;
    }
  }
  store8(y, a0, a1, relu);
  y += stride;
  store8(y, b0, b1, relu);
  y += stride;
  store8(y, c0, c1, relu);
  y += stride;
  store8(y, d0, d1, relu);
}

/** Two rows, `xStride` bytes apart, times two panels. */
export function tile2x16(
  x: usize,
  xStride: usize,
  panel: usize,
  end: usize,
  panel1: usize,
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
    w = v128.load(panel1);
    a2 = multiplyAdd(s, w, a2);
    b2 = multiplyAdd(t, w, b2);
    w = v128.load(panel1, 16);
    a3 = multiplyAdd(s, w, a3);
    b3 = multiplyAdd(t, w, b3);
    panel += 32;
    panel1 += 32;
    x += 4;
    x1 += 4;
  }
  store8(y, a0, a1, relu);
  store8(y + 32, a2, a3, relu);
  y += stride;
  store8(y, b0, b1, relu);
  store8(y + 32, b2, b3, relu);
}

/** One row times four panels: four streams of weights, since beyond the cache their number decides how fast they come. */
export function tile1x32(
  x: usize,
  panel: usize,
  end: usize,
  panel1: usize,
  panel2: usize,
  panel3: usize,
  bias: usize,
  y: usize,
  relu: i32,
): void {
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
    a2 = multiplyAdd(s, v128.load(panel1), a2);
    a3 = multiplyAdd(s, v128.load(panel1, 16), a3);
    if (x == 0) break;
    a4 = multiplyAdd(s, v128.load(panel2), a4);
    a5 = multiplyAdd(s, v128.load(panel2, 16), a5);
    a6 = multiplyAdd(s, v128.load(panel3), a6);
    a7 = multiplyAdd(s, v128.load(panel3, 16), a7);
    panel += 32;
    panel1 += 32;
    panel2 += 32;
    panel3 += 32;
    x += 4;
  }
  store8(y, a0, a1, relu);
  store8(y + 32, a2, a3, relu);
  store8(y + 64, a4, a5, relu);
  store8(y + 96, a6, a7, relu);
}

function store8(y: usize, low: v128, high: v128, relu: i32): void {
  v128.store(y, relu ? rectify(low) : low);
  v128.store(y, relu ? rectify(high) : high, 16);
}
