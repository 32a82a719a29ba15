// Arrays for statistics and histograms: several lengths, and a million of values that might be slow.

const normal =
  (length) =>
  ({ randn }) =>
    Float32Array.from(randn(length).data);
const full = (value) => () => new Float32Array(1e6).fill(value);

/** `{ label, make(library) }` */
export const ARRAYS = [
  { label: '1e3 normal', make: normal(1e3) },
  { label: '1e4 normal', make: normal(1e4) },
  { label: '1e5 normal', make: normal(1e5) },
  { label: '1e6 normal', make: normal(1e6) },
  { label: '1e7 normal', make: normal(1e7) },
  // As after a ReLU.
  { label: '1e6 half zeros', make: (library) => normal(1e6)(library).map((x) => Math.max(x, 0)) },
  { label: '1e6 NaN', make: full(Number.NaN) },
  { label: '1e6 Infinity', make: full(Number.POSITIVE_INFINITY) },
];
