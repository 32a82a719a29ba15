import { type Listeners, listenersOf } from '../../src/adapter.ts';
import type { Hookable } from '../../src/index.ts';
import type { Core, Layer, Sequential, Tensor, TfjsCallOptions } from './framework.ts';
import { callWithHooks, type HookPoint, markTidy, NEEDS_WRAP, runHooksAfter } from './hook-point.ts';
import { joinInputs, splitInputs } from './inputs.ts';
import { CallWrapper, LayerInterceptor, type Next } from './layer-interceptor.ts';
import { firstLayer, lastLayer } from './nested-sequential.ts';

type Tensors = readonly unknown[];
type Options = TfjsCallOptions | undefined;

/** The hooks of a layer, around its calls. It is the place itself: in every call, each object less to reach counts. */
export class LayerHooks extends CallWrapper implements HookPoint {
  readonly core: Core;
  readonly hookable: Hookable;
  readonly listeners: Listeners;
  readonly #layer: Layer;
  /** Set for one call: the hooks are left out. */
  skipNext = false;

  constructor(core: Core, hookable: Hookable, layer: Layer) {
    super();
    this.core = core;
    this.hookable = hookable;
    this.listeners = listenersOf(hookable);
    this.#layer = layer;
  }

  weights(): Tensor[] {
    return this.#layer.trainableWeights.map((weight) => weight.read());
  }

  around(tensors: Tensors, options: Options, perform: Next, call?: number): unknown {
    if (this.skipNext) {
      this.skipNext = false;
      return perform(tensors, options);
    }
    const performed = (inputs: Tensors) => {
      const given = splitInputs(inputs);
      return perform(given.tensors, given.options ?? options);
    };
    return callWithHooks(this, joinInputs(tensors, options), performed, call);
  }

  override before(): number {
    return this.skipNext ? NEEDS_WRAP : markTidy(this);
  }

  override begin(): number {
    return this.listeners.begin();
  }

  override after(tensors: Tensors, options: Options, output: unknown, before: number, call: number): unknown {
    return runHooksAfter(this, joinInputs(tensors, options), output, before, call);
  }

  /** The call of a Sequential that was taken apart begins where its first layer is called, and ends where its last one returns. */
  listenAtEnds(sequential: Sequential): () => void {
    const begin = new Beginning();
    const end = new End(this, begin);
    const stopFirst = LayerInterceptor.of(firstLayer(sequential)).listen(begin);
    const stopLast = LayerInterceptor.of(lastLayer(sequential)).listen(end);
    return () => {
      stopFirst();
      stopLast();
    };
  }
}

class Beginning extends CallWrapper {
  inputs: Tensors = [];

  around(tensors: Tensors, options: Options, perform: Next): unknown {
    this.inputs = joinInputs(tensors, options);
    return perform(tensors, options);
  }
}

class End extends CallWrapper {
  readonly #hooks: LayerHooks;
  readonly #beginning: Beginning;

  constructor(hooks: LayerHooks, beginning: Beginning) {
    super();
    this.#hooks = hooks;
    this.#beginning = beginning;
  }

  around(tensors: Tensors, options: Options, perform: Next): unknown {
    const output = perform(tensors, options);
    return this.#hooks.skipNext ? output : callWithHooks(this.#hooks, this.#beginning.inputs, () => output);
  }
}
