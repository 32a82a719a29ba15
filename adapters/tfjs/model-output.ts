/**
 * @file The forward of a whole model. predict, evaluate and fit never call the model's `call`: they ask the executor for
 * `model.outputs`. So these become, while somebody listens, the outputs of a layer of ours that takes the model's inputs
 * and runs the model inside:
 *
 *     before:  inputs → layers → outputs           while hooked:  inputs → [hooks around: layers] → outputs
 *
 * `model.layers`, and with it all that is saved or cloned, stays as it is.
 */
import {
  type Container,
  isSequential,
  type Layer,
  type SymbolicTensor,
  type TfjsCallOptions,
  toList,
} from './framework.ts';

type ModelFn = (inputs: unknown, options: TfjsCallOptions | undefined) => unknown;

/** A model, and how to run it as it was. */
export interface ModelOutput {
  /** The model's own forward, without the hooks on it. */
  forward(inputs: unknown, options: TfjsCallOptions | undefined): unknown;
  restore(): void;
}

/** The forward of a model, seen with outputs of its own. */
type CallAs = (view: Container, inputs: unknown, options: TfjsCallOptions | undefined) => unknown;

/**
 * Makes a model go through `run` for its outputs, whoever asks for them.
 * @param callAs the forward of a model that is no Sequential
 */
export function replaceModelOutput(model: Container, callAs: CallAs, run: ModelFn): ModelOutput {
  if (!isSequential(model)) return replaceOutputs(model, callAs, run);
  // A Sequential runs the model that it builds, when it is first run or compiled: until then layers may come and go.
  const through = (inner: Container | null | undefined) =>
    inner ? replaceOutputs(inner, (view, inputs, options) => view.call(inputs, options), run) : undefined;
  let inner = model.model;
  let current = through(inner);
  const found = Object.getOwnPropertyDescriptor(model, 'model');
  Object.defineProperty(model, 'model', {
    configurable: true,
    enumerable: found?.enumerable ?? true,
    get: () => inner,
    set: (next: Container) => {
      current?.restore();
      inner = next;
      current = through(inner);
    },
  });
  return {
    forward(inputs, options) {
      if (current === undefined) model.build();
      return current!.forward(inputs, options);
    },
    restore() {
      current?.restore();
      Object.defineProperty(model, 'model', {
        configurable: true,
        enumerable: true,
        writable: true,
        ...found,
        value: inner,
      });
    },
  };
}

/** The layers that stand in for a model's outputs: made once for these, because tfjs keeps what it sorted by name. */
interface StandIn {
  run: ModelFn;
  /** The inputs and outputs that the model had. */
  readonly ends: readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor[];
}

const standIns = new WeakMap<Container, StandIn>();

function replaceOutputs(model: Container, call: CallAs, run: ModelFn): ModelOutput {
  const originals = model.outputs;
  // The same model, seen with its own outputs.
  const view = Object.create(model, { outputs: { value: originals } }) as Container;
  let standIn = standIns.get(model);
  const ends = endsOf(model);
  if (standIn?.ends.length !== ends.length || ends.some((end, i) => end !== standIn!.ends[i])) {
    standIn = makeStandIn(model);
    standIns.set(model, standIn);
  }
  standIn.run = run;
  const { outputs } = standIn;
  model.outputs = outputs;
  return {
    forward: (inputs, options) => call(view, inputs, options),
    restore() {
      if (model.outputs === outputs) model.outputs = originals;
    },
  };
}

const endsOf = ({ inputs, outputs }: Container) => [...inputs, ...outputs];

function makeStandIn(model: Container): StandIn {
  const standIn: StandIn = { run: () => undefined, ends: endsOf(model), outputs: [] };
  const originals = model.outputs;
  let others: unknown[] = [];
  // The executor runs a layer once for each of its outputs that is asked for. So one layer with one output runs the
  // model, and behind it stands one for each further output, which has been computed by then.
  const first = makeLayer(model, `${model.name}/hooks`, originals[0]!, (inputs, options) => {
    const [output, ...rest] = toList(standIn.run(inputs, options));
    others = rest;
    return output;
  });
  standIn.outputs.push(connect(first, model.inputs));
  for (const [i, original] of originals.slice(1).entries()) {
    const next = makeLayer(model, `${model.name}/hooks_${i + 1}`, original, () => others[i]);
    standIn.outputs.push(connect(next, standIn.outputs.slice(0, 1)));
  }
  return standIn;
}

function makeLayer(model: Container, name: string, like: SymbolicTensor, call: Layer['call']): Layer {
  const layer = new (layerClass(model))({ name, trainable: false });
  return Object.assign(layer, { call, computeOutputShape: () => like.shape, supportsMasking: false });
}

/** Connects a layer to symbolic tensors, and takes back what that leaves behind in the layers that made them. */
function connect(layer: Layer, inputs: SymbolicTensor[]): SymbolicTensor {
  const output = layer.apply(inputs) as SymbolicTensor;
  for (const { sourceLayer } of inputs) {
    const { outboundNodes } = sourceLayer;
    const place = outboundNodes.findIndex(({ outboundLayer }) => outboundLayer === layer);
    if (place >= 0) outboundNodes.splice(place, 1);
  }
  return output;
}

/** tf.layers.Layer, found from a model, so that tfjs-layers need not be passed in where tfjs-core is. */
function layerClass(model: Layer): new (options: { name: string; trainable: boolean }) => Layer {
  let prototype = Object.getPrototypeOf(model) as object;
  while (!Object.hasOwn(prototype, 'assertInputCompatibility')) prototype = Object.getPrototypeOf(prototype);
  return prototype.constructor as new (options: {
    name: string;
    trainable: boolean;
  }) => Layer;
}
