import { type HistogramPlan, planHistogram } from './histogram-plan.ts';
import type { HistogramCounts, Numbers } from './kernels.ts';
import type { Float32Values } from './number-array.ts';
import { paddingOf, stream } from './stream.ts';
import { roundUp, type WasmMemory } from './wasm-memory.ts';

export interface HistogramBinary {
  countByTable(values: number, count: number, table: number, counters: number): void;
  countBySearch(values: number, count: number, starts: number, steps: number, counters: number): void;
  addUp(counters: number, intervals: number, ranks: number, sums: number): void;
}

/** A program has few sets of edges: TensorBoard's, a viewer's. */
const MOST_PLANS = 4;

/** Four counters to an interval, see assembly/histogram.ts. */
const COUNTERS_BYTES = 16;

/** A plan in WebAssembly memory, where it stays for the next call. */
interface PlacedPlan {
  /** As in the plan. */
  readonly edges: Float64Array;
  readonly lookup: number;
  /** For `countBySearch`; 0 for `countByTable`. */
  readonly steps: number;
  readonly ranks: number;
  readonly intervals: number;
}

export function wasmHistogram(
  binary: HistogramBinary,
  memory: WasmMemory,
): (values: Float32Values, edges: Numbers) => HistogramCounts {
  /** The last used first. */
  const plans: PlacedPlan[] = [];

  function planFor(edges: Numbers): PlacedPlan {
    const known = plans.findIndex((plan) => plan.edges === edges || sameNumbers(plan.edges, edges));
    if (known === 0) return plans[0]!;
    const plan = known === -1 ? place(planHistogram(edges), memory) : plans.splice(known, 1)[0]!;
    plans.unshift(plan);
    if (plans.length > MOST_PLANS) memory.release(plans.pop()!.lookup);
    return plan;
  }

  return (values, edges) => {
    const { lookup, steps, ranks, intervals } = planFor(edges);
    const countersBytes = intervals * COUNTERS_BYTES;
    const sumsBytes = roundUp((edges.length + 2) * 8);

    // | counters | sums: below, each bin, above, NaN | values
    const counters = stream(
      memory,
      values,
      countersBytes + sumsBytes,
      (head) => void new Uint8Array(memory.floats.buffer, head, countersBytes + sumsBytes).fill(0),
      (pointer, count, head) => {
        if (steps === 0) binary.countByTable(pointer, count, lookup, head);
        else binary.countBySearch(pointer, count, lookup, steps, head);
      },
    );
    const sums = counters + countersBytes;
    binary.addUp(counters, intervals, ranks, sums);
    const byRank = new Float64Array(memory.floats.buffer, sums, edges.length + 2);
    const above = edges.length;
    const nan = byRank[above + 1]! - paddingOf(values.length);
    return { counts: byRank.slice(1, above), below: byRank[0]!, above: byRank[above]!, nan };
  };
}

/** | lookup | ranks | */
function place({ edges, lookup, steps, ranks }: HistogramPlan, memory: WasmMemory): PlacedPlan {
  const pointer = memory.allocate(lookup.byteLength + ranks.byteLength);
  new Uint32Array(memory.floats.buffer, pointer, lookup.length).set(lookup);
  new Uint32Array(memory.floats.buffer, pointer + lookup.byteLength, ranks.length).set(ranks);
  return {
    edges,
    lookup: pointer,
    steps,
    ranks: pointer + lookup.byteLength,
    intervals: ranks.length,
  };
}

function sameNumbers(a: Numbers, b: Numbers): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
