/** @file The calls inside an If, Loop or Scan: those of the branch that was taken, or of each iteration. */
import { shapeOf } from './body-outputs.ts';
import { aroundOf, type Region } from './graph.ts';
import { make, type OnnxTensor, onCpu } from './ort.ts';
import type { Entered, Step, Values } from './planned-call.ts';

export class BodyCalls<T extends OnnxTensor> implements Step<T> {
  readonly id: string;
  readonly at: number;
  readonly needs: readonly string[];
  readonly after: undefined = undefined;
  readonly #region: Region;
  readonly #steps: readonly Step<T>[];
  /** The output that gives the condition of an If, or something for each iteration. */
  readonly #mark: string;
  /** Outputs that have values of the body, stacked by iterations. */
  readonly #outputs: readonly string[];

  constructor(region: Region, steps: readonly Step<T>[], mark: string, outputs: readonly string[]) {
    this.id = `body ${region.id}`;
    this.#region = region;
    this.#steps = steps;
    this.#mark = mark;
    this.#outputs = outputs;
    this.needs = [mark, ...outputs, ...steps.flatMap(({ needs }) => needs)];
    this.at = aroundOf(region).at(-1)!.at;
  }

  /** Calls in a body are counted after the run, which tells how many there were. */
  begin(): number {
    return 0;
  }

  async fire(_number: number, values: Values<T>, entered: Entered): Promise<undefined> {
    const mark = await onCpu(values.get(this.#mark)!);
    if (this.#region.around!.node.op === 'If') {
      const isTaken =
        Boolean((mark.data as ArrayLike<unknown>)[0]) === (this.#region.graph.attribute === 'then_branch');
      if (isTaken) await this.#fire(values, entered);
      return undefined;
    }
    const stacked = await Promise.all(
      this.#outputs.map(async (name) => [name, await onCpu(values.get(name)!)] as const),
    );
    for (let i = 0; i < mark.dims[0]!; i++) {
      const slices = new Map(stacked.map(([name, tensor]) => [name, sliceOf(tensor, i)]));
      for (const [name, flat] of slices) {
        const shape = slices.get(shapeOf(name));
        // In the innermost body.
        if (shape?.dims.length === 1)
          slices.set(name, make(flat, flat.data, Array.from(shape.data as BigInt64Array, Number)));
      }
      await this.#fire(new Map([...values, ...slices]), entered);
    }
    return undefined;
  }

  async #fire(values: Values<T>, entered: Entered): Promise<void> {
    for (const step of this.#steps) {
      const waiting = step.fire(step.begin(), values, entered);
      if (waiting !== undefined) await waiting;
    }
  }
}

/** A copy of the values at an index of the first dimension. */
function sliceOf<T extends OnnxTensor>(tensor: T, index: number): T {
  const dims = tensor.dims.slice(1);
  const size = dims.reduce((product, one) => product * one, 1);
  const data = tensor.data as { slice(from: number, to: number): unknown };
  return make(tensor, data.slice(index * size, (index + 1) * size), dims);
}
