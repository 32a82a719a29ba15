// Counts between edges and statistics, in one pass over memory: the counting of histogram.ts, the state of block.ts.
// All sums are in float64.
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
import { countBySearch, countByTable, countInCell } from './histogram';

/** The largest ratio of squares around the pivot to squares around the mean: 256 costs the sums 3 of 16 digits. */
const MOST_CANCELLED: f64 = 256;

/**
 * `steps` is 0 for `countByTable`, and `lookup` its table; otherwise as for `countBySearch`. `count` is a multiple of
 * four.
 */
export function distribution(
  values: usize,
  count: i32,
  lookup: usize,
  steps: i32,
  counters: usize,
  state: usize,
): void {
  usePivot(rounded(load<f64>(state, 8)));
  while (count > 0) {
    // The last vector may be filled up with NaN: it is a block of its own.
    const length = min(BLOCK, max(4, count - 4));
    if (steps == 0 && length > 4) {
      countAndMeasure(values, length, lookup, counters);
      // NaN or infinite, if a value is.
      if (!(squares - squares == 0)) measure(values, length);
    } else {
      if (steps == 0) countByTable(values, length, lookup, counters);
      else countBySearch(values, length, lookup, steps, counters);
      measure(values, length);
    }
    if (finite != 0) {
      if (low != high && squares > ownSquares() * MOST_CANCELLED) {
        usePivot(rounded(mean()));
        measure(values, length);
      }
      join(state, ownSquares());
      usePivot(rounded(mean()));
    } else {
      join(state, 0);
    }
    values += (<usize>length) << 2;
    count -= length;
  }
}

/** A pivot of 12 bits: distances of whole numbers from it, and their squares, are exact in float64, and so are sums. */
function rounded(mean: f64): f32 {
  return reinterpret<f32>(reinterpret<u32>(<f32>mean) & 0xfffff000);
}

/** Finite values alone. The integer units count while the vector units sum. `length` is a multiple of four. */
function countAndMeasure(values: usize, length: i32, table: usize, counters: usize): void {
  const p = f64x2.splat(<f64>pivot);
  const zero = f32x4.splat(0);
  let lows = f32x4.splat(Infinity);
  let highs = f32x4.splat(-Infinity);
  let sum0 = zero;
  let sum1 = zero;
  let squares0 = zero;
  let squares1 = zero;
  let zeros4 = zero;
  const end = values + ((<usize>length) << 2);
  while (values < end) {
    const x = v128.load(values);
    countInCell(load<u32>(values), table, counters);
    // In this order, the later of -0 and 0 stays, as in numpy.
    lows = f32x4.pmin(x, lows);
    highs = f32x4.pmax(x, highs);
    countInCell(load<u32>(values, 4), table, counters + 4);
    let d = f64x2.sub(f64x2.promote_low_f32x4(x), p);
    sum0 = f64x2.add(sum0, d);
    squares0 = f64x2.add(squares0, f64x2.mul(d, d));
    countInCell(load<u32>(values, 8), table, counters + 8);
    d = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(values, 8)), p);
    sum1 = f64x2.add(sum1, d);
    squares1 = f64x2.add(squares1, f64x2.mul(d, d));
    countInCell(load<u32>(values, 12), table, counters + 12);
    zeros4 = i32x4.sub(zeros4, f32x4.eq(x, zero));
    values += 16;
  }
  keep(f64x2.add(sum0, sum1), f64x2.add(squares0, squares1), lows, highs, zeros4, length);
}
