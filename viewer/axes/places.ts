/** A record without a time, as some converters write it, has 0 or NaN. */
const isKnown = (wallTime: number): boolean => wallTime > 0 && wallTime < Number.POSITIVE_INFINITY;

/** The time of the first record that has one; NaN if none has. */
export function firstKnown(wallTimes: ArrayLike<number>): number {
  for (let i = 0; i < wallTimes.length; i++) if (isKnown(wallTimes[i]!)) return wallTimes[i]!;
  return Number.NaN;
}

/**
 * The places of records on an axis of wall time: strictly ascending, so that each record can be pointed at, and a range of
 * time is a range of steps.
 *
 * - A clock that goes back stands still until it has caught up.
 * - Records of one time share the time to the next later one evenly, the last ones as much as the ones before them.
 * - A record without a time has that of the record before; at the start, of the first that has one.
 *
 * @param wallTimes in the order of steps, in seconds
 * @returns the array itself if the times ascend already; empty if no record has a time
 */
export function ascendingTimes(wallTimes: Float64Array): Float64Array {
  let ascends = true;
  let before = 0;
  for (let i = 0; i < wallTimes.length && ascends; i++) {
    ascends = wallTimes[i]! > before && wallTimes[i]! < Number.POSITIVE_INFINITY;
    before = wallTimes[i]!;
  }
  if (ascends) return wallTimes;
  let latest = firstKnown(wallTimes);
  if (Number.isNaN(latest)) return new Float64Array(0);
  const times = wallTimes.map((time) => {
    if (isKnown(time) && time > latest) latest = time;
    return latest;
  });
  let share = 1;
  let place = 0;
  for (let start = 0, end = 0; start < times.length; start = end) {
    const time = times[start]!;
    while (end < times.length && times[end] === time) end++;
    share = (end < times.length ? times[end]! - time : share) / (end - start);
    for (let i = start; i < end; i++) {
      // Shares may be too small for float64: near a time now, its numbers are 2.4e-7 s apart.
      place = Math.max(time + (i - start) * share, place * (1 + 2 ** -52));
      times[i] = place;
    }
  }
  return times;
}
