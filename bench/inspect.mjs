// What the tools of layertap/inspect cost beside the unhooked model: eight Linear modules of width 1024, batch 32.
//
//   npm run build && node bench/inspect.mjs
import * as layertap from '../dist/index.js';
import { capture, guard } from '../dist/inspect.js';
import { alternate, median } from './harness.mjs';
import { isMain, printConditions, printRow } from './print.mjs';

const { Linear, Sequential, Tensor, rand, select } = layertap;

/** @returns medians in ns per run, by name */
async function measure(settings) {
  const net = new Sequential(...Array.from({ length: 8 }, () => new Linear(1024, 1024)));
  const x = rand(32, 1024);
  const run = () => net(x);
  const all = () => select(net, '*');
  const turns = await alternate(
    [
      { name: 'unhooked', run },
      // Hooks end the fusing of layers.
      { name: 'an observer that does nothing', run, prepare: () => all().observe(() => {}) },
      {
        name: 'statistics by an observer',
        run,
        prepare: () => all().observe(({ output, reader }) => void reader.summarize(output)),
      },
      { name: "capture, take: 'statistics'", run: () => capture(net, [x], '*', { take: 'statistics' }) },
      { name: 'guard, every call', run, prepare: () => guard(net) },
      { name: 'guard, every tenth call', run, prepare: () => guard(net, { every: 10 }) },
      {
        name: 'copies by hand-written hooks',
        run,
        prepare: () => all().registerForwardHook((_module, _inputs, output) => void copies.push(kept(output))),
      },
      { name: 'capture of whole tensors', run: () => capture(net, [x], '*') },
    ],
    settings,
  );
  return Object.fromEntries(Object.entries(turns).map(([name, times]) => [name, median(times)]));
}

let copies = [];
/** A core tensor is immutable: keeping it is enough. */
function kept(output) {
  if (copies.length >= 8) copies = [];
  return output instanceof Tensor ? output : undefined;
}

if (isMain(import.meta)) {
  printConditions(`${layertap.kernelName()} kernels`);
  const { unhooked, ...tools } = await measure({ rounds: 21, millis: 60 });
  printRow('unhooked', unhooked);
  for (const [name, ns] of Object.entries(tools)) printRow(name, ns, `${(ns / unhooked).toFixed(3)}x unhooked`);
}
