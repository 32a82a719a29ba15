// ReLU alone, beside copying as many bytes.
import { verifySame } from '../verify.mjs';
import { timeAll } from './time-all.mjs';

export const elementwise = {
  title: 'Elementwise: ReLU',
  about: `relu(x) of a Tensor of n values, from an array to a new array. GB/s is the bytes of the array /
time. The peak: memory.copy of as many bytes inside WebAssembly. The limit: as many bytes copied out into a new array,
which every candidate must make. (PyTorch and the array that it makes: nothing is
copied in or out.)`,
  rows,
};

const LENGTHS = [1e3, 1e4, 1e5, 1e6, 1e7];

async function* rows(bench) {
  const { randn } = bench.ours[0].library;
  for (const length of LENGTHS) {
    const values = Float32Array.from(randn(length).data);
    const expected = values.map((x) => (x < 0 ? 0 : x));
    yield {
      label: `${length.toExponential().replace('e+', 'e')} values`,
      bytes: 4 * length,
      ...(await timeAll(
        bench,
        (library) => library.relu?.(values),
        [bench.peak.copy(4 * length), bench.peak.copyOut(4 * length)],
        (who, output) => verifySame(who, output, expected, 0),
      )),
    };
  }
}
