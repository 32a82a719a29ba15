import {
  type BackwardHookOptions,
  type HookableOptions,
  type ModuleParameter,
  nearest,
  ownEntries,
  registerBackwardHook,
} from '../../src/adapter.ts';
import { Hookable, type RemovableHandle } from '../../src/index.ts';
import {
  type Core,
  isContainer,
  isInputLayer,
  isLayer,
  type Layer,
  type Tensor,
  type TfjsCallOptions,
  type TfjsLayerLike,
  type TfjsTensor,
} from './framework.ts';
import { completeInputs, splitInputs } from './inputs.ts';
import { LayerHooks, LayerInterceptor } from './layer-interceptor.ts';
import { layerReplay } from './layer-replay.ts';
import { explainError, keep } from './memory.ts';
import { recordOwner, tidyExecute } from './model-execute.ts';
import { firstLayer, hookEnds, isTakenApart, lastLayer } from './nested-sequential.ts';
import { tensorReader } from './reader.ts';
import { declaredShapes, validateInputs, validateOutput } from './validate.ts';

/** Of more layers, an error lists the nearest. */
const MOST_LISTED = 8;

/** What layers are called with: tensors, and options last if there are any. */
export type TfjsInputs<T extends TfjsTensor> = [first: T, ...more: (T | TfjsCallOptions)[]];

/**
 * Gets the gradients of the loss by inputs and by outputs, in their order; null for what has none (integers). May return
 * other gradients of the inputs: a tensor for the only one, or an array of all.
 */
export type TfjsBackwardHook<T extends TfjsTensor> = (
  layer: TfjsLayer<T>,
  gradInput: readonly (T | null)[],
  gradOutput: readonly (T | null)[],
) => Replacement<T>;

/** Gets the gradients of the loss by outputs, before the layer's own backward. May return others. */
export type TfjsBackwardPreHook<T extends TfjsTensor> = (
  layer: TfjsLayer<T>,
  gradOutput: readonly (T | null)[],
) => Replacement<T>;

// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return statement returns void
type Replacement<T> = T | readonly (T | null)[] | undefined | null | void;

/**
 * A layer or model of tfjs as a Hookable; made by `wrapTfjs`, once for each layer. Its hooks run wherever tfjs runs the
 * layer: predict, evaluate, fit, apply, inside models, wrappers and RNNs. The first hook that is registered changes the
 * layer; when the last one is removed, the layer is as it was.
 *
 * `T` is the tensor type, `Output` the output type (`T[]` for layers with several outputs), `L` tfjs's layer type, and
 * `Inside` that of the layers inside.
 */
export class TfjsLayer<
  T extends TfjsTensor = TfjsTensor,
  Output = T,
  L extends TfjsLayerLike = TfjsLayerLike,
  Inside extends TfjsLayerLike = L,
