// Figures of a row that timeAll measured.

/** The time of a candidate's best turn, in ns; undefined if it did not take part. */
export const timeOf = (row, name) => (row.times[name] === undefined ? undefined : Math.min(...row.times[name]));

export const isBoundByBytes = ({ flop, bound }) => flop === undefined || bound === 'bytes';

/** Operations or bytes per ns that the peak reached: GFLOP/s or GB/s. */
export const peakRate = (row, peak) => (peak.flop ?? peak.bytes) / timeOf(row, peak.name);

/** The fastest of the peaks with these names; undefined without one. */
function fastest(row, names) {
  const found = row.peaks.filter(({ name }) => names.includes(name));
  return found.sort((a, b) => peakRate(row, b) - peakRate(row, a))[0];
}

/** The relaxed binary may use the instructions of the other one too, which are the faster ones in Firefox. */
const LOOPS = { relaxed: ['peak relaxed', 'peak simd'], simd: ['peak simd'] };

/** The upper bound for these kernels in this row: multiply-adds, or bytes; undefined without one. */
export const peakOf = (row, kernels) =>
  fastest(row, isBoundByBytes(row) ? ['read', 'memory.copy'] : (LOOPS[kernels] ?? []));

/** The share of the peak that layertap reached; undefined without a peak. */
export function shareOfPeak(row, kernels) {
  const peak = peakOf(row, kernels);
  if (peak === undefined) return undefined;
  return (isBoundByBytes(row) ? row.bytes : row.flop) / timeOf(row, kernels) / peakRate(row, peak);
}

/** How long the arithmetic takes at the peak of these kernels, in ns; undefined if that was not measured. */
export function arithmeticTime(row, kernels) {
  const peak = fastest(row, LOOPS[kernels]);
  return peak === undefined ? undefined : row.flop / peakRate(row, peak);
}

/**
 * The share of the least time of a call: the arithmetic, if that is the bound, and the output copied out; undefined if it was
 * not measured.
 */
export function shareOfLimit(row, kernels) {
  const arithmetic = isBoundByBytes(row) ? 0 : arithmeticTime(row, kernels);
  const output = timeOf(row, 'copy out');
  return arithmetic === undefined || output === undefined ? undefined : (arithmetic + output) / timeOf(row, kernels);
}
