// The cost of hooks in tfjs: predict of 50 dense layers of width 256, plain, wrapped without a hook, and with one of several
// kinds on every layer, in turns of some ten predictions on one model. Plain runs twice, and all sides are compared with
// the mean of both.
//
//   npm run build && node bench/tfjs.mjs
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { wrapTfjs } from '../dist/adapters/tfjs.js';
import { select } from '../dist/index.js';
import { alternate, quantile } from './harness.mjs';
import { printConditions } from './print.mjs';

const WIDTH = 256;
const LAYERS = 50;

tf.enableProdMode();
printConditions(`tfjs ${tf.version.tfjs}`);

let sink;

/**
 * Times predictions with each side's hooks.
 * @returns by name, in µs, the tenth percentile of the turns: on a busy machine the median shows other programs more than
 *   the sides
 */
async function measure(model, sides, rounds) {
  const x = tf.randomNormal([model.batch, WIDTH], 0, 1, 'float32', 1);
  const run = () => model.predict(x, { batchSize: model.batch }).dispose();
  const candidates = Object.entries(sides).map(([name, hook]) => ({
    name,
    prepare: () => hook(wrapTfjs(tf, model), model.kept),
    run,
  }));
  const turns = await alternate(candidates, { rounds, millis: 15 });
  x.dispose();
  return Object.fromEntries(Object.entries(turns).map(([name, ns]) => [name, quantile(ns, 0.1) / 1000]));
}

const sides = {
  plain() {},
  'plain, again'() {},
  'wrapped, no hooks': (net) => {
    sink = [...net.namedChildren()];
  },
  'an observer on each layer': (net) =>
    select(net, '*').observe((event) => {
      sink = event.output;
    }),
  'a hook on each layer': (net) =>
    select(net, '*').registerForwardHook((_layer, _inputs, output) => {
      sink = output;
    }),
  'a hook that returns its output': (net) => select(net, '*').registerForwardHook((_layer, _inputs, output) => output),
  'a hook that replaces the output': (net, kept) => select(net, '*').registerForwardHook(() => kept),
};
const notes = {
  'plain, again': '(its distance from plain is what this machine cannot tell apart)',
  'wrapped, no hooks': '(target: nothing measurable)',
  'an observer on each layer': '(target: at most 3 %)',
  'a hook that replaces the output': '(by a tensor that it keeps: one clone)',
};

for (const [backend, batch, turns] of [
  ['wasm', 1, 150],
  ['wasm', 32, 20],
  ['cpu', 1, 12],
]) {
  await tf.setBackend(backend);
  const model = tf.sequential();
  for (let i = 0; i < LAYERS; i++) {
    model.add(tf.layers.dense({ units: WIDTH, activation: 'relu', ...(i === 0 && { inputShape: [WIDTH] }) }));
  }
  model.batch = batch;
  model.kept = tf.keep(tf.ones([batch, WIDTH]));
  console.log(`\npredict, ${backend}, batch ${batch}:`);
  const times = await measure(model, sides, turns);
  const plain = (times.plain + times['plain, again']) / 2;
  for (const [name, time] of Object.entries(times)) {
    const more = (100 * (time / plain - 1)).toFixed(1).padStart(6);
    const each = ((1000 * (time - plain)) / LAYERS).toFixed(0).padStart(6);
    console.log(
      `  ${name.padEnd(32)} ${time.toFixed(0).padStart(7)} µs ${more} % ${each} ns a layer  ${notes[name] ?? ''}`,
    );
  }
  model.kept.dispose();
  model.dispose();
}
console.log(sink === undefined ? '' : '\nThe tenth percentile of the turns, alternating in one process.');
