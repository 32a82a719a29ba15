import type { Moments } from './kernels.ts';
import type { Float32Values } from './number-array.ts';
import { stream } from './stream.ts';
import type { WasmMemory } from './wasm-memory.ts';

export interface MomentsBinary {
  moments(values: number, count: number, state: number): void;
}

/** Two vectors of float32, four of float64: drawn in assembly/moments.ts. */
const STATE_BYTES = 96;

export function wasmMoments(binary: MomentsBinary, memory: WasmMemory): (values: Float32Values) => Moments {
  function begin(state: number): void {
    const { floats } = memory;
    const first = state >>> 2;
    floats.fill(Infinity, first, first + 4);
    floats.fill(-Infinity, first + 4, first + 8);
    floats.fill(0, first + 8, first + 24);
  }

  return (values) => {
    const whole = values.length & ~3;
    const vectors = whole === values.length ? values : values.subarray(0, whole);
    const state = stream(memory, vectors, STATE_BYTES, begin, binary.moments);
    const extremes = new Float32Array(memory.floats.buffer, state, 8);
    const sums = new Float64Array(memory.floats.buffer, state + 32, 8);
    let [min, max] = [Infinity, -Infinity];
    for (let lane = 0; lane < 4; lane++) {
      if (extremes[lane]! <= min) min = extremes[lane]!;
      if (extremes[4 + lane]! >= max) max = extremes[4 + lane]!;
    }
    let sum = sums[0]! + sums[1]! + sums[2]! + sums[3]!;
    let sumSquares = sums[4]! + sums[5]! + sums[6]! + sums[7]!;
    // NaN in the place of those that are missing would be all that is left of the sums.
    for (let i = whole; i < values.length; i++) {
      const x = values[i]!;
      if (x <= min) min = x;
      if (x >= max) max = x;
      sum += x;
      sumSquares += x * x;
    }
    return { min, max, sum, sumSquares };
  };
}
