// One pass of statistics over an array, beside copying as many bytes.
import { verifySame } from '../verify.mjs';
import { ARRAYS } from './arrays.mjs';
import { timeAll } from './time-all.mjs';

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
      const candidates = (library) => library.summarize?.(values) ?? [];
      yield {
        label,
        bytes: values.byteLength,
        ...(await timeAll(bench, candidates, [bench.peak.copy(values.byteLength)], verify)),
      };
    }
  },
};
