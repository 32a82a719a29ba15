/**
 * @file Where calls of a layer are intercepted: its own `call`, the only method that all of them pass. Wrappers, RNNs
 * and cells never `apply` the layers inside.
 */
import { type Listeners, listenersOf, MethodInterceptor } from '../../src/adapter.ts';
import type { Hookable } from '../../src/index.ts';
import { callWithHooks, type HookPoint, markTidy, NEEDS_WRAP, runHooksAfter } from './call-with-hooks.ts';
import { type Core, isContainer, type Layer, type Tensor, type TfjsCallOptions, toList } from './framework.ts';
import { joinInputs, splitInputs } from './inputs.ts';
import { interceptModel, type ModelInterceptor } from './model-interceptor.ts';

type Options = TfjsCallOptions | undefined;

/** The rest of a call: the next wrapper, at last the layer. */
export type Next = (tensors: readonly unknown[], options: Options) => unknown;

/** Runs around the calls of a layer. */
export interface CallWrapper {
  /** @param call the number of a call that has begun already */
  wrap(tensors: readonly unknown[], options: Options, next: Next, call?: number): unknown;
}

/** Runs the hooks of a layer. Wrapper and hook point are one object: each indirection costs in every call. */
export class LayerHooks implements CallWrapper, HookPoint {
  readonly core: Core;
  readonly hookable: Hookable;
  readonly listeners: Listeners;
  readonly #layer: Layer;
  /** Leaves the hooks out of the next call. */
  skip = false;

  constructor(core: Core, hookable: Hookable, layer: Layer) {
    this.core = core;
    this.hookable = hookable;
    this.listeners = listenersOf(hookable);
    this.#layer = layer;
  }

  weights(): Tensor[] {
    return this.#layer.trainableWeights.map((weight) => weight.read());
  }

  wrap(tensors: readonly unknown[], options: Options, next: Next, call?: number): unknown {
    if (this.skip) {
      this.skip = false;
      return next(tensors, options);
    }
    const forward = (inputs: readonly unknown[]) => {
      const given = splitInputs(inputs);
      return next(given.tensors, given.options ?? options);
    };
    return callWithHooks(this, joinInputs(tensors, options), forward, call);
  }

  mark(): number {
    return this.skip ? NEEDS_WRAP : markTidy(this);
  }
}

/** A call that has begun for one wrapper. */
interface Begun {
  readonly wrapper: CallWrapper;
  readonly call: number;
}

const interceptors = new WeakMap<Layer, LayerInterceptor>();

/** Gives a layer its own `call` while it has wrappers. */
export class LayerInterceptor {
  readonly #layer: Layer;
  /** The innermost first. Replaced, never changed. */
  #wrappers: readonly CallWrapper[] = [];
  /** The only wrapper, if it runs hooks: they may then run after the call. */
  #onlyHooks: LayerHooks | undefined;
  readonly #method: MethodInterceptor<Layer['call']>;
  /** Intercepts the runs of a layer that is a model, while it has wrappers. */
  #model: ModelInterceptor | undefined;

