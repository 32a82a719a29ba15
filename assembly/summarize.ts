// Statistics in one pass over memory, block by block (see block.ts). A block is summed in one of two ways:
//
//   quick    in float32, eight lanes. NaN and infinities need no test: they make the sum of squares NaN or infinite.
//   measure  in float64, four lanes. For blocks with NaN or infinities, for squares so large or small that float32 has
//            no digits there, and for the values after the last full block.
//
// If the pivot, the mean of the block before, is so far away that subtracting sum²/n cancels too many digits, the block
// is summed once more around its own mean.
import { multiplyAdd } from './arithmetic';
import {
  BLOCK,
  finite,
  high,
  join,
  keep,
  low,
  mean,
  measure,
  ownSquares,
  pivot,
  squares,
  upperHalf,
  usePivot,
} from './block';

/** The length of a chain of float32 additions; the chains are added up in float64. */
const CHAIN_BYTES: usize = 1024;
/** Up to this length `measure` is exact and not slower than the overhead of `quick`. */
const SHORTEST_QUICK: i32 = 256;

const MIN_SQUARES: f64 = 1e-24;
const MAX_SQUARES: f64 = 1e38;
/**
 * The largest ratio of squares around the pivot to squares around the mean. A ramp has 13. The first block has no pivot
 * but 0, and nothing after it outweighs its error.
 */
const MOST_CANCELLED: f64 = 16;
const MOST_CANCELLED_FIRST: f64 = 4;

/** `count` is a multiple of four. */
export function summarize(values: usize, count: i32, state: usize): void {
  let careful = false;
  usePivot(<f32>load<f64>(state, 8));
  while (count > 0) {
    const short = count <= SHORTEST_QUICK;
    // The last vector may be filled up with NaN: it is left to `measure`.
    const length = short ? count : count > BLOCK ? BLOCK : (count - 1) & ~7;
    let own: f64 = 0;
    for (let attempt = 0; attempt < 2; attempt++) {
      if (!careful && !short) {
        quick(values, length);
        careful = !(squares < MAX_SQUARES) || (squares < MIN_SQUARES && low != high);
      }
      if (careful || short) {
        measure(values, length);
        // The next block may be quick if this one could have been.
        careful = finite != length || !(squares < MAX_SQUARES) || squares < MIN_SQUARES;
      }
      if (finite == 0) break;
      own = ownSquares();
      const most = load<f64>(state) == 0 ? MOST_CANCELLED_FIRST : MOST_CANCELLED;
      if (low == high || attempt == 1 || squares <= own * most) break;
      usePivot(<f32>mean());
    }
    join(state, own);
    if (finite != 0) usePivot(<f32>mean());
    values += (<usize>length) << 2;
    count -= length;
  }
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
      // Never true, but V8 cannot know: the basic block ends here, so that it does not hoist the next load and spill.
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
  keep(sums, squaresSums, f32x4.pmin(low0, low1), f32x4.pmax(high0, high1), i32x4.add(zeros0, zeros1), length);
}

/** The four lanes of a float32 vector, added up in pairs in float64. */
function inPairs(v: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(upperHalf(v)));
}
