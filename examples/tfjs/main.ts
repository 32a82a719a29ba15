// A third-party network, ESRGAN of @upscalerjs/default-model, unchanged: logs the outputs of its convolutions to TensorBoard,
// then ablates one unit after the other to see its effect.
//
//   npm run build && npx tsx examples/tfjs/main.ts [log directory]
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { select } from 'layertap';
import { ofClass, wrapTfjs } from 'layertap/adapters/tfjs';
import { SummaryWriter } from 'layertap/tensorboard';
import { PNG } from 'pngjs';

tf.enableProdMode();
await tf.setBackend('wasm');

const folder = new URL('../../node_modules/@upscalerjs/default-model/', import.meta.url);
const { modelTopology, weightsManifest } = JSON.parse(readFileSync(new URL('models/model.json', folder), 'utf8'));
const weights = readFileSync(new URL(`models/${weightsManifest[0].paths[0]}`, folder));
const model = await tf.loadLayersModel(
  tf.io.fromMemory({
    modelTopology,
    weightSpecs: weightsManifest[0].weights,
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength) as ArrayBuffer,
  }),
);

// The middle of the model's sample picture, a flower. The model takes pixels from 0 to 255.
const SIDE = 24;
const picture = PNG.sync.read(readFileSync(new URL('assets/fixture.png', folder)));
const pixels = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
  const [y, x] = [Math.floor(i / 3 / SIDE) + 52, (Math.floor(i / 3) % SIDE) + 52];
  return picture.data[4 * (y * picture.width + x) + (i % 3)]!;
});
const input = tf.tensor(pixels, [1, SIDE, SIDE, 3]);

// 1. The outputs of the convolutions.
const net = wrapTfjs(tf, model);
const writer = new SummaryWriter(process.argv[2]);
const logged = select(net, ofClass('Conv2D')).observe(({ path, output }) => {
  const values = output as tf.Tensor;
  writer.addHistogram(path, values.dataSync() as Float32Array);
  console.log(`${path.padEnd(12)} [${values.shape.join(', ')}]`);
});
const plain = model.predict(input) as tf.Tensor;
logged.remove();
console.log(`\n${SIDE} x ${SIDE} pixels in, ${plain.shape[1]} x ${plain.shape[2]} out\n`);

// 2. One unit ablated: its channel becomes zero. How far is the picture from the original?
const layer = net.getSubmodule('F_0');
const units = (layer.layer as tf.layers.Layer).getWeights()[1]!.size;
const effects = Array.from({ length: units }, (_, unit) => {
  const mask = tf.oneHot(tf.scalar(unit, 'int32'), units, 0, 1);
  const handle = layer.registerForwardHook((_layer, _inputs, output) => output.mul(mask));
  const effect = tf.tidy(() => (model.predict(input) as tf.Tensor).sub(plain).abs().mean().dataSync()[0]!);
  handle.remove();
  mask.dispose();
  return { unit, effect };
}).sort((a, b) => b.effect - a.effect);
console.log(`Units of F_0 without which a pixel changes most, of ${units}:`);
for (const { unit, effect } of effects.slice(0, 5))
  console.log(`  unit ${String(unit).padStart(2)}: ${effect.toFixed(2)} of 255`);
const { unit, effect } = effects.at(-1)!;
console.log(`and least: unit ${unit}, ${effect.toFixed(2)} of 255`);

await writer.close();
tf.dispose([input, plain]);
console.log(`\nnode dist/command.js view ${writer.logDir}`);
