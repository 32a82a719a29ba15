// Statistics in one pass over memory. The values are taken in blocks of BLOCK floats; each block is summed up on its
// own, while it is in the first-level cache, and then joined to what came before:
//
//   state →  f64 finite | mean | squares | min | max | zeros | NaN | +Inf
//            (`squares` is the sum of the squared distances from the mean)
//
// A block is summed in one of two ways.
//
//   quick     float32, eight lanes. Distances from a pivot near the mean are summed, so that a mean far from zero
//             costs no digits. NaN and infinities need no test: they make the sum of squares one.
//   careful   float64, four lanes, with NaN and infinities masked and counted. For blocks that quick cannot do: a
//             sum of squares that is not finite, or so large or small that float32 has no digits there; and for the
//             values that are left over when the blocks are full.
//
// Where the pivot (the mean of the block before) was so far away that the subtraction of sum²/n cancels too many
// digits, the block is summed once more, around its own mean. Blocks are joined in float64.
//
// Source of the join: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample
// variances", 1979.

import { multiplyAdd } from './arithmetic';

const BLOCK: i32 = 4096;
/** So many bytes are summed in float32 before the sums are added up in float64. */
const CHAIN_BYTES: usize = 1024;
/** A shorter rest is summed carefully: exact, and not slower than all the quick way's beginnings and ends. */
const SHORTEST_QUICK: i32 = 256;

const MIN_SQUARES: f64 = 1e-24;
const MAX_SQUARES: f64 = 1e38;
/**
 * How many times larger than the block's own squares those around the pivot may be. A ramp comes to 13. The first
 * block of all has no pivot but 0, and nothing after it that would outweigh its error.
 */
const MOST_CANCELLED: f64 = 16;
const MOST_CANCELLED_FIRST: f64 = 4;

// What the two ways find out about a block.
let pivot: f32;
let sum: f64;
let squares: f64;
let low: f32;
let high: f32;
let zeros: i32;
let nan: i32;
let positive: i32;
let finite: i32;

/** `count` is a multiple of four. */
export function summarize(values: usize, count: i32, state: usize): void {
  let careful = false;
  pivot = <f32>load<f64>(state, 8);
  while (count > 0) {
    const short = count <= SHORTEST_QUICK;
    // The last vector may hold NaN that are no values: it is left over for the careful way.
    const length = short ? count : count > BLOCK ? BLOCK : (count - 1) & ~7;
    let own: f64 = 0;
    for (let attempt = 0; attempt < 2; attempt++) {
      if (short) {
        carefully(values, length);
      } else {
        if (!careful) {
          quick(values, length);
          careful = !(squares < MAX_SQUARES) || (squares < MIN_SQUARES && low != high);
        }
        if (careful) carefully(values, length);
      }
      if (careful || short) {
        // The next block may be quick if this one could have been.
        careful = finite != length || !(squares < MAX_SQUARES) || squares < MIN_SQUARES;
      }
      if (finite == 0) break;
      const mean = sum / <f64>finite;
      // Equal values have no variance, whatever the pivot's rounding says.
      own = low == high ? 0 : max(0, squares - sum * mean);
      if (low == high) sum = <f64>finite * (<f64>low - <f64>pivot);
      else if (attempt == 0 && squares > own * (load<f64>(state) == 0 ? MOST_CANCELLED_FIRST : MOST_CANCELLED)) {
        pivot = <f32>(<f64>pivot + mean);
        continue;
      }
      break;
    }
    join(state, own);
    values += (<usize>length) << 2;
    count -= length;
  }
}

function join(state: usize, own: f64): void {
  store<f64>(state, load<f64>(state, 40) + <f64>zeros, 40);
  store<f64>(state, load<f64>(state, 48) + <f64>nan, 48);
  store<f64>(state, load<f64>(state, 56) + <f64>positive, 56);
  if (finite == 0) return;
  const count = <f64>finite;
  const before = load<f64>(state);
  const both = before + count;
  const mean = <f64>pivot + sum / count;
  const apart = mean - load<f64>(state, 8);
  store<f64>(state, both);
  store<f64>(state, load<f64>(state, 8) + (apart * count) / both, 8);
  store<f64>(state, load<f64>(state, 16) + own + ((apart * apart * before) / both) * count, 16);
  store<f64>(state, min(load<f64>(state, 24), <f64>low), 24);
  store<f64>(state, max(load<f64>(state, 32), <f64>high), 32);
  pivot = <f32>mean;
}

