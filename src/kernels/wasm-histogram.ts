import { type HistogramPlan, planHistogram } from './histogram-plan.ts';
import type { HistogramCounts, Numbers } from './kernels.ts';
import type { Float32Values } from './number-array.ts';
import { stream } from './stream.ts';
import type { WasmMemory } from './wasm-memory.ts';

export interface HistogramBinary {
  countByTable(values: number, count: number, table: number, counters: number): void;
  countBySearch(values: number, count: number, starts: number, steps: number, counters: number): void;
}

/** A program has few sets of edges: TensorBoard's, a viewer's. */
const MOST_PLANS = 4;

/** The kernel's counters: one for each lane, so that equal neighbours need not wait for each other's sum. */
const LANES = 4;

export function wasmHistogram(
  binary: HistogramBinary,
  memory: WasmMemory,
): (values: Float32Values, edges: Numbers) => HistogramCounts {
  /** The last used first. */
  const plans: HistogramPlan[] = [];

  function planFor(edges: Numbers): HistogramPlan {
    const known = plans.findIndex((plan) => sameNumbers(plan.edges, edges));
    if (known === 0) return plans[0]!;
    const plan = known === -1 ? planHistogram(edges) : plans.splice(known, 1)[0]!;
    plans.unshift(plan);
    plans.length = Math.min(plans.length, MOST_PLANS);
    return plan;
  }

  return (values, edges) => {
    const { lookup, ranks, steps } = planFor(edges);
    const lookupBytes = lookup.length * 4;
    const counterCount = ranks.length * LANES;
    const countersAt = (head: number) => new Uint32Array(memory.floats.buffer, head + lookupBytes, counterCount);

    const head = stream(
      memory,
      values,
      lookupBytes + counterCount * 4,
      (head) => {
        new Uint32Array(memory.floats.buffer, head).set(lookup);
        countersAt(head).fill(0);
      },
      (pointer, count, head) => {
        if (steps === 0) binary.countByTable(pointer, count, head, head + lookupBytes);
        else binary.countBySearch(pointer, count, head, steps, head + lookupBytes);
      },
    );

    const counters = countersAt(head);
    const byRank = new Float64Array(edges.length + 2);
    for (let i = 0, c = 0; i < ranks.length; i++, c += LANES) {
      byRank[ranks[i]!]! += counters[c]! + counters[c + 1]! + counters[c + 2]! + counters[c + 3]!;
    }
    const above = edges.length;
    return { counts: byRank.slice(1, above), below: byRank[0]!, above: byRank[above]!, nan: byRank[above + 1]! };
  };
}

function sameNumbers(a: Numbers, b: Numbers): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
