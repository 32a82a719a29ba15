// Histograms with the bins that PyTorch gives TensorBoard, beside numpy, which PyTorch takes for them.
import { verifySame } from '../verify.mjs';
import { ARRAYS } from './arrays.mjs';
import { timeAll } from './time-all.mjs';

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
      const candidates = (library) => library.histogram?.(values, edges) ?? [];
      yield {
        label,
        bytes: values.byteLength,
        ...(await timeAll(bench, candidates, [bench.peak.copy(values.byteLength)], verify)),
      };
    }
  },
};
