// Counts float32 values in intervals of their bit patterns, which are unsigned integers here. src/kernels/edges.ts turns
// edges into such intervals, also for NaN, infinities and both zeros. An interval has four counters, one for each lane, so
// that equal neighbours do not wait for each other's sum:
//
//   counters →  interval 0: u32 u32 u32 u32 | interval 1: u32 u32 u32 u32 | …
//
// In the end, `addUp` adds up the intervals of each bin.

/**
 * For edges of which no two intervals begin inside the same cell. A cell is all patterns with the same upper 13 bits (sign,
 * exponent, four bits of the mantissa); it holds a number such that
 *
 *   interval = (cell + pattern) >>> 19
 *
 * table → 8192 cells, u32. The sum carries over into the interval's bits where the next interval begins.
 * `count` is a multiple of four.
 */
export function countByTable(values: usize, count: i32, table: usize, counters: usize): void {
  const end = values + ((<usize>count) << 2);
  while (values < end) {
    countInCell(load<u32>(values), table, counters);
    countInCell(load<u32>(values, 4), table, counters + 4);
    countInCell(load<u32>(values, 8), table, counters + 8);
    countInCell(load<u32>(values, 12), table, counters + 12);
    values += 16;
  }
}

export function countInCell(pattern: u32, table: usize, counters: usize): void {
  const interval = load<u32>(table + ((pattern >>> 17) & ~3)) + pattern;
  addOne(counters + ((interval >>> 15) & ~15));
}

function addOne(counter: usize): void {
  store<u32>(counter, load<u32>(counter) + 1);
}

/**
 * For any edges: a binary search without branches. `count` is a multiple of four.
 *
 * starts → 2^steps - 1 patterns at which the intervals 1, 2, … begin, ascending, filled up with 0xFFFFFFFF
 */
export function countBySearch(values: usize, count: i32, starts: usize, steps: i32, counters: usize): void {
  const half: usize = (<usize>2) << steps;
  const end = values + ((<usize>count) << 2);
  while (values < end) {
    const x0 = load<u32>(values);
    const x1 = load<u32>(values, 4);
    const x2 = load<u32>(values, 8);
    const x3 = load<u32>(values, 12);
    // Byte offsets into `starts`, four times an interval.
    let i0: usize = 0;
    let i1: usize = 0;
    let i2: usize = 0;
    let i3: usize = 0;
    for (let step = half; step >= 4; step >>= 1) {
      const middle = starts + step - 4;
      i0 += step & -(<usize>(x0 >= load<u32>(middle + i0)));
      i1 += step & -(<usize>(x1 >= load<u32>(middle + i1)));
      i2 += step & -(<usize>(x2 >= load<u32>(middle + i2)));
      i3 += step & -(<usize>(x3 >= load<u32>(middle + i3)));
    }
    addOne(counters + (i0 << 2));
    addOne(counters + (i1 << 2) + 4);
    addOne(counters + (i2 << 2) + 8);
    addOne(counters + (i3 << 2) + 12);
    values += 16;
  }
}

/**
 * Adds the counters of each interval to the sum of its rank. Most are 0.
 *
 * ranks → u32 for each interval; sums → f64 for each rank
 */
export function addUp(counters: usize, intervals: i32, ranks: usize, sums: usize): void {
  const end = counters + ((<usize>intervals) << 4);
  while (counters < end) {
    const lanes = v128.load(counters);
    if (v128.any_true(lanes)) {
      const sum = sums + ((<usize>load<u32>(ranks)) << 3);
      store<f64>(
        sum,
        load<f64>(sum) +
          <f64>(<u32>i32x4.extract_lane(lanes, 0)) +
          <f64>(<u32>i32x4.extract_lane(lanes, 1)) +
          <f64>(<u32>i32x4.extract_lane(lanes, 2)) +
          <f64>(<u32>i32x4.extract_lane(lanes, 3)),
      );
    }
    counters += 16;
    ranks += 4;
  }
}
