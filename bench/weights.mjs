// What new weights cost, beside copies of as many bytes in the same rounds: making a layer, loading, assigning, packing.
//
//   npm run build && node bench/weights.mjs [--base <another dist folder>]
//
// Memory that is new to the process arrives page by page, which takes longer than the copy itself. So there are two
// copies: `memory.copy` between pages that are in use, and a copy into a new array.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './harness.mjs';
import { printConditions } from './print.mjs';

const { values } = parseArgs({ options: { base: { type: 'string' }, rounds: { type: 'string', default: '15' } } });
const dist = values.base === undefined ? new URL('../dist/', import.meta.url) : pathToFileURL(`${values.base}/`);
const { kernelName, Linear, Tensor, zeros } = await import(new URL('index.js', dist).href);

const SIZE = 4096;
const BYTES = SIZE * SIZE * 4;
/** 100 MB in layers of 1024x1024. */
const LOADED = 25;
const LOADED_BYTES = LOADED * 1024 * 1024 * 4;

const numbers = new Float32Array(SIZE * SIZE).map((_, i) => ((i * 7919) % 13) - 6);
const weight = new Tensor(numbers, [SIZE, SIZE]);
const part = new Tensor(numbers.subarray(0, 1024 * 1024), [1024, 1024]);

// (module (memory 2048) (func (export "copy") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.copy))
const copier = new WebAssembly.Module(
  Uint8Array.from(
    [0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 3, 127, 127, 127, 0, 3, 2, 1, 0, 5, 4, 1, 0, 128, 32, 7, 8, 1, 4]
      .concat([99, 111, 112, 121, 0, 0, 10, 14, 1, 12, 0, 32, 0, 32, 1, 32, 2, 252, 10, 0, 0, 11])
      .map(Number),
  ),
);
const { copy } = new WebAssembly.Instance(copier).exports;

const layer = new Linear(SIZE, SIZE, { bias: false });
const input = zeros(1, SIZE);
const loader = Array.from({ length: LOADED }, () => new Linear(1024, 1024, { bias: false }));
const loaded = { weight: part };

/** Each prepares, and returns the work that is timed; `bytes` is what is read. */
const CANDIDATES = {
  'memory.copy, 64 MB': { bytes: BYTES, prepare: () => () => copy(BYTES, 0, BYTES) },
  'a new array, 64 MB': { bytes: BYTES, prepare: () => () => new Float32Array(numbers) },
  'new Linear(4096, 4096)': { bytes: BYTES, prepare: () => () => new Linear(SIZE, SIZE, { bias: false }) },
  'weight.assign(tensor)': { bytes: BYTES, prepare: () => () => layer.weight.assign(weight) },
  'a call, weights packed': {
    bytes: BYTES,
    prepare() {
      layer(input);
      return () => layer(input);
    },
  },
  'a call after assign(): packs again': {
    bytes: BYTES,
    prepare() {
      layer(input);
      layer.weight.assign(weight);
      return () => layer(input);
    },
  },
  'the first call: packs into new memory': {
    bytes: BYTES,
    prepare() {
      const fresh = new Linear(SIZE, SIZE, { bias: false });
      return () => fresh(input);
    },
  },
  'loadStateDict(), 100 MB': {
    bytes: LOADED_BYTES,
    prepare: () => () => {
      for (const module of loader) module.loadStateDict(loaded);
    },
  },
};

const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const times = Object.fromEntries(Object.keys(CANDIDATES).map((name) => [name, []]));
copy(BYTES, 0, BYTES);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, { prepare }] of Object.entries(CANDIDATES)) {
    const work = prepare();
    globalThis.gc?.();
    const start = clock();
    const result = work();
    times[name].push(clock() - start);
    result?.dispose?.();
  }
}
printConditions(`${kernelName()} kernels`, 'medians and best by CPU time');
for (const [name, { bytes }] of Object.entries(CANDIDATES)) {
  const [middle, best] = [median(times[name]), Math.min(...times[name])];
  const speed = (ms) => `${(bytes / ms / 1e6).toFixed(1).padStart(5)} GB/s`;
  console.log(`${name.padEnd(40)} ${middle.toFixed(1).padStart(7)} ms ${speed(middle)}   best ${speed(best)}`);
}
