/** @file Statistics and histograms on the SIMD kernels. */
import type { Summary } from '../check/index.ts';
import { eachBlock, type Float32Values, paddingOf } from './blocks.ts';
import { roundUp } from './heap.ts';
import { type EdgePlan, planEdges } from './histogram-edges.ts';
import type { WasmInstance } from './instance.ts';
import type { Distribution, HistogramCounts, Numbers } from './kernels.ts';
import type { WasmExports } from './wasm-exports.ts';
import type { WasmMemory } from './wasm-memory.ts';

/** A program has few sets of edges: TensorBoard's, a viewer's. */
const MOST_PLANS = 4;

/** Four counters per interval, see assembly/histogram.ts. */
const COUNTERS_BYTES = 16;

/** The state of assembly/block.ts. */
const STATE_NUMBERS = 10;
const STATE_BYTES = 8 * STATE_NUMBERS;

/** A plan in WebAssembly memory, kept for the next call. */
interface PlacedPlan {
  readonly edges: Float64Array;
  readonly lookup: number;
  readonly steps: number;
  readonly ranks: number;
  readonly intervals: number;
  /** Of the counters and their sums. */
  readonly headBytes: number;
}

export class WasmStatistics {
  readonly #exports: WasmExports;
  readonly #memory: WasmMemory;
  /** The most recently used first. */
  readonly #plans: PlacedPlan[] = [];

  constructor({ exports, memory }: WasmInstance) {
    this.#exports = exports;
    this.#memory = memory;
  }

  summarize(values: Float32Values): Summary {
    const state = eachBlock(
      this.#memory,
      values,
      STATE_BYTES,
      (head) => this.#clearState(head),
      (pointer, count, head) => this.#exports.summarize(pointer, count, head),
    );
    return this.#summaryAt(state, values.length);
  }

  histogram(values: Float32Values, edges: Numbers): HistogramCounts {
    const plan = this.#planFor(edges);
    const { lookup, steps, headBytes } = plan;
    const counters = eachBlock(
      this.#memory,
      values,
      headBytes,
      (head) => this.#clear(head, headBytes),
      (pointer, count, head) => {
        if (steps === 0) this.#exports.countByTable(pointer, count, lookup, head);
        else this.#exports.countBySearch(pointer, count, lookup, steps, head);
      },
    );
    return this.#countsAt(counters, plan, values.length);
  }

  distribution(values: Float32Values, edges: Numbers): Distribution {
    const plan = this.#planFor(edges);
    const { lookup, steps, headBytes } = plan;
    // | state | head of the histogram
    const state = eachBlock(
      this.#memory,
      values,
      STATE_BYTES + headBytes,
      (head) => {
        this.#clearState(head);
        this.#clear(head + STATE_BYTES, headBytes);
      },
      (pointer, count, head) => {
        this.#exports.distribution(pointer, count, lookup, steps, head + STATE_BYTES, head);
      },
    );
    const { counts, below, above } = this.#countsAt(state + STATE_BYTES, plan, values.length);
    const summary = this.#summaryAt(state, values.length);
    const numbers = this.#stateAt(state);
    const none = numbers[0] === 0;
    // Without spread, which takes microseconds.
    return {
      counts,
      below,
      above,
      count: summary.count,
      mean: summary.mean,
      variance: summary.variance,
      min: none ? NaN : numbers[3]!,
      max: none ? NaN : numbers[4]!,
      zeros: summary.zeros,
      nan: summary.nan,
      positiveInfinity: summary.positiveInfinity,
      negativeInfinity: summary.negativeInfinity,
      sum: numbers[8]!,
      sumSquares: numbers[9]!,
    };
  }

  #stateAt(pointer: number): Float64Array {
    return new Float64Array(this.#memory.floats.buffer, pointer, STATE_NUMBERS);
  }

  #clearState(pointer: number): void {
    const state = this.#stateAt(pointer).fill(0);
    state[3] = Infinity;
    state[4] = -Infinity;
  }

  #summaryAt(pointer: number, count: number): Summary {
    const state = this.#stateAt(pointer);
    const finite = state[0]!;
    const none = finite === 0;
    const nan = state[6]! - paddingOf(count);
    const positiveInfinity = state[7]!;
    return {
      count,
      mean: none ? NaN : state[1]!,
      variance: none ? NaN : state[2]! / finite,
      // Adding 0 turns -0 into 0.
      min: none ? NaN : state[3]! + 0,
      max: none ? NaN : state[4]! + 0,
      zeros: state[5]!,
      nan,
      positiveInfinity,
      negativeInfinity: count - finite - nan - positiveInfinity,
    };
  }

  #clear(pointer: number, bytes: number): void {
    new Uint8Array(this.#memory.floats.buffer, pointer, bytes).fill(0);
  }

  /** | counters | sums: below, each bin, above, NaN | */
  #countsAt(counters: number, { edges, ranks, intervals }: PlacedPlan, length: number): HistogramCounts {
    const sums = counters + intervals * COUNTERS_BYTES;
    this.#exports.addUp(counters, intervals, ranks, sums);
    const above = edges.length;
    const byRank = new Float64Array(this.#memory.floats.buffer, sums, above + 2);
    const nan = byRank[above + 1]! - paddingOf(length);
    return { counts: byRank.slice(1, above), below: byRank[0]!, above: byRank[above]!, nan };
  }

  #planFor(edges: Numbers): PlacedPlan {
    const plans = this.#plans;
    const known = plans.findIndex((plan) => plan.edges === edges || sameNumbers(plan.edges, edges));
    if (known === 0) return plans[0]!;
    const plan = known === -1 ? this.#place(planEdges(edges)) : plans.splice(known, 1)[0]!;
    plans.unshift(plan);
    if (plans.length > MOST_PLANS) this.#memory.release(plans.pop()!.lookup);
    return plan;
  }

  /** | lookup | ranks | */
  #place({ edges, lookup, steps, ranks }: EdgePlan): PlacedPlan {
    const memory = this.#memory;
    const pointer = memory.allocate(lookup.byteLength + ranks.byteLength);
    new Uint32Array(memory.floats.buffer, pointer, lookup.length).set(lookup);
    new Uint32Array(memory.floats.buffer, pointer + lookup.byteLength, ranks.length).set(ranks);
    return {
      edges,
      lookup: pointer,
      steps,
      ranks: pointer + lookup.byteLength,
      intervals: ranks.length,
      headBytes: ranks.length * COUNTERS_BYTES + roundUp((edges.length + 2) * 8),
    };
  }
}

function sameNumbers(a: Numbers, b: Numbers): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
