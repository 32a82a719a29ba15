/** @file The calls of a model that a framework computes in runs of a whole graph. */
import type { PlannedPair } from './plan.ts';
import { type RecordedCall, tensorParts } from './recording.ts';
import { sameShape } from './values.ts';

/** A range of indices of calls. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** The runs of a model, each with the calls inside the model's. Runs that overlap are one. */
export function runsOf(calls: readonly RecordedCall[]): Run[] {
  const starts = [0];
  let end = calls[0]?.end ?? Infinity;
  for (const [i, call] of calls.entries()) {
    if (i === 0 || call.path !== '' || call.parent !== null) continue;
    if (call.start > end) starts.push(i);
    end = Math.max(end, call.end ?? Infinity);
  }
  return starts.map((from, i) => ({ from, to: starts[i + 1] ?? calls.length }));
}

/** Where the values of one run come from. */
export class RunPlaces {
  readonly #calls: readonly RecordedCall[];
  /** How often each path was called. */
  readonly #uses: Map<string, number> = new Map();
  readonly #nth: Map<number, number> = new Map();
  /** The last path that gave each tensor. */
  readonly #producers: Map<string, string> = new Map();
  /** The indices of calls of nodes that gave a tensor alone. */
  readonly #nodes: Map<string, number[]> = new Map();

  constructor(calls: readonly RecordedCall[], { from, to }: Run) {
    this.#calls = calls;
    const parents = new Set<string>();
    for (let i = from; i < to; i++) {
      const { path } = calls[i]!;
      const count = this.#uses.get(path) ?? 0;
      this.#nth.set(i, count);
      this.#uses.set(path, count + 1);
      for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) parents.add(path.slice(0, dot));
    }
    for (let i = from; i < to; i++) {
      const { path, output } = calls[i]!;
      const parts = tensorParts(output);
      for (const { tensor } of parts) this.#producers.set(tensor, path);
      if (parts.length !== 1 || parents.has(path)) continue;
      const { tensor } = parts[0]!;
      this.#nodes.set(tensor, [...(this.#nodes.get(tensor) ?? []), i]);
    }
  }

  uses(path: string): number {
    return this.#uses.get(path) ?? 0;
  }

  /** Which of the calls of its path in this run a call is, from 0. */
  nth(index: number): number {
    return this.#nth.get(index)!;
  }

  producerOf(tensor: string): string | undefined {
    return this.#producers.get(tensor);
  }

  /** The index of the call of the node inside a call of b that gives its output; without one, that of the call. */
  giverOf({ b: { path, start, end, output }, index }: PlannedPair): number {
    const [part, ...others] = tensorParts(output);
    if (part === undefined || others.length > 0) return index;
    const inside = this.#nodes.get(part.tensor)?.findLast((i) => {
      const node = this.#calls[i]!;
      const isInside = node.path.startsWith(`${path}.`) && node.start > start && node.end! < end!;
      return isInside && sameShape(tensorParts(node.output)[0]!.shape, part.shape);
    });
    return inside ?? index;
  }
}