/** `length` is a multiple of eight. */
function quick(values: usize, length: i32): void {
  const p = f32x4.splat(pivot);
  const zero = f32x4.splat(0);
  let low0 = f32x4.splat(Infinity);
  let low1 = low0;
  let high0 = f32x4.splat(-Infinity);
  let high1 = high0;
  let zeros0 = zero;
  let zeros1 = zero;
  let sums = zero;
  let squaresSums = zero;
  const end = values + ((<usize>length) << 2);
  while (values < end) {
    const pause = min(end, values + CHAIN_BYTES);
    let sum0 = zero;
    let sum1 = zero;
    let squares0 = zero;
    let squares1 = zero;
    while (values < pause) {
      let x = v128.load(values);
      low0 = f32x4.pmin(low0, x);
      high0 = f32x4.pmax(high0, x);
      zeros0 = i32x4.sub(zeros0, i32x4.eq(i32x4.add(x, x), zero));
      x = f32x4.sub(x, p);
      sum0 = f32x4.add(sum0, x);
      squares0 = multiplyAdd(x, x, squares0);
      // Never true, but V8 cannot know: the block ends here, so that it does not load everything ahead and spill.
      if (values == 0) break;
      x = v128.load(values, 16);
      low1 = f32x4.pmin(low1, x);
      high1 = f32x4.pmax(high1, x);
      zeros1 = i32x4.sub(zeros1, i32x4.eq(i32x4.add(x, x), zero));
      x = f32x4.sub(x, p);
      sum1 = f32x4.add(sum1, x);
      squares1 = multiplyAdd(x, x, squares1);
      values += 32;
    }
    sums = f64x2.add(sums, inPairs(f32x4.add(sum0, sum1)));
    squaresSums = f64x2.add(squaresSums, inPairs(f32x4.add(squares0, squares1)));
  }
  keepExtremes(f32x4.pmin(low0, low1), f32x4.pmax(high0, high1));
  sum = addPair(sums);
  squares = addPair(squaresSums);
  zeros = countLanes(i32x4.add(zeros0, zeros1));
  nan = 0;
  positive = 0;
  finite = length;
}

/** `length` is a multiple of four. */
function carefully(values: usize, length: i32): void {
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
    // x itself where it is finite, else NaN, which pmin and pmax pass over.
    const real = f32x4.add(x, f32x4.sub(x, x));
    lows = f32x4.pmin(lows, real);
    highs = f32x4.pmax(highs, real);
    const mask = f32x4.eq(real, real);
    finite4 = i32x4.sub(finite4, mask);
    x = v128.bitselect(x, p, mask);
    let d = f64x2.sub(f64x2.promote_low_f32x4(x), pp);
    sum0 = f64x2.add(sum0, d);
    squares0 = f64x2.add(squares0, f64x2.mul(d, d));
    d = f64x2.sub(f64x2.promote_low_f32x4(upperHalf(x)), pp);
    sum1 = f64x2.add(sum1, d);
    squares1 = f64x2.add(squares1, f64x2.mul(d, d));
    values += 16;
  }
  keepExtremes(lows, highs);
  sum = addPair(f64x2.add(sum0, sum1));
  squares = addPair(f64x2.add(squares0, squares1));
  zeros = countLanes(zeros4);
  nan = countLanes(nan4);
  positive = countLanes(positive4);
  finite = countLanes(finite4);
}

function keepExtremes(lows: v128, highs: v128): void {
  low = min(
    min(f32x4.extract_lane(lows, 0), f32x4.extract_lane(lows, 1)),
    min(f32x4.extract_lane(lows, 2), f32x4.extract_lane(lows, 3)),
  );
  high = max(
    max(f32x4.extract_lane(highs, 0), f32x4.extract_lane(highs, 1)),
    max(f32x4.extract_lane(highs, 2), f32x4.extract_lane(highs, 3)),
  );
}

/** Two sums, in float64, of the four lanes of a float32 vector. */
function inPairs(v: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(upperHalf(v)));
}

function upperHalf(v: v128): v128 {
  return i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}

function addPair(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** The four lanes of an integer vector, added up. */
function countLanes(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}
