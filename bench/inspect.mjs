// What the tools of layertap/inspect cost beside the unhooked model: eight Linear modules of width 1024, batch 32. CPU time,
// in alternating turns of one process; the unhooked model runs twice, and the second run shows the noise.
//
//   npm run build && node bench/inspect.mjs [--rounds 21] [--millis 60]
import { parseArgs } from 'node:util';
import * as layertap from '../dist/index.js';
import { capture, guard } from '../dist/inspect.js';
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

/** The median over the rounds of the ratio of two turns of one round. */
const ratio = (times, others) => median(times.map((ns, i) => ns / others[i]));

if (isMain(import.meta)) {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '21' }, millis: { type: 'string', default: '60' } },
  });
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