  private constructor(layer: Layer) {
    interceptors.set(layer, this);
    this.#layer = layer;
    this.#method = new MethodInterceptor(layer, 'call', (inputs: unknown, options: Options) =>
      this.#call(inputs, options),
    );
  }

  static of(layer: Layer): LayerInterceptor {
    return interceptors.get(layer) ?? new LayerInterceptor(layer);
  }

  /** @returns a function that removes the wrapper; without wrappers the layer is as it was found */
  add(wrapper: CallWrapper, { innermost = false }: { innermost?: boolean } = {}): () => void {
    this.install();
    this.#setWrappers(innermost ? [wrapper, ...this.#wrappers] : [...this.#wrappers, wrapper]);
    return () => {
      this.#setWrappers(this.#wrappers.filter((one) => one !== wrapper));
      if (this.#wrappers.length > 0) return;
      this.#method.uninstall();
      this.#model?.restore();
      this.#model = undefined;
    };
  }

  #setWrappers(wrappers: readonly CallWrapper[]): void {
    this.#wrappers = wrappers;
    const [first] = wrappers;
    this.#onlyHooks = wrappers.length === 1 && first instanceof LayerHooks ? first : undefined;
  }

  /** Intercepts `call`. If it has been replaced, around the new one. */
  install(): void {
    if (this.#method.isInstalled) return;
    const layer = this.#layer;
    if (!Object.isExtensible(layer)) {
      throw new TypeError(
        `${layer.getClassName()}(${layer.name}) cannot be hooked: it takes no new properties\n  expected: a layer that is not frozen`,
      );
    }
    this.#method.install();
    if (isContainer(layer) && this.#model === undefined) {
      this.#model = interceptModel(
        layer,
        (view, inputs, options) => this.#method.original.call(view, inputs, options),
        (inputs, options) => this.#call(inputs, options),
      );
    }
  }

  #call(inputs: unknown, options: Options): unknown {
    // Hot: a predict makes tens of these calls. No closure and no array that is not needed.
    const hooks = this.#onlyHooks;
    // Read now: if a hook removes the last hook, the property holds whatever has replaced the interceptor, and may call it.
    const { original } = this.#method;
    const mark = hooks === undefined ? NEEDS_WRAP : hooks.mark();
    if (mark === NEEDS_WRAP) return this.#callWrapped(original, inputs, options);
    const call = hooks!.listeners.begin();
    let output: unknown;
    try {
      output = this.#callLayer(original, inputs, options);
    } catch (error) {
      const rethrow = () => {
        throw error;
      };
      return this.#wrapped(inputs, options, rethrow, { wrapper: hooks!, call });
    }
    // Hooks have come or gone during the call.
    if (hooks !== this.#onlyHooks || hooks!.mark() === NEEDS_WRAP) {
      return this.#complete(inputs, options, output, { wrapper: hooks!, call });
    }
    const tensors = Array.isArray(inputs) ? inputs : [inputs];
    const own = unwrapOnly(output);
    const result = runHooksAfter(hooks!, joinInputs(tensors, options), own, mark, call);
    return result === own ? output : own === output ? result : [result];
  }

  /* These create closures. Inside `#call`, V8 would allocate a context for them in every call. */

  #callWrapped(original: Layer['call'], inputs: unknown, options: Options): unknown {
    return this.#wrapped(inputs, options, (list, given) => this.#callLayer(original, list, given));
  }

  #complete(inputs: unknown, options: Options, output: unknown, begun: Begun): unknown {
    const result = this.#wrapped(inputs, options, () => output, begun);
    const staying = [...toList(inputs), ...toList(result)];
    for (const tensor of toList(output)) if (!staying.includes(tensor)) (tensor as Tensor).dispose();
    return result;
  }

  #callLayer(original: Layer['call'], inputs: unknown, options: Options): unknown {
    return this.#model === undefined
      ? original.call(this.#layer, inputs, options)
      : this.#model.forward(inputs, options);
  }

  #wrapped(
    inputs: unknown,
    options: Options,
    callLayer: (inputs: unknown, options: Options) => unknown,
    begun?: Begun,
  ): unknown {
    const wrappers = this.#wrappers;
    if (wrappers.length === 0) return callLayer(inputs, options);
    // The layer gets a single tensor as it got: bare, or in an array.
    const isArray = Array.isArray(inputs);
    // A model returns its only output in an array. Hooks see it bare; the caller gets the array.
    let isOnly = false;
    let next: Next = (tensors, given) => {
      const output = callLayer(isArray || tensors.length !== 1 ? tensors : tensors[0], given);
      isOnly = isOnlyElement(output);
      return unwrapOnly(output);
    };
    for (const wrapper of wrappers) {
      const inner = next;
      const call = wrapper === begun?.wrapper ? begun.call : undefined;
      next = (list, given) => wrapper.wrap(list, given, inner, call);
    }
    const output = next(isArray ? inputs : [inputs], options);
    return isOnly ? [output] : output;
  }
}

const isOnlyElement = (output: unknown): output is [unknown] => Array.isArray(output) && output.length === 1;
const unwrapOnly = (output: unknown) => (isOnlyElement(output) ? output[0] : output);
