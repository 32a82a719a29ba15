/** @file How to run a call of a layer again, for the files of `guard`. */
import type { ReplayedCall, ReplayRecipe } from '../../src/adapter.ts';
import type { Core, Layer } from './framework.ts';

/** A script with the layer's class, configuration and weights. @returns a sentence for an anonymous layer */
export function layerReplay(core: Core, layer: Layer, { source }: ReplayedCall): ReplayRecipe | string {
  const name = layer.getClassName();
  const backend = core.getBackend();
  let config: string;
  try {
    config = JSON.stringify(layer.getConfig());
  } catch (error) {
    return `${name} ${layer.name} gives no configuration: ${(error as Error).message}`;
  }
  const own = backend === 'tensorflow' ? 'node' : `backend-${backend}`;
  return {
    imports: {
      '@tensorflow/tfjs': '* as tf',
      ...(!['cpu', 'webgl'].includes(backend) && { [`@tensorflow/tfjs-${own}`]: '' }),
      // It registers the classes of the user's.
      ...(source !== undefined && { [source]: '' }),
    },
    script: [
      `await tf.setBackend(${JSON.stringify(backend)});`,
      'const make = ({ data, shape, dtype }) => tf.tensor(data, shape, dtype);',
      `const [Layer, fromConfig] = tf.serialization.SerializationMap.getMap().classNameMap[${JSON.stringify(name)}];`,
      `const layer = fromConfig(Layer, ${config});`,
      'const inputs = replay.inputs(make);',
      'const options = inputs.at(-1) instanceof tf.Tensor ? undefined : inputs.pop();',
      'const input = inputs.length === 1 ? inputs[0] : inputs;',
      'if (!layer.built) layer.build(inputs.length === 1 ? input.shape : inputs.map(({ shape }) => shape));',
      'layer.built = true;',
      'layer.setWeights([...replay.weights.values()].map(make));',
      'const reader = { is: (value) => value instanceof tf.Tensor, shape: ({ shape }) => shape, values: (y) => y.data() };',
      'await replay.check(layer.apply(input, options), reader);',
    ],
    // Two layers inside a layer may have weights of the same name.
    weights: layer.weights.map((weight, i) => [`${i} ${weight.name}`, weight.read()]),
    environment: `TensorFlow.js with the backend ${backend}`,
  };
}
