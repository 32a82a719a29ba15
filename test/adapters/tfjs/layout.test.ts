import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { onEachBackend } from './backends.ts';

/** What the readers of layers say of the outputs of a model. */
function layouts(model: tf.Sequential, x: tf.Tensor): (string | undefined)[] {
  const said: (string | undefined)[] = [];
  const handles = [...wrapTfjs(tf, model).children()].map((layer) =>
    layer.observe(({ output, reader }) => void said.push(reader!.layout!((output as tf.Tensor).shape))),
  );
  tf.tidy(() => void model.predict(x));
  for (const handle of handles) handle.remove();
  model.dispose();
  x.dispose();
  return said;
}

onEachBackend('layout', (test) => {
  test('outputs of rank 4 are NHWC, the order of the framework; nothing is said of others', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 2, kernelSize: 2, inputShape: [4, 4, 1] }),
        tf.layers.batchNormalization(),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2 }),
      ],
    });
    assert.equal(layouts(model, tf.zeros([1, 4, 4, 1])), ['NHWC', 'NHWC', undefined, undefined]);
  });

  test('a layer with channelsFirst is NCHW', () => {
    const pool = tf.layers.maxPooling2d({ poolSize: 2, dataFormat: 'channelsFirst', inputShape: [3, 4, 4] });
    assert.equal(layouts(tf.sequential({ layers: [pool] }), tf.zeros([1, 3, 4, 4])), ['NCHW']);
  });
});
