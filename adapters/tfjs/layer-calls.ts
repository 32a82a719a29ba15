import { isContainer, type Layer, type TfjsCallOptions } from './framework.ts';
import { type ModelOutput, replaceModelOutput } from './model-output.ts';
import { replaceProperty } from './own-property.ts';

/** A call as it goes on from a listener: to the next one, at last to the layer. */
export type Perform = (tensors: readonly unknown[], options: TfjsCallOptions | undefined) => unknown;

/** Stands around every call of a layer. */
export type Around = (tensors: readonly unknown[], options: TfjsCallOptions | undefined, perform: Perform) => unknown;

const all = new WeakMap<Layer, LayerCalls>();

/**
 * The calls of one layer, by whomever they are made. `call` of the layer itself is the only place that all of them pass:
 * wrappers, RNNs and cells never `apply` what is inside them. While somebody listens, the layer has an own `call`.
 */
export class LayerCalls {
  readonly #layer: Layer;
  /** The first one is the innermost. Replaced, never changed. */
  #listeners: readonly Around[] = [];
  #restore: (() => void) | undefined;

  private constructor(layer: Layer) {
    this.#layer = layer;
  }

  static of(layer: Layer): LayerCalls {
    let calls = all.get(layer);
    if (calls === undefined) {
      calls = new LayerCalls(layer);
      all.set(layer, calls);
    }
    return calls;
  }

  /** @returns takes the listener out; the last one leaves the layer as it was found */
  listen(around: Around, { innermost = false }: { innermost?: boolean } = {}): () => void {
    this.#restore ??= this.#install();
    this.#listeners = innermost ? [around, ...this.#listeners] : [...this.#listeners, around];
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== around);
      if (this.#listeners.length > 0) return;
      this.#restore?.();
      this.#restore = undefined;
    };
  }

  #install(): () => void {
    const layer = this.#layer;
    const { call: original } = layer;
    let model: ModelOutput | undefined;
    const run = (inputs: unknown, options: TfjsCallOptions | undefined) => {
      // tfjs gives a single tensor bare or in an array: the layer gets it as it came.
      const asArray = Array.isArray(inputs);
      // A model gives its only output in an array; hooks see it bare, and it goes out as it was.
      let wrapped = false;
      let perform: Perform = (tensors, given) => {
        const list = asArray || tensors.length !== 1 ? tensors : tensors[0];
        const output = model === undefined ? original.call(layer, list, given) : model.forward(list, given);
        wrapped = Array.isArray(output) && output.length === 1;
        return wrapped ? output[0] : output;
      };
      const listeners = this.#listeners;
      // Whoever has kept or wrapped this own call still reaches the layer when the last listener has gone.
      if (listeners.length === 0) return original.call(layer, inputs, options);
      for (let i = 0; i < listeners.length - 1; i++) perform = around(listeners[i]!, perform);
      const output = listeners.at(-1)!(asArray ? inputs : [inputs], options, perform);
      return wrapped ? [output] : output;
    };
    if (isContainer(layer)) model = replaceModelOutput(layer, original, run);
    const restoreCall = replaceProperty(layer, 'call', run);
    return () => {
      restoreCall();
      model?.restore();
    };
  }
}

const around =
  (listener: Around, inner: Perform): Perform =>
  (tensors, options) =>
    listener(tensors, options, inner);
