import { type BackwardHookOptions, type HookableOptions, registerBackwardHook } from '../../src/adapter.ts';
import { Hookable, type RemovableHandle } from '../../src/index.ts';
import { childLayers } from './children.ts';
import { checkLayer, explainError } from './disposed.ts';
import type { Core, Layer, Sequential, Tensor, TfjsCallOptions, TfjsLayerLike, TfjsTensor } from './framework.ts';
import { completeInputs, splitInputs } from './inputs.ts';
import { LayerHooks } from './layer-hooks.ts';
import { LayerInterceptor } from './layer-interceptor.ts';
import { foundIn, tidyExecute } from './model-execute.ts';
import { firstLayer, isTakenApart, lastLayer } from './nested-sequential.ts';
import { keep, tensorReader } from './reader.ts';
import { validateInputs, validateOutput } from './validate.ts';

/** What layers are called with: tensors, and options last if there are any. */
export type TfjsInputs<T extends TfjsTensor> = [first: T, ...more: (T | TfjsCallOptions)[]];

/**
 * Gradients of the loss by inputs and by outputs, in their order; null for what has none (integers). May return other
 * gradients of the inputs: a tensor for the only one, or an array of all.
 */
export type TfjsBackwardHook<T extends TfjsTensor> = (
  layer: TfjsLayer<T>,
  gradInput: readonly (T | null)[],
  gradOutput: readonly (T | null)[],
) => Replacement<T>;

/** Gradients of the loss by outputs, before the layer's own backward. May return others. */
export type TfjsBackwardPreHook<T extends TfjsTensor> = (
  layer: TfjsLayer<T>,
  gradOutput: readonly (T | null)[],
) => Replacement<T>;

// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return statement returns void
type Replacement<T> = T | readonly (T | null)[] | undefined | null | void;

/**
 * A layer or a model of tfjs as a Hookable; made by `wrapTfjs`, once for each layer. Its hooks run wherever tfjs runs
 * the layer: predict, evaluate, fit, apply, inside models, wrappers and RNNs. The layer itself is changed when the first
 * hook is registered, and is as it was when the last one goes.
 *
 * `T` is the tensor type, `Output` what forward gives: `T[]` for layers with several outputs; `L` is tfjs's layer,
 * and `Inside` what those inside it are.
 */
export class TfjsLayer<
  T extends TfjsTensor = TfjsTensor,
  Output = T,
  L extends TfjsLayerLike = TfjsLayerLike,
  Inside extends TfjsLayerLike = L,
