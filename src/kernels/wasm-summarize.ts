import type { Summary } from '../check/index.ts';
import type { Float32Values } from './number-array.ts';
import { paddingOf, stream } from './stream.ts';
import type { WasmMemory } from './wasm-memory.ts';

export interface SummarizeBinary {
  summarize(values: number, count: number, state: number): void;
}

/** Drawn in assembly/summarize.ts. */
const STATE_NUMBERS = 8;
const STATE_BYTES = 8 * STATE_NUMBERS;

export function wasmSummarize(binary: SummarizeBinary, memory: WasmMemory): (values: Float32Values) => Summary {
  const numbersAt = (state: number) => new Float64Array(memory.floats.buffer, state, STATE_NUMBERS);

  function begin(state: number): void {
    const numbers = numbersAt(state).fill(0);
    numbers[3] = Infinity;
    numbers[4] = -Infinity;
  }

  return (values) => {
    const count = values.length;
    const numbers = numbersAt(stream(memory, values, STATE_BYTES, begin, binary.summarize));
    const finite = numbers[0]!;
    const none = finite === 0;
    const nan = numbers[6]! - paddingOf(count);
    const positiveInfinity = numbers[7]!;
    return {
      count,
      mean: none ? NaN : numbers[1]!,
      variance: none ? NaN : numbers[2]! / finite,
      // Adding 0 makes -0 a 0.
      min: none ? NaN : numbers[3]! + 0,
      max: none ? NaN : numbers[4]! + 0,
      zeros: numbers[5]!,
      nan,
      positiveInfinity,
      negativeInfinity: count - finite - nan - positiveInfinity,
    };
  };
}
