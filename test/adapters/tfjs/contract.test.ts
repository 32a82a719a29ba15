// The public contract suite, run over layers, models, graphs and their nodes.
import * as tf from '@tensorflow/tfjs';
import { loadTfjsGraph, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { type ContractTarget, hookContract } from '../../../src/testing/index.ts';
import { onEachBackend } from './backends.ts';
import { artifacts, passThroughGraph, passThroughParts } from './graphs.ts';

/** Calls `onForward`, and doubles its first input. */
class Double extends tf.layers.Layer {
  static readonly className: string = 'Double';
  readonly #onForward: (inputs: readonly unknown[]) => void;
  constructor(onForward: (inputs: readonly unknown[]) => void) {
    super({});
    this.#onForward = onForward;
  }
  override call(inputs: tf.Tensor | tf.Tensor[], options: Record<string, unknown>): tf.Tensor {
    const list = Array.isArray(inputs) ? inputs : [inputs];
    this.#onForward(Object.keys(options).length === 0 ? list : [...list, options]);
    return tf.mul(list[0]!, 2);
  }
  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return shape;
  }
}

const tensors = {
  // The suite reads tensors of hooks after the call, when their tidy has ended.
  tensor: (values: readonly number[]) => tf.keep(tf.tensor1d([...values])) as tf.Tensor,
  values: async (tensor: tf.Tensor) => [...(await tensor.data())],
  mode: 'sync' as const,
};
const list = (inputs: unknown[]) => (inputs.length === 1 ? inputs[0] : inputs) as tf.Tensor;

const targets: ContractTarget<tf.Tensor>[] = [
  {
    ...tensors,
    name: 'layer, applied',
    extraInputs: true,
    create(onForward) {
      const layer = new Double(onForward);
      return { hookable: wrapTfjs(tf, layer), call: (...inputs) => layer.apply(list(inputs)) };
    },
  },
  {
    ...tensors,
    name: 'layer, called as wrappers and cells are',
    extraInputs: true,
    create(onForward) {
      const layer = new Double(onForward);
      return { hookable: wrapTfjs(tf, layer), call: (...inputs) => layer.call(list(inputs), {}) };
    },
  },
  {
    ...tensors,
    name: 'layer, as a Hookable',
    extraInputs: true,
    create(onForward) {
      const hookable = wrapTfjs(tf, new Double(onForward));
      return { hookable, call: hookable as never };
    },
  },
  {
    ...tensors,
    name: 'layer in a model',
    extraInputs: false,
    create(onForward) {
      const layer = new Double(onForward);
      const input = tf.input({ shape: [] });
      const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
      return { hookable: wrapTfjs(tf, model).getSubmodule(layer.name), call: (x) => model.apply(x as tf.Tensor) };
    },
  },
  {
    ...tensors,
    name: 'model',
    extraInputs: false,
    create(onForward) {
      const input = tf.input({ shape: [] });
      const model = tf.model({ inputs: input, outputs: new Double(onForward).apply(input) as tf.SymbolicTensor });
      return { hookable: wrapTfjs(tf, model), call: (x) => model.apply(x as tf.Tensor) };
    },
  },
  // With hooks in a loaded graph, and in one that was loaded for hooks.
  ...graphTargets('graph', (run) => passThroughGraph(run)),
  ...graphTargets('graph loaded for hooks', takeLoaded),
];

function graphTargets(name: string, make: (run: (x: tf.Tensor) => tf.Tensor) => tf.GraphModel): typeof targets {
  const doubling = (onForward: (inputs: readonly unknown[]) => void) =>
    make((x) => {
      onForward([x]);
      return tf.mul(x, 2);
    });
  return [
    {
      ...tensors,
      name: `node of a ${name}`,
      extraInputs: false,
      outputsOnly: true,
      create(onForward) {
        const model = doubling(onForward);
        return { hookable: wrapTfjs(tf, model).getSubmodule('node'), call: (x) => model.execute(x as tf.Tensor) };
      },
    },
    {
      ...tensors,
      name,
      extraInputs: false,
      create(onForward) {
        const model = doubling(onForward);
        return { hookable: wrapTfjs(tf, model), call: (x) => model.execute(x as tf.Tensor) };
      },
    },
    {
      ...tensors,
      mode: 'promise',
      name: `${name}, executed asynchronously`,
      extraInputs: false,
      create(onForward) {
        const model = doubling(onForward);
        return { hookable: wrapTfjs(tf, model), call: (x) => model.executeAsync(x as tf.Tensor) };
      },
    },
  ];
}

/** A graph whose node calls `run`. Loaded ahead, because `create` is synchronous and loading is not. */
interface Loaded {
  readonly model: tf.GraphModel;
  run: (x: tf.Tensor) => tf.Tensor;
}

const loaded: Loaded[] = [];

async function load(): Promise<Loaded> {
  const made = { run: (x: tf.Tensor) => x } as { model: tf.GraphModel; run: Loaded['run'] };
  const parts = passThroughParts((x) => made.run(x));
  made.model = await loadTfjsGraph(tf, tf.io.fromMemory(artifacts(...parts)));
  return made;
}

function takeLoaded(run: Loaded['run']): tf.GraphModel {
  const next = loaded.pop();
  if (next === undefined) throw new Error('more graphs are needed than were loaded ahead');
  next.run = run;
  return next.model;
}

onEachBackend('contract', (test) => {
  const cases = targets.flatMap((target) => hookContract(target));
  test.before(async () => {
    while (loaded.length < cases.length) loaded.push(await load());
  });
  for (const { name, run } of cases) test(name, run);
});
