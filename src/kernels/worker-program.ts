/**
 * @file The program of a worker in the pool, as source text inside the bundle: there is no file to host. A worker takes
 * chunks of columns from thread-pool.ts through 32-bit cells of the shared memory. When there are none it spins for a
 * while, since the next product often follows at once, and then sleeps until it is notified.
 *
 *   cell  0  TICKETS    chunks left; a worker takes one by subtracting 1
 *        16  DONE       chunks finished
 *        32  PULSE      changes to wake the workers
 *        40  AWAKE      workers that spin or compute
 *        48  ARGUMENTS  input, rows, packed, output, relu, interleaved, columns of a chunk, all columns,
 *                   wide
 *
 * Cells that both sides write are on cache lines of their own. The arguments are written while there are no tickets, and
 * read only with a ticket in hand: a worker that is late for one product never sees half of the next.
 */
export const TICKETS = 0;
export const DONE = 16;
export const PULSE = 32;
export const AWAKE = 40;
export const ARGUMENTS = 48;
export const CELLS = 64;

/** About 100 µs. */
const SPIN_ROUNDS = 20_000;

const work = `
function start({ module, memory, control, spill }, report) {
  const { linearColumns } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const cells = new Int32Array(memory.buffer, control, ${CELLS});
  report();
  for (let pulse = 0; ; ) {
    Atomics.add(cells, ${AWAKE}, 1);
    for (let spin = 0; spin < ${SPIN_ROUNDS}; spin++) {
      if (Atomics.load(cells, ${TICKETS}) <= 0) continue;
      const ticket = Atomics.sub(cells, ${TICKETS}, 1) - 1;
      if (ticket < 0) continue;
      const [input, rows, packed, output, relu, interleaved, chunk, columns, wide] = cells.subarray(${ARGUMENTS});
      const from = ticket * chunk;
      const to = Math.min(from + chunk, columns);
      linearColumns(input, rows, packed, output, relu, interleaved, spill, from, to, wide);
      Atomics.add(cells, ${DONE}, 1);
      spin = 0;
    }
    Atomics.sub(cells, ${AWAKE}, 1);
    Atomics.wait(cells, ${PULSE}, pulse);
    pulse = Atomics.load(cells, ${PULSE});
  }
}
`;

/** For node:worker_threads. In Deno and Bun its workers have the globals of a Web Worker as well. */
export const nodeWorkerProgram: string = `${work}
const { parentPort, workerData } = require('node:worker_threads');
start(workerData, () => parentPort.postMessage('ready'));
`;

/** For a Web Worker. */
export const webWorkerProgram: string = `${work}
onmessage = ({ data }) => start(data, () => postMessage('ready'));
`;
