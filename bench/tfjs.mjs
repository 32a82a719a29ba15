// What hooks cost in tfjs: predict of 50 dense layers of width 256, plain, wrapped without a hook, and with one on every
// layer, on the same model in turns.
//
//   npm run build && node bench/tfjs.mjs
import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { wrapTfjs } from '../dist/adapters/tfjs.js';
import { select } from '../dist/index.js';
import { alternate, row } from './alternate.mjs';

const WIDTH = 256;
const LAYERS = 50;

tf.enableProdMode();
console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0].model}, tfjs ${tf.version.tfjs}`);

let sink;
const percent = (ns, plain) => `${(100 * (ns / plain - 1)).toFixed(2).padStart(6)} %`;

for (const backend of ['wasm', 'cpu']) {
  await tf.setBackend(backend);
  for (const batch of [1, 32]) {
    // A prediction of this size takes the cpu backend most of a second.
    if (backend === 'cpu' && batch > 1) continue;
    const model = tf.sequential();
    for (let i = 0; i < LAYERS; i++) {
      model.add(tf.layers.dense({ units: WIDTH, activation: 'relu', ...(i === 0 && { inputShape: [WIDTH] }) }));
    }
    const x = tf.randomNormal([batch, WIDTH], 0, 1, 'float32', 1);
    const predict = (times) => {
      for (let i = 0; i < times; i++) model.predict(x, { batchSize: batch }).dispose();
    };
    const hooked = (register) => (times) => {
      const handle = register();
      predict(times);
      handle.remove();
    };
    const everyLayer = () => select(wrapTfjs(tf, model), '*');
    const ns = alternate(
      {
        plain: predict,
        again: predict,
        wrapped: hooked(() => (everyLayer(), { remove() {} })),
        observed: hooked(() =>
          everyLayer().observe((event) => {
            sink = event.output;
          }),
        ),
        hook: hooked(() =>
          everyLayer().registerForwardHook((_layer, _inputs, output) => {
            sink = output;
          }),
        ),
        identity: hooked(() => everyLayer().registerForwardHook((_layer, _inputs, output) => output)),
      },
      { rounds: 41, millis: backend === 'wasm' ? 40 : 80 },
    );
    console.log(`\n${backend}, batch ${batch}:\n`);
    row('predict, plain', ns.plain);
    row(
      'predict, plain, measured again',
      ns.again,
      `${percent(ns.again, ns.plain)} (what this machine cannot tell apart)`,
    );
    row('predict, wrapped, no hooks', ns.wrapped, `${percent(ns.wrapped, ns.plain)} (target: nothing measurable)`);
    row('predict, an observer on each layer', ns.observed, `${percent(ns.observed, ns.plain)} (target: at most 3 %)`);
    row('predict, a hook on each layer', ns.hook, percent(ns.hook, ns.plain));
    row('predict, a hook that returns its output', ns.identity, percent(ns.identity, ns.plain));
    model.dispose();
  }
}
console.log(sink === undefined ? '' : '\nMedians of 41 turns each, in turns in one process.');
