/**
 * @file Where the runs of a whole model are intercepted. predict, evaluate and fit never call the model's `call`: they
 * ask the executor for `model.outputs`. So a hooked model gets other outputs: those of a layer of layertap's that takes
 * the model's inputs and runs the model inside.
 *
 *     before:  inputs → layers → outputs           hooked:  inputs → [hooks around: layers] → outputs
 *
 * `model.layers`, and so all that is saved or cloned, stays as it is.
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

/** The forward of a model, run on a view of the model that has its original outputs. */
type CallOn = (view: Container, inputs: unknown, options: TfjsCallOptions | undefined) => unknown;

export interface ModelInterceptor {
  /** The model's own forward, without the hooks on it. */
  readonly forward: ModelFn;
  restore(): void;
}

/**
 * Makes every run of a model call `run` for its outputs.
 * @param callOn the forward of a model that is not a Sequential
 */
export function interceptModel(model: Container, callOn: CallOn, run: ModelFn): ModelInterceptor {
  if (!isSequential(model)) return replaceOutputs(model, callOn, run);
  // A Sequential runs an inner model, built at the first run or when compiled: layers may come and go until then.
  const intercept = (inner: Container | null | undefined) =>
    inner ? replaceOutputs(inner, (view, inputs, options) => view.call(inputs, options), run) : undefined;
  let inner = model.model;
  let current = intercept(inner);
  const data = { configurable: true, enumerable: true, writable: true };
  const found = Object.getOwnPropertyDescriptor(model, 'model') ?? data;
  Object.defineProperty(model, 'model', {
    configurable: true,
    enumerable: found.enumerable === true,
    get: () => inner,
    set: (next: Container) => {
      current?.restore();
      inner = next;
      current = intercept(inner);
    },
  });
  return {
    forward(inputs, options) {
      if (current === undefined) model.build();
      return current!.forward(inputs, options);
    },
    restore() {
      current?.restore();
      Object.defineProperty(model, 'model', { ...found, value: inner });
    },
  };
}

/** The layers that stand in for the outputs of a model. */
interface StandIn {
  run: ModelFn;
  /** The inputs and outputs that the model had. */
  readonly ends: readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor[];
}

/** Reused for the same ends: tfjs caches execution orders by the names of outputs. */
const standIns = new WeakMap<Container, StandIn>();

function replaceOutputs(model: Container, callOn: CallOn, run: ModelFn): ModelInterceptor {
  const originals = model.outputs;
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
    forward: (inputs, options) => callOn(view, inputs, options),
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
  // The executor runs a layer once for each of its outputs. So the layer that runs the model has one output, and each
  // further output has a layer after it that only passes on what has been computed by then.
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

/** Applies a layer to symbolic tensors, and removes the nodes that this adds to the layers which made them. */
function connect(layer: Layer, inputs: SymbolicTensor[]): SymbolicTensor {
  const output = layer.apply(inputs) as SymbolicTensor;
  for (const { sourceLayer } of inputs) {
    const { outboundNodes } = sourceLayer;
    const index = outboundNodes.findIndex(({ outboundLayer }) => outboundLayer === layer);
    if (index >= 0) outboundNodes.splice(index, 1);
  }
  return output;
}

type LayerClass = new (options: { name: string; trainable: boolean }) => Layer;

/** tf.layers.Layer, found from a model: the user may have passed in tfjs-core alone. */
function layerClass(model: Layer): LayerClass {
  let prototype = Object.getPrototypeOf(model) as object;
  while (!Object.hasOwn(prototype, 'assertInputCompatibility')) prototype = Object.getPrototypeOf(prototype);
  return prototype.constructor as LayerClass;
}
