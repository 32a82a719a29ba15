// Statistics of one block of values around a pivot, and joining them to those of the blocks before:
//
//   state →  f64 finite | mean | squares | min | max | zeros | NaN | +Inf | sum | sum of squares
//            (`squares` is the sum of squared distances from the mean)
//
// Distances are taken from a pivot near the mean: a mean far from zero then costs no digits.
//
// Source of the join: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample
// variances", 1979.

/** 16 KB, in the first-level cache. */
export const BLOCK: i32 = 4096;

// The statistics of the block: of distances from the pivot, then of the values.
export let pivot: f32;
export let sum: f64;
export let squares: f64;
export let low: f32;
export let high: f32;
export let zeros: i32;
let nan: i32;
let positive: i32;
export let finite: i32;

export function usePivot(x: f32): void {
  pivot = x;
}

/** Keeps the statistics of a block without NaN and infinities: two f64, two f64, four f32, four f32, four i32. */
export function keep(sums: v128, squaresSums: v128, lows: v128, highs: v128, zeros4: v128, length: i32): void {
  sum = addPair(sums);
  squares = addPair(squaresSums);
  keepExtremes(lows, highs);
  zeros = countLanes(zeros4);
  nan = 0;
  positive = 0;
  finite = length;
}

/** Any values, in float64, with NaN and infinities counted and left out. `length` is a multiple of four. */
export function measure(values: usize, length: i32): void {
  const p = f32x4.splat(pivot);
  const pp = f64x2.splat(<f64>pivot);
  const zero = f32x4.splat(0);
  let lows = f32x4.splat(Infinity);
  let highs = f32x4.splat(-Infinity);
  let sum0 = zero;
  let sum1 = zero;
  let squares0 = zero;
  let squares1 = zero;
  let zeros4 = zero;
  let nan4 = zero;
  let positive4 = zero;
  let finite4 = zero;
  const end = values + ((<usize>length) << 2);
  while (values < end) {
    let x = v128.load(values);
    zeros4 = i32x4.sub(zeros4, f32x4.eq(x, zero));
    nan4 = i32x4.sub(nan4, f32x4.ne(x, x));
    positive4 = i32x4.sub(positive4, f32x4.eq(x, f32x4.splat(Infinity)));
    const mask = f32x4.eq(f32x4.sub(x, x), zero);
    finite4 = i32x4.sub(finite4, mask);
    // In this order, the later of -0 and 0 stays, as in numpy.
    lows = f32x4.pmin(v128.bitselect(x, lows, mask), lows);
    highs = f32x4.pmax(v128.bitselect(x, highs, mask), highs);
    x = v128.bitselect(x, p, mask);
    let d = f64x2.sub(f64x2.promote_low_f32x4(x), pp);
    sum0 = f64x2.add(sum0, d);
    squares0 = f64x2.add(squares0, f64x2.mul(d, d));
    d = f64x2.sub(f64x2.promote_low_f32x4(upperHalf(x)), pp);
    sum1 = f64x2.add(sum1, d);
    squares1 = f64x2.add(squares1, f64x2.mul(d, d));
    values += 16;
  }
  keep(f64x2.add(sum0, sum1), f64x2.add(squares0, squares1), lows, highs, zeros4, countLanes(finite4));
  nan = countLanes(nan4);
  positive = countLanes(positive4);
}

/** The sum of the block's squared distances from its own mean. Equal values have none, whatever was rounded. */
export function ownSquares(): f64 {
  return low == high ? 0 : max(0, squares - (sum / <f64>finite) * sum);
}

/** The mean of the block. */
export function mean(): f64 {
  return low == high ? <f64>low : <f64>pivot + sum / <f64>finite;
}

/** Joins the block to the state. */
export function join(state: usize, own: f64): void {
  store<f64>(state, load<f64>(state, 40) + <f64>zeros, 40);
  store<f64>(state, load<f64>(state, 48) + <f64>nan, 48);
  store<f64>(state, load<f64>(state, 56) + <f64>positive, 56);
  if (finite == 0) return;
  const count = <f64>finite;
  const before = load<f64>(state);
  const both = before + count;
  const apart = mean() - load<f64>(state, 8);
  store<f64>(state, both);
  store<f64>(state, load<f64>(state, 8) + (apart * count) / both, 8);
  store<f64>(state, load<f64>(state, 16) + own + ((apart * apart * before) / both) * count, 16);
  if (<f64>low <= load<f64>(state, 24)) store<f64>(state, <f64>low, 24);
  if (<f64>high >= load<f64>(state, 32)) store<f64>(state, <f64>high, 32);
  const p = low == high ? <f64>low : <f64>pivot;
  const rest = low == high ? 0 : sum;
  store<f64>(state, load<f64>(state, 64) + (rest + count * p), 64);
  store<f64>(state, load<f64>(state, 72) + ((low == high ? 0 : squares) + (2 * rest + count * p) * p), 72);
}

function keepExtremes(lows: v128, highs: v128): void {
  low = f32x4.extract_lane(lows, 0);
  if (f32x4.extract_lane(lows, 1) <= low) low = f32x4.extract_lane(lows, 1);
  if (f32x4.extract_lane(lows, 2) <= low) low = f32x4.extract_lane(lows, 2);
  if (f32x4.extract_lane(lows, 3) <= low) low = f32x4.extract_lane(lows, 3);
  high = f32x4.extract_lane(highs, 0);
  if (f32x4.extract_lane(highs, 1) >= high) high = f32x4.extract_lane(highs, 1);
  if (f32x4.extract_lane(highs, 2) >= high) high = f32x4.extract_lane(highs, 2);
  if (f32x4.extract_lane(highs, 3) >= high) high = f32x4.extract_lane(highs, 3);
}

export function upperHalf(v: v128): v128 {
  return i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}

function addPair(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

function countLanes(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}