> extends Hookable {
  static readonly className: string = 'TfjsLayer';
  /** tfjs's own. */
  readonly layer: L;
  readonly #core: Core;
  readonly #layer: Layer;
  readonly #hooks: LayerHooks;
  /** While something is registered: takes it out of the layer's calls. */
  #unlisten: (() => void) | undefined;
  /** Whether it is a Sequential that had been taken apart by then. */
  #apart = false;

  /** Use `wrapTfjs`: a layer has one Hookable, however it is reached. */
  constructor(core: Core, layer: Layer) {
    const options: HookableOptions = {
      reader: tensorReader(core),
      holder: layer,
      explainError,
      discard: (call) => core.tidy(() => void call()),
      completeInputs,
      validateInputs: (inputs, before) => validateInputs(core, layer, inputs, before),
      validateOutput: (output, replacement) => validateOutput(core, layer, output, replacement),
      call: (...inputs) => applied(layer, inputs),
      unsupported: {
        get 'forward-pre'() {
          return takenApart(layer, 'pre-hooks');
        },
        get backward() {
          return takenApart(layer, 'backward hooks');
        },
        get 'backward-pre'() {
          return takenApart(layer, 'backward hooks');
        },
      },
      install: () => {
        checkLayer(`${this} cannot be hooked: it`, layer);
        const apart = isTakenApart(layer);
        if (this.#unlisten !== undefined && this.#apart === apart) {
          // Another call may have taken its place.
          if (!apart) LayerInterceptor.of(layer).install();
          return;
        }
        this.#unlisten?.();
        const unlisten = apart
          ? this.#hooks.listenAtEnds(layer as Sequential)
          : LayerInterceptor.of(layer).listen(this.#hooks, { innermost: true });
        const restoreExecute = tidyExecute(core, layer);
        this.#apart = apart;
        this.#unlisten = () => {
          unlisten();
          restoreExecute();
        };
      },
      uninstall: () => {
        this.#unlisten?.();
        this.#unlisten = undefined;
      },
    };
    super(options);
    this.layer = layer as unknown as L;
    this.#core = core;
    this.#layer = layer;
    this.#hooks = new LayerHooks(core, this, layer);
  }

  /** Runs the layer as its `apply` does, without the hooks on it. Those on layers inside run. */
  forward(...inputs: TfjsInputs<T>): Output {
    this.#hooks.skipNext = this.#unlisten !== undefined;
    try {
      return applied(this.#layer, inputs) as Output;
    } finally {
      this.#hooks.skipNext = false;
    }
  }

  /**
   * Registers a hook that runs when the gradients by the inputs have been computed, in fit, tf.grads and
   * tf.variableGrads: PyTorch's full backward hook. What it returns replaces the gradients by the inputs.
   * @throws TypeError for a hook that is not a function, or an unknown option
   */
  registerFullBackwardHook(hook: TfjsBackwardHook<T>, options?: BackwardHookOptions): RemovableHandle {
    return registerBackwardHook(this, 'backward', hook as never, options);
  }

  /**
   * Registers a hook that runs when the gradients by the outputs have been computed, before the layer's own backward.
   * What it returns replaces them.
   * @throws TypeError for a hook that is not a function, or an unknown option
   */
  registerFullBackwardPreHook(hook: TfjsBackwardPreHook<T>, options?: BackwardHookOptions): RemovableHandle {
    return registerBackwardHook(this, 'backward-pre', hook as never, options);
  }

  /**
   * A copy of a tensor that outlives the call, for observers that keep what they saw. It shares the values. Whoever keeps
   * it disposes of it.
   */
  keep(tensor: T): T {
    return keep(this.#core, tensor as unknown as Tensor) as unknown as T;
  }

  /**
   * The layer at a path: `dense_1`, `encoder.dense`, `bidirectional.forwardLayer.cell`; '' is this one.
   * @throws Error that says what there is instead, or that two layers have this path
   */
  override getSubmodule<O = T>(path: string): TfjsLayer<T, O, Inside> {
    if (path === '') return this as never;
    const found = typeof path === 'string' ? [...new Set(this.#below(path))] : [];
    if (found.length === 1) return found[0] as never;
    // The core has words for two with one path, and for what is no path.
    if (found.length > 1 || typeof path !== 'string') return super.getSubmodule(path) as never;
    const names = [...this.namedChildren()].map(([name]) => name);
    const inside = names.length === 0 ? 'it has no layers inside' : `its layers: ${names.join(', ')}`;
    throw new Error(`getSubmodule(): ${this} has no layer "${path}"\n  ${inside}`);
  }

  /** The layers at a path. Names may hold dots themselves: `conv.1`, `cells.0`. */
  *#below(path: string): Generator<TfjsLayer<T, T, Inside>> {
    for (const [name, child] of this.namedChildren()) {
      if (path === name) yield child;
      else if (path.startsWith(`${name}.`)) yield* child.#below(path.slice(name.length + 1));
    }
  }

  override *namedChildren(): Generator<[string, TfjsLayer<T, T, Inside>]> {
    for (const [name, child] of childLayers(this.#layer)) {
      foundIn(child, this.#layer);
      yield [name, hookableOf(this.#core, child)];
    }
  }

  override toString(): string {
    return `${this.#layer.getClassName()}(${this.#layer.name})`;
  }
}

/** What the layers inside a layer are, as far as its type says: those of a model are what its `layers` are. */
export type LayerIn<L extends TfjsLayerLike> = L extends { readonly layers: readonly (infer C extends TfjsLayerLike)[] }
  ? C
  : L;

/** A call as users make it, through the layer's own checks. */
function applied(layer: Layer, inputs: readonly unknown[]): unknown {
  const { tensors, options } = splitInputs(inputs);
  return layer.apply(tensors.length === 1 ? tensors[0] : tensors, options);
}

function takenApart(layer: Layer, what: string): string | undefined {
  if (!isTakenApart(layer)) return undefined;
  const ends = `${firstLayer(layer).name} to ${lastLayer(layer).name}`;
  return (
    `${layer.getClassName()}(${layer.name}) has no ${what}: it is the first layer of another Sequential, which took its layers over (${ends}) and never calls it\n` +
    '  expected: forward hooks and observers here, or hooks on its layers'
  );
}

const hookables = new WeakMap<Layer, TfjsLayer>();

/** The one Hookable of a layer, however it is reached. */
export function hookableOf<T extends TfjsTensor, L extends TfjsLayerLike>(
  core: Core,
  layer: Layer,
): TfjsLayer<T, T, L> {
  let hookable = hookables.get(layer);
  if (hookable === undefined) {
    hookable = new TfjsLayer(core, layer);
    hookables.set(layer, hookable);
  }
  return hookable as unknown as TfjsLayer<T, T, L>;
}
