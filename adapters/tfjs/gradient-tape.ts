/** @file tfjs's gradient tape: identities recorded on it, gradients that a hook cuts, and cleaning up after an error. */
import type { Hookable } from '../../src/index.ts';
import { type Core, isTensor, type TapeNode, type Tensor, toList } from './framework.ts';

const warned = new WeakSet<Hookable>();

/** The tape's list of nodes is not public. A tfjs that keeps it elsewhere gets no warning and no cleaning up. */
export class GradientTape {
  readonly #core: Core;
  readonly #nodes: readonly TapeNode[] | undefined;
  /** Its length when the call began. */
  readonly #start: number;

  /** The latest tape: in a backward pass, the one whose gradients are being computed. */
  constructor(core: Core) {
    this.#core = core;
    this.#nodes = core.engine.state?.activeTape ?? undefined;
    this.#start = this.#nodes?.length ?? 0;
  }

  /** The tape, if operations are being recorded. */
  static recording(core: Core): GradientTape | undefined {
    return core.engine.isTapeOn() ? new GradientTape(core) : undefined;
  }

  /**
   * Warns, once for each layer, if a replacement is not computed from `sources` by recorded operations: no layer before
   * it would learn, and tfjs does not say so.
   */
  warnIfCut(hookable: Hookable, sources: readonly unknown[], output: unknown): void {
    const nodes = this.#nodes;
    if (nodes === undefined || warned.has(hookable)) return;
    const outputs = toList(output).filter((one): one is Tensor => isTensor(this.#core, one));
    const connected = new Set<number>();
    for (const source of sources) if (isTensor(this.#core, source)) connected.add(source.id);
    if (outputs.every(({ id }) => connected.has(id))) return;
    const learns = (tensor: Tensor) => connected.has(tensor.id) || tensor.trainable === true;
    for (const node of nodes.slice(this.#start)) {
      if (Object.values(node.inputs).some(learns)) for (const { id } of node.outputs) connected.add(id);
    }
    if (outputs.every(learns)) return;
    warned.add(hookable);
    console.warn(
      `layertap: a hook on ${hookable} replaced the output by a tensor that tf operations did not compute from it: ` +
        'no gradient passes there, so nothing before it learns (warned once for each layer)',
    );
  }

  /**
   * After an error in forward: disposes of what tfjs saved for gradients that will not be computed. Runs in a microtask,
   * so that code which catches the error and goes on still finds them.
   */
  disposeIfAbandoned(): void {
    this.#disposeLater(({ saved }) => saved ?? []);
  }

  /**
   * After an error in a backward pass: disposes of the recorded outputs too, since the value that is differentiated is
   * never returned. In a nested pass the outer one may still need them.
   */
  disposeWithOutputs(): void {
    if (this.#core.engine.isTapeOn()) this.disposeIfAbandoned();
    else this.#disposeLater(({ saved, outputs }) => [...(saved ?? []), ...outputs.filter(({ kept }) => kept !== true)]);
  }

  #disposeLater(which: (node: TapeNode) => readonly Tensor[]): void {
    const nodes = this.#nodes;
    if (nodes === undefined) return;
    queueMicrotask(() => {
      for (const node of nodes) for (const tensor of which(node)) tensor.dispose();
    });
  }
}

/**
 * Passes float32 tensors through one recorded identity, whose gradient function gets the gradients of all of them
 * together: what `onGradients` returns is passed on.
 *
 * tf.customGrad has one output, so several tensors are concatenated, and split after it:
 *
 *     x0 [2, 3], x1 [4]  →  | x0 ...... | x1 .... |  →  slice, reshape  →  x0 [2, 3], x1 [4]
 *
 * @param alsoInputs recorded as inputs too, with gradients of zero: differentiating by them reaches the identity
 */
export function recordedIdentity(
  core: Core,
  tensors: readonly Tensor[],
  alsoInputs: readonly Tensor[],
  onGradients: (gradients: readonly Tensor[]) => readonly Tensor[],
): Tensor[] {
  const shapes = tensors.map(({ shape }) => shape);
  const zeros = () => alsoInputs.map(({ shape }) => core.zeros(shape));
  // Clones, because tfjs disposes of gradients as it adds them up, and a hook may keep what it returned.
  const passedOn = (gradients: readonly Tensor[]) => onGradients(gradients).map((gradient) => gradient.clone());
  if (tensors.length === 1) {
    const identity = core.customGrad((x) => ({
      value: x!.clone(),
      gradFunc: (dy) => [...passedOn([dy]), ...zeros()],
    }));
    return [identity(tensors[0]!, ...alsoInputs)];
  }
  const sizes = shapes.map((shape) => shape.reduce((product, size) => product * size, 1));
  const split = (packed: Tensor) => {
    let begin = 0;
    return shapes.map((shape, i) => {
      const part = core.slice(packed, [begin], [sizes[i]!]);
      begin += sizes[i]!;
      return core.reshape(part, shape);
    });
  };
  const pack = core.customGrad((...inputs) => ({
    value: core.concat(inputs.slice(0, tensors.length).map((x) => core.reshape(x, [-1]))),
    gradFunc: (dy) => [...passedOn(split(dy)), ...zeros()],
  }));
  return split(pack(...tensors, ...alsoInputs));
}
