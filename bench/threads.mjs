// Two threads beside one, in any engine with node:worker_threads, on a machine with a free second core:
//
//   npm run build
//   node bench/threads.mjs
//   deno run -A bench/threads.mjs
//   bun bench/threads.mjs
//
// (In browsers: node bench/run.mjs threads --in chromium.) Both are copies of the same build and take turns. Target: 1.8x from
// 128x1024x1024 up. Then what it costs to wake a worker that sleeps, and what a pool costs that has nothing to do.
import { cpus } from 'node:os';
import { pathToFileURL } from 'node:url';
import { copyDist } from './dist-copies.mjs';
import { median } from './harness.mjs';
import { formatTime } from './report.mjs';

const SIZES = [
  [8, 256, 512],
  [8, 784, 512],
  [8, 1024, 1024],
  [32, 784, 512],
  [1, 4096, 4096],
  [16, 2048, 2048],
  [128, 1024, 1024],
  [256, 64, 4096],
  [64, 4096, 1024],
  [512, 1024, 1024],
];
/** From this many multiply-adds up. */
const TARGET = { from: 128 * 1024 * 1024, gain: 1.8 };
/** Never shared, and the smallest for which a sleeping worker is woken. */
const [SMALL, SHARED] = [
  [1, 10, 30],
  [8, 1024, 1024],
];
const ROUNDS = 40;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const best = (times) => Math.min(...times);
const timeOf = (ms) => formatTime(1e6 * ms);

const load = (name) => import(pathToFileURL(`${copyDist(name)}/index.js`).href);
const [one, two] = [await load('threads-1'), await load('threads-2')];
const threads = await two.setNumThreads(2);
if (threads !== 2) throw new Error(`two threads wanted, got ${threads}`);
const engine = globalThis.Deno
  ? `Deno ${Deno.version.deno}`
  : globalThis.Bun
    ? `Bun ${Bun.version}`
    : `Node ${process.version}`;
console.log(`${engine}, ${cpus()[0]?.model}, ${cpus().length} processors, ${two.kernelName()} kernels\n`);

/** @returns a call of a layer of this size in either copy */
function layers([rows, depth, columns]) {
  return [one, two].map(({ Linear, rand, ReLU, Sequential }) => {
    const layer = new Sequential(new Linear(depth, columns), new ReLU());
    const x = rand(rows, depth);
    return () => layer(x);
  });
}

function timed(call, count) {
  const start = performance.now();
  for (let i = 0; i < count; i++) call();
  return (performance.now() - start) / count;
}

let missed = 0;
console.log('best turn (median)       one thread                two threads               gain');
for (const size of SIZES) {
  const calls = layers(size);
  const work = size[0] * size[1] * size[2];
  const count = Math.max(1, Math.round(1e8 / work));
  for (const call of calls) for (const end = performance.now() + 300; performance.now() < end; ) call();
  const turns = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const i of [round % 2, (round + 1) % 2]) {
      // Threads of the turn before have fallen asleep; the first call wakes them.
      await pause(2);
      calls[i]();
      turns[i].push(timed(calls[i], count));
    }
  }
  const gain = best(turns[0]) / best(turns[1]);
  const isMissed = work >= TARGET.from && gain < TARGET.gain;
  if (isMissed) missed++;
  const columns = turns.map((times) => `${timeOf(best(times))} (${timeOf(median(times))})`.padEnd(26));
  console.log(
    `${size.join('x').padEnd(22)} ${columns.join('')}${gain.toFixed(2)}x${isMissed ? `, target ${TARGET.gain}x` : ''}`,
  );
}

const [alone, shared] = layers(SHARED);
const [awake, asleep, single] = [[], [], []];
for (let round = 0; round < 4 * ROUNDS; round++) {
  await pause(3);
  asleep.push(timed(shared, 1));
  awake.push(timed(shared, 1));
  single.push(timed(alone, 1));
}
console.log(`\n${SHARED.join('x')}, the smallest that wakes a worker, medians: one thread ${timeOf(median(single))};`);
console.log(`two, the worker spins ${timeOf(median(awake))}, sleeps ${timeOf(median(asleep))}`);

const [smallAlone, smallShared] = layers(SMALL);
const small = [[], []];
for (let round = 0; round < ROUNDS; round++) {
  small[0].push(timed(smallAlone, 20_000));
  small[1].push(timed(smallShared, 20_000));
}
console.log(
  `${SMALL.join('x')}, never shared: ${timeOf(best(small[0]))} without a pool, ${timeOf(best(small[1]))} with one`,
);

await pause(50);
const before = process.cpuUsage();
await pause(1000);
const { user, system } = process.cpuUsage(before);
console.log(`a second in which the pool has nothing to do: ${((user + system) / 1000).toFixed(1)} ms of CPU time`);
await two.setNumThreads(1);
process.exit(missed === 0 ? 0 : 1);