> extends Hookable {
  static readonly className: string = 'TfjsLayer';
  /** The layer of tfjs. */
  readonly layer: L;
  readonly #core: Core;
  readonly #layer: Layer;
  readonly #hooks: LayerHooks;
  /** Undoes the interception, while something is registered. */
  #restore: (() => void) | undefined;
  /** Whether the layer was a Sequential that had been taken apart when it was intercepted. */
  #isApart = false;

  /** Use `wrapTfjs`: a layer has one Hookable, however it is reached. */
  constructor(core: Core, layer: Layer) {
    const options: HookableOptions = {
      // Layers without the property work on images in the order of tfjs's default.
      reader: tensorReader(core, layer.dataFormat === 'channelsFirst' ? 'NCHW' : 'NHWC'),
      holder: layer,
      explainError,
      parameters: () => parametersOf(core, layer),
      replay: (_layer, call) => layerReplay(core, layer, call),
      discard: (call) => core.tidy(() => void call()),
      completeInputs,
      validateInputs: (inputs, before) => validateInputs(core, layer, inputs, before),
      validateOutput: (output, replacement) => validateOutput(core, output, replacement, () => declaredShapes(layer)),
      call: (...inputs) => apply(layer, inputs),
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
      install: () => this.#install(),
      uninstall: () => this.#uninstall(),
    };
    super(options);
    this.layer = layer as unknown as L;
    this.#core = core;
    this.#layer = layer;
    this.#hooks = new LayerHooks(core, this, layer);
  }

  /** Runs the layer as its `apply` does, without the hooks on it. Those on layers inside run. */
  forward(...inputs: TfjsInputs<T>): Output {
    this.#hooks.skip = this.#restore !== undefined;
    try {
      return apply(this.#layer, inputs) as Output;
    } finally {
      this.#hooks.skip = false;
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

  /** A copy of a tensor that outlives the call, for observers that keep what they saw. It shares the values; the caller disposes of it. */
  keep(tensor: T): T {
    return keep(this.#core, tensor as unknown as Tensor) as unknown as T;
  }

  /**
   * The layer at a path: `dense_1`, `encoder.dense`, `bidirectional.forwardLayer.cell`; '' is this one.
   * @throws Error that lists its layers, or the nearest of many; or one that says that two layers have this path
   */
  override getSubmodule<O = T>(path: string): TfjsLayer<T, O, Inside> {
    const isMissing = typeof path === 'string' && path !== '' && this.#layersAt(path).next().done === true;
    if (!isMissing) return super.getSubmodule(path) as never;
    const names = [...this.namedChildren()].map(([name]) => name);
    const [what, offered] = names.length > MOST_LISTED ? ['nearest', nearest(path, names)] : ['its layers', names];
    const inside = names.length === 0 ? 'it has no layers inside' : `${what}: ${offered.join(', ')}`;
    throw new Error(`getSubmodule(): ${this} has no layer "${path}"\n  ${inside}`);
  }

  /** Names may contain dots: `conv.1`, `cells.0`. */
  *#layersAt(path: string): Generator<TfjsLayer<T, T, Inside>> {
    for (const [name, child] of this.namedChildren()) {
      if (path === name) yield child;
      else if (path.startsWith(`${name}.`)) yield* child.#layersAt(path.slice(name.length + 1));
    }
  }

  override *namedChildren(): Generator<[string, TfjsLayer<T, T, Inside>]> {
    for (const [name, child] of childLayers(this.#layer)) {
      recordOwner(child, this.#layer);
      yield [name, hookableOf(this.#core, child)];
    }
  }

  override toString(): string {
    return `${this.#layer.getClassName()}(${this.#layer.name})`;
  }

  #install(): void {
    const layer = this.#layer;
    checkLayer(`${this} cannot be hooked: it`, layer);
    const isApart = isTakenApart(layer);
    if (this.#restore !== undefined && this.#isApart === isApart) {
      // Its `call` may have been replaced.
      if (!isApart) LayerInterceptor.of(layer).install();
      return;
    }
    this.#restore?.();
    const remove = isApart
      ? hookEnds(layer, this.#hooks)
      : LayerInterceptor.of(layer).add(this.#hooks, { innermost: true });
    const restoreExecute = tidyExecute(this.#core, layer);
    this.#isApart = isApart;
    this.#restore = () => {
      remove();
      restoreExecute();
    };
  }

  #uninstall(): void {
    this.#restore?.();
    this.#restore = undefined;
  }
}

/** The type of the layers inside a layer: that of a model's `layers`. */
export type LayerIn<L extends TfjsLayerLike> = L extends { readonly layers: readonly (infer C extends TfjsLayerLike)[] }
  ? C
  : L;

const hookables = new WeakMap<Layer, TfjsLayer>();

/** The one Hookable of a layer, however it is reached. */
export function hookableOf<T extends TfjsTensor, L extends TfjsLayerLike>(
  core: Core,
  layer: Layer,
): TfjsLayer<T, T, L> {
  const hookable = hookables.get(layer) ?? new TfjsLayer(core, layer);
  hookables.set(layer, hookable);
  return hookable as unknown as TfjsLayer<T, T, L>;
}

// biome-ignore lint/suspicious/noExplicitAny: the tensor type is that of the root of the selection
type AnyLayer = TfjsLayer<any, any, any>;

/**
 * A predicate for `select`: layers of these classes, by the names that tfjs gives them.
 * @example select(net, ofClass('Conv2D', 'DepthwiseConv2D')).log();
 */
export function ofClass(...names: string[]): (path: string, module: Hookable) => module is AnyLayer {
  return (_path, module): module is AnyLayer =>
    module instanceof TfjsLayer && names.includes(module.layer.getClassName());
}

/**
 * The layers directly inside a layer, except for input layers, which compute nothing. Those of a model have their own
 * names; those of wrappers, RNNs and custom layers have the names of the properties that hold them, as in the core:
 * `forwardLayer`, `cells.0`, `heads.left`.
 */
function* childLayers(layer: Layer): Generator<[string, Layer]> {
  if (isContainer(layer)) {
    for (const child of layer.layers) if (!isInputLayer(child)) yield [child.name, child];
    return;
  }
  // A Bidirectional keeps the layer that it was made from, and runs two copies.
  const isBidirectional = 'forwardLayer' in layer && 'backwardLayer' in layer;
  for (const [name, child] of ownEntries(layer, isLayer)) {
    if (!(isBidirectional && name === 'layer') && !isInputLayer(child)) yield [name, child];
  }
}

/** The weights of a layer without layers inside, whose weights those of a layer around them include. */
function parametersOf(core: Core, layer: Layer): ModuleParameter[] {
  for (const _ of childLayers(layer)) return [];
  return layer.weights.map((weight) => {
    const { shape, dtype } = weight.read();
    const values = () => tensorReader(core).values(weight.read());
    const bytes = shape.reduce((product, size) => product * size, dtype === 'bool' ? 1 : 4);
    return { name: weight.name.slice(weight.name.lastIndexOf('/') + 1), shape, bytes, identity: weight, values };
  });
}

/** A call as users make it, through the layer's own checks. */
function apply(layer: Layer, inputs: readonly unknown[]): unknown {
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

/** @throws TypeError that begins with `what`, for a layer whose hooks would never run, or would run on freed weights */
export function checkLayer(what: string, layer: Layer): void {
  const isDisposed = (weight: Layer['weights'][number]) => {
    try {
      return weight.read().isDisposed;
    } catch {
      return true;
    }
  };
  if (layer._refCount === 0 || layer.weights.some(isDisposed)) throw new TypeError(`${what} has been disposed of`);
}
