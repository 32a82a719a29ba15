/**
 * @file What a worker of the pool runs, as source text, so that there is no file to host and it is inside the bundle.
 * It takes chunks of columns while there are any, waits a little with open eyes, since another product often follows,
 * and then sleeps until it is notified. thread-pool.ts draws the memory that both sides share.
 */
import { ARGUMENTS, CELLS, DONE, PULSE, SPIN_ROUNDS, TICKETS } from './thread-control.ts';

const work = `
function start({ module, memory, control, spill }, report) {
  const { linearColumns } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const cells = new Int32Array(memory.buffer, control, ${CELLS});
  report();
  for (let pulse = 0; ; ) {
    for (let spin = 0; spin < ${SPIN_ROUNDS}; spin++) {
      if (Atomics.load(cells, ${TICKETS}) <= 0) continue;
      const ticket = Atomics.sub(cells, ${TICKETS}, 1) - 1;
      if (ticket < 0) continue;
      const [input, rows, packed, output, relu, interleaved, chunk, columns] = cells.subarray(${ARGUMENTS});
      const from = ticket * chunk;
      const to = Math.min(from + chunk, columns);
      linearColumns(input, rows, packed, output, relu, interleaved, spill, from, to);
      Atomics.add(cells, ${DONE}, 1);
      spin = 0;
    }
    Atomics.wait(cells, ${PULSE}, pulse);
    pulse = Atomics.load(cells, ${PULSE});
  }
}
`;

/** For a worker of node:worker_threads. In Deno and Bun such a worker has the globals of a Web Worker, too. */
export const nodeWorkerSource: string = `${work}
const { parentPort, workerData } = require('node:worker_threads');
start(workerData, () => parentPort.postMessage('ready'));
`;

/** For a Web Worker. */
export const webWorkerSource: string = `${work}
onmessage = ({ data }) => start(data, () => postMessage('ready'));
`;
