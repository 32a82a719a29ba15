import { MethodInterceptor } from '../../src/adapter.ts';
import { isContainer, type Layer, type TfjsCallOptions, toList } from './framework.ts';
import { disposeAllBut, NEEDS_WRAP } from './hook-point.ts';
import { type ModelOutput, replaceModelOutput } from './model-output.ts';

/** A call as it goes on from a listener: to the next one, at last to the layer. */
export type Next = (tensors: readonly unknown[], options: TfjsCallOptions | undefined) => unknown;

/** A call that has begun for one listener already. */
interface Begun {
  readonly listener: CallWrapper;
  readonly call: number;
}

/** Somebody who is there when a layer is called. */
export abstract class CallWrapper {
  /**
   * Runs around a call.
   * @param call its number, where it has begun already
   */
  abstract around(
    tensors: readonly unknown[],
    options: TfjsCallOptions | undefined,
    perform: Next,
    call?: number,
  ): unknown;

  /** Asked before a call if it is alone: anything but `NEEDS_WRAP`, and it is given what came out `after`, and this, instead. */
  before(): number {
    return NEEDS_WRAP;
  }

  /** The call starts that `after` is given, unless it throws. @returns its number */
  begin(): number {
    return 0;
  }

  /** Gives what goes on as the output. */
  after(
    _tensors: readonly unknown[],
    _options: TfjsCallOptions | undefined,
    output: unknown,
    _before: number,
    _call: number,
  ): unknown {
    return output;
  }
}

const all = new WeakMap<Layer, LayerInterceptor>();

/**
 * The calls of one layer, by whomever they are made. `call` of the layer itself is the only place that all of them pass:
 * wrappers, RNNs and cells never `apply` what is inside them. While somebody listens, the layer has an own `call`.
 */
export class LayerInterceptor {
  readonly #layer: Layer;
  /** The first one is the innermost. Replaced, never changed. */
  #listeners: readonly CallWrapper[] = [];
  /** The only one, if there is one only. */
  #only: CallWrapper | undefined;
  readonly #method: MethodInterceptor<Layer['call']>;
  /** The model that it is, while it has listeners. */
  #model: ModelOutput | undefined;

  private constructor(layer: Layer) {
    this.#layer = layer;
    this.#method = new MethodInterceptor(layer, 'call', (inputs: unknown, options: TfjsCallOptions | undefined) =>
      this.#call(inputs, options),
    );
  }

  static of(layer: Layer): LayerInterceptor {
    let calls = all.get(layer);
    if (calls === undefined) {
      calls = new LayerInterceptor(layer);
      all.set(layer, calls);
    }
    return calls;
  }

  /** @returns takes the listener out; the last one leaves the layer as it was found */
  listen(listener: CallWrapper, { innermost = false }: { innermost?: boolean } = {}): () => void {
    this.install();
    this.#setListeners(innermost ? [listener, ...this.#listeners] : [...this.#listeners, listener]);
    return () => {
      this.#setListeners(this.#listeners.filter((one) => one !== listener));
      if (this.#listeners.length > 0) return;
      this.#method.uninstall();
      this.#model?.restore();
      this.#model = undefined;
    };
  }

  #setListeners(listeners: readonly CallWrapper[]): void {
    this.#listeners = listeners;
    this.#only = listeners.length === 1 ? listeners[0] : undefined;
  }

  /** Puts an own `call` on the layer; where another one has taken its place, around that. */
  install(): void {
    const layer = this.#layer;
    if (!Object.isExtensible(layer)) {
      throw new TypeError(
        `${layer.getClassName()}(${layer.name}) cannot be hooked: it takes no new properties\n  expected: a layer that is not frozen`,
      );
    }
    this.#method.install();
    if (isContainer(layer) && this.#model === undefined) {
      const run = (inputs: unknown, options: TfjsCallOptions | undefined) => this.#call(inputs, options);
      this.#model = replaceModelOutput(
        layer,
        (view, inputs, options) => this.#method.original.call(view, inputs, options),
        run,
      );
    }
  }

  /** A call of the layer, by tfjs or by whoever has kept it or wrapped it, perhaps for longer than anybody listens. */
  #call(inputs: unknown, options: TfjsCallOptions | undefined): unknown {
    // What happens fifty times in a predict makes nothing that it does not need, no function and no array.
    const listener = this.#only;
    const before = listener === undefined ? NEEDS_WRAP : listener.before();
    if (before === NEEDS_WRAP) return this.#performSurrounded(inputs, options);
    const call = listener!.begin();
    let output: unknown;
    try {
      output = this.#perform(inputs, options);
    } catch (error) {
      const rethrow = () => {
        throw error;
      };
      return this.#surrounded(inputs, options, rethrow, { listener: listener!, call });
    }
    if (listener !== this.#only || listener!.before() === NEEDS_WRAP) {
      return this.#completed(inputs, options, output, { listener: listener!, call });
    }
    const list = Array.isArray(inputs) ? inputs : [inputs];
    const own = bare(output);
    const result = listener!.after(list, options, own, before, call);
    return result === own ? output : own === output ? result : [result];
  }

  #performSurrounded(inputs: unknown, options: TfjsCallOptions | undefined): unknown {
    return this.#surrounded(inputs, options, (list, given) => this.#perform(list, given));
  }

  /** The layer has registered a hook on itself meanwhile, or has removed one. */
  #completed(inputs: unknown, options: TfjsCallOptions | undefined, output: unknown, begun: Begun): unknown {
    const result = this.#surrounded(inputs, options, () => output, begun);
    disposeAllBut([...toList(inputs), ...toList(result)], toList(output));
    return result;
  }

  /** The layer itself. */
  #perform(inputs: unknown, options: TfjsCallOptions | undefined): unknown {
    return this.#model === undefined
      ? this.#method.original.call(this.#layer, inputs, options)
      : this.#model.forward(inputs, options);
  }

  /** With the listeners around it. */
  #surrounded(
    inputs: unknown,
    options: TfjsCallOptions | undefined,
    inside: (inputs: unknown, options: TfjsCallOptions | undefined) => unknown,
    begun?: Begun,
  ): unknown {
    const listeners = this.#listeners;
    if (listeners.length === 0) return inside(inputs, options);
    // tfjs gives a single tensor bare or in an array: the layer gets it as it came.
    const asArray = Array.isArray(inputs);
    // A model gives its only output in an array; hooks see it bare, and it goes out as it was.
    let wrapped = false;
    let perform: Next = (tensors, given) => {
      const output = inside(asArray || tensors.length !== 1 ? tensors : tensors[0], given);
      wrapped = isWrapped(output);
      return bare(output);
    };
    for (let i = 0; i < listeners.length - 1; i++) perform = around(listeners[i]!, perform, begun);
    const output = around(listeners.at(-1)!, perform, begun)(asArray ? inputs : [inputs], options);
    return wrapped ? [output] : output;
  }
}

const isWrapped = (output: unknown): output is [unknown] => Array.isArray(output) && output.length === 1;
const bare = (output: unknown) => (isWrapped(output) ? output[0] : output);

const around =
  (listener: CallWrapper, inner: Next, begun: Begun | undefined): Next =>
  (tensors, options) =>
    listener.around(tensors, options, inner, listener === begun?.listener ? begun.call : undefined);
