// What hooks cost in tfjs: predict of 50 dense layers of width 256, plain, wrapped without a hook, and with one of several
// kinds on every layer. On the same model, in turns of ten predictions, each of which is timed: so short a turn leaves a
// noisy machine little to tell the sides apart by. Plain runs twice, and all are compared with the mean of both.
//
//   npm run build && node bench/tfjs.mjs
import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { wrapTfjs } from '../dist/adapters/tfjs.js';
import { select } from '../dist/index.js';

const WIDTH = 256;
const LAYERS = 50;
const TURN = 10;

tf.enableProdMode();
console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0].model}, tfjs ${tf.version.tfjs}`);

let sink;
const nothing = { remove() {} };

/**
 * Times single predictions of each side, in turns. By name, in µs, what a tenth of them did not exceed: other programs
 * only ever make one slower, and on a busy machine the median tells more of them than of the sides.
 */
function measure(model, sides, turns) {
  const names = Object.keys(sides);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  const x = tf.randomNormal([model.batch, WIDTH], 0, 1, 'float32', 1);
  const predict = () => {
    const start = process.hrtime.bigint();
    model.predict(x, { batchSize: model.batch }).dispose();
    return Number(process.hrtime.bigint() - start) / 1000;
  };
  for (let turn = 0; turn < turns; turn++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + turn) % names.length];
      const handle = sides[name](wrapTfjs(tf, model), model.kept);
      predict();
      const times = Array.from({ length: TURN }, predict);
      handle.remove();
      // The first fifth warms up.
      if (turn >= turns / 5) samples[name].push(...times);
    }
  }
  x.dispose();
  return Object.fromEntries(
    names.map((name) => [name, samples[name].sort((a, b) => a - b)[Math.floor(samples[name].length / 10)]]),
  );
}

const sides = {
  plain: () => nothing,
  'plain, again': () => nothing,
  'wrapped, no hooks': (net) => [...net.namedChildren()] && nothing,
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
  'plain, again': '(how far it is from plain: what this machine cannot tell apart)',
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
  const times = measure(model, sides, turns);
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
console.log(sink === undefined ? '' : '\nThe tenth percentile of predictions, in turns in one process.');
