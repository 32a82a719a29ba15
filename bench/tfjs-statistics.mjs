// The cost of statistics of every layer in tfjs: predict of a MobileNetV2 with random weights, 224 by 224 pixels, plain and with
// observers, statistics() or log() on all of its layers, alternating in one process.
//
//   npm run build && node bench/tfjs-statistics.mjs [wasm | cpu] [turns]
import { openSync, writeSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { wrapTfjs } from '../dist/adapters/tfjs.js';
import { select, statistics } from '../dist/index.js';
import { alternate, quantile } from './harness.mjs';
import { printConditions } from './print.mjs';

const only = ['wasm', 'cpu'].find((backend) => process.argv.includes(backend));
const turns = process.argv.find((word) => /^\d+$/.test(word));
const { layers } = tf;

/** MobileNetV2 (Sandler et al., 2018, table 2): expansion, channels, repetitions and first stride of its blocks. */
const BLOCKS = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

function mobileNetV2() {
  const input = tf.input({ shape: [224, 224, 3] });
  const normalized = (x, relu) => {
    const y = layers.batchNormalization().apply(x);
    return relu ? layers.reLU({ maxValue: 6 }).apply(y) : y;
  };
  const convolved = (x, filters, kernelSize, strides, relu) =>
    normalized(layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false }).apply(x), relu);
  let x = convolved(input, 32, 3, 2, true);
  let channels = 32;
  for (const [expansion, out, repetitions, first] of BLOCKS) {
    for (let i = 0; i < repetitions; i++) {
      const strides = i === 0 ? first : 1;
      const before = x;
      if (expansion > 1) x = convolved(x, channels * expansion, 1, 1, true);
      const padded =
        strides === 2
          ? layers
              .zeroPadding2d({
                padding: [
                  [0, 1],
                  [0, 1],
                ],
              })
              .apply(x)
          : x;
      const padding = strides === 2 ? 'valid' : 'same';
      const deep = layers.depthwiseConv2d({ kernelSize: 3, strides, padding, useBias: false }).apply(padded);
      x = convolved(normalized(deep, true), out, 1, 1, false);
      if (strides === 1 && channels === out) x = layers.add().apply([before, x]);
      channels = out;
    }
  }
  x = layers.globalAveragePooling2d({}).apply(convolved(x, 1280, 1, 1, true));
  return tf.model({ inputs: input, outputs: layers.dense({ units: 1000, activation: 'softmax' }).apply(x) });
}

tf.enableProdMode();
printConditions(`tfjs ${tf.version.tfjs}`);
const nowhere = openSync('/dev/null', 'w');
let sink;
const sides = {
  plain() {},
  'plain, again'() {},
  observers: (all) =>
    all.observe((event) => {
      sink = event;
    }),
  'statistics()': (all) => {
    const subscription = all
      .observe()
      .pipe(statistics())
      .subscribe((row) => {
        sink = row;
      });
    return { remove: () => subscription.unsubscribe() };
  },
  'log() that prints nothing': (all) => all.log({ print: () => {} }),
  'log() to a file': (all) => all.log({ print: (line) => writeSync(nowhere, `${line}\n`) }),
};

for (const [backend, count] of [
  ['wasm', 40],
  ['cpu', 3],
]) {
  if (only !== undefined && only !== backend) continue;
  await tf.setBackend(backend);
  const model = mobileNetV2();
  const all = select(wrapTfjs(tf, model), '*');
  const x = tf.randomNormal([1, 224, 224, 3], 0, 1, 'float32', 1);
  let values = 0;
  const counting = all.observe(({ output }) => {
    values += output.size;
  });
  model.predict(x).dispose();
  counting.remove();
  console.log(`\npredict, ${backend}: ${all.size} layers, ${(values / 1e6).toFixed(1)} million values`);
  const run = () => model.predict(x).dispose();
  const candidates = Object.entries(sides).map(([name, hook]) => ({ name, prepare: () => hook(all), run }));
  // A turn is one prediction, or a few on wasm.
  const turnsOf = await alternate(candidates, { rounds: Number(turns ?? count), millis: 1, warm: 1 });
  const names = Object.keys(turnsOf);
  const times = names.map((name) => quantile(turnsOf[name], 0.1) / 1e6);
  const plain = (times[0] + times[1]) / 2;
  for (const [i, name] of names.entries()) {
    console.log(
      `  ${name.padEnd(28)} ${times[i].toFixed(1).padStart(8)} ms  ${(times[i] / plain).toFixed(3)} times plain`,
    );
  }
  x.dispose();
  model.dispose();
}
console.log(sink === undefined ? '' : '\nThe tenth percentile of predictions, alternating in one process.');
