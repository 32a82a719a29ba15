// Statistics of arrays, and histograms of them with the bins that PyTorch gives TensorBoard, beside copying as many bytes.
import { verifySame } from '../verify.mjs';
import { timeAll } from './time-all.mjs';

const normal =
  (length) =>
  ({ randn }) =>
    Float32Array.from(randn(length).data);
const full = (value) => () => new Float32Array(1e6).fill(value);

/** Several lengths, and a million of values that might be slow: `{ label, make(library) }` */
const ARRAYS = [
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

export const statistics = {
  title: 'Statistics',
  about: `summarize of an array: count, mean, variance, least, greatest, zeros, NaN and infinities. PyTorch counts the same
in six calls; tfjs computes mean, variance, least and greatest only, and is left out where its variance is
wrong by more than a percent: from a million values on. GB/s is the bytes of the array / time; the peak is memory.copy of as many bytes inside WebAssembly.`,
  async *rows(bench) {
    for (const { label, make } of ARRAYS) {
      const values = make(bench.ours[0].library);
      const { mean, variance, min, max } = bench.ours[0].library.summarize(values);
      const finite = Number.isFinite(mean);
      const verify = (who, [theirMean, theirVariance, theirMin, theirMax]) => {
        // Where nothing is finite, layertap says NaN and the others what their sums come to.
        if (finite) verifySame(who, [theirMean, theirVariance, theirMin, theirMax], [mean, variance, min, max], 1e-3);
      };
      const candidates = (library) => library.summarize?.(values);
      yield {
        label,
        bytes: values.byteLength,
        ...(await timeAll(bench, candidates, [bench.peak.copy(values.byteLength)], verify)),
      };
    }
  },
};

/** PyTorch's 1549 edges: from 1e-12 by a tenth more each to 1e20, the same below zero, and zero. */
function pytorchEdges() {
  const positive = [];
  for (let edge = 1e-12; edge < 1e20; edge *= 1.1) positive.push(edge);
  return Float64Array.from([...positive.map((edge) => -edge).reverse(), 0, ...positive]);
}

export const histogram = {
  title: 'Histogram',
  about: `histogram of an array into PyTorch's 1548 bins, every count compared. GB/s is the bytes of the array / time:
2 GB/s are 2 ns a value. The peak is memory.copy of as many bytes inside WebAssembly.`,
  async *rows(bench) {
    const edges = pytorchEdges();
    for (const { label, make } of ARRAYS) {
      const values = make(bench.ours[0].library);
      const { counts } = bench.ours[0].library.histogram(values, edges);
      const verify = (who, theirs) => verifySame(who, theirs, counts, 0);
      const candidates = (library) => library.histogram?.(values, edges);
      yield {
        label,
        bytes: values.byteLength,
        ...(await timeAll(bench, candidates, [bench.peak.copy(values.byteLength)], verify)),
      };
    }
  },
};
