/** @file Where a run has to know the condition of an If: it goes on with the branch in the place of the If. */
import type { Region } from './graph.ts';
import { type OnnxTensor, onCpu } from './ort.ts';
import type { Step, Values } from './planned-call.ts';

export class BranchChoice<T extends OnnxTensor> implements Step<T> {
  readonly id: string;
  readonly at: number;
  readonly needs: readonly [condition: string];
  readonly after: readonly string[] = [];
  readonly #bodies: readonly Region[];

  /** @param bodies the branches */
  constructor(bodies: readonly Region[], condition: string) {
    this.id = `choice ${bodies[0]!.id}`;
    // Behind the pre-hooks of the If, which may replace the condition.
    this.at = bodies[0]!.around!.at - 0.25;
    this.needs = [condition];
    this.#bodies = bodies;
  }

  begin(): number {
    return 0;
  }

  fire(): undefined {}

  async choose(values: Values<T>): Promise<Region> {
    const { data } = await onCpu(values.get(this.needs[0])!);
    const attribute = (data as ArrayLike<unknown>)[0] ? 'then_branch' : 'else_branch';
    return this.#bodies.find(({ graph }) => graph.attribute === attribute)!;
  }
}
