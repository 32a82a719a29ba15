// The suite for whole models, over layers models and graphs.
import * as tf from '@tensorflow/tfjs';
import { wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { type ModelTarget, modelContract } from '../../../src/testing/index.ts';
import { onEachBackend } from './backends.ts';
import { branchingParts, graph } from './graphs.ts';
import { convolutional, dense, shared } from './models.ts';

const inputs = (shapes: number[][]): tf.Tensor[] =>
  shapes.map((shape) =>
    tf.keep(
      tf
        .linspace(
          -1,
          1,
          shape.reduce((a, b) => a * b, 1),
        )
        .reshape(shape),
    ),
  );

const copy = (tensor: unknown) => (tensor as tf.Tensor).clone();

async function numbersOf(output: unknown): Promise<number[]> {
  const tensors = (Array.isArray(output) ? output : [output]) as tf.Tensor[];
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return values.flatMap((one) => [...one]);
}

function layersModel(name: string, create: () => tf.LayersModel, ...shapes: number[][]): ModelTarget {
  return {
    name,
    copy,
    create() {
      const model = create();
      const x = inputs(shapes);
      return {
        root: wrapTfjs(tf, model),
        run: () => model.predict(x.length === 1 ? x[0]! : x),
        values: numbersOf,
        objects: [model, ...model.layers],
        liveTensors: () => tf.memory().numTensors,
      };
    },
  };
}

const targets: ModelTarget[] = [
  layersModel('a convolutional network', convolutional, [1, 8, 8, 1]),
  layersModel('dense layers', () => dense(4, 3, 2), [2, 4]),
  layersModel('a shared layer and two outputs', shared, [1, 4], [1, 4]),
  {
    name: 'a graph',
    copy,
    create() {
      const model = graph(...branchingParts());
      const [x] = inputs([[2]]);
      return {
        root: wrapTfjs(tf, model),
        run: () => model.execute({ x: x! }),
        values: numbersOf,
        objects: [model],
        liveTensors: () => tf.memory().numTensors,
      };
    },
  },
];

onEachBackend('model contract', (test) => {
  for (const { name, run } of targets.flatMap((target) => modelContract(target))) test(name, run);
});
