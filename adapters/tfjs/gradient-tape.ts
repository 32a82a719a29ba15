import type { Hookable } from '../../src/index.ts';
import { type Core, isTensor, type TapeNode, type Tensor, toList, type Variable } from './framework.ts';

/** The places that were warned of: each is told of once. */
const warned = new WeakSet<Hookable>();

/**
 * What tfjs records for gradients. Its list of nodes is not public: where it cannot be found, nothing is warned of and
 * nothing cleaned up.
 */
export class GradientTape {
  readonly #core: Core;
  readonly #nodes: readonly TapeNode[] | undefined;
  /** How long it was when the call began. */
  readonly #start: number;

  private constructor(core: Core) {
    this.#core = core;
    this.#nodes = core.engine.state?.activeTape ?? undefined;
    this.#start = this.#nodes?.length ?? 0;
  }

  /** What is being recorded now, if anything is. */
  static recording(core: Core): GradientTape | undefined {
    return core.engine.isTapeOn() ? new GradientTape(core) : undefined;
  }

  /** What was recorded last: that whose gradients are computed, while they are. */
  static recorded(core: Core): GradientTape {
    return new GradientTape(core);
  }

  /**
   * Warns, once for each place, where a hook's replacement does not come from what the layer received or made by
   * recorded operations: nothing before it would learn, without a word from tfjs.
   */
  warnIfCut(hookable: Hookable, sources: readonly unknown[], output: unknown): void {
    const nodes = this.#nodes;
    if (nodes === undefined || warned.has(hookable)) return;
    const outputs = toList(output).filter((one): one is Tensor => isTensor(this.#core, one));
    const connected = new Set<number>();
    for (const source of sources) if (isTensor(this.#core, source)) connected.add(source.id);
    if (outputs.every(({ id }) => connected.has(id))) return;
    const learns = (tensor: Tensor) => connected.has(tensor.id) || (tensor as Variable).trainable === true;
    for (const node of nodes.slice(this.#start)) {
      if (Object.values(node.inputs).some(learns)) for (const { id } of node.outputs) connected.add(id);
    }
    if (outputs.every(learns)) return;
    warned.add(hookable);
    console.warn(
      `layertap: a hook on ${hookable} replaced the output by a tensor that is not computed from it by tf operations; ` +
        'no gradient passes there, so nothing before it learns. This is said once for each layer',
    );
  }

  /**
   * After an error in forward: tfjs keeps what it saved for gradients that nobody will compute any more. It is disposed of
   * when the running code has ended; if someone has caught the error and gone on, that has been done already.
   */
  disposeIfAbandoned(): void {
    this.#disposeLater(({ saved }) => saved ?? []);
  }

  /**
   * After an error while gradients were computed: nobody gets the value that they are the gradients of, either. Inside of
   * the computing of other gradients it may still be needed.
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
